"""A run's events folded into what a person asks of it: series over steps, evaluations, phase, pace, best."""

from __future__ import annotations

import math
from bisect import bisect_right, insort
from operator import attrgetter
from typing import TYPE_CHECKING

import msgspec
import numpy as np
from numpy.typing import ArrayLike, NDArray

from tui_trainer.core import figures
from tui_trainer.core.events import (
    ENDED,
    EPOCHS,
    Answered,
    AnyEvent,
    Edited,
    Evaluated,
    FactsTold,
    Finished,
    Heartbeat,
    LayersMeasured,
    Note,
    Phase,
    PhaseChanged,
    Pictured,
    Resumed,
    RunStarted,
    Split,
    Steps,
    evaluations_in,
)
from tui_trainer.core.metrics import LOWER_IS_BETTER
from tui_trainer.core.pace import Pace
from tui_trainer.core.series import Series

if TYPE_CHECKING:
    from tui_trainer.core.framing import Skipped
    from tui_trainer.core.rundir import RunDir
    from tui_trainer.core.runlog import Batch

_step_of = attrgetter("step")

_MAX_ANSWERS = 64
_PACE_S = 3.0
"""The pace is measured over at least this much active time, so that one slow batch does not shake the ETA."""


class History:
    """Everything a run has said so far. ``apply`` every event in the order of the log; no I/O.

    Steps are the x of everything, never the order of arrival. ``Resumed`` cuts what lies after its step, so
    that a resumed run reads as one run without seams.
    """

    def __init__(self) -> None:
        self.started: RunStarted | None = None
        """The facts of the latest attempt."""
        self.attempt = 0
        self.phase: Phase | None = None
        self.reason = ""
        """Why the phase changed, where the worker said so."""
        self.step = 0
        """The last optimizer step that was heard of."""
        self.elapsed_s = 0.0
        """Active training time, carried over resumes."""
        self.batch: dict[str, Series] = {}
        """Metric -> its value at every step."""
        self.curves: dict[tuple[Split, str], Series] = {}
        """Split and metric -> one value an evaluation of the current weights."""
        self.evaluations: dict[Split, list[Evaluated]] = {"train": [], "validation": [], "test": []}
        """Evaluations in step order; train and validation of the current weights, test of the chosen ones."""
        self.chosen: dict[Split, Evaluated] = {}
        """The latest evaluation of the best weights, by split."""
        self.notes: list[Note] = []
        self.edits: list[Edited] = []
        """Settings that were changed while it trained, in order."""
        self.layers: list[LayersMeasured] = []
        """How the layers did, in step order."""
        self.pictures: dict[str, list[Pictured]] = {}
        """Kind -> what was pictured, in step order."""
        self.answers: dict[str, Answered] = {}
        """Id of a question -> the last that was said to it; of the last 64 questions."""
        self.test_reads = 0
        """How often the test split was measured."""
        self.finished: Finished | None = None
        self.damage: list[Skipped] = []
        """Parts of the log that could not be read."""
        self.unknown = 0
        """How many events come from a newer version, which this one does not know."""
        self.pace = Pace()
        self._clock = _Clock()
        self._confused: set[Split] = set()
        """Splits of which any evaluation recorded a confusion matrix."""
        self._best: dict[str, tuple[int, Evaluated | None]] = {}
        """Metric -> how many validations were compared, and the best of them."""

    # Folding

    def apply(self, event: AnyEvent) -> None:
        """Take in the next event of the log."""
        self.attempt = event.attempt
        self.elapsed_s = max(self.elapsed_s, event.elapsed_s)
        match event:
            case Steps(split=None):
                self._apply_steps(event)
            case Steps():
                for evaluation in evaluations_in(event):
                    self._apply_evaluated(evaluation)
            case Evaluated():
                self._apply_evaluated(event)
            case RunStarted():
                self.started, self.finished = event, None
                self.phase, self.reason = "loading", ""
            case PhaseChanged():
                self.phase, self.reason = event.phase, event.reason
                self.step = max(self.step, event.step)
            case Heartbeat():
                self.step = max(self.step, event.step)
            case Finished():
                self.finished = event
            case Note():
                self.notes.append(event)
            case Edited():
                self._apply_edited(event)
            case FactsTold():
                self.started = event.told_to(self.started) if self.started else None
            case LayersMeasured():
                self.layers.append(event)
            case Pictured():
                insort(self.pictures.setdefault(event.kind, []), event, key=_step_of)
            case Answered():
                self.answers.pop(event.request, None)
                self.answers[event.request] = event
                if len(self.answers) > _MAX_ANSWERS:
                    del self.answers[next(iter(self.answers))]
            case Resumed():
                self._cut_after(event.at_step, event.elapsed_s)
        self.pace.tell(event, self.step, self.phase)

    def miss(self, batch: Batch) -> None:
        """Take note of what a read found that is no event to apply."""
        self.damage.extend(batch.damage)
        self.unknown += batch.unknown

    def _apply_steps(self, event: Steps) -> None:
        last_step = self.step
        for metric, data in event.metrics.items():
            values = np.frombuffer(data, "<f4")
            series = self.batch.get(metric)
            if series is None:
                series = self.batch[metric] = Series()
            series.append_block(event.first_step, values)
            last_step = event.first_step + len(values) - 1
        self.step = max(self.step, last_step)
        self._clock.tell(last_step, event.elapsed_s)

    def _apply_edited(self, event: Edited) -> None:
        self.edits.append(event)
        if event.setting == EPOCHS and self.started:
            planned = int(event.value) * self.steps_per_epoch
            self.started = msgspec.structs.replace(self.started, planned_steps=planned)

    def _apply_evaluated(self, event: Evaluated) -> None:
        self.test_reads += event.split == "test"
        if event.weights == "best":
            event = self.chosen[event.split] = _together(self.chosen.get(event.split), event)
            if event.split != "test":
                return
        if event.confusion is not None:
            self._confused.add(event.split)
        evaluations = self.evaluations[event.split]
        if evaluations and evaluations[-1].step >= event.step:
            self._best.clear()
            place = bisect_right(evaluations, event.step, key=_step_of)
            told_before = place > 0 and evaluations[place - 1].step == event.step
            before = evaluations[place - 1] if told_before else None
            evaluations[place - told_before : place] = [_together(before, event)]
        else:
            evaluations.append(event)
        for metric, value in event.metrics.items():
            curve = self.curves.get((event.split, metric))
            if curve is None:
                curve = self.curves[event.split, metric] = Series()
            curve.append_point(event.step, value)
        if event.weights == "last":
            self.step = max(self.step, event.step)
            self._clock.tell(event.step, event.elapsed_s)

    def _cut_after(self, step: int, elapsed_s: float) -> None:
        for series in (*self.batch.values(), *self.curves.values()):
            series.cut_after(step)
        for evaluations in self.evaluations.values():
            del evaluations[bisect_right(evaluations, step, key=_step_of) :]
        self._best.clear()
        self.notes[:] = [note for note in self.notes if note.step <= step]
        self.edits[:] = [edit for edit in self.edits if edit.step <= step]
        del self.layers[bisect_right(self.layers, step, key=_step_of) :]
        for pictured in self.pictures.values():
            del pictured[bisect_right(pictured, step, key=_step_of) :]
        self.chosen.clear()
        self.finished = None
        self.step, self.elapsed_s = step, elapsed_s
        self._clock.cut_after(step)
        self._clock.tell(step, elapsed_s)

    # Values

    @property
    def batch_loss(self) -> Series:
        """The training loss of every step, empty before the first."""
        return self.batch.get("loss") or Series()

    def metrics(self) -> tuple[str, ...]:
        """Names of all metrics: ``loss`` first, what was evaluated before what was not, as they appeared."""
        names = dict.fromkeys([*(metric for _, metric in self.curves), *self.batch])
        return tuple(sorted(names, key=lambda name: name != "loss"))

    def best(self, select_by: str) -> Evaluated | None:
        """The best validation by one metric, the earliest of equals; a non-finite value never wins."""
        validations = self.evaluations["validation"]
        num_compared, best = self._best.get(select_by, (0, None))
        sign = 1 if select_by in LOWER_IS_BETTER else -1
        for evaluation in validations[num_compared:]:
            value = evaluation.metrics.get(select_by, math.nan)
            if math.isfinite(value) and (best is None or sign * value < sign * best.metrics[select_by]):
                best = evaluation
        self._best[select_by] = len(validations), best
        return best

    def evaluations_until(self, split: Split, step: float, most: int) -> list[Evaluated]:
        """The last evaluations of a split at or before ``step``, at most so many, in step order."""
        evaluations = self.evaluations[split]
        end = bisect_right(evaluations, step, key=_step_of)
        return evaluations[max(0, end - most) : end]

    def evaluation_at(self, split: Split, step: float) -> Evaluated | None:
        """The last evaluation of a split at or before ``step``."""
        found = self.evaluations_until(split, step, 1)
        return found[0] if found else None

    def confusion_at(self, split: Split, step: float) -> Evaluated | None:
        """The last evaluation of a split at or before ``step`` that recorded a confusion matrix."""
        if split not in self._confused:
            return None
        evaluations = self.evaluations[split]
        before = reversed(evaluations[: bisect_right(evaluations, step, key=_step_of)])
        return next((each for each in before if each.confusion is not None), None)

    def validated(self) -> tuple[str, ...]:
        """Names of the metrics that were measured on validation."""
        return tuple(metric for split, metric in self.curves if split == "validation")

    def validation_at(self, step: int) -> Evaluated | None:
        """The last validation at or before ``step``."""
        return self.evaluation_at("validation", step)

    # Progress

    @property
    def ended(self) -> bool:
        """Whether the latest attempt said that it is over."""
        return self.phase in ENDED

    @property
    def has_epochs(self) -> bool:
        """Whether it is known how many steps make an epoch; a loop of one's own need not say."""
        return self.started is None or self.started.steps_per_epoch > 0

    @property
    def steps_per_epoch(self) -> int:
        """Optimizer steps in one epoch; 1 where nobody knows."""
        return max(1, self.started.steps_per_epoch) if self.started else 1

    @property
    def planned_steps(self) -> int:
        """Steps the recipe asks for; early stopping may end before. 0 where nobody knows."""
        return self.started.planned_steps if self.started else 1

    @property
    def num_epochs(self) -> float:
        """Epochs the recipe asks for."""
        return self.epoch_of(self.planned_steps)

    def epoch_of(self, step: float) -> float:
        """How many epochs, fractions included, are done after ``step``."""
        return step / self.steps_per_epoch

    def moment(self, step: int) -> str:
        """When a step was: ``epoch 2.5``, or ``step 1,200`` where nobody knows of epochs."""
        return f"epoch {figures.epoch(self.epoch_of(step))}" if self.has_epochs else f"step {step:,}"

    def elapsed_at(self, steps: ArrayLike) -> NDArray[np.float64]:
        """Active training time in seconds at each of ``steps``, interpolated between events."""
        return self._clock.elapsed_at(steps)

    def steps_at(self, elapsed_s: ArrayLike) -> NDArray[np.float64]:
        """The inverse of ``elapsed_at``, with fractions of steps."""
        return self._clock.steps_at(elapsed_s)

    def knots(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Steps and active seconds, both (n,) and never decreasing, between which time is interpolated."""
        return self._clock.knots()

    def steps_per_second(self) -> float | None:
        """The recent pace in steps per active second, over an epoch or three seconds, whichever is longer."""
        return self._clock.pace(self.steps_per_epoch)

    def eta_s(self) -> float | None:
        """Active seconds to the last planned step at the recent pace; None when over or not known yet."""
        pace = self.steps_per_second()
        if self.ended or not pace or not self.planned_steps:
            return None
        return max(self.planned_steps - self.step, 0) / pace


def _together(before: Evaluated | None, event: Evaluated) -> Evaluated:
    """What two evaluations of the same step say, the later one where both do."""
    if before is None or before.step != event.step:
        return event
    return msgspec.structs.replace(
        event,
        num_samples=event.num_samples or before.num_samples,
        metrics={**before.metrics, **event.metrics},
        confusion=before.confusion if event.confusion is None else event.confusion,
        predictions=before.predictions if event.predictions is None else event.predictions,
    )


class _Clock:
    """Knots (step, active seconds): both never decrease."""

    def __init__(self) -> None:
        self._steps: list[int] = [0]
        self._elapsed: list[float] = [0.0]
        self._arrays: tuple[NDArray[np.float64], NDArray[np.float64]] | None = None

    def tell(self, step: int, elapsed_s: float) -> None:
        if step < self._steps[-1]:
            return
        self._steps.append(step)
        self._elapsed.append(max(elapsed_s, self._elapsed[-1]))
        self._arrays = None

    def cut_after(self, step: int) -> None:
        while self._steps[-1] > step and len(self._steps) > 1:
            del self._steps[-1], self._elapsed[-1]
        self._arrays = None

    def knots(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        if self._arrays is None:
            self._arrays = np.array(self._steps, np.float64), np.array(self._elapsed, np.float64)
        return self._arrays

    def elapsed_at(self, steps: ArrayLike) -> NDArray[np.float64]:
        return np.asarray(np.interp(np.asarray(steps, np.float64), *self.knots()))

    def steps_at(self, elapsed_s: ArrayLike) -> NDArray[np.float64]:
        steps, elapsed = self.knots()
        return np.asarray(np.interp(np.asarray(elapsed_s, np.float64), elapsed, steps))

    def pace(self, at_least_steps: int) -> float | None:
        long_ago = min(
            bisect_right(self._steps, self._steps[-1] - at_least_steps),
            bisect_right(self._elapsed, self._elapsed[-1] - _PACE_S),
        )
        since = max(0, long_ago - 1)
        num_steps, seconds = self._steps[-1] - self._steps[since], self._elapsed[-1] - self._elapsed[since]
        return num_steps / seconds if num_steps and seconds > 0 else None


def load(run: RunDir) -> History:
    """Read all that a run has recorded so far. Raises ``RunLogError`` for a log from a newer version."""
    from tui_trainer.core.runlog import LogReader

    history = History()
    reader = LogReader(run.events)
    more = True
    while more:
        batch = reader.read_new()
        for event in batch.events:
            history.apply(event)
        history.miss(batch)
        more = batch.more
    return history
