"""Starts workers: processes in sessions of their own, which outlive whoever started them.

The worker's module is named in a string: whoever starts a worker does not import torch.
"""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from tui_trainer.core import rundir
from tui_trainer.core.comparison import Comparison
from tui_trainer.core.rundir import RunDir

# -P keeps the current folder off sys.path: a user's own torch.py there is not imported.
_PYTHON = (sys.executable, "-P", "-m")
_WORKER = "tui_trainer.training.worker"
_LINEAR = "tui_trainer.training.linear"
_PREFLIGHT = "--preflight"


def start(run: RunDir, *, env: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
    """Start a worker for ``run``, its output in worker.log; ``env`` adds to the environment it inherits."""
    with _log(run.worker_log) as output:
        return _spawn(
            [str(run.path.absolute())], cwd=run.path, stdin=subprocess.DEVNULL, output=output, env=env
        )


def start_preflight(folder: RunDir, *, env: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
    """Start a worker that checks the recipe in ``folder`` and trains no run."""
    with _log(folder.worker_log) as output:
        return _spawn(
            [_PREFLIGHT, str(folder.path.absolute())],
            cwd=folder.path,
            stdin=subprocess.DEVNULL,
            output=output,
            env=env,
        )


def start_queue(
    runs: Sequence[RunDir],
    at_once: int,
    *,
    limit_s: float | None = None,
    env: Mapping[str, str] | None = None,
) -> subprocess.Popen[bytes]:
    """Start a worker that trains those of ``runs`` that are queued, ``at_once`` of them in turn.

    Each is active for at most ``limit_s``. Several such workers may take from the same queue.
    """
    paths = [str(run.path.absolute()) for run in runs]
    with _log(runs[0].worker_log) as output:
        return _spawn(
            ["--queue", str(at_once), str(limit_s or 0), *paths],
            cwd=runs[0].path,
            stdin=subprocess.DEVNULL,
            output=output,
            env=env,
        )


def start_inspection(run: RunDir, *, env: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
    """Start what answers questions about a run that has no worker; one that runs already goes on alone."""
    own = run.inspection
    own.path.mkdir(mode=0o700, exist_ok=True)
    with _log(own.worker_log) as output:
        return _spawn(
            ["--inspect", str(run.path.absolute())],
            cwd=own.path,
            stdin=subprocess.DEVNULL,
            output=output,
            env=env,
        )


def start_linear(
    comparison: Comparison, *, env: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes] | None:
    """Start what measures scikit-learn's linear model on the data of a comparison.

    None where that is known, or where no run is left to tell which data.
    """
    runs = comparison.runs()
    if not runs or comparison.linear.exists():
        return None
    with _log(runs[0].worker_log) as output:
        return _spawn(
            [str(runs[0].path.absolute()), str(comparison.linear)],
            cwd=runs[0].path,
            stdin=subprocess.DEVNULL,
            output=output,
            env=env,
            module=_LINEAR,
        )


class WaitingWorker:
    """A worker started ahead of its run: it loads PyTorch while the user still chooses.

    It ends by itself when this process ends or discards it. Until it has a run, what it prints goes to
    ``<home>/waiting-worker.log``; then it turns to the run's worker.log by itself.
    """

    def __init__(self, *, env: Mapping[str, str] | None = None) -> None:
        self._env = env
        home = rundir.home()
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _log(home / "waiting-worker.log") as output:
            self.process = _spawn(["--wait"], cwd=home, stdin=subprocess.PIPE, output=output, env=env)

    @property
    def is_alive(self) -> bool:
        """Whether a run can still be assigned to it."""
        return not self._pipe.closed and self.process.poll() is None

    def assign(self, run: RunDir) -> subprocess.Popen[bytes]:
        """Hand it ``run``, once; a worker that died while waiting is replaced by a fresh start."""
        return self.process if self._told(run.path.absolute()) else start(run, env=self._env)

    def check(self, folder: RunDir) -> subprocess.Popen[bytes]:
        """The same for the recipe in ``folder``, which it checks and does not train."""
        is_told = self._told(_PREFLIGHT, folder.path.absolute())
        return self.process if is_told else start_preflight(folder, env=self._env)

    def _told(self, *arguments: str | Path) -> bool:
        """Tell it what to do, in one write; whether it was still there to hear it."""
        if not self.is_alive:
            return False
        try:
            with self._pipe as pipe:
                pipe.write(b"".join(os.fsencode(argument) + b"\n" for argument in arguments))
        except BrokenPipeError:
            return False
        return True

    @property
    def _pipe(self) -> IO[bytes]:
        assert self.process.stdin is not None
        return self.process.stdin


def _log(path: Path) -> IO[bytes]:
    return open(path, "ab", opener=lambda name, flags: os.open(name, flags, 0o600))


def _spawn(
    arguments: list[str],
    *,
    cwd: Path,
    stdin: int,
    output: IO[bytes],
    env: Mapping[str, str] | None,
    module: str = _WORKER,
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [*_PYTHON, module, *arguments],
        cwd=cwd,
        stdin=stdin,
        stdout=output,
        stderr=subprocess.STDOUT,
        env={**os.environ, **(env or {})},
        start_new_session=True,
    )
