"""A run that this app started or let go on."""

from contextlib import suppress
from dataclasses import dataclass
from subprocess import Popen, TimeoutExpired

from tui_trainer.core import control, liveness, queue
from tui_trainer.core.checkpoint_files import saved_steps
from tui_trainer.core.rundir import RunDir
from tui_trainer.core.text import plain

_LAST_MOMENTS_S = 2.0


@dataclass
class LiveRun:
    """Its worker, which may have others too, and the attempt that this makes at least."""

    run: RunDir
    worker: Popen[bytes]
    attempt: int
    is_stopping: bool = False
    """Asked to end; it does after the step at hand."""
    was_killed: bool = False

    @property
    def name(self) -> str:
        """Its id, safe for a terminal."""
        return plain(self.run.id)

    @property
    def has_worker(self) -> bool:
        """Whether the worker has not ended yet."""
        return self.worker.poll() is None

    @property
    def is_live(self) -> bool:
        """Whether it goes on. It is over when its worker says so, a moment before that ends."""
        from tui_trainer.core.summary import summarize

        if not self.has_worker:
            return False
        summary = summarize(self.run)
        return summary.attempt < self.attempt or summary.is_live

    def stop(self) -> None:
        """Ask it to end cleanly, or take it out of the queue. Raises OSError."""
        from tui_trainer.core.summary import summarize

        if not queue.withdraw(self.run):
            attempt = max(self.attempt, liveness.attempt_of(self.run, summarize(self.run).attempt))
            control.send(self.run, control.Stop(attempt=attempt))
        self.is_stopping = True

    def kill(self) -> None:
        """End its worker at once; what that did not save is lost."""
        self.worker.kill()
        self.was_killed = True
        with suppress(TimeoutExpired):  # one that hangs in the kernel goes when that lets it go
            self.worker.wait(_LAST_MOMENTS_S)

    @property
    def loss(self) -> str:
        """What is lost when it is killed now, and how it goes on, in a sentence."""
        if steps := saved_steps(self.run):
            return f"all after its checkpoint at step {steps[-1]:,} is lost; resume goes on from there"
        return "it has no checkpoint yet, so all of it is lost; resume begins anew"

    @property
    def parting(self) -> str:
        """What to say of it when the app is left; empty when it has ended."""
        if self.was_killed:
            return f"{self.name} was killed: {self.loss}: tui-trainer resume {self.name}"
        if self.is_stopping and self.has_worker:
            return f"{self.name} stops after the step at hand; to go on: tui-trainer resume {self.name}"
        if self.is_live:
            return f"{self.name} trains on in the background; to come back: tui-trainer attach {self.name}"
        return ""
