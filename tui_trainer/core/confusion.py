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


def confusions(matrix: Matrix, most: int) -> list[Confusion]:
    """The most frequent confusions, at most so many; of equals the larger share of its class first."""
    counts = np.array(matrix, np.int64)
    support = counts.sum(axis=1)
    np.fill_diagonal(counts, 0)
    share = counts / np.maximum(support, 1)[:, None]
    order = np.lexsort((share.ravel(), counts.ravel()))[::-1][:most]
    pairs = [divmod(int(place), len(counts)) for place in order]
    return [Confusion(i, j, int(counts[i, j]), int(support[i])) for i, j in pairs if counts[i, j]]


def most_confused(matrix: Matrix) -> Confusion | None:
    """The most frequent confusion, of equals the larger share of its class; None without errors."""
    return next(iter(confusions(matrix, 1)), None)


def confused_beside(matrix: Matrix) -> NDArray[np.int64]:
    """An order (C,) of the classes in which the most confused ones come first, beside each other.

    It begins with the pair that is confused most, either way, and goes on to whatever is confused most with
    the class before; classes without errors are last, in their own order.
    """
    errors = np.array(matrix, np.int64)
    np.fill_diagonal(errors, 0)
    errors += errors.T
    totals, left = errors.sum(axis=1), np.ones(len(errors), bool)
    order: list[int] = []
    for _ in range(len(errors)):
        following = int(np.where(left, errors[order[-1]], 0).argmax()) if order else -1
        if not order or not left[following] or not errors[order[-1], following]:
            worst = np.where(left, errors.max(axis=1, where=left, initial=0), -1)
            # Of the pair that begins a group, the one that is confused with others too comes second.
            ends = np.flatnonzero(worst == worst.max())
            following = int(ends[totals[ends].argmin()])
        order.append(following)
        left[following] = False
    return np.array(order, np.int64)


def accuracy(matrix: Matrix) -> float:
    """Share of samples on the diagonal; NaN without samples."""
    counts = np.asarray(matrix, np.int64)
    return float(_ratio(np.trace(counts), counts.sum()))


def _ratio(part: NDArray[np.int64], whole: NDArray[np.int64]) -> Floats:
    ratio: Floats = np.divide(part, whole, out=np.full(np.shape(part), np.nan), where=np.asarray(whole) > 0)
    return ratio
