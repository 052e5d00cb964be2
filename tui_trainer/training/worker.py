"""The worker's process: ``python -P -m tui_trainer.training.worker RUN_DIR...``, or ``--wait``.

It hosts one run, or several in turn, until all have ended. With ``--wait`` it gets ready first, then reads
run directories from stdin, one a line, and from there on does not depend on stdin; when stdin ends before
that, it exits. Exit codes: 0 done or stopped, 1 a run failed, 2 wrong usage or a run that has a worker.
"""

import os
import signal
import sys
import time
import traceback
from collections.abc import Sequence
from pathlib import Path

from tui_trainer.core.events import ENDING, PhaseChanged
from tui_trainer.core.lock import LockHeld, WorkerLock
from tui_trainer.core.rundir import RunDir
from tui_trainer.core.runlog import LogWriter, RunLogError
from tui_trainer.core.text import plain
from tui_trainer.training.attempts import has_nothing_left, next_attempt, past
from tui_trainer.training.stop_sign import StopSign

DONE, FAILED, WRONG_USAGE = 0, 1, 2

LAST_MOMENTS_S = 5.0
"""So long may Python and PyTorch take to end."""


def main(arguments: Sequence[str]) -> int:
    """Host the runs that ``arguments`` name; returns the exit code."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    if list(arguments) == ["--wait"]:
        from tui_trainer.training.hosting import warm_up

        warm_up()
        arguments = _read_assignment()
        if not arguments:
            return DONE
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
    return DONE if _host(runs) else FAILED


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


def _host(runs: Sequence[RunDir]) -> bool:
    """Train ``runs`` in turn until they end or a signal comes; whether none failed."""
    stop_sign = StopSign()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop_sign.put_up())
    try:
        # PyTorch takes a second to import and may be broken; only now is there a place to say so.
        from tui_trainer.training.hosting import host
    except Exception as error:
        traceback.print_exc()
        for run in runs:
            _record_failure(run, f"PyTorch cannot be imported ({error})")
        return False
    return host(runs, stop_sign)


def _record_failure(run: RunDir, reason: str) -> None:
    """Say that ``run`` failed, where nothing that needs PyTorch can say it."""
    attempt, text = next_attempt(run), plain(reason, limit=400)
    with LogWriter(run.events) as log:
        log.append(PhaseChanged(attempt=attempt, elapsed_s=0.0, phase="failed", reason=text))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
