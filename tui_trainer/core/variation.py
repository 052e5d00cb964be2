"""From one or more recipes to the variants of a comparison, each as ``train`` would make it.

An `Axis` is a setting or a part with the values it takes; several make a grid. What does not fit together is
left out with a sentence. Seeds are no axis: every variant gets the same ones, so that runs pair, and the
split stays as it is, so that all are measured on the same samples.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Literal, TypeAlias, get_args

from tui_trainer.core.compose import FLAGS, WITHIN, Choices, compose, value_of
from tui_trainer.core.contrast import labels
from tui_trainer.core.facts import facts
from tui_trainer.core.layering import PARTS
from tui_trainer.core.presets import GROUP_OF, Library
from tui_trainer.core.recipe import Recipe, Training
from tui_trainer.core.rules import Finding, check
from tui_trainer.core.validation import RecipeError, did_you_mean, toml_value

Every: TypeAlias = Literal["optimizer", "activation", "regularization"]
EVERY: tuple[Every, ...] = get_args(Every)

MAX_VARIANTS = 200
SEED = "training.seed"
_PART_NAMES = {"model": "architecture", **{part: part for part in (*PARTS, *WITHIN)}}
_RATES = (1 / 3, 1.0, 3.0)
"""What every optimizer's own learning rate is multiplied by."""
_GD_NOTE = "gd sees all data each step: compare it by epochs or samples, not by updates"


class VariationError(ValueError):
    """What was asked for makes no comparison; one sentence, or one a line, says why."""


@dataclass(frozen=True)
class Base:
    """A recipe to start from: choices, upon ``recipe`` where it is given."""

    choices: Choices = field(default_factory=Choices)
    recipe: Recipe | None = None


@dataclass(frozen=True)
class Axis:
    """A setting, named flag or part, and the values that it takes in turn."""

    key: str
    """``optimizer``, ``lr`` or ``optimizer.lr``."""
    values: tuple[str, ...]
    """As typed; for a part names of presets, ``l2+dropout`` for several."""

    @property
    def part(self) -> str | None:
        """The part that is replaced, if it is one."""
        return _PART_NAMES.get(self.key)

    @property
    def path(self) -> str:
        """The dotted path of a setting; the part's name for a part."""
        return self.part or FLAGS.get(self.key.replace("-", "_"), self.key)


@dataclass(frozen=True)
class Variant:
    """One entrant of a comparison."""

    label: str
    """Only what tells it from the others; safe for a terminal only after ``plain``, as names are."""
    recipe: Recipe


@dataclass(frozen=True)
class Varied:
    """The variants, and what the user should know of how they came about."""

    variants: tuple[Variant, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Change:
    """One value of one axis: what it does to a base, and what it is called where it is left out."""

    said: str
    apply: Callable[[Base], Base]


@dataclass
class _Made:
    """What came of all combinations so far."""

    recipes: list[Recipe] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    doubts: dict[str, list[int]] = field(default_factory=dict)
    """Sentence -> places in ``recipes``."""
    failed: dict[str, str] = field(default_factory=dict)
    """What was said of a value of an axis in a combination that makes no recipe at all."""
    sound: set[str] = field(default_factory=set)
    """Values of axes that made a recipe in some combination."""


def parse_axis(text: str) -> Axis:
    """The axis that ``KEY=V1,V2`` means; commas within brackets or quotes part nothing.

    Raises VariationError.
    """
    key, equals, values = text.partition("=")
    key, found = key.strip(), tuple(value.strip() for value in _split(values))
    if not equals or not key or not all(found):
        raise VariationError(f"{text}: must be KEY=V1,V2, such as optimizer=adam,sgd or lr=0.1,0.01")
    if len(set(found)) < len(found):
        raise VariationError(f"{text}: a value is there twice")
    names = [*_PART_NAMES, *FLAGS]
    axis = Axis(key, found)
    if "." not in axis.path and axis.part is None:
        meant = did_you_mean(key, names) or "; name a part (optimizer) or a setting (optimizer.lr)"
        raise VariationError(f"{key}: nothing to vary{meant}")
    return axis


def parse_axes(texts: Iterable[str]) -> list[Axis]:
    """An axis a text, none over what another is over. Raises VariationError."""
    axes = [parse_axis(text) for text in texts]
    paths = [axis.path for axis in axes]
    if again := next((path for path in paths if paths.count(path) > 1), None):
        raise VariationError(f"{again}: varied twice; name all of its values at once")
    return axes


def seeds_in(axes: Sequence[Axis]) -> tuple[tuple[int, ...] | None, tuple[Axis, ...]]:
    """The seeds that an axis over ``seed`` asks for (None: none does), and the other axes.

    Raises VariationError.
    """
    asked = [axis for axis in axes if axis.path == SEED]
    others = tuple(axis for axis in axes if axis.path != SEED)
    if not asked:
        return None, others
    values = [value_of(value) for axis in asked for value in axis.values]
    if not all(isinstance(value, int) and not isinstance(value, bool) and value >= 0 for value in values):
        raise VariationError(f"{SEED}: must be whole numbers, at least 0")
    return tuple(dict.fromkeys(values)), others


def vary(
    library: Library, bases: Sequence[Base], axes: Sequence[Axis] = (), every: Sequence[Every] = ()
) -> Varied:
    """The variants that ``axes`` and ``every`` make of ``bases``, all with all; equal ones count once.

    An axis of one value sets it for all. Raises VariationError where nothing is left, where it is too many,
    and for what makes no recipe with any of the others, such as a misspelt preset.
    """
    made, dropped = _Made(), 0
    # A part goes before the settings in it, an outer one before the inner.
    ordered = sorted(axes, key=lambda axis: (axis.part is None, axis.part in WITHIN, axis.key.count(".")))
    for base in bases:
        choices = [_every(library, base, what) for what in every] + [_changes(axis) for axis in ordered]
        for changes in product(*choices):
            dropped += not _add(library, made, base, changes)
            if len(made.recipes) > MAX_VARIANTS:
                raise VariationError(f"that is more than {MAX_VARIANTS} variants: vary less at once")
    broken = [text for said, text in made.failed.items() if said not in made.sound]
    if broken or not made.recipes:
        raise VariationError("\n".join(dict.fromkeys(broken or made.notes)))
    told = labels(made.recipes)
    notes = [*made.notes, *_doubts(made, told)]
    if "optimizer" in every and any(recipe.optimizer.kind == "gd" for recipe in made.recipes):
        notes.append(_GD_NOTE)
    variants = tuple(map(Variant, told, made.recipes))
    return Varied(variants, tuple(dict.fromkeys(notes)))


def with_seed(recipe: Recipe, seed: int) -> Recipe:
    """``recipe`` for one of the seeds of a comparison; the split and a toy set's points stay."""
    return recipe.model_copy(update={"training": recipe.training.model_copy(update={"seed": seed})})


def _add(library: Library, made: _Made, base: Base, changes: Sequence[_Change]) -> bool:
    """Make the recipe of one combination; whether it is a new one that can be trained."""
    changed = base
    for change in changes:
        changed = change.apply(changed)
    said = [change.said for change in changes]
    origin = f"recipe {base.choices.recipe}"
    try:
        composed = compose(library, changed.choices, changed.recipe)
    except RecipeError as error:
        text = "\n".join(map(str, error.problems))
        made.failed |= {each: text for each in (origin, *said) if each not in made.failed}
        made.notes.append(f"left out: {', '.join(said) or base.choices.recipe}: {text.splitlines()[0]}")
        return False
    made.sound |= {origin, *said}
    recipe, findings = composed.recipe, check(composed.recipe, facts(composed.recipe.data))
    refused = [_sentence(finding) for finding in findings if finding.severity == "refused"]
    if refused:
        made.notes.append(f"left out: {', '.join(said) or recipe.name}: {refused[0]}")
        return False
    made.notes += composed.notes
    if recipe in made.recipes:
        return False
    for finding in findings:
        made.doubts.setdefault(_sentence(finding), []).append(len(made.recipes))
    made.recipes.append(recipe)
    return True


def _doubts(made: _Made, told: Sequence[str]) -> Iterator[str]:
    """What is doubtful, and in which variants unless it is all of them."""
    for sentence, places in made.doubts.items():
        of = f"{', '.join(told[place] for place in places)}: " if len(places) < len(told) else ""
        yield f"{of}{sentence}"


def _sentence(finding: Finding) -> str:
    return f"{finding.part}: {finding.reason.rstrip('.')}; {finding.suggestion}"


def _split(values: str) -> Iterator[str]:
    """What lies between the commas that are in no bracket and no quotes."""
    depth, quote, began = 0, "", 0
    for place, sign in enumerate(values):
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "\"'":
            quote = sign
        elif sign in "[{":
            depth += 1
        elif sign in "]}":
            depth -= 1
        elif sign == "," and depth == 0:
            yield values[began:place]
            began = place + 1
    yield values[began:]


# Axes


def _changes(axis: Axis) -> list[_Change]:
    """What each value of an axis does."""
    part = axis.part
    if part is not None:
        return [_to_presets(part, tuple(value.split("+"))) for value in axis.values]
    return [_to_value(axis.path, value) for value in axis.values]


def _to_presets(part: str, names: tuple[str, ...]) -> _Change:
    return _Change(
        f"{part} {'+'.join(names)}",
        lambda base: replace(base, choices=base.choices.with_part(part, *names)),
    )


def _to_value(path: str, value: str) -> _Change:
    return _Change(
        f"{path}={value}", lambda base: replace(base, choices=base.choices.with_setting(path, value))
    )


def _every(library: Library, base: Base, what: Every) -> list[_Change]:
    """Every choice there is of one thing. Raises VariationError where ``base`` makes no recipe."""
    try:
        own = compose(library, base.choices, base.recipe).recipe
    except RecipeError as error:
        raise VariationError(str(error)) from None
    match what:
        case "optimizer":
            return list(_every_optimizer(library, base))
        case "activation":
            return [
                _to_presets("activation", (preset.name,)) for preset in library.group(GROUP_OF["activation"])
            ]
        case "regularization":
            return [_Change("as it is", lambda base: base), *_with_and_without(library, own)]


def _every_optimizer(library: Library, base: Base) -> Iterator[_Change]:
    """Each at its own learning rate, a third and three times that, in the batches of the recipe; gd last.

    gd stays apart: it keeps to its own batch, all of the data.
    """
    presets = library.group(GROUP_OF["optimizer"])
    for preset in sorted(presets, key=lambda preset: preset.name == "gd"):
        lr = float(preset.values["optimizer"].get("lr", 0.0))
        fixed = {} if preset.name == "gd" else {"training.batch_size": _own_batches(library, base)}
        for rate in (f"{lr * times:.3g}" for times in _RATES):
            yield _sequence(preset.name, {"optimizer.lr": rate, **fixed})


def _own_batches(library: Library, base: Base) -> str:
    """The batch size of the recipe itself, whatever its optimizer sets."""
    without = compose(library, base.choices.with_part("optimizer", "adam"), base.recipe).recipe
    size = without.training.batch_size
    return toml_value(Training().batch_size if size == "all" else size)


def _sequence(optimizer: str, values: dict[str, str]) -> _Change:
    def apply(base: Base) -> Base:
        choices = base.choices.with_part("optimizer", optimizer)
        for key, value in values.items():
            choices = choices.with_setting(key, value)
        return replace(base, choices=choices)

    return _Change(f"optimizer {optimizer}", apply)


def _with_and_without(library: Library, own: Recipe) -> Iterator[_Change]:
    """The recipe with each regularization that it lacks, and without each that it has."""
    on = {slot: value for slot, value in own.regularization if value is not None}
    for preset in library.group(GROUP_OF["regularization"]):
        slots = preset.values["regularization"]
        if len(slots) != 1:
            continue  # none, and presets that stack several
        (slot,) = slots
        kept = {name: value for name, value in on.items() if name != slot}
        added = () if slot in on else (preset.name,)
        yield _with_regularization(f"{'without' if slot in on else 'with'} {preset.name}", kept, added)


def _with_regularization(said: str, kept: dict[str, object], added: tuple[str, ...]) -> _Change:
    """The slots ``kept`` as they are, and the presets ``added``."""

    def apply(base: Base) -> Base:
        choices = base.choices.with_part("regularization", *(added or ("none",)))
        for slot, value in kept.items():
            for name, number in dict(value).items():  # type: ignore[call-overload]
                choices = choices.with_setting(f"regularization.{slot}.{name}", toml_value(number))
        return replace(base, choices=choices)

    return _Change(said, apply)
