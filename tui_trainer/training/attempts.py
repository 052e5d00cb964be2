"""How often a run was started; imports no PyTorch, so that a worker can tell where that is broken."""

from tui_trainer.core.rundir import RunDir
from tui_trainer.core.runlog import LogReader


def next_attempt(run: RunDir) -> int:
    """The number of the attempt that is about to begin: 1 for a new run. Raises RunLogError."""
    reader, last, more = LogReader(run.events), 0, True
    while more:
        batch = reader.read_new()
        last = max((event.attempt for event in batch.events), default=last)
        more = batch.more
    return last + 1
