"""The record of a run whose loop is somebody's own: a name and a config, where other runs have a recipe."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from tui_trainer.core.text import plain

_CONFIG = "config"
"""The table that no recipe has, and every such record does."""
_MOST_ENTRIES = 200
"""Of a table or a list: more is data, not a choice that somebody made."""
_DEEPEST = 6
_LONGEST = 500
_INT64 = range(-(2**63), 2**63)
_IN_TITLE = 5


@dataclass(frozen=True)
class OwnLoop:
    """What is recorded of a loop of one's own."""

    name: str
    config: Mapping[str, Any]

    @property
    def title(self) -> str:
        """Its first settings in one line: ``lr 0.1 · hidden 64``; safe for a terminal."""
        settings = [f"{key} {value}" for key, value in self.settings() if not isinstance(value, list)]
        return " · ".join(["own loop", *settings[:_IN_TITLE]])

    def settings(self) -> Iterator[tuple[str, Any]]:
        """Dotted key and value of all settings; texts are safe for a terminal."""
        yield from _leaves(self.config, "")


def _leaves(table: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    for key, value in table.items():
        name = plain(prefix + key, limit=100)
        if isinstance(value, Mapping) and value:
            yield from _leaves(value, f"{name}.")
        else:
            yield name, value if isinstance(value, bool | int | float | list) else plain(str(value))


def read(text: str) -> OwnLoop | None:
    """The loop that a record tells of; None for the record of a recipe, or where it is none at all."""
    if f"[{_CONFIG}]" not in text:
        return None
    try:
        record = tomllib.loads(text)
    except (ValueError, RecursionError):
        return None
    config = record.get(_CONFIG)
    return OwnLoop(str(record.get("name", "")), config) if isinstance(config, dict) else None


def write(name: str, config: object) -> str:
    """The record as TOML; of values that TOML does not know, their text."""
    from tui_trainer.core.recipe import SCHEMA
    from tui_trainer.core.validation import toml_key, toml_value

    recorded = _recordable(_table_of(config), 0)
    lines = [f"schema = {SCHEMA}", f"name = {toml_value(_text(name))}", "", f"[{_CONFIG}]"]
    lines += [f"{toml_key(key)} = {toml_value(value)}" for key, value in recorded.items()]
    return "\n".join([*lines, ""])


def _table_of(config: object) -> Mapping[Any, Any]:
    """A mapping, a data class or a namespace as a mapping. Raises TypeError for anything else."""
    if config is None:
        return {}
    if isinstance(config, Mapping):
        return config
    if is_dataclass(config) and not isinstance(config, type):
        return {field.name: getattr(config, field.name) for field in fields(config)}
    if hasattr(config, "__dict__"):
        return vars(config)
    raise TypeError(f"it is a {type(config).__name__}, not a mapping, a namespace or a data class")


def _recordable(value: Any, depth: int) -> Any:
    match value:
        case bool():
            return bool(value)
        case int() if value in _INT64:
            return int(value)
        case float():
            return float(value)
        case Mapping() if depth < _DEEPEST:
            entries = list(value.items())[:_MOST_ENTRIES]
            return {_text(key): _recordable(inner, depth + 1) for key, inner in entries}
        case list() | tuple() if depth < _DEEPEST:
            return [_recordable(inner, depth + 1) for inner in value[:_MOST_ENTRIES]]
    if getattr(value, "shape", None) == () and hasattr(value, "item"):  # a number of NumPy's or PyTorch's
        return _recordable(value.item(), depth) if depth < _DEEPEST else _text(value)
    return _text(value)


def _text(value: object) -> str:
    text = str(value).encode("utf-8", "replace").decode()
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
