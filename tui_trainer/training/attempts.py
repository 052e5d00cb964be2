"""What earlier starts of a worker left of a run; imports no PyTorch: a broken one is told of too."""

from typing import NamedTuple

from tui_trainer.core.control import Change, ControlReader
from tui_trainer.core.events import EPOCHS, Edited, Phase, PhaseChanged, Resumed
from tui_trainer.core.rundir import RunDir
from tui_trainer.core.runlog import LogReader


class Past(NamedTuple):
    """How far a run has come before."""

    attempts: int
    """How often a worker has begun."""
    phase: Phase | None
    """The last one that was said; None for a new run."""
    edits: tuple[Edited, ...]
    """What was changed on the way, and was not cut since."""


def past(run: RunDir) -> Past:
    """What the log of ``run`` tells. Raises RunLogError."""
    reader, attempts, more = LogReader(run.events), 0, True
    phase: Phase | None = None
    edits: list[Edited] = []
    while more:
        batch = reader.read_new()
        for event in batch.events:
            attempts = max(attempts, event.attempt)
            match event:
                case PhaseChanged():
                    phase = event.phase
                case Edited():
                    edits.append(event)
                case Resumed():
                    edits = [edit for edit in edits if edit.step <= event.at_step]
        more = batch.more
    return Past(attempts, phase, tuple(edits))


def next_attempt(run: RunDir) -> int:
    """The number of the attempt that is about to begin: 1 for a new run. Raises RunLogError."""
    return past(run).attempts + 1


def has_nothing_left(run: RunDir) -> bool:
    """Whether a run has finished, and nobody asked the next attempt for more epochs. Raises RunLogError."""
    before = past(run)
    asked = ControlReader(run.control, before.attempts + 1).poll()
    wants_more = any(isinstance(request, Change) and request.setting == EPOCHS for request in asked)
    return before.phase == "finished" and not wants_more
