"""What of a recipe may change while it trains, and the recipe after such a change."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from types import MappingProxyType

from tui_trainer.core.control import Change
from tui_trainer.core.events import EPOCHS, Edited
from tui_trainer.core.recipe import Recipe
from tui_trainer.core.validation import validate

LIVE_SETTINGS: Mapping[str, str] = MappingProxyType(
    {
        "optimizer.lr": "lr",
        "optimizer.momentum": "momentum",
        "regularization.l1.strength": "L1",
        "regularization.l2.strength": "L2",
        "regularization.dropout.rate": "dropout",
        EPOCHS: "epochs",
    }
)
"""Keys of the recipe, and what a mark on a chart calls them."""


class EditRefused(ValueError):
    """A recipe cannot be changed so while it trains; one sentence says why."""


def value_of(recipe: Recipe, key: str) -> float | None:
    """The value of a live setting; None where its part is off."""
    node: object = recipe
    for name in key.split("."):
        node = getattr(node, name, None)
    return float(node) if isinstance(node, int | float) else None


def values_in_words(recipe: Recipe) -> str:
    """All live settings that are on: ``lr 0.001, epochs 12``."""
    values = [(name.lower(), value_of(recipe, key)) for key, name in LIVE_SETTINGS.items()]
    return ", ".join(f"{name} {value:g}" for name, value in values if value is not None)


def changed(recipe: Recipe, key: str, value: float) -> Recipe:
    """``recipe`` with another value of a live setting; penalties may be turned on. Raises EditRefused."""
    if key not in LIVE_SETTINGS:
        raise EditRefused(f"{key} stays as it is while a run trains; {', '.join(LIVE_SETTINGS)} may change")
    if value_of(recipe, key) is None and not key.startswith("regularization.l"):
        missing = "has no dropout" if "dropout" in key else f"trains with {recipe.optimizer.kind}"
        raise EditRefused(f"{key} cannot change: this run {missing}")
    table = recipe.model_dump(exclude_none=True)
    *path, name = key.split(".")
    node = table
    for step in path:
        node = node.setdefault(step, {})
    node[name] = int(value) if key == EPOCHS and float(value).is_integer() else value
    after, problems = validate(table)
    if after is None:
        raise EditRefused("; ".join(map(str, problems)))
    return after


def in_force(recipe: Recipe, edits: Iterable[Edited | Change]) -> Recipe:
    """``recipe`` after ``edits``; one that this version does not know is passed over."""
    for edit in edits:
        with suppress(EditRefused):
            recipe = changed(recipe, edit.setting, edit.value)
    return recipe


def parse(text: str) -> tuple[str, float]:
    """The setting and value of ``0.01`` (the learning rate), ``momentum 0.9`` or ``l2=0.001``.

    Raises EditRefused.
    """
    name, _, number = text.replace("=", " ").strip().rpartition(" ")
    name = name.strip().lower() or "lr"
    by_name = {short.lower(): key for key, short in LIVE_SETTINGS.items()}
    key = name if name in LIVE_SETTINGS else by_name.get(name)
    if key is None:
        raise EditRefused(f"{name} is none of {', '.join(by_name)}")
    try:
        return key, float(number)
    except ValueError:
        raise EditRefused(f"{number or 'nothing'} is no number: 0.01, or momentum 0.9") from None


def name_of(edit: Edited) -> str:
    """What people call the setting: ``lr``."""
    return LIVE_SETTINGS.get(edit.setting, edit.setting)


def change_of(edit: Edited) -> str:
    """``lr 0.01, before 0.1``."""
    before = "off" if edit.before is None else f"{edit.before:g}"
    return f"{name_of(edit)} {edit.value:g}, before {before}"
