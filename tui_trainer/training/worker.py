"""The worker's process: ``python -P -m tui_trainer.training.worker RUN_DIR...``, or one of its modes.

It hosts one run, or several in turn, until all have ended. With ``--wait`` it gets ready first, then reads
run directories from stdin, one a line, and from there on does not depend on stdin; when stdin ends before
that, it exits. With ``--queue AT_ONCE LIMIT_S RUN_DIR...`` it trains those of the runs that are queued (see
``core.queue``), so many in turn, the next when one has ended, and each for at most ``LIMIT_S`` of active time
(0: no limit); other workers may take from the same queue. With ``--inspect RUN_DIR`` it trains nothing and
answers questions about the run's checkpoints (see ``training.inspection``); with ``--preflight FOLDER`` it
checks the recipe there (see ``training.preflight``).

Exit codes: 0 done or stopped, 1 a run failed, 2 wrong usage or a run that has a worker.
"""

import gc
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from pathlib import Path

from tui_trainer.core import queue
from tui_trainer.core.events import ENDING, PhaseChanged
from tui_trainer.core.lock import LockHeld, WorkerLock
from tui_trainer.core.rundir import RunDir
from tui_trainer.core.runlog import LogWriter, RunLogError
from tui_trainer.core.text import plain
from tui_trainer.training.attempts import has_nothing_left, next_attempt, past
from tui_trainer.training.priority import MANY, ONE, give_way
from tui_trainer.training.stop_sign import StopSign

DONE, FAILED, WRONG_USAGE = 0, 1, 2

LAST_MOMENTS_S = 5.0
"""So long may Python and PyTorch take to end."""


def main(arguments: Sequence[str]) -> int:
    """Host the runs that ``arguments`` name; returns the exit code."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    if list(arguments[:1]) == ["--queue"]:
        return _work_off(arguments[1:])
    if list(arguments[:1]) == ["--inspect"] and len(arguments) == 2:
        return _inspect(RunDir(Path(arguments[1]).absolute()))
    give_way(ONE)
    if list(arguments) == ["--wait"]:
        from tui_trainer.training.hosting import warm_up

        warm_up()
        arguments = _read_assignment()
        if not arguments:
            return DONE
    if list(arguments[:1]) == ["--preflight"]:
        return _fly(arguments[1:])
    if not arguments:
        return _refuse("name a run directory, or --wait")
    runs = [RunDir(Path(argument).absolute()) for argument in arguments]
    for run in runs:
        if not run.exists:
            return _refuse(f"{run.path} is not a run directory: it has no recipe.toml")
    try:
        for run in runs:
            _lock(run)
        for run in runs:
            if has_nothing_left(run):
                return _refuse(f"{run.id} has finished: it goes on when it is given more epochs")
        _settle_in(runs[0])
    except (LockHeld, RunLogError) as error:
        return _refuse(str(error))
    except OSError as error:
        return _refuse(f"{error.filename}: {error.strerror}")
    return DONE if _host(runs, _stop_sign()) else FAILED


def _fly(arguments: Sequence[str]) -> int:
    """Check a recipe before it is trained; whoever asked may end this process at any time."""
    folder, parent = RunDir(Path(*arguments[:1]).absolute()), os.getppid()
    if len(arguments) != 1 or not folder.exists:
        return _refuse("--preflight needs a folder that has a recipe.toml")
    _settle_in(folder)
    try:
        from tui_trainer.training.preflight import fly
    except Exception as error:
        traceback.print_exc()
        _record_failure(folder, f"PyTorch cannot be imported ({error})")
        return FAILED
    return DONE if fly(folder, parent) else FAILED


def _work_off(arguments: Sequence[str]) -> int:
    """Train what is queued; several workers may be at it."""
    try:
        at_once, limit_s = int(arguments[0]), float(arguments[1])
        if at_once < 1 or limit_s < 0:
            raise ValueError
    except (IndexError, ValueError):
        return _refuse("--queue needs how many runs take turns, and the seconds of each (0: no limit)")
    give_way(MANY)
    stop_sign, waiting = _stop_sign(), Queue([RunDir(Path(each).absolute()) for each in arguments[2:]])
    first = waiting.take()
    if first is None:
        return DONE
    _settle_in(first)
    rest = iter(lambda: None if stop_sign.is_up else waiting.take(), None)
    none_failed = _host(chain([first], rest), stop_sign, at_once, limit_s or None, waiting.release)
    return DONE if none_failed else FAILED


def _inspect(run: RunDir) -> int:
    """Answer questions about a run that need not be live."""
    if not run.exists:
        return _refuse(f"{run.path} is not a run directory: it has no recipe.toml")
    own = run.inspection
    try:
        own.path.mkdir(mode=0o700, exist_ok=True)
        WorkerLock(own.lock).acquire()
        _settle_in(own)
    except LockHeld as error:
        return _refuse(str(error))
    except OSError as error:
        return _refuse(f"{error.filename}: {error.strerror}")
    give_way(MANY)
    stop_sign = _stop_sign()
    from tui_trainer.training.inspection import inspect

    return DONE if inspect(run, stop_sign) else FAILED


class Queue:
    """Runs that wait, of which this process has those that it took."""

    def __init__(self, runs: Sequence[RunDir]) -> None:
        self._waiting = list(runs)
        self._locks: dict[Path, WorkerLock] = {}

    def take(self) -> RunDir | None:
        """The next that nobody has; None when there is none."""
        while self._waiting:
            run = self._waiting.pop(0)
            try:
                lock = queue.take(run)
                if lock is not None and has_nothing_left(run):
                    lock.release()
                elif lock is not None:
                    self._locks[run.path] = lock
                    return run
            except (OSError, RunLogError) as error:  # one that cannot be begun keeps none from its turn
                print(plain(f"{run.id}: {error}"), file=sys.stderr)
        return None

    def release(self, run: RunDir) -> None:
        """Let another worker resume a run that has ended here."""
        self._locks.pop(run.path).release()


def _lock(run: RunDir) -> None:
    """Have ``run`` until this process ends. Raises LockHeld.

    A worker that ends is still there for a moment, so that is waited for.
    """
    lock, deadline = WorkerLock(run.lock), time.monotonic() + LAST_MOMENTS_S
    while True:
        try:
            lock.acquire()
        except LockHeld:
            if time.monotonic() > deadline or past(run).phase not in ENDING:
                raise
            time.sleep(0.02)
        else:
            run.queued.unlink(missing_ok=True)  # it waits no longer, whoever was to take it
            return


def _refuse(why: str) -> int:
    print(plain(why), file=sys.stderr)
    return WRONG_USAGE


def _read_assignment() -> list[str]:
    """The lines that stdin holds once one has come; none when it ends before."""
    data = b""
    while not data.endswith(b"\n") and (more := os.read(sys.stdin.fileno(), 65536)):
        data += more
    return [os.fsdecode(line) for line in data.splitlines() if line]


def _settle_in(run: RunDir) -> None:
    """Live in the run's directory from here on, and depend on nobody's terminal or pipe."""
    os.chdir(run.path)
    log = os.open(run.worker_log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.close(log)
    os.close(nothing)


def _stop_sign() -> StopSign:
    """A sign that goes up when a signal asks this process to end."""
    stop_sign = StopSign()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop_sign.put_up())
    return stop_sign


def _host(
    runs: Iterable[RunDir],
    stop_sign: StopSign,
    at_once: int | None = None,
    limit_s: float | None = None,
    ended: Callable[[RunDir], object] = lambda _run: None,
) -> bool:
    """Train ``runs`` in turn until they end or ``stop_sign`` is up; whether none failed."""
    try:
        # PyTorch takes a second to import and may be broken; only now is there a place to say so.
        from tui_trainer.training.hosting import host
    except Exception as error:
        traceback.print_exc()
        for run in runs:
            _record_failure(run, f"PyTorch cannot be imported ({error})")
        return False
    gc.freeze()  # a full pass over what PyTorch is made of would halt training for 190 ms, now and then
    return host(runs, stop_sign, at_once=at_once, limit_s=limit_s, ended=ended)


def _record_failure(run: RunDir, reason: str) -> None:
    """Say that ``run`` failed, where nothing that needs PyTorch can say it."""
    attempt, text = next_attempt(run), plain(reason, limit=400)
    with LogWriter(run.events) as log:
        log.append(PhaseChanged(attempt=attempt, elapsed_s=0.0, phase="failed", reason=text))


if __name__ == "__main__":
    code = main(sys.argv[1:])
    if threading.active_count() > 1:  # it compiles for a run that was stopped: nobody waits for that
        os._exit(code)
    sys.exit(code)
