"""The index of runs: briefs that were read before, so that a long list opens at once. It is never the truth.

An entry holds for the very files it was read from; a file that is missing, damaged or of another version is
no index at all, and is written anew.
"""

import os
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import NamedTuple

import msgspec

from tui_trainer.core import rundir
from tui_trainer.core.brief import Brief
from tui_trainer.core.rundir import RunDir

_FORMAT = 2
"""Raised with every change of what a brief holds or means."""


class Stamp(NamedTuple):
    """What changes when the files of a run do. Times are Unix times in nanoseconds."""

    size: int
    """Of the log."""
    written_ns: int
    """When something was last written to the log."""
    recorded_ns: int
    """When the recipe was."""
    locked_ns: int
    """When a worker first took the run, or touched the lock; 0 before."""

    @property
    def is_at_rest(self) -> bool:
        """Whether the log grew since a worker took the run: the last word is the last worker's."""
        return self.locked_ns <= self.written_ns


class Entry(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A brief, and the files that it was read from."""

    stamp: Stamp
    brief: Brief


class _Index(msgspec.Struct, frozen=True, array_like=True):
    version: str
    entries: dict[str, Entry]
    """Run id -> its entry."""


def path() -> Path:
    """Where the index lies."""
    return rundir.home() / "index"


def stamp_of(run: RunDir) -> Stamp | None:
    """What changes when the files of a run do; None where there is no log yet."""
    try:
        log, recipe = run.events.stat(), run.recipe_toml.stat()
    except OSError:
        return None
    return Stamp(log.st_size, log.st_mtime_ns, recipe.st_mtime_ns, modified_ns(run.lock))


def modified_ns(file: Path) -> int:
    """When a file was last written, in nanoseconds of Unix time; 0 where there is none."""
    try:
        return file.stat().st_mtime_ns
    except OSError:
        return 0


def load(file: Path) -> dict[str, Entry]:
    """The entries by run id; none where there is no index that this version can read."""
    try:
        index = msgspec.msgpack.decode(file.read_bytes(), type=_Index)
    except (OSError, msgspec.MsgspecError, ValueError, RecursionError):
        return {}
    return index.entries if index.version == _version() else {}


def save(file: Path, entries: Mapping[str, Entry]) -> None:
    """Write the index whole, or leave it as it was: without one, a list only takes longer."""
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    with suppress(OSError):
        try:
            draft.write_bytes(msgspec.msgpack.encode(_Index(_version(), dict(entries))))
            draft.replace(file)
        finally:
            draft.unlink(missing_ok=True)


@cache
def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return f"{_FORMAT} {version('tui-trainer')}"
    except PackageNotFoundError:
        return str(_FORMAT)
