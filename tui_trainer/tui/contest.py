"""A comparison as a screen follows it: its logs read bit by bit, its curves, its confusion matrices."""

import time
from bisect import bisect_right
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from math import isfinite, isnan
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from tui_trainer.core.better import Standing, Verdict
from tui_trainer.core.brief import Fold
from tui_trainer.core.comparison import Comparison
from tui_trainer.core.events import AnyEvent, Baseline, Evaluated, FactsTold, Resumed, RunStarted, Steps
from tui_trainer.core.rundir import RunDir
from tui_trainer.core.scores import Scores
from tui_trainer.core.series import Series
from tui_trainer.core.standings import Row, Standings
from tui_trainer.core.tally import Tally, tally
from tui_trainer.core.text import plain
from tui_trainer.tui.plot.model import Axis, Knots, Uniform
from tui_trainer.tui.plot.overlay import Lane, SeedCurve
from tui_trainer.tui.plot.spans import shorten

if TYPE_CHECKING:
    from tui_trainer.core.recipe import Recipe

Counts: TypeAlias = NDArray[np.int64]
XBy: TypeAlias = Literal["epoch", "step", "samples", "seconds"]
X_BY: tuple[XBy, ...] = get_args(XBy)
_PACE_S, _PACES = 3.0, 60
_MAX_MOMENTS = 4096
"""Of one run, however often it is validated."""
_MAX_CONFUSIONS = 32
"""The newest of a run that are kept, for one that is resumed from so far back."""
LIVE = frozenset({"starting", "loading", "training", "evaluating", "paused"})
"""States of runs that a worker has."""


@dataclass
class Heard:
    """What a run said beyond its scores."""

    started: RunStarted | None = None
    attempt: int = 1
    steps: list[int] = field(default_factory=list)
    """Of some validations, increasing: as far apart as it takes for _MAX_MOMENTS of them, and the last."""
    seconds: list[float] = field(default_factory=list)
    """Active training time at each."""
    confusions: dict[int, Counts] = field(default_factory=dict)
    """Step -> matrix, of the best validation and of the newest."""
    _apart: int = 1
    _series: dict[bool, "_Course"] = field(default_factory=dict)

    def hear(self, event: AnyEvent, best_step: int | None = None) -> None:
        """Take in the next event; ``best_step`` is where the run was best."""
        self.attempt = event.attempt
        match event:
            case RunStarted():
                self.started = event
            case Evaluated(split="validation", weights="last"):
                if self.steps and self.steps[-1] >= event.step:
                    self._cut_after(event.step - 1)
                self._add_moment(event.step, event.elapsed_s)
                if (counts := _counts(event)) is not None:
                    self.confusions[event.step] = counts
                    self._forget_confusions(best_step)
            case Resumed():
                self._cut_after(event.at_step)

    def _add_moment(self, step: int, seconds: float) -> None:
        seconds = max(seconds, self.seconds[-1] if self.seconds else 0.0)
        if len(self.steps) > 1 and self.steps[-1] < self.steps[-2] + self._apart:
            self.steps[-1], self.seconds[-1] = step, seconds
            return
        self.steps.append(step)
        self.seconds.append(seconds)
        if len(self.steps) > _MAX_MOMENTS:
            told = list(zip(self.steps, self.seconds, strict=True))
            self._apart = 2 * max(self._apart, (step - self.steps[0]) // _MAX_MOMENTS)
            self.steps.clear()
            self.seconds.clear()
            for moment in told:
                self._add_moment(*moment)

    def _forget_confusions(self, best_step: int | None) -> None:
        older = [step for step in self.confusions if step != best_step][:-_MAX_CONFUSIONS]
        for step in older:
            del self.confusions[step]

    def _cut_after(self, step: int) -> None:
        keep = bisect_right(self.steps, step)
        del self.steps[keep:], self.seconds[keep:]
        self.confusions = {at: counts for at, counts in self.confusions.items() if at <= step}

    def confusion_at(self, step: int) -> Counts | None:
        """The confusion matrix of the last validation up to ``step`` of which one is kept."""
        return next((counts for at, counts in reversed(self.confusions.items()) if at <= step), None)

    def series(self, scores: Scores, *, is_loss: bool) -> Series:
        """The loss or the headline over steps; values that were not measured are left out."""
        return self._series.setdefault(is_loss, _Course(is_loss)).of(scores)

    def axis(self, by: XBy) -> Axis:
        """The x of its steps."""
        per_epoch = float(self.started.steps_per_epoch or 1) if self.started else 1.0
        num_train = float(self.started.num_train or 1) if self.started else 1.0
        match by:
            case "epoch":
                return Uniform(per_epoch)
            case "samples":
                return Uniform(per_epoch / num_train)
            case "seconds" if self.steps:
                return Knots(np.array(self.steps, np.float64), np.array(self.seconds, np.float64))
        return Uniform()


class _Course:
    """The curve of one metric, which grows with the scores that it is of."""

    def __init__(self, is_loss: bool) -> None:
        self._is_loss = is_loss
        self._series = Series()
        self._num_settled = self._revision = 0

    def of(self, scores: Scores) -> Series:
        """The curve of ``scores``, which are always the same run's."""
        if self._revision != scores.revision:
            self._series, self._num_settled, self._revision = Series(), 0, scores.revision
        settled = scores[self._num_settled - 1].step if self._num_settled else -1
        self._series.cut_after(settled)
        for score in scores[self._num_settled :]:
            value = score.loss if self._is_loss else score.headline
            if not isnan(value) or self._is_loss or not isfinite(score.loss):
                self._series.append_point(score.step, value)
        self._num_settled = scores.num_settled
        return self._series


class Contest:
    """Follows a comparison. It reads files, never writes any."""

    def __init__(self, comparison: Comparison) -> None:
        self.rows: list[Row] = []
        self.tallies: list[Tally] = []
        self.more = True
        """Whether there is more to be read at once."""
        self._heard: dict[Path, Heard] = {}
        self._standings = Standings(comparison, hear=self._hear)
        self._num_turns = 0
        self._verdicts: dict[object, Standing | Verdict] = {}
        self._judged: object = None
        self._progress: deque[tuple[float, float]] = deque(maxlen=_PACES)
        """Unix time, and how many runs' worth was done by then."""

    @property
    def comparison(self) -> Comparison:
        """The record."""
        return self._standings.comparison

    def update(self, comparison: Comparison) -> None:
        """Go on with the record as it is now."""
        self._standings.update(comparison)
        self._verdicts.clear()

    @property
    def headline(self) -> str:
        """The metric people ask for first."""
        return self._standings.headline

    def _hear(self, run: RunDir, event: AnyEvent, fold: Fold) -> None:
        self._heard.setdefault(run.path, Heard()).hear(event, fold.best.step if fold.best else None)
        self._num_turns += _turns_curves(event)

    def heard(self, run: RunDir) -> Heard:
        """What ``run`` said so far."""
        return self._heard.setdefault(run.path, Heard())

    def read_new(self, max_seconds: float = 0.03) -> bool:
        """Read what is new, for about so long; whether curves changed by that."""
        before = self._num_turns
        self.more = self._standings.read_new(max_seconds=max_seconds)
        return self._num_turns != before

    def judge(self, now: float) -> bool:
        """Find out where the runs are at ``now`` (Unix time); whether any has another end or best score."""
        self.rows = self._standings.rows(now)
        self.tallies = tally(self.comparison.entrants, self.rows)
        self._progress.append((now, sum(row.share_done for row in self.rows)))
        judged = [(row.is_over and row.state, row.best, row.run is None) for row in self.rows]
        if judged == self._judged:
            return False
        self._judged = judged
        self._verdicts.clear()
        return True

    # What came of it

    @property
    def is_live(self) -> bool:
        """Whether any run may still go on."""
        return any(not row.is_over for row in self.rows)

    def standing(self) -> Standing:
        """Which entrant is the best."""
        return self._once("standing", lambda: self._standings.standing(time.time()))  # type: ignore[return-value]

    def verdict(self, a: int, b: int) -> Verdict:
        """Whether the entrant at ``a`` or that at ``b`` is better."""
        return self._once((a, b), lambda: self._standings.verdict(a, b, time.time()))  # type: ignore[return-value]

    def _once(self, key: object, make: Callable[[], Standing | Verdict]) -> Standing | Verdict:
        if key not in self._verdicts:
            self._verdicts[key] = make()
        return self._verdicts[key]

    def trivial(self, metric: str) -> list[Baseline]:
        """Answers without deep learning, for a chart."""
        return [
            Baseline(each.metrics[metric], plain(each.label, limit=24))
            for each in self._standings.trivial
            if metric in each.metrics
        ]

    def remaining_s(self) -> float:
        """How long the rest takes at the pace of the last seconds; 0 where nobody knows, or all is paused."""
        if len(self._progress) < 2 or not any(row.state in LIVE - {"paused"} for row in self.rows):
            return 0.0
        (began, at_first), (ended, at_last) = self._progress[0], self._progress[-1]
        if ended - began < _PACE_S or at_last <= at_first:
            return 0.0
        return (len(self.rows) - at_last) * (ended - began) / (at_last - at_first)

    def recipe(self, place: int) -> "Recipe | None":
        """The recipe of an entrant, from a run that still has it."""
        for run in self.comparison.runs(self.comparison.entrants[place]):
            with suppress(OSError, ValueError):
                return run.recipe()
        return None

    # Curves

    def lanes(self, metric: str, by: XBy, hidden: frozenset[int], width: int) -> list[Lane]:
        """The entrants that are to be seen, with names in at most ``width`` cells."""
        lanes = []
        for each in self.tallies:
            if each.place in hidden:
                continue
            seeds = tuple(
                SeedCurve(heard.series(row.scores, is_loss=metric == "loss"), heard.axis(by))
                for row in each.rows
                if row.run is not None and row.scores and (heard := self.heard(row.run))
            )
            lanes.append(Lane(each.place, shorten(plain(each.entrant.label), width), seeds))
        return lanes

    def x_high(self, by: XBy) -> float:
        """Where x ends: at what is planned while runs go on, at what was done when all are over."""
        ends = [1.0 if by != "seconds" else 0.1]
        for row in self.rows:
            if row.run is None:
                continue
            axis = self.heard(row.run).axis(by)
            steps = row.step if row.is_over or by == "seconds" else max(row.step, row.planned_steps)
            ends.append(float(axis.xs_of(steps)))
        return max(ends)

    # Confusions

    def confusion(self, place: int) -> tuple[Counts | None, int]:
        """The validation confusion of an entrant, each seed at its best, summed; and over how many seeds."""
        total: Counts | None = None
        number = 0
        for row in self.tallies[place].rows:
            score = row.best or row.last
            if row.run is None or score is None:
                continue
            counts = self.heard(row.run).confusion_at(score.step)
            if counts is not None and (total is None or total.shape == counts.shape):
                total = counts if total is None else total + counts
                number += 1
        return total, number

    @property
    def classes(self) -> list[str]:
        """Class names, safe for a terminal."""
        started = next((heard.started for heard in self._heard.values() if heard.started), None)
        return [plain(name, limit=40) for name in started.classes] if started else []

    @property
    def is_regression(self) -> bool:
        """Whether numbers are predicted."""
        return self.headline == "r2"


def _turns_curves(event: AnyEvent) -> bool:
    """Whether curves are others after it: most events only tell of steps."""
    return isinstance(event, RunStarted | Evaluated | Resumed | FactsTold) or (
        isinstance(event, Steps) and event.split is not None
    )


def _counts(event: Evaluated) -> Counts | None:
    rows = event.confusion
    if not rows or any(len(row) != len(rows) for row in rows):
        return None
    return np.asarray(rows, np.int64)
