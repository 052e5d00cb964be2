"""What a run says of itself: the losses of its steps in blocks, everything else at once."""

from collections.abc import Mapping
from math import inf, isfinite
from time import perf_counter
from typing import Literal

import numpy as np
from torch import Tensor

from tui_trainer.core.events import (
    Answered,
    Edited,
    Evaluated,
    Event,
    Finished,
    Heartbeat,
    Note,
    Phase,
    PhaseChanged,
    Pictured,
    Predictions,
    Resumed,
    RunStarted,
    Split,
    Steps,
)
from tui_trainer.core.rundir import RunDir
from tui_trainer.core.runlog import LogWriter, RunLogError
from tui_trainer.core.spool import MAX_WAITING, Spool
from tui_trainer.training.evaluate import MAX_PREDICTIONS, Measured
from tui_trainer.training.step_losses import HostLosses, StepLosses

FLUSH_S = 0.1
"""How often the losses of the steps go to the log: as often as a screen may want to draw them."""

HEARTBEAT_S = 1.0
"""The longest silence while somebody calls ``tick``; viewers count on a word every 2 s."""


RETRY_S = 1.0
"""How often what waits for the disk is tried again."""


class TooMuchWaits(RuntimeError):
    """The disk takes nothing, and memory holds as much as it may; the text is one sentence for the user."""


class NotFinite(ArithmeticError):
    """A loss is NaN or infinite."""

    def __init__(self, what: str, value: float, step: int) -> None:
        super().__init__(f"{what} became {value} at step {step}")
        self.step = step


class Recorder:
    """Writes one attempt of a run to its logs, and keeps its clock.

    What the disk does not take waits in memory, and ``tick`` tries again: whoever drives the run is to look
    at ``blocked``, and to let it make no more steps then.
    """

    def __init__(self, run: RunDir, attempt: int) -> None:
        """The caller holds the lock of ``run``. Raises RunLogError."""
        self.attempt = attempt
        self.step = 0
        """The last step that was made."""
        self.phase: Phase = "loading"
        self.paced_s = 0.0
        """How much of the training phase was spent waiting, to keep a pace that was asked for."""
        self.blocked: OSError | None = None
        """Why the disk takes nothing, while it does not."""
        self.run = run
        self._log = Spool(LogWriter(run.events))
        self._pictures: Spool | None = None
        self._tried_at = 0.0
        self._step_told = self._step_written = 0
        self._losses: StepLosses = HostLosses()
        self._has_diverged = False
        """A loss that was told is no number."""
        self._seconds_in: dict[Phase, float] = {}
        self._phase_began = self._spoke_at = perf_counter()
        self._flushed_at = -inf  # the first step is worth telling at once

    # The clock

    @property
    def elapsed_s(self) -> float:
        """Active time, training and evaluating; pauses and loading are not."""
        return self._time_in("training") + self._time_in("evaluating")

    @property
    def training_s(self) -> float:
        """Time spent on steps alone."""
        return self._time_in("training") - self.paced_s

    @property
    def seconds(self) -> dict[str, float]:
        """What the clock is made of, to be carried over to another attempt."""
        return {
            "training": self._time_in("training"),
            "evaluating": self._time_in("evaluating"),
            "paced": self.paced_s,
        }

    def _time_in(self, phase: Phase) -> float:
        present = perf_counter() - self._phase_began if phase == self.phase else 0.0
        return self._seconds_in.get(phase, 0.0) + present

    def was_away(self, seconds: float) -> None:
        """So long it was the turn of other runs: that is no active time."""
        self._phase_began += seconds

    # The loop says

    def add_step(self, loss: Tensor) -> None:
        """A step was made; its loss is a scalar."""
        self.step += 1
        self._losses.add(loss)

    def enter(self, phase: Phase, reason: str = "") -> None:
        """From here on the run is in ``phase``. Raises NotFinite as ``flush`` does."""
        self.flush()
        now = perf_counter()
        self._seconds_in[self.phase] = self._seconds_in.get(self.phase, 0.0) + now - self._phase_began
        self.phase, self._phase_began = phase, now
        self.say(
            PhaseChanged(
                attempt=self.attempt,
                elapsed_s=self.elapsed_s,
                phase=phase,
                step=self.step,
                reason=reason,
                has_diverged=phase == "failed" and self._has_diverged,
            )
        )

    def evaluated(self, split: Split, measured: Measured) -> None:
        """A split was measured, with the weights of the last step."""
        self._has_diverged |= not isfinite(measured.metrics["loss"])
        self._evaluated(split, measured, self.step, "last")

    def tested(self, measured: Measured, best_step: int) -> None:
        """The test split was measured, with the weights of ``best_step``."""
        self._evaluated("test", measured, best_step, "best")

    def _evaluated(
        self, split: Split, measured: Measured, step: int, weights: Literal["last", "best"]
    ) -> None:
        self.say(
            Evaluated(
                attempt=self.attempt,
                elapsed_s=self.elapsed_s,
                step=step,
                split=split,
                num_samples=measured.num_samples,
                metrics=measured.metrics,
                confusion=measured.confusion,
                predictions=None if split == "train" else self._draw(measured),
                weights=weights,
            )
        )

    def _draw(self, measured: Measured) -> int | None:
        """Put predictions into pictures.log; the offset at which they begin."""
        pairs = measured.predictions
        if pairs is None:
            return None
        return self.put(
            Predictions(
                attempt=self.attempt,
                elapsed_s=self.elapsed_s,
                actual=pairs.actual[:MAX_PREDICTIONS].astype("<f4").tobytes(),
                predicted=pairs.predicted[:MAX_PREDICTIONS].astype("<f4").tobytes(),
            )
        )

    # Pictures

    @property
    def pictures_bytes(self) -> int:
        """How large pictures.log is."""
        return 0 if self._pictures is None else self._pictures.end

    def put(self, picture: Event) -> int | None:
        """Put what is too bulky for the log into pictures.log; the offset at which it begins.

        It goes there before any event that is said after it. None where there is no such file.
        """
        if self._pictures is None:
            try:
                self._pictures = Spool(LogWriter(self.run.pictures))
            except RunLogError as error:  # a full disk may refuse a new file
                self.note(f"pictures are not recorded: {error}")
                return None
        offset = self._pictures.end
        self._add(self._pictures, picture)
        return offset

    def pictured(self, picture: Event, *, step: int | None = None) -> None:
        """The network is pictured after the last step, or as it was after an earlier one."""
        if (offset := self.put(picture)) is not None:
            self.say(
                Pictured(
                    attempt=self.attempt,
                    elapsed_s=self.elapsed_s,
                    step=self.step if step is None else step,
                    kind=str(picture.__struct_config__.tag),
                    offset=offset,
                )
            )

    def answered(self, request: str, picture: Event) -> None:
        """A question has this answer."""
        self._answer(request, offset=self.put(picture))

    def answering(self, request: str, done: float) -> None:
        """So much of an answer (0 to 1) is worked out."""
        self._answer(request, done=min(done, 0.999))

    def not_answered(self, request: str, problem: str) -> None:
        """A question has no answer, and why."""
        self._answer(request, problem=problem)

    def _answer(
        self, request: str, *, done: float = 1.0, offset: int | None = None, problem: str = ""
    ) -> None:
        self.say(
            Answered(
                attempt=self.attempt,
                elapsed_s=self.elapsed_s,
                request=request,
                step=self.step,
                done=done,
                offset=offset,
                problem=problem,
            )
        )

    # Whoever hosts the run says

    def started(self, event: RunStarted, losses: StepLosses) -> None:
        """Training is about to begin; ``losses`` is where the losses of its steps are to be kept."""
        self._losses = losses
        self.say(event)

    def start_over(self) -> None:
        """Everything an earlier attempt recorded is void."""
        self.say(Resumed(attempt=self.attempt, elapsed_s=self.elapsed_s, at_step=-1))

    def go_on_from(self, step: int, seconds: Mapping[str, float]) -> None:
        """All up to ``step`` holds, what came after it is void; the clock goes on from ``seconds``."""
        self.step = self._step_told = step
        self._seconds_in |= {"training": seconds["training"], "evaluating": seconds["evaluating"]}
        self.paced_s = seconds["paced"]
        self.say(Resumed(attempt=self.attempt, elapsed_s=self.elapsed_s, at_step=step))

    def note(self, text: str) -> None:
        """A remark for the person at the screen."""
        self.say(Note(attempt=self.attempt, elapsed_s=self.elapsed_s, step=self.step, text=text))

    def edited(self, setting: str, before: float | None, value: float) -> None:
        """From the next step on a setting has another value. Raises NotFinite as ``flush`` does."""
        self.flush()
        self.say(
            Edited(
                attempt=self.attempt,
                elapsed_s=self.elapsed_s,
                step=self.step,
                setting=setting,
                before=before,
                value=value,
            )
        )

    def summed_up(self, epochs: int, best_step: int) -> None:
        """The attempt ends well."""
        self.say(
            Finished(
                attempt=self.attempt,
                elapsed_s=self.elapsed_s,
                epochs=epochs,
                steps=self.step,
                best_step=best_step,
                training_s=self.training_s,
            )
        )

    def tick(self) -> None:
        """Write what is due. To be called every few milliseconds. Raises NotFinite as ``flush`` does."""
        now = perf_counter()
        if self.blocked:
            if now - self._tried_at >= RETRY_S:
                self._write()
            return
        if now - self._flushed_at >= FLUSH_S:
            self.flush()
        if now - self._spoke_at >= HEARTBEAT_S:
            self.say(Heartbeat(attempt=self.attempt, elapsed_s=self.elapsed_s, step=self.step))

    def flush(self) -> None:
        """Write the losses of the steps since the last flush.

        Raises NotFinite after it has written the first loss that is not: whatever was computed since then is
        left out, and ``step`` goes back to it.
        """
        losses = self._losses.take()
        if not len(losses):
            return
        self._flushed_at = perf_counter()
        first_step = self.step - len(losses) + 1
        lost = np.flatnonzero(~np.isfinite(losses))[:1]
        if len(lost):
            self._has_diverged = True
            losses = losses[: lost[0] + 1]
            self.step = first_step + int(lost[0])
        self._step_told = first_step + len(losses) - 1
        self.say(
            Steps(
                attempt=self.attempt,
                elapsed_s=self.elapsed_s,
                first_step=first_step,
                metrics={"loss": losses.astype("<f4").tobytes()},
            )
        )
        if len(lost):
            raise NotFinite("loss", float(losses[-1]), self.step)

    def forget_unwritten_steps(self) -> None:
        """Give up the losses that could not be read from the device, or written to the disk."""
        self._losses = HostLosses()

    def give_up_what_waits(self, phase: Phase, reason: str) -> None:
        """End without what the disk does not take, and say that, where so little may still fit."""
        for log in self._logs:
            log.forget()
        self.forget_unwritten_steps()
        self.step, self.blocked = self._step_written, None
        self.enter(phase, reason)

    def write_all(self) -> None:
        """Have nothing wait for the disk. Raises OSError where it takes nothing."""
        if self.blocked:
            self._write()
        if self.blocked:
            raise OSError(self.blocked.errno, self.blocked.strerror)

    def sync(self) -> None:
        """Return once all that was written would survive a loss of power. Raises OSError where it does not.

        From any thread, until ``close``.
        """
        for log in self._logs:
            log.sync()

    def close(self) -> None:
        """Nothing more will be said; all that was written survives a loss of power."""
        for log in self._logs:
            log.sync()
            log.close()

    @property
    def _logs(self) -> list[Spool]:
        """In the order in which they are written: an event names only what lies in pictures.log by then."""
        return [log for log in (self._pictures, self._log) if log is not None]

    def say(self, event: Event) -> None:
        """Write an event, and all that waits before it."""
        self._add(self._log, event)
        if not self.blocked:
            self._write()
        self._spoke_at = perf_counter()

    def _add(self, log: Spool, event: Event) -> None:
        if not log.add(event):
            raise TooMuchWaits(
                f"{self.run.path} cannot be written to, and more than {MAX_WAITING // 2**20} MiB wait for it"
            )

    def _write(self) -> None:
        self._tried_at = perf_counter()
        try:
            for log in self._logs:
                log.write()
        except OSError as error:
            self.blocked = error
        else:
            self.blocked, self._step_written = None, self._step_told
