"""The one table of keys: bindings, footers and help come from it, and users remap keys by their ids.

``<config>/tui-trainer/keys.toml`` holds lines such as ``"new.find" = "f"``, several keys with commas between.
"""

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from textual.binding import ActiveBinding, Binding

from tui_trainer.core.text import plain
from tui_trainer.core.validation import Problem, did_you_mean
from tui_trainer.tui.keys.compare import COMPARE
from tui_trainer.tui.keys.descent import DESCENT
from tui_trainer.tui.keys.dialogs import CHANGE, CODE, FORK, QUIT, READER, VERSUS
from tui_trainer.tui.keys.everywhere import EVERYWHERE
from tui_trainer.tui.keys.inside import (
    BOUNDARY,
    FILM,
    INSIDE,
    LAYERS,
    MICROSCOPE,
    PERCLASS,
    POKE,
    SURFACE,
    WEIGHTS,
)
from tui_trainer.tui.keys.key import Explained, Key
from tui_trainer.tui.keys.new import NEW
from tui_trainer.tui.keys.preflight import PREFLIGHT
from tui_trainer.tui.keys.run import RUN
from tui_trainer.tui.keys.runs import RUNS

__all__ = [
    "BOUNDARY",
    "CHANGE",
    "CODE",
    "COMPARE",
    "DESCENT",
    "EVERYWHERE",
    "FILM",
    "FORK",
    "INSIDE",
    "LAYERS",
    "MICROSCOPE",
    "NEW",
    "PERCLASS",
    "POKE",
    "PREFLIGHT",
    "QUIT",
    "READER",
    "RUN",
    "RUNS",
    "SURFACE",
    "TABLE",
    "VERSUS",
    "WEIGHTS",
    "Explained",
    "Key",
    "bindings",
    "load_keymap",
    "remapped",
    "shown",
    "together",
]

TABLE = (
    *EVERYWHERE,
    *NEW,
    *PREFLIGHT,
    *RUN,
    *INSIDE,
    *FILM,
    *PERCLASS,
    *LAYERS,
    *WEIGHTS,
    *BOUNDARY,
    *SURFACE,
    *MICROSCOPE,
    *POKE,
    *RUNS,
    *COMPARE,
    *DESCENT,
    *VERSUS,
    *CHANGE,
    *FORK,
    *QUIT,
    *READER,
    *CODE,
)
"""All there is."""


def bindings(keys: Iterable[Key]) -> list[Binding]:
    """Bindings of a part of the table."""
    return [key.binding for key in keys]


def remapped(active: Mapping[str, ActiveBinding]) -> dict[str, str]:
    """The keys of a screen that are not the table's, with commas between, by id."""
    found: dict[str, list[str]] = {}
    for name, (_, binding, *_) in active.items():
        if binding.id:
            found.setdefault(binding.id, []).append(name)
    given = _given()
    return {id_: ",".join(names) for id_, names in found.items() if set(names) - given.get(id_, set())}


@cache
def _given() -> dict[str, set[str]]:
    """The keys of the table, as Textual names each, by id."""
    return {key.id: {binding.key for binding in Binding.make_bindings([key.binding])} for key in TABLE}


_ARROWS = {"↑": "Up", "↓": "Down", "←": "Left", "→": "Right"}


def shown(key: Key, others: Mapping[str, str], *, ascii_only: bool = False) -> str:
    """How a key is written: ``Enter``, ``ctrl+q``, and ``↑`` or ``Up``; ``others`` are remapped."""
    if key.shown and key.id not in others:
        return _ARROWS.get(key.shown, key.shown) if ascii_only else key.shown
    return " ".join(name.strip() for name in others.get(key.id, key.keys).split(","))


def together(first: str, second: str) -> str:
    """Two keys that belong together: ``↑↓``, ``[ ]``, ``Up/Down``."""
    if len(first) > 1 or len(second) > 1:
        return f"{first}/{second}"
    return f"{first} {second}" if first.isascii() else first + second


def load_keymap(path: Path) -> tuple[dict[str, str], tuple[Problem, ...]]:
    """The user's own keys by binding id, and what is wrong in the file; a file that is not there is empty."""
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}, ()
    except (OSError, ValueError) as error:
        return {}, (Problem(plain(str(path)), "", f"cannot be read: {error}"),)
    ids = [key.id for key in TABLE]
    keymap: dict[str, str] = {}
    problems: list[Problem] = []
    for name, value in table.items():
        if name not in ids:
            problems.append(Problem(str(path), name, "no such key" + did_you_mean(name, ids)))
        elif not isinstance(value, str) or not value.strip():
            problems.append(Problem(str(path), name, 'must be a key, such as "f" or "ctrl+t"'))
        else:
            keymap[name] = value
    return keymap, tuple(problems)
