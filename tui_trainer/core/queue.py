"""Runs that wait for a worker: whichever worker gets the lock of a queued run trains it, and nobody else."""

from contextlib import suppress

from tui_trainer.core.events import PhaseChanged
from tui_trainer.core.lock import LockHeld, WorkerLock
from tui_trainer.core.rundir import RunDir
from tui_trainer.core.runlog import LogReader, LogWriter


def put(run: RunDir) -> None:
    """Have ``run`` wait for a worker, whether it is new or is to go on. Raises OSError."""
    run.queued.touch(mode=0o600)


def take(run: RunDir) -> WorkerLock | None:
    """The lock of ``run``, which this process is to train now; None where it is not queued any more.

    Raises OSError.
    """
    if not run.queued.exists():
        return None
    lock = WorkerLock(run.lock)
    try:
        lock.acquire()
    except (LockHeld, FileNotFoundError):
        return None
    # Asked again under the lock: another worker may have taken it, and be done with it, meanwhile.
    try:
        run.queued.unlink()
    except FileNotFoundError:
        lock.release()
        return None
    return lock


def withdraw(run: RunDir) -> bool:
    """Stop a run that waits, before any worker takes it; False where one has it already.

    Its log then tells that it was stopped, so that it can be resumed like any other. Raises OSError or
    RunLogError.
    """
    lock = take(run)
    if lock is None:
        return False
    try:
        said, reader, more = 0, LogReader(run.events), True
        while more:
            batch = reader.read_new()
            said = max([said, *(event.attempt for event in batch.events)])
            more = batch.more
        with LogWriter(run.events) as log:
            log.append(
                PhaseChanged(
                    attempt=said + 1, elapsed_s=0.0, phase="stopped", reason="taken out of the queue"
                )
            )
    finally:
        lock.release()
    return True


def is_queued(run: RunDir) -> bool:
    """Whether it waits for a worker."""
    with suppress(OSError):
        return run.queued.exists()
    return False
