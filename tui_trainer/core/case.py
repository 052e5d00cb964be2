"""A recipe and its data, in the words of the rules."""

from dataclasses import dataclass
from functools import cached_property

from tui_trainer.core.architectures import layer_table
from tui_trainer.core.estimate import plan, rows_at_once, steps_per_epoch
from tui_trainer.core.facts import DataFacts
from tui_trainer.core.layers import Layer
from tui_trainer.core.recipe import Recipe, ResNet18, SingleLayer

ERROR_LOSSES = ("mse", "mae", "huber")
"""Losses that compare numbers."""
CONVOLUTIONAL = ("lenet", "cnn", "resnet18", "vgg16")
VGG16_LARGEST_LR = 5e-4
"""From here on vgg16 without batch norm stayed at chance with adaptive steps; with 1e-4 it learned."""
ADAPTIVE = ("rmsprop", "adam", "adamw")
"""Optimizers whose steps are about as long as the learning rate says, whatever the gradient."""


@dataclass(frozen=True)
class Case:
    """What rules look at and speak of; the table, which many of them ask for, is made once."""

    recipe: Recipe
    facts: DataFacts

    @property
    def data(self) -> str:
        """Kind of the data."""
        return self.recipe.data.kind

    @property
    def architecture(self) -> str:
        """Kind of the architecture."""
        return self.recipe.architecture.kind

    @property
    def loss(self) -> str:
        """Kind of the loss."""
        return self.recipe.loss.kind

    @property
    def optimizer(self) -> str:
        """Kind of the optimizer."""
        return self.recipe.optimizer.kind

    @property
    def num_classes(self) -> int:
        """0 for regression."""
        return len(self.facts.classes)

    @property
    def is_regression(self) -> bool:
        """Whether a number is asked for."""
        return self.facts.task == "regression"

    @property
    def is_binary(self) -> bool:
        """Whether there are two classes."""
        return self.facts.task == "binary"

    @property
    def single_layer(self) -> str:
        """The architecture without hidden layers that fits data and loss."""
        if self.is_regression:
            return "linear"
        is_one_output = self.is_binary and self.loss != "cross-entropy"
        return "logistic-regression" if is_one_output else "softmax-regression"

    @property
    def class_loss(self) -> str:
        """The cross-entropy that fits data and architecture."""
        one_output = self.is_binary and self.architecture != "softmax-regression"
        return "binary-cross-entropy" if one_output else "cross-entropy"

    @property
    def activation(self) -> str:
        """That of the hidden layers, or of a perceptron's unit; empty where there is none to choose."""
        match self.recipe.architecture:
            case SingleLayer() | ResNet18():
                return ""
            case architecture:
                return architecture.activation

    @cached_property
    def table(self) -> tuple[Layer, ...]:
        """The layers; none where they cannot be built."""
        try:
            return layer_table(self.recipe, self.facts)
        except ValueError:
            return ()

    @property
    def num_hidden(self) -> int:
        """Layers with weights before the last one."""
        return max(0, sum(layer.kind in ("linear", "conv", "residual") for layer in self.table) - 1)

    @property
    def has_dropout(self) -> bool:
        """Whether dropout found anything to leave out."""
        return any(layer.kind == "dropout" for layer in self.table)

    @property
    def has_batch_norm(self) -> bool:
        """Whether any layer is normalized over the batch."""
        return any(layer.compares_samples for layer in self.table)

    @property
    def lr(self) -> float:
        """The learning rate."""
        return self.recipe.optimizer.lr

    @property
    def batch_size(self) -> int:
        """Samples in one update."""
        size = self.recipe.training.batch_size
        return self.facts.num_train if size == "all" else size

    @property
    def rows_at_once(self) -> int:
        """Samples that go through the network at once."""
        return rows_at_once(self.table)

    @property
    def epochs(self) -> int:
        """Epochs planned."""
        return self.recipe.training.epochs

    @property
    def num_updates(self) -> int:
        """Updates planned."""
        return self.epochs * steps_per_epoch(self.recipe, self.facts)

    @property
    def hours(self) -> float:
        """About how long it takes on a CPU."""
        return plan(self.recipe, self.facts).seconds / 3600 if self.table else 0.0

    @property
    def select_by(self) -> str:
        """The metric that chooses the best weights."""
        return self.recipe.training.select_by
