"""What validation gave over a run: all of it at first, of very much the extremes of equal stretches."""

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from math import isfinite
from typing import NamedTuple, overload

MAX_SCORES = 4096
"""Of one run, however often it is validated."""
_OPEN = 16
"""So many in the stretch that still grows before it is thinned."""


class Score(NamedTuple):
    """What validation gave at one step."""

    step: int
    epoch: float | None
    """None where nobody knows of epochs."""
    loss: float
    headline: float
    """Accuracy or R²; NaN when it was not measured."""


class Scores(Sequence[Score]):
    """At most MAX_SCORES scores by step.

    Of every stretch of steps those with the lowest and the highest loss and headline are kept, the first that
    is a ``milestone``, and the last: so the best of all, the first to reach a target and the newest are among
    them. Stretches are one step long at first, and twice as long whenever too much is kept.
    """

    def __init__(self) -> None:
        self.milestone: Callable[[Score], bool] = lambda _: False
        """Whether the first such score matters."""
        self.revision = 0
        """Raised when other scores change than those from ``num_settled`` on."""
        self._scores: list[Score] = []
        self._length = 1
        """Of a stretch, in steps."""
        self._num_settled = 0

    @property
    def num_settled(self) -> int:
        """How many stay as they are while ``revision`` does; those of the last stretch do not."""
        return self._num_settled

    def append(self, score: Score) -> None:
        """Add what came of a later step than all others."""
        scores = self._scores
        if scores and self._stretch(score) != self._stretch(scores[-1]):
            self._thin_last()
            self._num_settled = len(scores)
        scores.append(score)
        if len(scores) - self._num_settled > _OPEN:
            self._thin_last()
        if len(scores) > MAX_SCORES:
            self._lengthen()

    def pop(self) -> Score:
        """Take back the last."""
        last = self._scores.pop()
        self._reopen()
        return last

    def cut_after(self, step: int) -> None:
        """Forget every score after ``step``."""
        while self._scores and self._scores[-1].step > step:
            self._scores.pop()
        self._reopen()

    def replace_all(self, change: Callable[[Score], Score]) -> None:
        """Put another in the place of each, of the same step."""
        self._scores = [change(score) for score in self._scores]
        self.revision += 1

    def _stretch(self, score: Score) -> int:
        return score.step // self._length

    def _reopen(self) -> None:
        """What was settled may have gone; the last is never settled."""
        if self._num_settled >= len(self._scores):
            self._num_settled = max(0, len(self._scores) - 1)
            self.revision += 1

    def _thin_last(self) -> None:
        if len(self._scores) - self._num_settled > 1:
            self._scores[self._num_settled :] = self._extremes(self._scores[self._num_settled :])

    def _lengthen(self) -> None:
        while len(self._scores) > MAX_SCORES // 2:
            self._length *= 2
            stretches = groupby(self._scores, self._stretch)
            self._scores = [score for _, each in stretches for score in self._extremes(list(each))]
        last = self._stretch(self._scores[-1])
        self._num_settled = next(i for i, each in enumerate(self._scores) if self._stretch(each) == last)
        self.revision += 1

    def _extremes(self, scores: Sequence[Score]) -> Iterable[Score]:
        places = range(len(scores))
        kept = {len(scores) - 1}
        for values in ([score.loss for score in scores], [score.headline for score in scores]):
            if known := [place for place in places if isfinite(values[place])]:
                kept |= {min(known, key=values.__getitem__), max(known, key=values.__getitem__)}
        kept |= set([place for place in places if self.milestone(scores[place])][:1])
        return [scores[place] for place in sorted(kept)]

    def __len__(self) -> int:
        return len(self._scores)

    @overload
    def __getitem__(self, place: int) -> Score: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Score]: ...
    def __getitem__(self, place: int | slice) -> Score | Sequence[Score]:
        return self._scores[place]
