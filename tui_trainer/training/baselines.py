"""What the trivial answer would score: the line a network has to get past."""

from collections.abc import Mapping

import torch

from tui_trainer.core.events import Baseline, Task
from tui_trainer.core.recipe import BinaryCrossEntropy, CrossEntropy, Loss
from tui_trainer.training.data import LoadedData
from tui_trainer.training.losses import Criterion

NEARLY_BALANCED = 1.1
"""Up to this many times its fair share, the most frequent class is no better a guess than any."""


def baselines(
    data: LoadedData, task: Task, loss: Loss, num_outputs: int, criterion: Criterion
) -> Mapping[str, Baseline]:
    """By metric, on validation: what answering the same whatever the input scores, judged by train alone."""
    if task == "regression":
        return _mean_predictor(data, criterion)
    loss_value = Baseline(_know_nothing(data, num_outputs, criterion), _name(loss, len(data.classes)))
    return {"loss": loss_value, "accuracy": _majority_class(data)}


def _know_nothing(data: LoadedData, num_outputs: int, criterion: Criterion) -> float:
    """The loss of giving every class the same probability: all logits are 0."""
    labels = data.validation_y
    return criterion(torch.zeros(len(labels), num_outputs, device=labels.device), labels).item()


def _name(loss: Loss, num_classes: int) -> str:
    is_plain = isinstance(loss, CrossEntropy | BinaryCrossEntropy) and loss.class_weights == "none"
    return f"ln {num_classes}" if is_plain else "every class alike"


def _majority_class(data: LoadedData) -> Baseline:
    labels = data.validation_y.cpu()
    counts = data.train_y.cpu().bincount(minlength=len(data.classes))
    accuracy = (labels == counts.argmax()).double().mean().item()
    is_balanced = counts.max().item() <= NEARLY_BALANCED * len(data.train_y) / len(data.classes)
    return Baseline(accuracy, "chance" if is_balanced else "majority class")


def _mean_predictor(data: LoadedData, criterion: Criterion) -> Mapping[str, Baseline]:
    mean = data.train_y.mean()
    targets = data.validation_y
    errors = (targets - mean).cpu().double() * data.target_std
    values = {
        "loss": criterion(mean.expand_as(targets), targets),
        "r2": torch.zeros(()),
        "mae": errors.abs().mean(),
        "rmse": errors.square().mean().sqrt(),
    }
    return {metric: Baseline(value.item(), "mean predictor") for metric, value in values.items()}
