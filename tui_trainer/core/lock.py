"""The lock of a run: a worker has it, viewers look whether one does."""

import errno
import fcntl
import os
import time
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from tui_trainer.core.text import plain

if TYPE_CHECKING:
    from tui_trainer.core.rundir import RunDir

_CONTENTION = (errno.EACCES, errno.EAGAIN)

# The lock is POSIX's (lockf), not flock's: it belongs to the process and not to an open file, so it ends with
# the worker even where a child that the worker forked lives on, and it works over NFS. Its price: closing any
# descriptor of the file drops it. Hence this set: what this process has locked, it does not open again.
_locked_here: set[tuple[int, int]] = set()


class LockHeld(Exception):
    """Another worker has this run; the text is one sentence for the user."""


class WorkerLock:
    """Exclusive possession of a run, which ends with this process at the latest."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fd: int | None = None
        self._file: tuple[int, int] | None = None

    def acquire(self) -> bool:
        """Take the lock without waiting for another worker. Raises LockHeld.

        False says that the file system has no locks: nothing then keeps a second worker out.
        """
        if self._path.exists() and _identity(self._path.stat()) in _locked_here:
            raise LockHeld(f"{plain(self._path.parent.name)} is being trained by this very process")
        fd = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            is_certain = self._take(fd)
        except BaseException:
            os.close(fd)
            raise
        self._fd, self._file = fd, _identity(os.fstat(fd))
        if is_certain:
            _locked_here.add(self._file)
        return is_certain

    def release(self) -> None:
        """Give the lock back, if it is held."""
        if self._fd is not None and self._file is not None:
            _locked_here.discard(self._file)
            os.close(self._fd)
        self._fd = self._file = None

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def _take(self, fd: int) -> bool:
        for _ in range(100):
            if (taken := _try_lock(fd, fcntl.LOCK_EX)) is not False:
                return taken is True
            if _try_lock(fd, fcntl.LOCK_SH) is False:
                break
            # Only viewers stand in the way, and their probes last microseconds.
            fcntl.lockf(fd, fcntl.LOCK_UN)
            time.sleep(0.001)
        raise LockHeld(f"{plain(self._path.parent.name)} is being trained by another worker")


def is_locked(run: "RunDir") -> bool | None:
    """Whether a worker has the run, without disturbing it; None where that cannot be told."""
    try:
        if _identity(run.lock.stat()) in _locked_here:
            return True
        fd = os.open(run.lock, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    except OSError:
        return None
    try:
        free = _try_lock(fd, fcntl.LOCK_SH)
    finally:
        os.close(fd)
    return None if free is None else not free


def _try_lock(fd: int, kind: int) -> bool | None:
    """Whether the lock could be taken; None where the file system has none."""
    try:
        fcntl.lockf(fd, kind | fcntl.LOCK_NB)
    except OSError as error:
        return False if error.errno in _CONTENTION else None
    return True


def _identity(stat: os.stat_result) -> tuple[int, int]:
    return stat.st_dev, stat.st_ino
