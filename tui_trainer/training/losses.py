"""The loss part of a recipe, as a function of a network's outputs and the targets."""

from collections.abc import Callable
from typing import TypeAlias

import torch.nn.functional as F
from torch import Tensor

from tui_trainer.core.events import Task
from tui_trainer.core.recipe import Loss

Criterion: TypeAlias = Callable[[Tensor, Tensor], Tensor]
"""Outputs ``(N, K)`` and targets, int64 ``(N,)`` or float32 ``(N, 1)``, to the mean loss, a scalar."""


def build_loss(loss: Loss, task: Task) -> Criterion:
    """The mean loss of a batch. Outputs for classes are logits: softmax or sigmoid is the loss's."""
    if loss.kind == "cross-entropy":
        return F.cross_entropy
    if loss.kind == "binary-cross-entropy":
        return _binary_cross_entropy
    return F.mse_loss if task == "regression" else _mse_of_probabilities


def _binary_cross_entropy(logits: Tensor, labels: Tensor) -> Tensor:
    return F.binary_cross_entropy_with_logits(logits.squeeze(1), labels.to(logits.dtype))


def _mse_of_probabilities(logits: Tensor, labels: Tensor) -> Tensor:
    """Mean squared distance of the probabilities from one-hot targets (one logit: from 0 and 1)."""
    num_outputs = logits.shape[1]
    if num_outputs == 1:
        return F.mse_loss(logits.squeeze(1).sigmoid(), labels.to(logits.dtype))
    return F.mse_loss(logits.softmax(dim=1), F.one_hot(labels, num_outputs).to(logits.dtype))
