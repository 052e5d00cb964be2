"""The layers a recipe comes to, operation by operation; the network is built from this table."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import prod
from typing import Literal, TypeAlias

from tui_trainer.core.facts import DataFacts
from tui_trainer.core.recipe import Activation, Dropout, FullyConnected, LeNet, Recipe, SingleLayer

Kind: TypeAlias = Literal["flatten", "linear", "conv", "max-pool", "activation", "dropout", "output"]
Shape: TypeAlias = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Layer:
    """One operation on one sample.

    ``output`` is no module: it is the function that the loss applies to the last layer's numbers.
    """

    name: str
    """Unique in its table, and the name of the module."""
    kind: Kind
    input_shape: Shape
    output_shape: Shape
    kernel: int = 0
    """Side of the window of a convolution or a pool; a pool moves by its side, a convolution by one."""
    padding: int = 0
    activation: Activation = "identity"
    rate: float = 0.0
    """Share of the units that a dropout leaves out."""
    note: str = ""

    @property
    def parameters(self) -> int:
        """Numbers that are learned: weights and biases."""
        match self.kind:
            case "linear":
                return (self.input_shape[0] + 1) * self.output_shape[0]
            case "conv":
                return (self.input_shape[0] * self.kernel**2 + 1) * self.output_shape[0]
            case _:
                return 0

    @property
    def mult_adds(self) -> int:
        """Multiplications (each with its addition) for one sample; biases and activations not counted."""
        match self.kind:
            case "linear":
                return self.input_shape[0] * self.output_shape[0]
            case "conv":
                return self.input_shape[0] * self.kernel**2 * prod(self.output_shape)
            case _:
                return 0

    @property
    def label(self) -> str:
        """Name and note, as a table shows them: ``softmax (inside the loss)``."""
        return f"{self.name} ({self.note})" if self.note else self.name


def num_outputs(recipe: Recipe, facts: DataFacts) -> int:
    """Numbers the last layer gives: one a class, or 1: a value, or how much speaks for the second class."""
    if facts.task == "regression" or recipe.architecture.kind == "logistic-regression":
        return 1
    if facts.task == "multiclass" or recipe.architecture.kind == "softmax-regression":
        return len(facts.classes)
    return len(facts.classes) if recipe.loss.kind == "cross-entropy" else 1


def layer_table(recipe: Recipe, facts: DataFacts) -> tuple[Layer, ...]:
    """The network's operations, first to last; dropout follows the hidden linear layers.

    For recipes that ``rules.check`` does not refuse: raises ValueError for convolutions on a table.
    """
    table = _Table(facts.input_shape)
    dropout = recipe.regularization.dropout
    match recipe.architecture:
        case SingleLayer():
            table.flatten()
        case FullyConnected(hidden=hidden, activation=activation):
            table.flatten()
            table.hidden(hidden, activation, dropout)
        case LeNet(activation=activation):
            for channels in (6, 16):
                table.convolution(channels, kernel=5)
                table.activation(activation)
                table.max_pool(2)
            table.flatten()
            table.hidden((120, 84), activation, dropout)
    outputs = num_outputs(recipe, facts)
    table.linear(outputs)
    if facts.task != "regression":
        table.output("sigmoid" if outputs == 1 else "softmax")
    return tuple(table.layers)


def num_parameters(table: tuple[Layer, ...]) -> int:
    """Weights and biases of all layers."""
    return sum(layer.parameters for layer in table)


def title(recipe: Recipe) -> tuple[str, ...]:
    """The recipe in a few words a part: ``digits``, ``fcnn 64-32 relu``, ``cross-entropy``, ``adam 0.001``, …

    Regularization comes last and is left out when there is none. Whether it is ``gd`` or ``sgd`` follows from
    the batch size.
    """
    parts = (recipe.data.kind, _architecture_title(recipe), recipe.loss.kind, _optimizer_title(recipe))
    regularization = ", ".join(
        name.replace("_", "-") for name, value in recipe.regularization if value is not None
    )
    return (*parts, regularization) if regularization else parts


def _architecture_title(recipe: Recipe) -> str:
    match recipe.architecture:
        case FullyConnected(hidden=hidden, activation=activation):
            return f"{'mlp' if len(hidden) == 1 else 'fcnn'} {'-'.join(map(str, hidden))} {activation}"
        case LeNet(activation=activation):
            return f"lenet {activation}"
        case architecture:
            return architecture.kind


def _optimizer_title(recipe: Recipe) -> str:
    optimizer, batch_size = recipe.optimizer, recipe.training.batch_size
    if optimizer.kind not in ("gd", "sgd"):
        return f"{optimizer.kind} {optimizer.lr:g}"
    if batch_size == "all":
        return f"gd {optimizer.lr:g}"
    return f"sgd {optimizer.lr:g}" + (f", batches of {batch_size}" if batch_size != 1 else "")


class _Table:
    """A table that grows layer by layer; each takes what the last one gives."""

    def __init__(self, input_shape: Shape) -> None:
        self.layers: list[Layer] = []
        self._shape = input_shape

    def flatten(self) -> None:
        if len(self._shape) > 1:
            self._add("flatten", "flatten", (prod(self._shape),))

    def linear(self, units: int) -> None:
        self._add("linear", "linear", (units,))

    def convolution(self, channels: int, *, kernel: int) -> None:
        """Padded, so that height and width stay."""
        if len(self._shape) != 3:
            raise ValueError("a convolution needs images, not a table")
        self._add("conv", "conv", (channels, *self._shape[1:]), kernel=kernel, padding=kernel // 2)

    def max_pool(self, kernel: int) -> None:
        channels, height, width = self._shape
        self._add("max-pool", "pool", (channels, height // kernel, width // kernel), kernel=kernel)

    def activation(self, activation: Activation) -> None:
        self._add("activation", activation, self._shape, activation=activation)

    def hidden(self, units: Iterable[int], activation: Activation, dropout: Dropout | None) -> None:
        """Hidden linear layers, each followed by its activation and its dropout."""
        for number in units:
            self.linear(number)
            self.activation(activation)
            if dropout is not None:
                self._add("dropout", "dropout", self._shape, rate=dropout.rate)

    def output(self, function: str) -> None:
        self._add("output", function, self._shape, note="inside the loss")

    def _add(
        self,
        kind: Kind,
        word: str,
        output_shape: Shape,
        *,
        kernel: int = 0,
        padding: int = 0,
        activation: Activation = "identity",
        rate: float = 0.0,
        note: str = "",
    ) -> None:
        once = kind in ("flatten", "output")
        number = 1 + sum(layer.name.rstrip("0123456789") == word for layer in self.layers)
        self.layers.append(
            Layer(
                name=word if once else f"{word}{number}",
                kind=kind,
                input_shape=self._shape,
                output_shape=output_shape,
                kernel=kernel,
                padding=padding,
                activation=activation,
                rate=rate,
                note=note,
            )
        )
        self._shape = output_shape
