"""What a confusion matrix says: scores per class, row percent, the most frequent confusion.

Matrices are (C, C) counts; rows are the true class, columns the predicted one. A score whose denominator is
zero is NaN: nothing is known about it, and no number would be honest.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Matrix: TypeAlias = NDArray[np.int64] | Sequence[Sequence[int]]
Floats: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class PerClass:
    """Scores of each class, all (C,)."""

    precision: Floats
    """Of what was taken for this class, how much is; NaN when nothing was."""
    recall: Floats
    """Of what is this class, how much was found; NaN when there is none."""
    f1: Floats
    """Harmonic mean of both; NaN when the class neither occurs nor is predicted."""
    support: NDArray[np.int64]
    """How many samples are of this class."""


@dataclass(frozen=True)
class Confusion:
    """``count`` of the ``of`` samples of class ``true`` were taken for ``predicted``."""

    true: int
    predicted: int
    count: int
    of: int


def per_class(matrix: Matrix) -> PerClass:
    """Precision, recall, F1 and support of each class."""
    counts = np.asarray(matrix, np.int64)
    hits, support, predicted = np.diag(counts), counts.sum(axis=1), counts.sum(axis=0)
    return PerClass(
        precision=_ratio(hits, predicted),
        recall=_ratio(hits, support),
        f1=_ratio(2 * hits, support + predicted),
        support=support,
    )


def most_confused(matrix: Matrix) -> Confusion | None:
    """The most frequent confusion, of equals the larger share of its class; None without errors."""
    counts = np.array(matrix, np.int64)
    support = counts.sum(axis=1)
    np.fill_diagonal(counts, 0)
    if not counts.any():
        return None
    share = counts / np.maximum(support, 1)[:, None]
    true, predicted = divmod(int(np.lexsort((share.ravel(), counts.ravel()))[-1]), len(counts))
    return Confusion(true, predicted, int(counts[true, predicted]), int(support[true]))


def accuracy(matrix: Matrix) -> float:
    """Share of samples on the diagonal; NaN without samples."""
    counts = np.asarray(matrix, np.int64)
    return float(_ratio(np.trace(counts), counts.sum()))


def _ratio(part: NDArray[np.int64], whole: NDArray[np.int64]) -> Floats:
    ratio: Floats = np.divide(part, whole, out=np.full(np.shape(part), np.nan), where=np.asarray(whole) > 0)
    return ratio
