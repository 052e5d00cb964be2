"""The course of a run: train and validation side by side as arrays, and what they say in spite of noise.

Validation on a few hundred samples jumps by some percent from one evaluation to the next, and by more where
the loss is small. A median takes no notice of a value that is off: whatever is judged is judged by medians.
"""

import math
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from tui_trainer.core import figures
from tui_trainer.core.events import Evaluated, Split
from tui_trainer.core.history import History

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]

WINDOW = 5
"""Evaluations that a judgement rests on: a median of five takes no notice of two that are off."""
MOST_POINTS = 100
"""A longer course becomes so many medians of neighbours: the window stays a twentieth of it or more."""
LEAST_FALL = 0.01
"""A loss that lost less than 1 % over a window stands still."""
SCATTER = 1.2
"""So does one that fell by less than 1.2 times its typical second difference. Where values scatter
independently that is twice their spread, and two standard errors of a step between medians of three."""
_SPLITS: tuple[Split, ...] = ("train", "validation")
_ENDS = 3  # values whose median stands for either end of a fall
_BATCHES = 50  # batches whose median loss stands for the present between evaluations


@dataclass(frozen=True, eq=False)
class Course:
    """Values (n,) at the steps at which train and validation were measured and both losses are finite."""

    history: History
    step: int
    """The last step it knows of."""
    ended: bool
    """By itself; who stops a run means to let it go on, or to give it up."""
    headline: str
    """``accuracy`` or ``r2``."""
    steps: Ints
    train: Floats
    """Losses."""
    validation: Floats
    """Losses."""
    train_headline: Floats
    validation_headline: Floats

    @classmethod
    def of(cls, history: History, at: float = math.inf) -> "Course":
        """What ``history`` knew after step ``at``."""
        at = at if math.isinf(at) else math.floor(at)
        is_regression = history.started is not None and history.started.task == "regression"
        headline = "r2" if is_regression else "accuracy"
        steps, train = _curve(history, "train", "loss", at)
        also, validation = _curve(history, "validation", "loss", at)
        if len(steps) != len(also) or (steps != also).any():  # train is told first, and either may be lost
            steps, mine, others = np.intersect1d(steps, also, assume_unique=True, return_indices=True)
            train, validation = train[mine], validation[others]
        kept = np.isfinite(train) & np.isfinite(validation)
        steps = steps[kept]
        return cls(
            history=history,
            step=int(min(history.step, at)),
            ended=history.ended and history.phase != "stopped" and at >= history.step,
            headline=headline,
            steps=steps,
            train=train[kept],
            validation=validation[kept],
            train_headline=_at(history, "train", headline, steps),
            validation_headline=_at(history, "validation", headline, steps),
        )

    def __len__(self) -> int:
        return len(self.steps)

    def thinned(self) -> "Course":
        """The same as at most ``MOST_POINTS`` medians of neighbours, at the last step of each."""
        size = -(-len(self) // MOST_POINTS)
        if size <= 1:
            return self
        start = len(self) % size  # the last evaluation is always in it

        def medians(values: Floats) -> Floats:
            return np.asarray(np.median(values[start:].reshape(-1, size), axis=1))

        return replace(
            self,
            steps=self.steps[start:].reshape(-1, size)[:, -1],
            train=medians(self.train),
            validation=medians(self.validation),
            train_headline=medians(self.train_headline),
            validation_headline=medians(self.validation_headline),
        )

    def epoch(self, index: int) -> str:
        """The epoch after which a value was measured."""
        return figures.epoch(self.history.epoch_of(int(self.steps[index])))

    def evaluation(self, split: Split) -> Evaluated | None:
        """The latest evaluation of a split."""
        return self.history.evaluation_at(split, self.step)

    @property
    def trivial_loss(self) -> float:
        """The trivial answer's loss; where nobody told it, the loss before training."""
        told = self.history.started.baselines.get("loss") if self.history.started else None
        return told.value if told is not None and told.value > 0 else float(self.train[0]) or 1.0

    def batch_loss(self) -> float:
        """The median loss of the last batches; NaN before the first."""
        series = self.history.batch_loss
        end = int(series.index_of(self.step + 1))
        return float(np.median(series.values[max(0, end - _BATCHES) : end])) if end else math.nan

    def lost_at(self) -> tuple[str, float, int] | None:
        """Which loss was NaN or infinite first, its value and the step, where one is so in the end."""
        named = {f"{split} loss": self.history.curves.get((split, "loss")) for split in _SPLITS}
        found = []
        for name, series in {"loss of a batch": self.history.batch_loss, **named}.items():
            last = series.at(self.step) if series else None
            if series and last and not math.isfinite(last[1]):
                step = int(series.non_finite_steps()[0])
                found.append((name, float(series.values[int(series.index_of(step))]), step))
        return min(found, key=lambda each: each[2], default=None)


def smoothed(values: Floats) -> Floats:
    """Medians of five in a row, (n - 4,)."""
    return np.asarray(np.median(sliding_window_view(values, WINDOW), axis=1))


def level(values: Floats) -> float:
    """Where a loss is now: the median of its last three values."""
    return float(np.median(values[-_ENDS:]))


def falls(values: Floats) -> bool:
    """Whether a loss falls: from a window ago to now, by more than it scatters."""
    if len(values) < WINDOW + _ENDS:
        return len(values) > 1 and bool(values[0] - values[-1] > LEAST_FALL * abs(values[0]))
    recent = values[-WINDOW - _ENDS :]
    before = float(np.median(recent[:_ENDS]))
    return before - level(recent) > max(LEAST_FALL * abs(before), scatter(recent))


def scatter(values: Floats) -> float:
    """How far medians of neighbours may lie apart by chance: about twice the spread of single values."""
    return SCATTER * float(np.median(np.abs(np.diff(values, 2))))


def _curve(history: History, split: Split, metric: str, at: float) -> tuple[Ints, Floats]:
    series = history.curves.get((split, metric))
    if series is None:
        return np.empty(0, np.int64), np.empty(0)
    end = len(series) if at >= history.step else int(series.index_of(at + 1))
    return series.steps[:end], series.values[:end].astype(np.float64)


def _at(history: History, split: Split, metric: str, steps: Ints) -> Floats:
    """A metric at ``steps``; NaN where it was not told."""
    known, values = _curve(history, split, metric, math.inf)
    if len(known) == len(steps) and (known == steps).all():
        return values
    found = np.full(len(steps), np.nan)
    _, here, there = np.intersect1d(steps, known, assume_unique=True, return_indices=True)
    found[here] = values[there]
    return found
