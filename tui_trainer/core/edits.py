"""What of a recipe may change while it trains, and the recipe after such a change."""

from collections.abc import Mapping
from types import MappingProxyType

from tui_trainer.core.events import EPOCHS
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
