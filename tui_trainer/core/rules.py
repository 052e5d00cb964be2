"""Which choices fit together: what is refused, what is doubtful, and why."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from tui_trainer.core.case import ADAPTIVE, CONVOLUTIONAL, ERROR_LOSSES, VGG16_LARGEST_LR, Case
from tui_trainer.core.events import Task
from tui_trainer.core.facts import DataFacts
from tui_trainer.core.recipe import BinaryCrossEntropy, CrossEntropy, ErrorLoss, Loss, Recipe

Severity: TypeAlias = Literal["refused", "doubtful"]
_FEW_UPDATES = 100
_LONG_H = 1.0
_NATURAL_LOSS: dict[Task, Loss] = {
    "regression": ErrorLoss(),
    "binary": BinaryCrossEntropy(),
    "multiclass": CrossEntropy(),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to know before training: ``reason`` is a sentence, ``suggestion`` names what to choose."""

    severity: Severity
    part: str
    """The field of the recipe it is about: ``data``, ``architecture``, …, ``training``."""
    reason: str
    suggestion: str


def natural_loss(task: Task) -> Loss:
    """The loss that fits a task when nobody chose one."""
    return _NATURAL_LOSS[task]


def check(recipe: Recipe, facts: DataFacts) -> tuple[Finding, ...]:
    """All that is refused or doubtful in ``recipe``; what is refused comes first."""
    case = Case(recipe, facts)
    return tuple(
        Finding(rule.severity, rule.part, rule.reason.format(case=case), rule.suggestion.format(case=case))
        for rule in RULES
        if rule.when(case)
    )


@dataclass(frozen=True, slots=True)
class Rule:
    """When something is refused or doubtful; the texts may name what they are about as ``{case.…}``."""

    severity: Severity
    part: str
    when: Callable[[Case], bool]
    reason: str
    suggestion: str


RULES: tuple[Rule, ...] = (
    Rule(
        "refused",
        "architecture",
        lambda case: case.architecture in CONVOLUTIONAL and not case.facts.is_image,
        "{case.architecture}'s convolutions need images, and {case.data} is a table.",
        "choose fcnn",
    ),
    Rule(
        "refused",
        "architecture",
        lambda case: (
            case.architecture in ("logistic-regression", "softmax-regression") and case.is_regression
        ),
        "{case.architecture} gives probabilities of classes, and {case.data} asks for a number.",
        "choose linear",
    ),
    Rule(
        "refused",
        "architecture",
        lambda case: case.architecture == "linear" and not case.is_regression,
        "linear gives a number, and {case.data} asks for one of {case.num_classes} classes.",
        "choose {case.single_layer}",
    ),
    Rule(
        "refused",
        "architecture",
        lambda case: case.architecture in ("logistic-regression", "perceptron") and case.num_classes > 2,
        "{case.architecture} tells two classes apart, and {case.data} has {case.num_classes}.",
        "choose softmax-regression",
    ),
    Rule(
        "refused",
        "architecture",
        lambda case: (
            case.architecture == "perceptron" and case.is_binary and case.activation in ("identity", "relu")
        ),
        "A perceptron with {case.activation} gives no probability, and {case.data} has two classes.",
        "choose architecture.activation=sigmoid",
    ),
    Rule(
        "refused",
        "architecture",
        lambda case: (
            case.architecture == "perceptron" and case.is_regression and case.activation == "sigmoid"
        ),
        "A perceptron with sigmoid gives only numbers from 0 to 1, and {case.data} asks for others.",
        "choose architecture.activation=identity",
    ),
    Rule(
        "refused",
        "loss",
        lambda case: case.loss not in ERROR_LOSSES and case.is_regression,
        "{case.loss} compares classes, and {case.data} asks for a number.",
        "choose mse",
    ),
    Rule(
        "refused",
        "loss",
        lambda case: case.loss in ("mae", "huber") and not case.is_regression,
        "{case.loss} compares numbers, and {case.data} asks for one of {case.num_classes} classes.",
        "choose {case.class_loss}",
    ),
    Rule(
        "refused",
        "loss",
        lambda case: case.loss == "binary-cross-entropy" and case.num_classes > 2,
        "binary-cross-entropy compares two classes, and {case.data} has {case.num_classes}.",
        "choose cross-entropy",
    ),
    Rule(
        "refused",
        "loss",
        lambda case: (
            case.loss == "cross-entropy"
            and case.architecture in ("logistic-regression", "perceptron")
            and case.is_binary
        ),
        "cross-entropy needs one output a class: with two outputs it would be softmax-regression.",
        "choose binary-cross-entropy",
    ),
    Rule(
        "refused",
        "loss",
        lambda case: (
            case.loss == "binary-cross-entropy"
            and case.architecture == "softmax-regression"
            and case.is_binary
        ),
        "binary-cross-entropy needs a single output, and softmax-regression has one a class.",
        "choose cross-entropy",
    ),
    Rule(
        "refused",
        "training",
        lambda case: case.select_by == ("accuracy" if case.is_regression else "r2"),
        "{case.data} has no {case.select_by} to choose the best weights by.",
        "choose training.select_by=loss",
    ),
    Rule(
        "refused",
        "training",
        lambda case: case.has_batch_norm and min(case.batch_size, case.facts.num_train) == 1,
        "Batch norm compares the samples of a batch, and a batch of one has nothing to compare.",
        "choose training.batch_size=32",
    ),
    Rule(
        "doubtful",
        "data",
        lambda case: case.facts.num_train < 2 * case.num_classes,
        "{case.facts.num_train} training samples for {case.num_classes} classes: too few to learn from.",
        "raise data.points or data.train_fraction",
    ),
    Rule(
        "doubtful",
        "architecture",
        lambda case: (
            case.num_hidden >= 3
            and not case.has_batch_norm
            and (case.activation == "sigmoid" or (case.activation == "tanh" and case.architecture != "lenet"))
        ),
        "{case.activation} in {case.num_hidden} hidden layers: its slope shrinks the gradient at each.",
        "choose relu",
    ),
    Rule(
        "doubtful",
        "architecture",
        lambda case: case.num_hidden > 0 and case.activation == "identity",
        "Without an activation the hidden layers are no more than a single linear one.",
        "choose relu, or {case.single_layer}",
    ),
    Rule(
        "doubtful",
        "architecture",
        lambda case: case.architecture == "perceptron" and case.activation == "relu" and case.facts.is_signed,
        "relu gives nothing below zero, and half of {case.data} lies there.",
        "choose architecture.activation=identity",
    ),
    Rule(
        "doubtful",
        "architecture",
        lambda case: case.num_hidden > 0 and case.recipe.architecture.initialization == "zeros",
        "From zeros all units of a hidden layer stay equal: nothing tells them apart.",
        "choose architecture.initialization=default",
    ),
    Rule(
        "doubtful",
        "architecture",
        lambda case: (
            case.num_hidden >= 3
            and not case.has_batch_norm
            and case.recipe.architecture.initialization == "normal"
        ),
        "Weights of about 0.01 shrink the signal in each of {case.num_hidden} hidden layers.",
        "choose architecture.initialization=he",
    ),
    Rule(
        "doubtful",
        "loss",
        lambda case: case.loss == "mse" and not case.is_regression,
        "With mse a confident mistake on a class hardly learns: the gradient of a saturated output vanishes.",
        "choose {case.class_loss}",
    ),
    Rule(
        "doubtful",
        "optimizer",
        lambda case: case.optimizer in ADAPTIVE and case.lr >= 0.1,
        "{case.optimizer} moves every weight by about the learning rate at each step: {case.lr:g} is far.",
        "choose optimizer.lr=0.001",
    ),
    Rule(
        "doubtful",
        "optimizer",
        lambda case: (
            case.architecture == "vgg16"
            and not case.has_batch_norm
            and case.optimizer in ADAPTIVE
            and case.lr >= VGG16_LARGEST_LR
        ),
        "With {case.optimizer} at {case.lr:g} vgg16 stays at chance, unless it has batch norm.",
        "choose optimizer.lr=0.0001, or batch-norm",
    ),
    Rule(
        "doubtful",
        "optimizer",
        lambda case: case.optimizer not in ADAPTIVE and case.lr > 1,
        "With a learning rate of {case.lr:g} steps are likely to overshoot and the loss to diverge.",
        "choose optimizer.lr=0.1",
    ),
    Rule(
        "doubtful",
        "optimizer",
        lambda case: getattr(case.recipe.optimizer, "epsilon", 1.0) == 0,
        "With epsilon 0 a weight that has had no gradient yet divides 0 by 0.",
        "choose optimizer.epsilon=1e-10",
    ),
    Rule(
        "doubtful",
        "regularization",
        lambda case: (
            case.recipe.regularization.dropout is not None and not case.has_dropout and bool(case.table)
        ),
        "dropout leaves out hidden units, and {case.architecture} has none for it: it does nothing.",
        "choose l2",
    ),
    Rule(
        "doubtful",
        "regularization",
        lambda case: (
            case.recipe.regularization.batch_norm is not None and not case.has_batch_norm and bool(case.table)
        ),
        "batch-norm normalizes hidden layers, and {case.architecture} has none: it does nothing.",
        "choose l2",
    ),
    Rule(
        "doubtful",
        "regularization",
        lambda case: case.has_batch_norm and case.batch_size > case.rows_at_once,
        "A batch goes through in parts of {case.rows_at_once:,} samples: batch norm sees each alone.",
        "choose training.batch_size=128",
    ),
    Rule(
        "doubtful",
        "training",
        lambda case: case.batch_size > case.facts.num_train,
        "A batch of {case.batch_size:,} is more than the {case.facts.num_train:,} training samples.",
        "choose training.batch_size=all",
    ),
    Rule(
        "doubtful",
        "training",
        lambda case: case.num_updates < _FEW_UPDATES,
        "Only {case.num_updates} updates in all: too few for most networks to learn.",
        "raise training.epochs or lower training.batch_size",
    ),
    Rule(
        "doubtful",
        "training",
        lambda case: case.hours > _LONG_H and not case.recipe.training.device.startswith(("cuda", "mps")),
        "About {case.hours:.0f} hours on a CPU.",
        "lower training.epochs or data.train_fraction, or use a GPU",
    ),
)
"""Every rule, what is refused first."""
