"""What classes the samples of validation were given at one evaluation, and which of them are worth a look."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from tui_trainer.core.events import Event, Split

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]


class ClassProbabilities(Event, frozen=True, kw_only=True, tag="class_probabilities"):
    """In pictures.log: probabilities of the first samples of a split, in their order."""

    split: Split
    of: int
    """How many samples the split has."""
    num_classes: int
    probabilities: bytes
    """(N, C), little-endian float32."""
    actual: bytes
    """True classes (N,), little-endian uint32."""

    def given(self) -> Floats:
        """The probabilities (N, C). Raises ValueError where they are no such array."""
        return np.frombuffer(self.probabilities, "<f4").astype(np.float64).reshape(-1, self.num_classes)

    def labels(self) -> Ints:
        """The true classes (N,)."""
        return np.frombuffer(self.actual, "<u4").astype(np.int64)


def losses(given: Floats, labels: Ints) -> Floats:
    """Cross-entropy of each sample (N,): -ln of what the true class was given."""
    of_true: Floats = given[np.arange(len(labels)), labels]
    return np.asarray(-np.log(np.maximum(of_true, np.finfo(np.float32).tiny)))


def margins(given: Floats) -> Floats:
    """How far each sample's likeliest class is ahead of the next (N,): 0 is a draw, 1 no doubt at all."""
    highest = np.partition(given, -2, axis=1)[:, -2:]
    return np.asarray(highest[:, 1] - highest[:, 0])


def entropies(given: Floats) -> Floats:
    """Entropy of each sample's probabilities (N,), in nats: 0 is no doubt, ln C is all alike."""
    return np.asarray(-(given * np.log(np.maximum(given, np.finfo(np.float32).tiny))).sum(axis=1))


def in_cell(given: Floats, labels: Ints, true: int, predicted: int) -> Ints:
    """Places of the samples of class ``true`` that were taken for ``predicted``, the worst loss first."""
    found = np.flatnonzero((labels == true) & (given.argmax(axis=1) == predicted))
    return np.asarray(found[np.argsort(-losses(given[found], labels[found]), kind="stable")])
