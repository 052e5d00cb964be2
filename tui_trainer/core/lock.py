"""The lock of a run: a worker has it, viewers look whether one does."""

import errno
import fcntl
import os
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from tui_trainer.core.text import plain

if TYPE_CHECKING:
    from tui_trainer.core.rundir import RunDir

_CONTENTION = (errno.EACCES, errno.EAGAIN)

# The lock is POSIX's (lockf), not flock's: it belongs to the process and not to an open file, so it ends with
# the worker even where a child that the worker forked lives on, and it works over NFS. Its price: closing any
# descriptor of the file drops it. Hence this: what this process has locked, it does not open again.
_locked_here: dict[tuple[int, int], int] = {}
"""What each lock file of this process holds: see `has_not_spoken`."""


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
            _locked_here[self._file] = self._keep_log_size(fd)
        return is_certain

    def _keep_log_size(self, fd: int) -> int:
        """Note how large the run log is, from before the first word of this worker."""
        log = self._path.with_name("events.log")
        size = log.stat().st_size if log.exists() else 0
        with suppress(OSError):
            os.ftruncate(fd, 0)
            os.pwrite(fd, str(size).encode(), 0)
        return size

    def release(self) -> None:
        """Give the lock back, if it is held."""
        if self._fd is not None and self._file is not None:
            _locked_here.pop(self._file, None)
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


def has_not_spoken(run: "RunDir") -> bool:
    """Whether the run log is as the worker that has the run, or had it last, found it."""
    try:
        size = _locked_here.get(_identity(run.lock.stat()))
        if size is None:
            size = int(run.lock.read_bytes()[:20])
        return run.events.stat().st_size <= size
    except (OSError, ValueError):
        return False


def _try_lock(fd: int, kind: int) -> bool | None:
    """Whether the lock could be taken; None where the file system has none."""
    try:
        fcntl.lockf(fd, kind | fcntl.LOCK_NB)
    except OSError as error:
        return False if error.errno in _CONTENTION else None
    return True


def _identity(stat: os.stat_result) -> tuple[int, int]:
    return stat.st_dev, stat.st_ino
