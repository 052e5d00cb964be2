"""What the trivial answer would score: the line a network has to get past."""

from collections.abc import Mapping
from math import log

import torch

from tui_trainer.core.events import Baseline, Task
from tui_trainer.core.recipe import Loss
from tui_trainer.training.data import LoadedData

NEARLY_BALANCED = 1.1
"""Up to this many times its fair share, the most frequent class is no better a guess than any."""


def baselines(data: LoadedData, task: Task, loss: Loss, num_outputs: int) -> Mapping[str, Baseline]:
    """By metric, on validation: what answering the same whatever the input scores, judged by train alone."""
    if task == "regression":
        return _mean_predictor(data)
    return {"loss": _know_nothing(loss, len(data.classes), num_outputs), "accuracy": _majority_class(data)}


def _know_nothing(loss: Loss, num_classes: int, num_outputs: int) -> Baseline:
    """The loss of giving every class the same probability."""
    if loss.kind != "mse":
        return Baseline(log(num_classes), f"ln {num_classes}")
    if num_outputs == 1:
        return Baseline(0.25, "every class alike")
    return Baseline((num_classes - 1) / num_classes**2, "every class alike")


def _majority_class(data: LoadedData) -> Baseline:
    labels = data.validation_y.cpu()
    counts = data.train_y.cpu().bincount(minlength=len(data.classes))
    accuracy = (labels == counts.argmax()).double().mean().item()
    is_balanced = counts.max().item() <= NEARLY_BALANCED * len(data.train_y) / len(data.classes)
    return Baseline(accuracy, "chance" if is_balanced else "majority class")


def _mean_predictor(data: LoadedData) -> Mapping[str, Baseline]:
    """Targets are standardized on train, so its mean is 0."""
    targets = data.validation_y.cpu().double()
    squared = targets.square().mean()
    values = {
        "loss": squared,
        "r2": torch.zeros(()),
        "mae": targets.abs().mean() * data.target_std,
        "rmse": squared.sqrt() * data.target_std,
    }
    return {metric: Baseline(value.item(), "mean predictor") for metric, value in values.items()}
