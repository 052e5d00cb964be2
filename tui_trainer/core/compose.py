"""From choices to a recipe, as app and command line make it; recipes as TOML and back."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from tui_trainer.core.facts import facts
from tui_trainer.core.layering import DEFAULTS, PARTS, Layer, assembled, leaves, merged, nested
from tui_trainer.core.presets import Library, UnknownPreset
from tui_trainer.core.recipe import SCHEMA, CrossEntropy, Recipe
from tui_trainer.core.rules import check, natural_loss
from tui_trainer.core.validation import (
    MAX_DEPTH,
    Problem,
    RecipeError,
    UnknownKey,
    parse_toml,
    split_unknown,
    toml,
    toml_value,
    validate,
)

# Options of the command line that are settings by another name.
FLAGS = {
    "lr": "optimizer.lr",
    "epochs": "training.epochs",
    "batch_size": "training.batch_size",
    "seed": "training.seed",
    "device": "training.device",
    "compile": "training.compile",
}


# Choices within a part: the part, and the setting that they are.
WITHIN = {
    "activation": ("architecture", "architecture.activation"),
    "schedule": ("optimizer", "optimizer.schedule"),
}
_RECORDED_BESIDE = ("parent", "versions", "numerics")


@dataclass(frozen=True)
class Choices:
    """What a user chose so far, on the command line or on screen."""

    recipe: str = "first-steps"
    parts: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    """Preset names by part: of the five parts, "activation" or "schedule"; several for regularization."""
    settings: Sequence[str] = ()
    """``KEY=VALUE``: a dotted key, a TOML value or else a bare string."""
    flags: Mapping[str, Any] = field(default_factory=dict)
    """Values by the names of FLAGS; None is not given."""

    def with_part(self, part: str, *names: str) -> "Choices":
        """The part replaced by the presets named (none: the recipe's again).

        What was set in it is forgotten, but for the settings of regularization that stays.
        """
        replaced = WITHIN[part][1] if part in WITHIN else f"{part}."

        def stays(key: str) -> bool:
            if part == "regularization" and key.startswith(replaced):
                return key.split(".")[1].replace("_", "-") in names
            return not key.startswith(replaced)

        kept = tuple(said for said in self.settings if stays(_key(said)))
        flags = {name: value for name, value in self.flags.items() if stays(FLAGS[name])}
        gone = [inner for inner, (outer, _) in WITHIN.items() if outer == part]
        parts = {**{other: self.parts[other] for other in self.parts if other not in gone}, part: names}
        return replace(self, parts=parts, settings=kept, flags=flags)

    def with_setting(self, key: str, value: str) -> "Choices":
        """One setting at a new value, as typed; what it was set to before is forgotten.

        So is, with another kind, what was set in the one before.
        """
        below = key.removesuffix("kind") if key.endswith(".kind") else f"{key}."
        kept = tuple(said for said in self.settings if _key(said) != key and not _key(said).startswith(below))
        flags = {name: value for name, value in self.flags.items() if FLAGS[name] != key}
        chosen = [inner for inner, (_, path) in WITHIN.items() if key in (path, f"{path}.kind")]
        parts = {part: names for part, names in self.parts.items() if part not in chosen}
        return replace(self, parts=parts, settings=(*kept, f"{key}={value}"), flags=flags)

    def touches(self, part: str) -> bool:
        """Whether the user replaced the part or set something in it."""
        given = [FLAGS[name] for name, value in self.flags.items() if value is not None]
        keys = [*map(_key, self.settings), *given]
        return part in self.replaced or any(key.startswith(f"{part}.") for key in keys)

    @property
    def replaced(self) -> dict[str, tuple[str, ...]]:
        """Names by part, of the parts that were replaced."""
        return {
            part: (names,) if isinstance(names, str) else tuple(names)
            for part, names in self.parts.items()
            if names
        }


@dataclass(frozen=True)
class Composed:
    """The recipe that choices make, and what the user should know of how it came about."""

    recipe: Recipe
    notes: tuple[str, ...] = ()


def compose(library: Library, choices: Choices = Choices(), base: Recipe | None = None) -> Composed:
    """The recipe that ``choices`` make; of ``base``, where it is given, and not of the recipe they name.

    Lowest first: the models' defaults, the recipe's presets, what the recipe says itself, the parts
    replaced, the settings and flags. A loss that nobody chose for the data or architecture follows them,
    with a note. Raises RecipeError with every mistake.
    """
    problems: list[Problem] = []
    replaced = [
        layer for part in PARTS for layer in library.part_layers(part, choices.replaced.get(part, ()))
    ]
    above = replaced + _settings_layers(library, choices, problems)
    try:
        below, original = _below(library, choices, base)
    except UnknownPreset as error:
        problems += [Problem(None, choices.recipe, str(error)), *error.problems]
        raise RecipeError([*problems, *(problem for layer in above for problem in layer.problems)]) from None
    try:
        recipe = assembled([DEFAULTS, *below, *above])
    except RecipeError as error:
        raise RecipeError([*problems, *error.problems]) from None
    if problems:
        raise RecipeError(problems)
    if (choices.touches("data") or choices.touches("architecture")) and not choices.touches("loss"):
        return _with_fitting_loss(recipe, assembled(original))
    return Composed(recipe)


def _below(library: Library, choices: Choices, base: Recipe | None) -> tuple[list[Layer], list[Layer]]:
    """What the choices lie on, and all that makes the recipe as it was before them.

    Raises UnknownPreset.
    """
    if base is not None:
        table = _table(base)
        kept = {part: values for part, values in table.items() if part not in choices.replaced}
        return [Layer(kept)], [Layer(table)]
    preset = library.get("recipes", choices.recipe)
    return library.recipe_layers(preset, choices.replaced.keys()), library.layers(preset)


def _with_fitting_loss(recipe: Recipe, chosen: Recipe) -> Composed:
    """``recipe`` with the loss of its task, where that of the recipe ``chosen`` was not meant for it."""
    wrong = _against_loss(recipe)
    if not wrong or ("refused" not in wrong and _against_loss(chosen)):
        return Composed(recipe)
    task = facts(recipe.data).task
    for loss in (natural_loss(task), CrossEntropy()):
        fitting = recipe.model_copy(update={"loss": loss})
        if not _against_loss(fitting):
            return Composed(fitting, (_loss_note(fitting, chosen),))
    return Composed(recipe)


def _against_loss(recipe: Recipe) -> set[str]:
    """How grave what the rules have against the loss is; empty where it fits."""
    return {finding.severity for finding in check(recipe, facts(recipe.data)) if finding.part == "loss"}


def _loss_note(recipe: Recipe, chosen: Recipe) -> str:
    known = facts(recipe.data)
    if known.task == "regression":
        reason = f"{recipe.data.kind} has a number to predict"
    elif known.task == "binary" and chosen.loss.kind != "mse":
        outputs = "one output" if recipe.loss.kind == "binary-cross-entropy" else "an output for each class"
        reason = f"{recipe.architecture.kind} has {outputs}"
    else:
        reason = f"{recipe.data.kind} has {len(known.classes)} classes"
    return f"loss: {recipe.loss.kind}, since {reason} ({chosen.name} uses {chosen.loss.kind})"


# Settings


def _settings_layers(library: Library, choices: Choices, problems: list[Problem]) -> list[Layer]:
    """One layer for each setting and flag; a key that is given two values is a problem."""
    given: dict[str, tuple[str, Any]] = {}
    assignments = list(_assignments(library, choices, problems))
    for option, key, value in assignments:
        for path, leaf in leaves(nested(key, value)).items():
            before, other = given.setdefault(path, (option, leaf))
            if other != leaf and not _are_nan(other, leaf):
                problems.append(Problem(None, path, f"given twice: {before} and {option}"))
    # A kind replaces what lies below it, so it goes below the settings of that kind, the outer one first.
    assignments.sort(key=lambda each: (0, each[1].count(".")) if each[1].endswith(".kind") else (1, 0))
    return [Layer(nested(key, value)) for _, key, value in assignments]


def _are_nan(*values: Any) -> bool:
    """Whether all are the one value that is not equal to itself."""
    return all(isinstance(value, float) and math.isnan(value) for value in values)


def _assignments(
    library: Library, choices: Choices, problems: list[Problem]
) -> Iterator[tuple[str, str, Any]]:
    """Option as given, dotted key and value of each setting and flag."""
    for said in choices.settings:
        key, (_, equals, text) = _key(said), said.partition("=")
        if not equals or not key:
            problems.append(Problem(None, f"--set {said}", "must be KEY=VALUE, such as optimizer.lr=0.01"))
        elif key in PARTS:
            problems.append(Problem(None, f"--set {said}", f"{key} is a part; choose it with --{key}"))
        elif key.count(".") > MAX_DEPTH:
            problems.append(Problem(None, f"--set {said}", "no such setting"))
        else:
            yield f"--set {said}", key, value_of(text)
    for name, value in choices.flags.items():
        if value is not None:
            option = f"--{name.replace('_', '-')} {value}"
            yield option, FLAGS[name], value_of(value) if isinstance(value, str) else value
    for part in WITHIN:
        for name in choices.replaced.get(part, ()):
            (layer,) = library.part_layers(part, [name])
            if layer.problems:
                problems += layer.problems
                continue
            for key, value in leaves(layer.table).items():
                yield f"--{part} {name}", key, value


def _key(said: str) -> str:
    return said.partition("=")[0].strip()


def value_of(text: str) -> Any:
    """What a typed value means: as TOML, else as a bare string."""
    try:
        table = parse_toml(f"value = {text}")
    except RecipeError:
        return text.strip()
    return table["value"] if len(table) == 1 else text.strip()


def with_setting(recipe: Recipe, key: str, text: str) -> Recipe:
    """``recipe`` with one setting as typed. Raises RecipeError, whose text is what to say."""
    changed, problems = validate(merged(_table(recipe), nested(key, value_of(text))))
    if changed is None:
        raise RecipeError(problems)
    return changed


def differences(recipe: Recipe, other: Recipe) -> dict[str, Any]:
    """Dotted key and value in ``recipe`` of each setting that is not so in ``other``; names do not count.

    A regularization slot that only ``other`` fills is there as None.
    """
    ours, theirs = leaves(recipe.model_dump(exclude={"name"})), leaves(other.model_dump(exclude={"name"}))
    return {key: value for key, value in ours.items() if key not in theirs or theirs[key] != value}


# TOML


def _table(recipe: Recipe) -> dict[str, Any]:
    return recipe.model_dump(exclude_none=True)


def recipe_to_toml(recipe: Recipe) -> str:
    """``recipe`` as TOML with every field explicit; absent regularization is left out."""
    table = _table(recipe)
    lines = [f"name = {toml_value(table.pop('name'))}"]
    for part, settings in table.items():
        lines += ["", f"[{part}]"]
        lines += [f"{key} = {toml_value(value)}" for key, value in leaves(settings).items()]
    return "\n".join(lines) + "\n"


def recipe_from_toml(text: str, *, recorded: bool) -> tuple[Recipe, tuple[str, ...]]:
    """The recipe in a TOML text, and notes. Raises RecipeError.

    In the record of a run, keys that this version does not know are ignored with a note each, and what is
    recorded beside the recipe (parent, versions, numerics) is passed over; anywhere else they are mistakes.
    """
    table = parse_toml(text)
    schema = table.pop("schema", SCHEMA)
    if schema != SCHEMA:
        raise RecipeError(
            [Problem(None, "schema", f"must be {SCHEMA}; another version wrote this", toml(schema))]
        )
    problems: list[Problem] = []
    notes: tuple[str, ...] = ()
    if recorded:
        table = {key: value for key, value in table.items() if key not in _RECORDED_BESIDE}
        table, found = split_unknown(table)
        problems = [problem for problem in found if not isinstance(problem, UnknownKey)]
        unknown = [problem.key for problem in found if isinstance(problem, UnknownKey)]
        notes = tuple(f"{key}: not known to this version; ignored" for key in unknown)
    recipe, wrong = validate(table)
    if recipe is None or problems:
        raise RecipeError([*problems, *wrong])
    return recipe, notes
