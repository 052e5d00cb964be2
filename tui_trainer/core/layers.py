"""One layer of a network: its shapes, what is learned in it, what it costs."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import prod
from typing import Literal, TypeAlias

from tui_trainer.core.recipe import Activation

Kind: TypeAlias = Literal[
    "flatten",
    "linear",
    "conv",
    "residual",
    "batch-norm",
    "max-pool",
    "average-pool",
    "activation",
    "dropout",
    "output",
]
Shape: TypeAlias = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Layer:
    """One operation on one sample.

    ``residual`` is a block: two 3×3 convolutions with batch norm, added to its input (He et al. 2016).
    ``output`` is no module: it is the function that the loss applies to the last layer's numbers.
    """

    name: str
    """Unique in its table, and the name of the module."""
    kind: Kind
    input_shape: Shape
    output_shape: Shape
    kernel: int = 0
    """Side of the window of a convolution or a pool; a pool moves by its side."""
    stride: int = 1
    """By how much the window of a convolution moves, the first one's in a residual block."""
    padding: int = 0
    activation: Activation = "identity"
    rate: float = 0.0
    """Share of the units that a dropout leaves out."""
    momentum: float = 0.0
    """How fast a batch norm's running mean and variance follow."""
    note: str = ""

    @property
    def parameters(self) -> int:
        """Numbers that are learned: weights and biases."""
        channels_in, channels_out = self.input_shape[0], self.output_shape[0]
        match self.kind:
            case "linear":
                return (channels_in + 1) * channels_out
            case "conv":
                return (channels_in * self.kernel**2 + 1) * channels_out
            case "batch-norm":
                return 2 * channels_out
            case "residual":
                convolutions = 9 * (channels_in + channels_out) * channels_out
                shortcut = (channels_in + 2) * channels_out if self.has_projection else 0
                return convolutions + 4 * channels_out + shortcut
            case _:
                return 0

    @property
    def mult_adds(self) -> int:
        """Multiplications (each with its addition) for one sample; biases and activations not counted."""
        channels_in, channels_out = self.input_shape[0], self.output_shape[0]
        match self.kind:
            case "linear":
                return channels_in * channels_out
            case "conv":
                return channels_in * self.kernel**2 * prod(self.output_shape)
            case "residual":
                at_each = 9 * (channels_in + channels_out) + (channels_in if self.has_projection else 0)
                return at_each * prod(self.output_shape)
            case _:
                return 0

    @property
    def compares_samples(self) -> bool:
        """Whether it normalizes over the batch, so that a batch in parts would be another computation."""
        return self.kind in ("batch-norm", "residual")

    @property
    def has_projection(self) -> bool:
        """Whether the shortcut of a residual block is a 1×1 convolution, since the shapes differ."""
        return self.input_shape != self.output_shape

    @property
    def label(self) -> str:
        """Name and note, as a table shows them: ``softmax (inside the loss)``."""
        return f"{self.name} ({self.note})" if self.note else self.name


def num_parameters(table: Iterable[Layer]) -> int:
    """Weights and biases of all layers."""
    return sum(layer.parameters for layer in table)
