"""One class against the rest, ranked by probability: ROC, precision and recall, their areas."""

from dataclasses import dataclass
from math import nan
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Bools: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True)
class Outcome:
    """How samples come out where a threshold decides."""

    hits: int
    """Of the class, and taken for it."""
    false_alarms: int
    """Taken for it, and not of it."""
    misses: int
    """Of it, and not taken for it."""
    rejections: int
    """Neither."""

    @property
    def precision(self) -> float:
        """Of what is taken for the class, how much is; NaN when nothing is."""
        return _ratio(self.hits, self.hits + self.false_alarms)

    @property
    def recall(self) -> float:
        """Of the class, how much is found: the true positive rate. NaN when there is none."""
        return _ratio(self.hits, self.hits + self.misses)

    @property
    def f1(self) -> float:
        """Harmonic mean of both; NaN when the class neither occurs nor is predicted."""
        return _ratio(2 * self.hits, 2 * self.hits + self.false_alarms + self.misses)

    @property
    def specificity(self) -> float:
        """Of the rest, how much is not taken for the class; NaN when there is no rest."""
        return _ratio(self.rejections, self.rejections + self.false_alarms)

    @property
    def false_positive_rate(self) -> float:
        """Of the rest, how much is taken for the class."""
        return 1 - self.specificity


@dataclass(frozen=True, eq=False)
class Ranking:
    """Samples by falling score: what comes out with each distinct score (k,) as the threshold."""

    thresholds: Floats
    """Falling; a sample that has just the threshold is taken for the class."""
    hits: Ints
    false_alarms: Ints
    positives: int
    """Samples of the class."""
    negatives: int

    @property
    def has_both(self) -> bool:
        """Whether there are samples of the class and of the rest; else there are no curves."""
        return self.positives > 0 and self.negatives > 0

    def roc(self) -> tuple[Floats, Floats]:
        """False and true positive rate, both (k + 1,), from (0, 0) to (1, 1)."""
        return _from_0(self.false_alarms) / self.negatives, _from_0(self.hits) / self.positives

    def precision_recall(self) -> tuple[Floats, Floats]:
        """Recall, from 0 on, and precision, 1 there; both (k + 1,)."""
        precision = self.hits / (self.hits + self.false_alarms)
        return _from_0(self.hits) / self.positives, np.concatenate([[1.0], precision])

    def roc_auc(self) -> float:
        """Area under the ROC curve: the chance that a sample of the class ranks above one of the rest, ties
        counting half. NaN where one of them is missing.
        """
        if not self.has_both:
            return nan
        false_rate, true_rate = self.roc()
        return float(np.trapezoid(true_rate, false_rate))

    def average_precision(self) -> float:
        """Mean of the precision over all steps of recall, without interpolation; NaN as for the area."""
        if not self.has_both:
            return nan
        recall, precision = self.precision_recall()
        return float(np.sum(np.diff(recall) * precision[1:]))

    def at(self, threshold: float) -> Outcome:
        """What comes out at any threshold."""
        taken = int(np.searchsorted(-self.thresholds, -threshold, side="right"))
        hits = int(self.hits[taken - 1]) if taken else 0
        false_alarms = int(self.false_alarms[taken - 1]) if taken else 0
        return Outcome(hits, false_alarms, self.positives - hits, self.negatives - false_alarms)

    def next_threshold(self, threshold: float, by: int) -> float:
        """The nearest score above (1) or below (-1) a threshold; itself where there is none."""
        beyond = self.thresholds[self.thresholds > threshold if by > 0 else self.thresholds < threshold]
        if not len(beyond):
            return threshold
        return float(beyond[-1] if by > 0 else beyond[0])


def rank(is_of_class: Bools, scores: Floats) -> Ranking:
    """Rank samples by ``scores`` (N,); ``is_of_class`` (N,) tells which are of the class."""
    order = np.argsort(-scores, kind="stable")
    ranked, found = scores[order], is_of_class[order]
    is_last_of_ties = np.append(np.diff(ranked) != 0, True)[: len(ranked)]
    ends: Ints = np.flatnonzero(is_last_of_ties)
    hits: Ints = np.cumsum(found, dtype=np.int64)[ends]
    return Ranking(
        thresholds=ranked[ends],
        hits=hits,
        false_alarms=ends + 1 - hits,
        positives=int(found.sum()),
        negatives=int(len(found) - found.sum()),
    )


def score_of_class(given: Floats, chosen: int) -> Floats:
    """Probability (N,) of one class out of (N, C), with more digits near 1 than float32 has there."""
    rest = given[:, :chosen].sum(axis=1) + given[:, chosen + 1 :].sum(axis=1)
    return np.where(given[:, chosen] < 0.5, given[:, chosen], 1 - rest)


def _from_0(counts: Ints) -> Floats:
    return np.concatenate([[0.0], counts])


def _ratio(part: int, whole: int) -> float:
    return part / whole if whole else nan
