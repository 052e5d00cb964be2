"""What tells recipes apart: the shortest label of each, and the settings that are worth a column."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any

from tui_trainer.core.edits import LIVE_SETTINGS
from tui_trainer.core.layering import PARTS, leaves
from tui_trainer.core.recipe import Recipe

REGULARIZATION = "regularization"
"""The key under which `settings` tells which regularizations are on: ``l2+dropout``, ``none``."""

_NOT_TOLD = frozenset({"training.seed", "training.threads"})
"""Seeds pair the runs of a comparison, and threads change no more than the last bits."""

_MISSING = object()


def labels(recipes: Sequence[Recipe]) -> tuple[str, ...]:
    """A label for each of ``recipes``, made only of what tells it from the others: ``adam lr 0.001``.

    Names come first where they differ, then the kinds of parts. Equal recipes get equal labels; one alone
    goes by its name.
    """
    tables = [{"name": recipe.name, **settings(recipe)} for recipe in recipes]
    keys: list[str] = []
    for key in _telling_first(tables):
        if _num_groups(tables, [*keys, key]) > _num_groups(tables, keys):
            keys.append(key)
    return tuple(
        " ".join(words(key, table[key]) for key in keys if key in table) or recipe.name
        for recipe, table in zip(recipes, tables, strict=True)
    )


def differing(recipes: Sequence[Recipe]) -> tuple[str, ...]:
    """The keys of the settings that differ and are worth a column, in the order of a recipe.

    What goes with a kind (of optimizer, say) is told only where it differs within one; learning rates always.
    """
    tables = [settings(recipe) for recipe in recipes]
    return tuple(key for key in _keys(tables) if _differs(key, tables))


def settings(recipe: Recipe) -> dict[str, Any]:
    """Dotted key and value of every setting that may tell recipes apart; which regularizations are on too."""
    table = leaves(recipe.model_dump(exclude={"name"}, exclude_none=True))
    on = "+".join(slot.replace("_", "-") for slot, value in recipe.regularization if value is not None)
    table[REGULARIZATION] = on or "none"
    return {key: value for key, value in table.items() if key not in _NOT_TOLD}


def heading(key: str) -> str:
    """What a column of that setting is called: ``lr``, ``batch size``, ``optimizer``, ``l2 strength``."""
    part, _, rest = key.partition(".")
    if not rest or rest == "kind":
        return part
    return rest.removesuffix(".kind").replace("_", " ").replace(".", " ")


def shown(value: Any) -> str:
    """A value as a label and a cell have it: ``0.001``, ``64-32``, ``on``."""
    match value:
        case bool():
            return "on" if value else "off"
        case float():
            return f"{value:g}"
        case tuple() | list():
            return "-".join(map(shown, value))
        case None:
            return "–"
    return str(value)


def words(key: str, value: Any) -> str:
    """One setting in a label: ``adam``, ``lr 0.001``, ``no regularization``."""
    if key == REGULARIZATION:
        return "no regularization" if value == "none" else str(value)
    if key == "name" or key.endswith((".kind", ".activation")):
        return shown(value)
    return f"{LIVE_SETTINGS.get(key, heading(key))} {shown(value)}"


def regardless_of_seed(recipe: Recipe) -> Recipe:
    """``recipe`` as it is common to runs that differ only in their seed."""
    return recipe.model_copy(update={"training": recipe.training.model_copy(update={"seed": 0})})


def _telling_first(tables: Sequence[Mapping[str, Any]]) -> list[str]:
    """All keys, those that say most first."""
    keys = _keys(tables)
    kinds = [f"{part}.kind" for part in PARTS if f"{part}.kind" in keys]
    first = ["name", *kinds, REGULARIZATION, "architecture.activation"]
    return [key for key in first if key in keys] + [key for key in keys if key not in first]


def _keys(tables: Iterable[Mapping[str, Any]]) -> list[str]:
    """Every key once; those of a part stay together."""
    keys = dict.fromkeys(key for table in tables for key in table)
    parts = list(dict.fromkeys(key.partition(".")[0] for key in keys))
    return sorted(keys, key=lambda key: parts.index(key.partition(".")[0]))


def _differs(key: str, tables: Sequence[Mapping[str, Any]]) -> bool:
    """Whether it has several values among those that have it, within one kind of its part."""
    part = key.partition(".")[0]
    kind = "" if key in (f"{part}.kind", "optimizer.lr") else f"{part}.kind"
    values: dict[Any, set[Hashable]] = {}
    for table in tables:
        if key in table:
            values.setdefault(table.get(kind), set()).add(_hashable(table[key]))
    return any(len(several) > 1 for several in values.values())


def _num_groups(tables: Sequence[Mapping[str, Any]], keys: Sequence[str]) -> int:
    """How many of ``tables`` can be told apart by ``keys``."""
    return len({tuple(_hashable(table.get(key, _MISSING)) for key in keys) for table in tables})


def _hashable(value: Any) -> Hashable:
    return tuple(map(_hashable, value)) if isinstance(value, list | tuple) else (type(value).__name__, value)
