"""The layers a recipe comes to, operation by operation; the network is built from this table."""

from collections.abc import Iterable
from math import prod
from typing import Any

from tui_trainer.core.facts import DataFacts
from tui_trainer.core.layers import Kind, Layer, Shape
from tui_trainer.core.recipe import (
    Activation,
    Cnn,
    FullyConnected,
    LeNet,
    Perceptron,
    Recipe,
    Regularization,
    ResNet18,
    SingleLayer,
    Vgg16,
)

_VGG16 = ((64, 64), (128, 128), (256, 256, 256), (512, 512, 512), (512, 512, 512))
"""Filters of each convolution, by block; a pool ends a block (configuration D)."""
_RESNET18 = (64, 128, 256, 512)
"""Channels of each stage of two blocks; from the second stage on, the first block halves the image."""


def num_outputs(recipe: Recipe, facts: DataFacts) -> int:
    """Numbers the last layer gives: one a class, or 1: a value, or how much speaks for the second class."""
    if facts.task == "regression" or recipe.architecture.kind in ("logistic-regression", "perceptron"):
        return 1
    if facts.task == "multiclass" or recipe.architecture.kind == "softmax-regression":
        return len(facts.classes)
    return len(facts.classes) if recipe.loss.kind == "cross-entropy" else 1


def normalizes_batches(recipe: Recipe) -> bool:
    """Whether layers compare the samples of a batch, so that a batch needs two."""
    return recipe.regularization.batch_norm is not None or isinstance(recipe.architecture, Cnn | ResNet18)


def unit_activation(recipe: Recipe, facts: DataFacts) -> Activation:
    """What a perceptron's unit applies to its sum, as far as the loss does not; identity elsewhere."""
    architecture = recipe.architecture
    if not isinstance(architecture, Perceptron) or architecture.activation == "auto":
        return "identity"
    is_in_the_loss = architecture.activation == "sigmoid" and facts.task != "regression"
    return "identity" if is_in_the_loss else architecture.activation


def layer_table(recipe: Recipe, facts: DataFacts) -> tuple[Layer, ...]:
    """The network's operations, first to last: in a layer linear, batch norm, activation, dropout.

    For recipes that ``rules.check`` does not refuse: raises ValueError for convolutions on a table.
    """
    table = _Table(facts.input_shape, recipe.regularization)
    match recipe.architecture:
        case SingleLayer() | Perceptron():
            table.flatten()
        case FullyConnected(hidden=hidden, activation=activation):
            table.flatten()
            table.hidden(hidden, activation)
        case LeNet(activation=activation):
            for channels in (6, 16):
                table.convolution(channels, 5, activation)
                table.max_pool()
            table.flatten()
            table.hidden((120, 84), activation)
        case Cnn(channels=all_channels, hidden=units, activation=activation):
            for channels in all_channels:
                table.convolution(channels, 3, activation, batch_norm=True)
                table.max_pool()
            table.flatten()
            table.hidden((units,), activation)
        case ResNet18():
            table.convolution(_RESNET18[0], 3, "relu", batch_norm=True)
            for stage, channels in enumerate(_RESNET18):
                table.residual(channels, stride=2 if stage else 1)
                table.residual(channels)
            table.average_pool()
        case Vgg16(activation=activation):
            for block in _VGG16:
                for channels in block:
                    table.convolution(channels, 3, activation)
                table.max_pool()
            table.average_pool()
    outputs = num_outputs(recipe, facts)
    table.linear(outputs)
    if (last := unit_activation(recipe, facts)) != "identity":
        table.activation(last)
    if facts.task != "regression":
        table.output("sigmoid" if outputs == 1 else "softmax")
    return tuple(table.layers)


class _Table:
    """A table that grows layer by layer; each takes what the last one gives."""

    def __init__(self, input_shape: Shape, regularization: Regularization) -> None:
        self.layers: list[Layer] = []
        self._shape = input_shape
        self._batch_norm = regularization.batch_norm
        self._dropout = regularization.dropout

    def flatten(self) -> None:
        if len(self._shape) > 1:
            self._add("flatten", "flatten", (prod(self._shape),))

    def linear(self, units: int) -> None:
        self._add("linear", "linear", (units,))

    def convolution(
        self, channels: int, kernel: int, activation: Activation, *, batch_norm: bool = False
    ) -> None:
        """Padded, so that height and width stay; its batch norm and its activation."""
        if len(self._shape) != 3:
            raise ValueError("a convolution needs images, not a table")
        self._add("conv", "conv", (channels, *self._shape[1:]), kernel=kernel, padding=kernel // 2)
        if batch_norm or self._batch_norm:
            self.batch_norm()
        self.activation(activation)

    def residual(self, channels: int, *, stride: int = 1) -> None:
        _, height, width = self._shape
        shape = (channels, -(-height // stride), -(-width // stride))
        self._add("residual", "residual", shape, kernel=3, stride=stride, padding=1)

    def batch_norm(self) -> None:
        momentum = self._batch_norm.momentum if self._batch_norm else 0.1
        self._add("batch-norm", "batch-norm", self._shape, momentum=momentum)

    def max_pool(self) -> None:
        """Halve the image, where there is anything left to halve."""
        channels, height, width = self._shape
        if min(height, width) > 1:
            self._add("max-pool", "pool", (channels, height // 2, width // 2), kernel=2)

    def average_pool(self) -> None:
        """One number a channel."""
        self._add("average-pool", "average-pool", self._shape[:1])

    def activation(self, activation: Activation) -> None:
        self._add("activation", activation, self._shape, activation=activation)

    def hidden(self, units: Iterable[int], activation: Activation) -> None:
        """Hidden linear layers, each with its batch norm, its activation and its dropout."""
        for number in units:
            self.linear(number)
            if self._batch_norm:
                self.batch_norm()
            self.activation(activation)
            if self._dropout is not None:
                self._add("dropout", "dropout", self._shape, rate=self._dropout.rate)

    def output(self, function: str) -> None:
        self._add("output", function, self._shape, note="inside the loss")

    def _add(self, kind: Kind, word: str, output_shape: Shape, **fields: Any) -> None:
        """Add a layer, with what of ``fields`` its kind has."""
        once = kind in ("flatten", "average-pool", "output")
        number = 1 + sum(layer.name.rstrip("0123456789") == word for layer in self.layers)
        name = word if once else f"{word}{number}"
        self.layers.append(Layer(name, kind, self._shape, output_shape, **fields))
        self._shape = output_shape
