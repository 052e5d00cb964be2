"""Workers that die by SIGKILL at a named place, or whenever a test wants it."""

import multiprocessing
import os
import signal
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, Literal

from tui_trainer.core.rundir import RunDir

Place = Literal[
    "half a write to the log",
    "before a checkpoint is renamed",
    "after a checkpoint is renamed",
    "in an evaluation",
    "in a step",
]

# Children of a server that has imported PyTorch but never used it: a real process each, without a second's
# wait, and without threads of a parent that forked.
_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(["tui_trainer.training.hosting", "torch._dynamo"])


def worker(run: RunDir, place: Place | None = None, number: int = 1) -> multiprocessing.Process:
    """A worker for ``run``, started; it dies the ``number``-th time it comes to ``place``."""
    process = _processes.Process(target=_live, args=(str(run.path), place, number), daemon=True)
    process.start()
    return process


def _live(path: str, place: Place | None, number: int) -> None:
    from tui_trainer.training import keeping, worker

    keeping.FIRST_COST_S, keeping.COSTS_BETWEEN = 0.0, 0  # as often as it can be: at every epoch's end
    if place is not None:
        _trap(place, number)
    raise SystemExit(worker.main([path]))


def _trap(place: Place, number: int) -> None:
    from tui_trainer.core.runlog import LogWriter
    from tui_trainer.training import loop
    from tui_trainer.training.evaluate import Evaluator

    match place:
        case "half a write to the log":
            _before(LogWriter, "_write", number, lambda log, data: os.write(log._fd, data[: len(data) // 2]))
        case "before a checkpoint is renamed":
            _before(Path, "replace", number, lambda *_: None, counts=_is_checkpoint)
        case "after a checkpoint is renamed":
            _before(Path, "replace", number, os.replace, counts=_is_checkpoint)
        case "in an evaluation":
            _before(Evaluator, "_scores", number, lambda *_: None)
        case "in a step":
            _before(loop, "_loss", number, lambda *_: None)


def _is_checkpoint(path: Path, _target: Path) -> bool:
    return path.name.startswith(".step-")


def _before(
    owner: Any,
    name: str,
    number: int,
    last_deed: Callable[..., object],
    counts: Callable[..., bool] = lambda *_: True,
) -> None:
    """Have ``owner.name`` end this process when it is called for the ``number``-th time."""
    real, calls = getattr(owner, name), 0

    @wraps(real)
    def dying(*arguments: Any, **named: Any) -> Any:
        nonlocal calls
        calls += counts(*arguments)
        if calls == number:
            last_deed(*arguments)
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*arguments, **named)

    setattr(owner, name, dying)
