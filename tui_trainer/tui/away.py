"""Runs that were deleted a moment ago, and may still be brought back."""

import shutil
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from tui_trainer.core import rundir
from tui_trainer.core.rundir import RunDir, RunHomeError, RunIsLive, RunNotFound

UNDO_S = 10.0
"""How long one may think again."""


@dataclass(frozen=True)
class _Away:
    until: float
    """By the monotonic clock."""
    folders: tuple[Path, ...]


class Away:
    """What was deleted together comes back together; the last first."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._kept: list[_Away] = []

    def __len__(self) -> int:
        """How many runs the next undo brings back."""
        return len(self._kept[-1].folders) if self._kept else 0

    def put(self, runs: Iterable[RunDir]) -> list[str]:
        """Take runs out of the listing; a sentence for each that must stay."""
        folders: list[Path] = []
        refusals: list[str] = []
        for run in runs:
            try:
                folders.append(rundir.put_away(run))
            except (RunIsLive, RunNotFound, RunHomeError) as error:
                refusals.append(str(error))
        if folders:
            self._kept.append(_Away(self._clock() + UNDO_S, tuple(folders)))
        return refusals

    def undo(self) -> list[RunDir]:
        """Bring back what was deleted last; the runs. Raises RunHomeError."""
        return [rundir.bring_back(folder) for folder in self._kept.pop().folders] if self._kept else []

    def expired(self) -> list[Path]:
        """The folders that nobody can bring back from now on: to be removed."""
        now = self._clock()
        over = [each for each in self._kept if each.until <= now]
        self._kept = [each for each in self._kept if each.until > now]
        return [folder for each in over for folder in each.folders]

    def rest(self) -> list[Path]:
        """The same of all that is left, when the app ends."""
        left, self._kept = self._kept, []
        return [folder for each in left for folder in each.folders]


def remove(folders: Iterable[Path]) -> None:
    """Delete folders for good; what resists is left for the next start (see `rundir.sweep`)."""
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
