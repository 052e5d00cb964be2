"""What a command came to, and the types of the fixtures that bring it about."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from tui_trainer.core.events import Event
from tui_trainer.core.rundir import RunDir


@dataclass(frozen=True)
class Outcome:
    """Exit status and what was printed."""

    status: int
    out: str
    err: str

    @property
    def objects(self) -> list[dict[str, Any]]:
        """stdout, read as JSON lines."""
        return [json.loads(line) for line in self.out.splitlines()]


class RunCli(Protocol):
    """Runs a command in this process; nothing it prints goes to a terminal."""

    def __call__(self, *arguments: str) -> Outcome: ...


class Record(Protocol):
    """Makes a run whose worker said just these events."""

    def __call__(self, events: Iterable[Event]) -> RunDir: ...
