"""What lies over what: the layers of a recipe and the table they make together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tui_trainer.core.recipe import Recipe
from tui_trainer.core.validation import Problem, RecipeError, Table, validate

PARTS = ("data", "architecture", "loss", "optimizer", "regularization")


@dataclass(frozen=True)
class Layer:
    """Settings from one place; ``replaces`` names the parts of which nothing below shines through."""

    table: Table
    source: str | None = None  # the file; None for what the user set by key
    replaces: frozenset[str] = frozenset()
    problems: tuple[Problem, ...] = ()  # why nothing is in it: the preset it stands for is not to be had


DEFAULTS = Layer(Recipe().model_dump(exclude_none=True))


def merged(below: Table, above: Table) -> Table:
    """``above`` over ``below``, table by table; of another ``kind`` nothing shines through.

    Neither is changed.
    """
    table = dict(below)
    for key, value in above.items():
        under = table.get(key)
        if isinstance(value, dict):
            mixes = isinstance(under, dict) and value.get("kind", under.get("kind")) == under.get("kind")
            value = merged(under if mixes and isinstance(under, dict) else {}, value)
        table[key] = value
    return table


def stacked(layers: Iterable[Layer]) -> Table:
    """All layers in one table, lowest first."""
    table: Table = {}
    for layer in layers:
        table = {part: below for part, below in table.items() if part not in layer.replaces}
        table = merged(table, layer.table)
    return table


def assembled(layers: Sequence[Layer]) -> Recipe:
    """The recipe the layers make. Raises RecipeError; each problem names the file that set what is wrong."""
    recipe, problems = validate(stacked(layers))
    absent = [layer for layer in layers if layer.problems]
    if recipe and not absent:
        return recipe
    # An absent preset is one mistake: that its part then has no kind is not another.
    kinds = {f"{part}.kind" for layer in absent for part in layer.replaces}
    raise RecipeError(
        [problem for layer in absent for problem in layer.problems]
        + [
            replace(problem, file=_source(problem, layers))
            for problem in problems
            if problem.key not in kinds
        ]
    )


def _source(problem: Problem, layers: Sequence[Layer]) -> str | None:
    """The topmost layer that sets the key of ``problem``, or the nearest table above it."""
    keys = problem.key.split(".")
    for depth in range(len(keys), 0, -1):
        for layer in reversed(layers):
            if _sets(layer.table, keys[:depth]):
                return layer.source
            if keys[0] in layer.replaces:
                break
    return None


def _sets(table: Any, keys: Sequence[str]) -> bool:
    for key in keys:
        if not isinstance(table, dict) or key not in table:
            return False
        table = table[key]
    return True


def nested(key: str, value: Any) -> Table:
    """The table in which the dotted ``key`` has ``value``."""
    first, _, rest = key.partition(".")
    return {first: nested(rest, value) if rest else value}


def leaves(table: Table, prefix: str = "") -> dict[str, Any]:
    """Dotted key and value of all that ``table`` holds; an empty table is a value."""
    flat: dict[str, Any] = {}
    for key, value in table.items():
        if isinstance(value, dict) and value:
            flat |= leaves(value, f"{prefix}{key}.")
        else:
            flat[prefix + key] = value
    return flat
