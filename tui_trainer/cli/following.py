"""Follow a run from its log while its worker lives, and tell of it."""

import signal
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from types import FrameType, TracebackType
from typing import Self, TextIO

from tui_trainer.cli.output import say, to_json, warn
from tui_trainer.cli.results import epoch_at, measured, scores
from tui_trainer.core import control
from tui_trainer.core.events import AnyEvent, Evaluated, Note
from tui_trainer.core.figures import duration
from tui_trainer.core.history import History
from tui_trainer.core.rundir import RunDir
from tui_trainer.core.runlog import LogReader

_LOOK_S = 0.05


class Interrupts:
    """Counts Ctrl+C, while entered, instead of ending the program."""

    def __init__(self) -> None:
        self.count = 0

    def __enter__(self) -> Self:
        self._before = signal.signal(signal.SIGINT, self._on_signal)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        signal.signal(signal.SIGINT, self._before)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self.count += 1


class Report:
    """Tells of a run on its way; says nothing of what a kind of report does not override."""

    def heard(self, event: AnyEvent, history: History) -> None:
        """The worker said ``event``, which ``history`` has taken in."""

    def tick(self, history: History) -> None:
        """A moment passed."""

    def close(self, history: History) -> None:
        """Nothing more will come."""


class Told:
    """What a run has said so far."""

    def __init__(self, run: RunDir) -> None:
        self.history = History()
        self._reader = LogReader(run.events)

    def read_new(self, reports: Sequence[Report] = ()) -> bool:
        """Read on, and tell ``reports``; whether there is more at once. Raises RunLogError."""
        batch = self._reader.read_new()
        for event in batch.events:
            self.history.apply(event)
            for report in reports:
                report.heard(event, self.history)
        self.history.miss(batch)
        return batch.more

    def read_all(self) -> None:
        """Read all there is. Raises RunLogError."""
        while self.read_new():
            pass


def follow(
    run: RunDir,
    worker: subprocess.Popen[bytes],
    reports: Sequence[Report],
    interrupts: Interrupts,
    told: Told,
) -> History:
    """Read what ``worker`` says until it has ended; one interrupt asks it to stop, a second kills it.

    ``told`` holds what was said before it was started.
    """
    history, answered = told.history, 0
    attempt = history.attempt + 1
    try:
        while True:
            # Asked before reading: when it has ended by then, what is read is all there is.
            has_ended = worker.poll() is not None
            more = told.read_new(reports)
            for report in reports:
                report.tick(history)
            if has_ended and not more:
                return history
            if interrupts.count > answered:
                answered = interrupts.count
                _interrupt(run, worker, attempt, answered)
            if not more:
                with suppress(subprocess.TimeoutExpired):
                    worker.wait(_LOOK_S)
    finally:
        for report in reports:
            report.close(history)


def _interrupt(run: RunDir, worker: subprocess.Popen[bytes], attempt: int, count: int) -> None:
    if count == 1:
        control.send(run, control.Stop(attempt=attempt))
        warn(
            "stopping: waiting for the worker to end cleanly "
            "(Ctrl+C again kills it; steps it has not recorded yet are lost)"
        )
    else:
        warn("killed: steps that were not recorded yet are lost")
        worker.kill()


class EvaluationObjects(Report):
    """One JSON object on stdout for each evaluation, train and validation together."""

    def __init__(self, run_id: str) -> None:
        self._run_id = run_id

    def heard(self, event: AnyEvent, history: History) -> None:
        """Validation comes last at its step, and then the evaluation is whole."""
        if isinstance(event, Evaluated) and event.split == "validation" and event.weights == "last":
            train = history.evaluation_at("train", event.step)
            told = {
                "event": "evaluation",
                "run": self._run_id,
                "epoch": epoch_at(history, event.step),
                "step": event.step,
                "seconds": event.elapsed_s,
                "train": measured(train) if train and train.step == event.step else None,
                "validation": measured(event),
            }
            say(to_json(told))


class Lines(Report):
    """One plain line per epoch, without escapes."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._epoch_told = 0

    def heard(self, event: AnyEvent, history: History) -> None:
        """The first validation after an epoch is worth a line."""
        if isinstance(event, Evaluated) and event.split == "validation" and event.weights == "last":
            epoch = int(history.epoch_of(event.step))
            if epoch > self._epoch_told:
                self._epoch_told = epoch
                say(epoch_line(event, history), self._stream)


class Notes(Report):
    """What the worker remarks, on stderr."""

    def heard(self, event: AnyEvent, history: History) -> None:
        """A line for each remark."""
        del history
        if isinstance(event, Note):
            warn(event.text)


def epoch_line(validation: Evaluated, history: History) -> str:
    """``epoch  3/20   train loss 0.41 accuracy 0.881   validation loss 0.43 accuracy 0.870   1.2 s``."""
    num_epochs = f"{history.num_epochs:.0f}"
    epoch = f"{history.epoch_of(validation.step):.0f}".rjust(len(num_epochs))
    train = history.evaluation_at("train", validation.step)
    parts = [f"epoch {epoch}/{num_epochs}"]
    if train is not None:
        parts.append(f"train {scores(train)}")
    return "   ".join([*parts, f"validation {scores(validation)}", duration(validation.elapsed_s)])
