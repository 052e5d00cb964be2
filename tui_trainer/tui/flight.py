"""A pre-flight under way: its folder, its worker, what that has measured; nothing is left at its end."""

import shutil
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeAlias

from tui_trainer.core import rundir
from tui_trainer.core.figures import duration
from tui_trainer.core.preflight.copies import ENOUGH_STEPS
from tui_trainer.core.preflight.findings import Finding, findings
from tui_trainer.core.preflight.measured import Measured
from tui_trainer.core.preflight.rate_range import Proposal, propose
from tui_trainer.core.recipe import Recipe
from tui_trainer.core.rundir import RunDir
from tui_trainer.core.runlog import LogReader, RunLogError
from tui_trainer.core.text import plain

Start: TypeAlias = Callable[[RunDir], subprocess.Popen[bytes]]
"""Starts a worker that checks the recipe in a folder. Raises OSError."""

_FORGOTTEN_S = 3600.0
"""A folder so old belongs to a program that was killed: a pre-flight takes a minute at most."""
_LAST_MOMENTS_S = 2.0
_WORTH_SAYING_S = 1.0
"""Less needs no ETA."""


def folder() -> Path:
    """Where pre-flights have theirs, while they last."""
    return rundir.home() / "preflight"


class Flight:
    """Checks a recipe in a process of its own. Call ``close`` at the end."""

    def __init__(self, recipe: Recipe, start: Start) -> None:
        """Raises OSError where its folder cannot be made or no process be started."""
        _clear_up()
        self.recipe = recipe
        self.measured = Measured()
        self.problem = ""
        """Why it came to nothing, in a sentence."""
        self._began = time.monotonic()
        self._dir = rundir.create(recipe, root=folder())
        self._reader = LogReader(self._dir.events)
        try:
            self._worker = start(self._dir)
        except OSError:
            shutil.rmtree(self._dir.path, ignore_errors=True)
            raise

    @property
    def is_over(self) -> bool:
        """Whether nothing more will be found."""
        return self.measured.has_ended or bool(self.problem)

    def read_new(self) -> bool:
        """Take in what was measured since; whether that was anything."""
        if self.is_over:
            return False
        # Asked before reading: when it has ended by then, what is read is all there is.
        has_ended = self._worker.poll() is not None
        try:
            batch = self._reader.read_new()
        except RunLogError as error:
            self.problem = plain(str(error))
            return True
        for event in batch.events:
            self.measured.apply(event)
        if self.measured.phase == "failed":
            self.problem = plain(self.measured.reason)
        elif has_ended and not batch.more and not self.measured.has_ended:
            status = self._worker.returncode
            self.problem = f"its worker ended without a word (exit status {status}){self._last_line()}"
        return bool(batch.events) or bool(self.problem)

    def wait(self, seconds: float) -> None:
        """Wait so long, or until the worker has ended."""
        with suppress(subprocess.TimeoutExpired):
            self._worker.wait(seconds)

    def findings(self) -> tuple[Finding, ...]:
        """What the checks that are over have found."""
        return findings(self.measured, self.recipe)

    def proposal(self) -> Proposal | None:
        """The learning rate that the range test proposes, once it is over."""
        measured = self.measured
        return propose(measured.rates, measured.range_losses) if measured.phase == "finished" else None

    def progress(self) -> str:
        """Where it is, in a few words, with what is left where that is worth saying."""
        measured = self.measured
        if self.problem:
            return "the checks came to nothing"
        if measured.has_ended:
            return f"checked in {duration(measured.elapsed_s)}"
        if measured.initial is None:
            of_phase = {None: "loading PyTorch", "loading": "loading the data"}
            doing = of_phase.get(measured.phase, "1 of 3: initial loss")
            return f"{doing}… {duration(time.monotonic() - self._began)}"
        if measured.overfit_ended is None:
            doing = f"2 of 3: one batch, step {len(measured.overfit):,} of at most {ENOUGH_STEPS:,}"
        else:
            rates = measured.rates
            doing = "3 of 3: learning rate" + (f" {rates[-1]:.1e}" if len(rates) else "")
        left_s = measured.left_s()
        return f"{doing}, at most {duration(left_s)} left" if left_s and left_s > _WORTH_SAYING_S else doing

    def close(self) -> None:
        """End the worker at once, where it goes on, and delete the folder."""
        if self._worker.poll() is None:
            self._worker.kill()
        with suppress(subprocess.TimeoutExpired):  # one that hangs in the kernel goes when that lets it go
            self._worker.wait(_LAST_MOMENTS_S)
        shutil.rmtree(self._dir.path, ignore_errors=True)
        with suppress(OSError):  # others have theirs there
            folder().rmdir()

    def _last_line(self) -> str:
        with suppress(OSError):
            lines = self._dir.worker_log.read_text("utf-8", "replace").split("\n")
            if last := next((line for line in reversed(lines) if line.strip()), ""):
                return f": {plain(last, limit=200)}"
        return ""


def _clear_up() -> None:
    """Delete what was left by programs that were killed."""
    with suppress(OSError):
        for left in folder().iterdir():
            if time.time() - left.stat(follow_symlinks=False).st_mtime > _FORGOTTEN_S:
                shutil.rmtree(left, ignore_errors=True)
