"""The shortest command line that makes a recipe, for someone who has this program and nothing else."""

import shlex
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache, partial
from typing import Any, Literal

from tui_trainer.core import repeating
from tui_trainer.core.compose import FLAGS, WITHIN, Choices, compose, differences, value_of
from tui_trainer.core.control import Change
from tui_trainer.core.layering import DEFAULTS, PARTS, assembled, leaves
from tui_trainer.core.presets import GROUP_OF, Library, shipped_folder
from tui_trainer.core.recipe import Recipe
from tui_trainer.core.validation import RecipeError, toml_value

_FLAG_OF = {key: name for name, key in FLAGS.items()}
_ROUNDS = 4
"""Choices come closer to a recipe in so many rounds: a kind first, then what lies below it."""


def command_line(recipe: Recipe, changes: tuple[Change, ...] = ()) -> str:
    """``tui-trainer train …``, quoted for a shell; the name of ``recipe`` does not count.

    It names only presets that ship: whoever gets the line has no others. ``changes`` (by step) come last;
    what a run with ``recipe`` would refuse is left out.
    """
    later = (f" --change {repeating.said(change)}" for change in repeating.fitting(recipe, changes))
    return _line(recipe) + "".join(later)


@lru_cache(maxsize=16)
def _line(recipe: Recipe) -> str:
    return shlex.join(["tui-trainer", "train", *words(shortest(_shipped(), recipe))])


@lru_cache(maxsize=1)
def _shipped() -> Library:
    return Library.load([shipped_folder()])


def words(choices: Choices) -> list[str]:
    """``choices`` as arguments of ``train``."""
    said = [] if choices.recipe == Choices.recipe else [choices.recipe]
    for part, names in choices.replaced.items():
        said += [word for name in names for word in (f"--{part}", name)]
    for name, value in choices.flags.items():
        said += [f"--{name.replace('_', '-')}", str(value)]
    return said + [word for setting in choices.settings for word in ("--set", setting)]


def shortest(library: Library, recipe: Recipe) -> Choices:
    """The choices of the fewest words that ``library`` makes ``recipe`` of, but for its name."""
    near = _near(library, recipe)
    found = [_pruned(library, made, recipe) for each in near if (made := _met(library, each, recipe))]
    return min(found or [_spelled_out(recipe)], key=_length)


def _length(choices: Choices) -> tuple[int, int]:
    said = words(choices)
    return len(said), sum(map(len, said))


def _near(library: Library, recipe: Recipe) -> Iterator[Choices]:
    """Each recipe that ships, with the presets of parts that bring it nearest.

    All are tried: what follows by itself (a loss its data, a batch size its optimizer) costs no words, so
    that none can be left out beforehand.
    """
    presets = {part: list(_fitting(library, recipe, part)) for part in PARTS}
    for preset in library.group("recipes"):
        base = assembled(library.layers(preset))
        parts: dict[str, tuple[str, ...]] = {}
        for part in PARTS:
            # Of equals a preset: its name says more than its settings.
            kept = _distance(recipe, base, part), tuple[str, ...]()
            _, names = min([*presets[part], kept], key=lambda each: each[0])
            if names:
                parts[part] = names
        yield Choices(preset.name, parts)


def _fitting(library: Library, recipe: Recipe, part: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    """The presets that may stand for a part, and how many words it then takes."""
    if part == "regularization":
        names = _slots(library, recipe) or ("none",)
        yield 2 * len(names) + _distance(recipe, _with(library, part, names), part), names
        return
    for preset in library.group(GROUP_OF[part]):
        if preset.values[part].get("kind") == getattr(recipe, part).kind:
            yield 2 + _distance(recipe, _with(library, part, (preset.name,)), part), (preset.name,)


def _with(library: Library, part: str, names: tuple[str, ...]) -> Recipe:
    return assembled([DEFAULTS, *library.part_layers(part, names)])


def _slots(library: Library, recipe: Recipe) -> tuple[str, ...]:
    """The regularizations that are just as their presets have them."""
    names = []
    for slot, value in recipe.regularization:
        name = slot.replace("_", "-")
        if value is not None and ("regularization", name) in library.presets:
            alone = _with(library, "regularization", (name,)).regularization
            if dict(alone) == {**dict(Recipe().regularization), slot: value}:
                names.append(name)
    return tuple(names)


def _distance(recipe: Recipe, other: Recipe, part: str) -> int:
    """Words that lead from ``other`` to ``recipe`` within a part, at most; many where there is no way."""
    ours, theirs = getattr(recipe, part), getattr(other, part)
    told = differences(_only(part, ours), _only(part, theirs))
    if None in told.values():
        return 1000
    if getattr(ours, "kind", "") != getattr(theirs, "kind", ""):
        fresh = Recipe.model_validate({part: {"kind": ours.kind}})
        return 2 + 2 * len(differences(_only(part, ours), fresh))
    return 2 * len(told)


def _only(part: str, value: Any) -> Recipe:
    return Recipe().model_copy(update={part: value})


def _met(library: Library, choices: Choices, recipe: Recipe) -> Choices | None:
    """``choices`` with the settings that then lack; None where settings cannot make up for it."""
    settings: dict[str, Any] = {}
    for _ in range(_ROUNDS):
        try:
            made = compose(library, _saying(choices, settings)).recipe
        except RecipeError:
            return None
        lacking = differences(recipe, made)
        if not lacking:
            return _saying(choices, settings)
        if None in lacking.values():
            return None
        kinds = {key: value for key, value in lacking.items() if key.endswith(".kind")}
        settings |= kinds or lacking
    return None


def _saying(choices: Choices, settings: Mapping[str, Any]) -> Choices:
    """``choices`` with ``settings``, each by its shortest name."""
    flags = {_FLAG_OF[key]: _said(value) for key, value in settings.items() if key in _FLAG_OF}
    others = [f"{key}={_said(value)}" for key, value in settings.items() if key not in _FLAG_OF]
    return replace(choices, flags=flags, settings=tuple(others))


def _said(value: Any) -> str:
    """A value as one types it: bare where that means the same."""
    return value if isinstance(value, str) and value_of(value) == value else toml_value(value)


def _pruned(library: Library, choices: Choices, recipe: Recipe) -> Choices:
    """``choices`` without what makes no difference: a loss follows the data, a batch size its optimizer."""
    for fewer in _fewer(choices):
        if _makes(library, fewer(choices), recipe):
            choices = fewer(choices)
    return _with_activation(library, choices, recipe)


def _fewer(choices: Choices) -> Iterator[Callable[[Choices], Choices]]:
    """What leaves out one thing that ``choices`` say."""
    for part in choices.parts:
        yield partial(_without, "parts", part)
    for name in choices.flags:
        yield partial(_without, "flags", name)
    for setting in choices.settings:
        yield partial(_unset, setting)


def _without(field: Literal["parts", "flags"], name: str, choices: Choices) -> Choices:
    kept = {other: value for other, value in getattr(choices, field).items() if other != name}
    return replace(choices, parts=kept) if field == "parts" else replace(choices, flags=kept)


def _unset(setting: str, choices: Choices) -> Choices:
    return replace(choices, settings=tuple(said for said in choices.settings if said != setting))


def _with_activation(library: Library, choices: Choices, recipe: Recipe) -> Choices:
    """An activation by its own option, where that does the same: it says more."""
    path = WITHIN["activation"][1]
    for said in choices.settings:
        key, _, name = said.partition("=")
        if key == path and ("activations", name) in library.presets:
            named = replace(
                choices,
                parts={**choices.parts, "activation": (name,)},
                settings=tuple(other for other in choices.settings if other != said),
            )
            if _makes(library, named, recipe):
                return named
    return choices


def _makes(library: Library, choices: Choices, recipe: Recipe) -> bool:
    try:
        made = compose(library, choices).recipe
    except RecipeError:
        return False
    return made.model_copy(update={"name": recipe.name}) == recipe


def _spelled_out(recipe: Recipe) -> Choices:
    """Every setting by its key: long, and needs no preset but the one that takes regularization away."""
    said = leaves(recipe.model_dump(exclude={"name"}, exclude_none=True))
    settings = tuple(f"{key}={_said(value)}" for key, value in said.items() if value != {})
    return Choices(parts={"regularization": ("none",)}, settings=settings)
