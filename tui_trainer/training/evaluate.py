"""One split measured in eval mode: its loss and scores, its confusion matrix or its predictions."""

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from math import nan
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from tui_trainer.core.events import Task
from tui_trainer.training.losses import Criterion
from tui_trainer.training.regularization import Penalty

MAX_PREDICTIONS = 2_000
"""Pairs of actual and predicted target that are kept for a picture."""


@dataclass(frozen=True, slots=True)
class Predictions:
    """Targets ``(N,)`` beside what was predicted for them, in original units."""

    actual: NDArray[np.float32]
    predicted: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Measured:
    """What one split came to."""

    num_samples: int
    metrics: Mapping[str, float]
    confusion: tuple[tuple[int, ...], ...] | None = None
    """(C, C) counts: rows are the true class, columns the predicted one."""
    predictions: Predictions | None = None
    outputs: Tensor | None = field(default=None, compare=False, repr=False)
    """Classes: what the network put out, logits (N, K)."""


@dataclass(frozen=True, slots=True)
class Evaluator:
    """Measures a model with the scores that suit its task."""

    model: nn.Module
    criterion: Criterion
    penalty: Penalty
    task: Task
    num_classes: int
    target_mean: float
    target_std: float
    rows_at_once: int

    def measure(self, inputs: Tensor, targets: Tensor) -> Generator[Literal["part"], None, Measured]:
        """Measure all of ``inputs (N, …)`` against ``targets``, yielding after each chunk of rows.

        Leaves the model in eval mode.
        """
        outputs = []
        for chunk in torch.split(inputs, self.rows_at_once):
            self.model.eval()
            with torch.inference_mode():
                outputs.append(self.model(chunk))
            yield "part"
        return self._scores(torch.cat(outputs), targets)

    @torch.inference_mode()
    def _scores(self, outputs: Tensor, targets: Tensor) -> Measured:
        metrics = {"loss": self.criterion(outputs, targets).item()}  # device synchronizes here
        if self.penalty.is_on:
            metrics["penalty"] = self.penalty.value()
        if self.task == "regression":
            predictions = Predictions(self._in_original_units(targets), self._in_original_units(outputs))
            metrics |= regression_scores(predictions)
            return Measured(len(targets), metrics, predictions=predictions)
        confusion = confusion_matrix(targets, predicted_classes(outputs), self.num_classes)
        metrics["accuracy"] = float(np.trace(confusion) / len(targets))
        if self.task == "binary":
            metrics["roc_auc"] = roc_auc(targets.cpu().numpy(), second_class_scores(outputs).cpu().numpy())
        counts = tuple(map(tuple, confusion.tolist()))
        return Measured(len(targets), metrics, confusion=counts, outputs=outputs)

    def _in_original_units(self, standardized: Tensor) -> NDArray[np.float32]:
        values: NDArray[np.float32] = (standardized[:, 0] * self.target_std + self.target_mean).cpu().numpy()
        return values


def predicted_classes(outputs: Tensor) -> Tensor:
    """Classes ``(N,)`` for logits ``(N, K)``: of several the largest, of one class 1 when it is positive."""
    return (outputs[:, 0] > 0).long() if outputs.shape[1] == 1 else outputs.argmax(dim=1)


def second_class_scores(outputs: Tensor) -> Tensor:
    """A number ``(N,)`` that rises with the probability of class 1 of two."""
    return outputs[:, 0] if outputs.shape[1] == 1 else outputs[:, 1] - outputs[:, 0]


def confusion_matrix(actual: Tensor, predicted: Tensor, num_classes: int) -> NDArray[np.int64]:
    """Counts ``(C, C)`` of int64 labels ``(N,)``: rows are the true class, columns the predicted one."""
    counts = torch.bincount(actual * num_classes + predicted, minlength=num_classes**2)
    matrix: NDArray[np.int64] = counts.reshape(num_classes, num_classes).cpu().numpy()
    return matrix


def roc_auc(labels: NDArray[np.int64], scores: NDArray[np.float32]) -> float:
    """Chance that a sample of class 1 scores above one of class 0, ties counting half.

    By ranks (Mann and Whitney 1947); NaN when a class is missing or a score is NaN.
    """
    num_ones = int(np.count_nonzero(labels))
    num_zeros = len(labels) - num_ones
    if not num_ones or not num_zeros or np.isnan(scores).any():
        return nan
    _, which, counts = np.unique(scores, return_inverse=True, return_counts=True)
    mean_rank = np.cumsum(counts) - (counts - 1) / 2
    ones_above = mean_rank[which][labels == 1].sum() - num_ones * (num_ones + 1) / 2
    return float(ones_above / (num_ones * num_zeros))


def regression_scores(predictions: Predictions) -> dict[str, float]:
    """R² (against the mean of these very targets), mean absolute and root mean squared error."""
    actual, predicted = predictions.actual.astype(np.float64), predictions.predicted.astype(np.float64)
    error = predicted - actual
    squared, spread = float(np.sum(error**2)), float(np.sum((actual - actual.mean()) ** 2))
    return {
        "r2": 1 - squared / spread if spread > 0 else nan,
        "mae": float(np.mean(np.abs(error))),
        "rmse": (squared / len(actual)) ** 0.5,
    }
