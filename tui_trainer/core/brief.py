"""What the record and the log of a run say, in brief: all that a list of runs needs of them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal, TypeAlias

import msgspec

from tui_trainer.core.events import (
    AnyEvent,
    Evaluated,
    FactsTold,
    Finished,
    Note,
    Phase,
    PhaseChanged,
    Predictions,
    Resumed,
    RunStarted,
    Steps,
    evaluations_in,
)
from tui_trainer.core.metrics import LOWER_IS_BETTER, headline_of, own_select_by
from tui_trainer.core.pace import Pace
from tui_trainer.core.parentage import Parent
from tui_trainer.core.scores import Score, Scores

SelectBy: TypeAlias = Literal["loss", "accuracy", "r2"]

_TREND_POINTS = 12


class Brief(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A run as far as its files tell; its state follows from that, its lock and the moment.

    Every text is safe for a terminal.
    """

    name: str
    title: str
    reason: str
    is_unreadable: bool
    """A later version wrote its log, or the system keeps it from us; ``reason`` says which."""
    headline: str
    best: Score | None
    last: Score | None
    trend: tuple[float, ...]
    parent: Parent | None
    started_at: float
    duration_s: float
    step: int
    epoch: float | None
    parameters: int
    damaged: int
    unknown: int
    disk_bytes: int
    attempt: int
    phase: Phase | None
    pace: Pace
    started: RunStarted | None
    """Without what only a screen of its own shows."""


@dataclass
class Fold:
    """What a summary needs of a log, event by event."""

    select_by: SelectBy = "loss"
    first_started_at: float | None = None
    started: RunStarted | None = None
    attempt: int = 0
    phase: Phase | None = None
    reason: str = ""
    has_diverged: bool = False
    """It ended because a loss was no number any more."""
    elapsed_s: float = 0.0
    step: int = 0
    pace: Pace = field(default_factory=Pace)
    damaged: int = 0
    unknown: int = 0
    scores: Scores = field(default_factory=Scores)
    """Of validations of the last weights."""
    headline: str = "accuracy"
    """The metric that people ask for first."""
    _metrics: dict[str, None] = field(default_factory=dict)
    """What was validated, in order of appearance."""
    _num_compared: int = 0
    _best: Score | None = None
    """The best of so many scores, as of a revision of theirs."""
    _revision: int = 0

    def apply(self, event: AnyEvent) -> None:
        """Take in the next event of the log."""
        self._take_in(event)
        self.pace.tell(event, self.step, self.phase)

    def _take_in(self, event: AnyEvent) -> None:
        self.attempt = event.attempt
        self.elapsed_s = max(self.elapsed_s, event.elapsed_s)
        match event:
            case RunStarted():
                self.started = event
                self.phase, self.reason, self.has_diverged = None, "", False
                self._choose_headline()
                if self.first_started_at is None:
                    self.first_started_at = event.started_at
            case PhaseChanged():
                self.phase, self.reason = event.phase, event.reason
                self.has_diverged = event.has_diverged
                self.step = max(self.step, event.step)
            case Steps(split="validation"):
                for evaluation in evaluations_in(event):
                    self._score(evaluation)
            case Steps():
                lengths = [len(values) // 4 for values in event.metrics.values()]
                self.step = max(self.step, event.first_step + max(lengths, default=0) - 1)
            case Evaluated(split="validation", weights="last"):
                self._score(event)
            case Resumed():
                self.step = event.at_step
                self.scores.cut_after(event.at_step)
                if self._best is not None and self._best.step > event.at_step:
                    self._forget_best()
            case FactsTold():
                self._learn(event)
            case Finished() | Note() | Predictions():
                pass
            case _:
                self.step = max(self.step, event.step)

    @property
    def epoch(self) -> float | None:
        """Where it is, in epochs; None where nobody knows of epochs."""
        return self.epoch_of(self.step)

    @property
    def best(self) -> Score | None:
        """The best by ``select_by``; of equals the earlier. What is not finite is never the best."""
        if self._revision != self.scores.revision:
            self._revision, self._num_compared = self.scores.revision, 0
        for score in self.scores[self._num_compared :]:
            if self._is_better(score):
                self._best = score
        self._num_compared = self.scores.num_settled
        return self._best

    def _is_better(self, score: Score) -> bool:
        best = self._best
        by = own_select_by(self._metrics) if self._is_own else self.select_by
        if by == "loss":
            return math.isfinite(score.loss) and (best is None or score.loss < best.loss)
        sign = -1 if self.headline in LOWER_IS_BETTER else 1
        is_known = math.isfinite(score.headline)
        return is_known and (best is None or sign * score.headline > sign * best.headline)

    @property
    def _is_own(self) -> bool:
        return self.started is not None and self.started.task == "any"

    def epoch_of(self, step: int) -> float | None:
        """A step in epochs; None where nobody knows of epochs."""
        if self.started is None:
            return 0.0
        return step / self.started.steps_per_epoch if self.started.steps_per_epoch else None

    def _score(self, event: Evaluated) -> None:
        self.step = max(self.step, event.step)
        if not event.metrics:
            return
        if not self._metrics.keys() >= event.metrics.keys():
            self._metrics |= dict.fromkeys(event.metrics)
            self._choose_headline()
        loss, headline = (event.metrics.get(name, math.nan) for name in ("loss", self.headline))
        if self.scores and self.scores[-1].step == event.step:  # told in parts
            before = self.scores.pop()
            loss, headline = (
                old if math.isnan(new) else new
                for old, new in ((before.loss, loss), (before.headline, headline))
            )
            self._forget_best()
        self.scores.append(Score(event.step, self.epoch_of(event.step), loss, headline))

    def _choose_headline(self) -> None:
        chosen = headline_of(self.started.task if self.started else None, self._metrics)
        if chosen != self.headline:
            self.headline = chosen
            self.scores.replace_all(lambda score: score._replace(headline=math.nan))
            self._forget_best()

    def _learn(self, event: FactsTold) -> None:
        if self.started is not None:
            self.started = event.told_to(self.started)
            self.scores.replace_all(lambda score: score._replace(epoch=self.epoch_of(score.step)))
            self._forget_best()

    def _forget_best(self) -> None:
        self._num_compared, self._best = 0, None


def lean(started: RunStarted | None) -> RunStarted | None:
    """``started`` with what a list needs of it, which is where and when."""
    if started is None:
        return None
    return msgspec.structs.replace(started, classes=(), input_shape=(), baselines={}, numerics={})


def trend(scores: Sequence[Score]) -> tuple[float, ...]:
    """How validation went, in at most twelve values (see `thin`): the headline metric, else the loss."""
    values = [score.headline for score in scores]
    if all(map(math.isnan, values)):
        values = [score.loss for score in scores]
    return thin(values, _TREND_POINTS)


def thin(values: Sequence[float], most: int) -> tuple[float, ...]:
    """At most so many values, each for an equal share of ``values``.

    The first is the first of its share, each other one that which lies furthest from the one before, so that
    a spike is seen; NaN stands for a share of which one value was not finite.
    """
    count = min(len(values), most)
    bounds = [len(values) * i // count for i in range(count + 1)] if count else []
    kept: list[float] = []
    before = math.nan
    for start, end in pairwise(bounds):
        part = values[start:end]
        if not all(map(math.isfinite, part)):
            kept.append(math.nan)
            continue
        low, high = min(part), max(part)
        furthest = low if abs(low - before) > abs(high - before) else high
        before = part[0] if math.isnan(before) else furthest
        kept.append(before)
    return tuple(kept)
