"""Where a fork comes from, as its record says it."""

import tomllib
from dataclasses import dataclass

from tui_trainer.core.text import plain

TABLE = "parent"
"""Of the record; only that of a fork has it."""


@dataclass(frozen=True)
class Parent:
    """The run that a fork goes on from."""

    run: str
    """Its id."""
    step: int
    """Up to here, this included, the past of both is one."""
    is_repeatable: bool = True
    """Whether the fork's recipe and changes, from the first step on, make the fork once more."""

    def __str__(self) -> str:
        return f"forked from {plain(self.run)} at step {self.step:,}"


def read(record: str) -> Parent | None:
    """The parent that a record names; None for a run that is no fork, or where it cannot be read."""
    if f"[{TABLE}]" not in record:
        return None
    try:
        table = tomllib.loads(record)[TABLE]
        return Parent(str(table["run"]), int(table["step"]), bool(table.get("is_repeatable", True)))
    except (ValueError, LookupError, TypeError, RecursionError):
        return None
