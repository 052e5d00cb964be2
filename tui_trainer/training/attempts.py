"""What earlier starts of a worker left of a run; imports no PyTorch: a broken one is told of too."""

from typing import NamedTuple

from tui_trainer.core.events import Phase, PhaseChanged
from tui_trainer.core.rundir import RunDir
from tui_trainer.core.runlog import LogReader


class Past(NamedTuple):
    """How far a run has come before."""

    attempts: int
    """How often a worker has begun."""
    phase: Phase | None
    """The last one that was said; None for a new run."""


def past(run: RunDir) -> Past:
    """What the log of ``run`` tells. Raises RunLogError."""
    reader, attempts, more = LogReader(run.events), 0, True
    phase: Phase | None = None
    while more:
        batch = reader.read_new()
        for event in batch.events:
            attempts = max(attempts, event.attempt)
            if isinstance(event, PhaseChanged):
                phase = event.phase
        more = batch.more
    return Past(attempts, phase)


def next_attempt(run: RunDir) -> int:
    """The number of the attempt that is about to begin: 1 for a new run. Raises RunLogError."""
    return past(run).attempts + 1
