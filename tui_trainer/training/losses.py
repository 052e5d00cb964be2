"""The loss part of a recipe, as a function of a network's outputs and the targets."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import TypeAlias

import torch
import torch.nn.functional as F
from torch import Tensor

from tui_trainer.core.events import Task
from tui_trainer.core.recipe import BinaryCrossEntropy, CrossEntropy, ErrorLoss, Focal, Huber, Loss

Criterion: TypeAlias = Callable[[Tensor, Tensor], Tensor]
"""Outputs ``(N, K)`` and targets, int64 ``(N,)`` or float32 ``(N, 1)``, to the mean loss, a scalar."""

_NUMBERS: Mapping[str, Criterion] = {"mse": F.mse_loss, "mae": F.l1_loss}


def build_loss(loss: Loss, task: Task, train_y: Tensor) -> Criterion:
    """The mean loss of a batch. Outputs for classes are logits: softmax or sigmoid is the loss's.

    ``train_y`` are the training targets: class weights balance them.
    """
    match loss:
        case ErrorLoss(kind=kind):
            return _NUMBERS[kind] if task == "regression" else _mse_of_probabilities
        case Huber(delta=delta):
            return partial(F.huber_loss, delta=delta)
        case CrossEntropy(label_smoothing=smoothing):
            each = partial(F.cross_entropy, reduction="none", label_smoothing=smoothing)
            plain: Criterion = partial(F.cross_entropy, label_smoothing=smoothing)
        case BinaryCrossEntropy(label_smoothing=smoothing):
            each = partial(_binary_cross_entropy, reduction="none", label_smoothing=smoothing)
            plain = partial(_binary_cross_entropy, label_smoothing=smoothing)
        case Focal(gamma=gamma):
            each = partial(_focal, gamma=gamma)
            plain = partial(_mean, each)
    if loss.class_weights == "none":
        return plain
    return partial(_weighted, each, balancing_weights(train_y))


def balancing_weights(labels: Tensor) -> Tensor:
    """N / (C N_c) for each class (C,): every class weighs the same in all, and the mean weight is 1."""
    counts = labels.bincount()
    weights = len(labels) / ((counts > 0).sum() * counts.clamp(min=1))
    return weights.to(torch.float32)


def _mean(each: Criterion, logits: Tensor, labels: Tensor) -> Tensor:
    return each(logits, labels).mean()


def _weighted(each: Criterion, weights: Tensor, logits: Tensor, labels: Tensor) -> Tensor:
    """Divided by the number of samples and not by their weights, so that parts of a batch add up to it."""
    return (weights[labels] * each(logits, labels)).mean()


def _binary_cross_entropy(
    logits: Tensor, labels: Tensor, label_smoothing: float = 0.0, reduction: str = "mean"
) -> Tensor:
    targets = labels.to(logits.dtype)
    if label_smoothing:
        targets = targets * (1 - label_smoothing) + label_smoothing / 2
    return F.binary_cross_entropy_with_logits(logits.squeeze(1), targets, reduction=reduction)


def _focal(logits: Tensor, labels: Tensor, gamma: float) -> Tensor:
    """(1 - p)^γ times the cross-entropy, p the probability of the true class (Lin et al. 2017); ``(N,)``."""
    if logits.shape[1] == 1:
        cross_entropy = _binary_cross_entropy(logits, labels, reduction="none")
    else:
        cross_entropy = F.cross_entropy(logits, labels, reduction="none")
    # 1 - p from the loss itself; clamped, since the slope of a power below 1 is infinite at 0.
    missing = -torch.expm1(-cross_entropy)
    return missing.clamp(min=1e-12) ** gamma * cross_entropy


def _mse_of_probabilities(logits: Tensor, labels: Tensor) -> Tensor:
    """Mean squared distance of the probabilities from one-hot targets (one logit: from 0 and 1)."""
    num_outputs = logits.shape[1]
    if num_outputs == 1:
        return F.mse_loss(logits.squeeze(1).sigmoid(), labels.to(logits.dtype))
    return F.mse_loss(logits.softmax(dim=1), F.one_hot(labels, num_outputs).to(logits.dtype))
