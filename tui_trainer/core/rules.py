"""Which choices fit together: what is refused, what is doubtful, and why."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from tui_trainer.core.estimate import steps_per_epoch
from tui_trainer.core.events import Task
from tui_trainer.core.facts import DataFacts
from tui_trainer.core.recipe import FullyConnected, LeNet, Recipe, SingleLayer

Severity: TypeAlias = Literal["refused", "doubtful"]
LossName: TypeAlias = Literal["mse", "cross-entropy", "binary-cross-entropy"]

_FEW_UPDATES = 100
_NATURAL_LOSS: dict[Task, LossName] = {
    "regression": "mse",
    "binary": "binary-cross-entropy",
    "multiclass": "cross-entropy",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to know before training: ``reason`` is a sentence, ``suggestion`` names what to choose."""

    severity: Severity
    part: str
    """The field of the recipe it is about: ``data``, ``architecture``, …, ``training``."""
    reason: str
    suggestion: str


def natural_loss(task: Task) -> LossName:
    """The loss that fits a task when nobody chose one."""
    return _NATURAL_LOSS[task]


def check(recipe: Recipe, facts: DataFacts) -> tuple[Finding, ...]:
    """All that is refused or doubtful in ``recipe``; what is refused comes first."""
    case = _Case(recipe, facts)
    return tuple(
        Finding(rule.severity, rule.part, rule.reason.format(case=case), rule.suggestion.format(case=case))
        for rule in RULES
        if rule.when(case)
    )


@dataclass(frozen=True, slots=True)
class _Case:
    """A recipe and its data, in the words of the rules."""

    recipe: Recipe
    facts: DataFacts

    @property
    def data(self) -> str:
        return self.recipe.data.kind

    @property
    def architecture(self) -> str:
        return self.recipe.architecture.kind

    @property
    def loss(self) -> str:
        return self.recipe.loss.kind

    @property
    def num_classes(self) -> int:
        return len(self.facts.classes)

    @property
    def regression(self) -> bool:
        return self.facts.task == "regression"

    @property
    def binary(self) -> bool:
        return self.facts.task == "binary"

    @property
    def single_layer(self) -> str:
        """The architecture without hidden layers that fits data and loss."""
        if self.regression:
            return "linear"
        return "logistic-regression" if self.binary and self.loss != "cross-entropy" else "softmax-regression"

    @property
    def class_loss(self) -> str:
        """The cross-entropy that fits data and architecture."""
        one_output = self.binary and self.architecture != "softmax-regression"
        return "binary-cross-entropy" if one_output else "cross-entropy"

    @property
    def activation(self) -> str:
        """The activation of the hidden layers; empty when there are none."""
        architecture = self.recipe.architecture
        return "" if isinstance(architecture, SingleLayer) else architecture.activation

    @property
    def num_hidden(self) -> int:
        match self.recipe.architecture:
            case SingleLayer():
                return 0
            case FullyConnected(hidden=hidden):
                return len(hidden)
            case LeNet():
                return 4

    @property
    def lr(self) -> float:
        return self.recipe.optimizer.lr

    @property
    def batch_size(self) -> int:
        """Samples in one update."""
        size = self.recipe.training.batch_size
        return self.facts.num_train if size == "all" else size

    @property
    def epochs(self) -> int:
        return self.recipe.training.epochs

    @property
    def num_updates(self) -> int:
        return self.epochs * steps_per_epoch(self.recipe, self.facts)

    @property
    def select_by(self) -> str:
        return self.recipe.training.select_by


@dataclass(frozen=True, slots=True)
class Rule:
    """When something is refused or doubtful; the texts may name what they are about as ``{case.…}``."""

    severity: Severity
    part: str
    when: Callable[[_Case], bool]
    reason: str
    suggestion: str


RULES: tuple[Rule, ...] = (
    Rule(
        "refused",
        "architecture",
        lambda case: case.architecture == "lenet" and not case.facts.is_image,
        "lenet's convolutions need images, and {case.data} is a table.",
        "choose fcnn",
    ),
    Rule(
        "refused",
        "architecture",
        lambda case: case.architecture in ("logistic-regression", "softmax-regression") and case.regression,
        "{case.architecture} gives probabilities of classes, and {case.data} asks for a number.",
        "choose linear",
    ),
    Rule(
        "refused",
        "architecture",
        lambda case: case.architecture == "linear" and not case.regression,
        "linear gives a number, and {case.data} asks for one of {case.num_classes} classes.",
        "choose {case.single_layer}",
    ),
    Rule(
        "refused",
        "architecture",
        lambda case: case.architecture == "logistic-regression" and case.num_classes > 2,
        "logistic-regression tells two classes apart, and {case.data} has {case.num_classes}.",
        "choose softmax-regression",
    ),
    Rule(
        "refused",
        "loss",
        lambda case: case.loss != "mse" and case.regression,
        "{case.loss} compares classes, and {case.data} asks for a number.",
        "choose mse",
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
            case.loss == "cross-entropy" and case.architecture == "logistic-regression" and case.binary
        ),
        "cross-entropy needs one output a class: with two outputs it would be softmax-regression.",
        "choose binary-cross-entropy",
    ),
    Rule(
        "refused",
        "loss",
        lambda case: (
            case.loss == "binary-cross-entropy" and case.architecture == "softmax-regression" and case.binary
        ),
        "binary-cross-entropy needs a single output, and softmax-regression has one a class.",
        "choose cross-entropy",
    ),
    Rule(
        "refused",
        "training",
        lambda case: case.select_by == ("accuracy" if case.regression else "r2"),
        "{case.data} has no {case.select_by} to choose the best weights by.",
        "choose training.select_by=loss",
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
            and (case.activation == "sigmoid" or (case.activation == "tanh" and case.architecture != "lenet"))
        ),
        "{case.activation} in {case.num_hidden} hidden layers: its slope shrinks the gradient at each.",
        "choose relu",
    ),
    Rule(
        "doubtful",
        "architecture",
        lambda case: case.architecture == "fully-connected" and case.activation == "identity",
        "Without an activation the hidden layers are no more than a single linear one.",
        "choose relu, or {case.single_layer}",
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
        "loss",
        lambda case: case.loss == "mse" and not case.regression,
        "With mse a confident mistake on a class hardly learns: the gradient of a saturated output vanishes.",
        "choose {case.class_loss}",
    ),
    Rule(
        "doubtful",
        "optimizer",
        lambda case: case.recipe.optimizer.kind == "adam" and case.lr >= 0.1,
        "adam moves every weight by about the learning rate at each step: {case.lr:g} is far.",
        "choose optimizer.lr=0.001",
    ),
    Rule(
        "doubtful",
        "optimizer",
        lambda case: case.recipe.optimizer.kind != "adam" and case.lr > 1,
        "With a learning rate of {case.lr:g} steps are likely to overshoot and the loss to diverge.",
        "choose optimizer.lr=0.1",
    ),
    Rule(
        "doubtful",
        "regularization",
        lambda case: case.recipe.regularization.dropout is not None and case.num_hidden == 0,
        "dropout leaves out hidden units, and {case.architecture} has none: it does nothing.",
        "choose l2",
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
)
"""Every rule, what is refused first."""
