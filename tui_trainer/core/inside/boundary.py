"""What a network makes of every place of the plane or the line that its data lie in, in original units."""

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from tui_trainer.core.events import Event
from tui_trainer.core.inside.packed import Fields, unpack

_STRAIGHT = 1.0
"""So many cells of a grid may a straight line be off at most: half of it is rounding."""
_FEWEST_CROSSINGS = 8


class Window(msgspec.Struct, frozen=True, gc=False):
    """A part of the plane, and so many places in it: in the middle of each cell of a grid.

    The first row is that of the greatest second input, as one draws it.
    """

    low: Sequence[float]
    high: Sequence[float]
    """Of both inputs."""
    rows: int
    columns: int

    @property
    def shape(self) -> tuple[int, int]:
        """(rows, columns)."""
        return self.rows, self.columns

    def places(self) -> NDArray[np.float64]:
        """The two inputs at all places, (rows × columns, 2)."""
        across, down = ((np.arange(n) + 0.5) / n for n in (self.columns, self.rows))
        x1 = self.low[0] + across * (self.high[0] - self.low[0])
        x2 = self.high[1] - down * (self.high[1] - self.low[1])
        return np.stack(np.meshgrid(x1, x2), axis=-1).reshape(-1, 2)


class Boundary(Event, frozen=True, kw_only=True, tag="boundary"):
    """In pictures.log: which class the network takes each place for, and how sure it is."""

    window: Window
    classes: bytes
    """The most probable class; packed."""
    confidence: bytes
    """Its probability, 255 for 1; packed."""
    predicted: bytes
    """Classes that the samples of `Points` are taken for; packed."""

    def regions(self) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
        """Class and probability at each place (rows, columns). Raises ValueError."""
        shape = self.window.shape
        return unpack(self.classes, shape), unpack(self.confidence, shape) / 255


class FittedPlane(Event, frozen=True, kw_only=True, tag="fitted_plane"):
    """In pictures.log: the number that is predicted at each place."""

    window: Window
    values: Fields
    """One field."""


class FittedCurve(Event, frozen=True, kw_only=True, tag="fitted_curve"):
    """In pictures.log: what is predicted along the one input."""

    low: float
    high: float
    values: bytes
    """Little-endian float32, at places equally far from each other, both ends included."""

    def curve(self) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
        """Input and prediction (n,)."""
        values = np.frombuffer(self.values, "<f4")
        return np.linspace(self.low, self.high, len(values)), values


class Points(Event, frozen=True, kw_only=True, tag="points"):
    """In pictures.log, once an attempt: samples of train, then of validation."""

    num_train: int
    """So many of them belong to train."""
    inputs: bytes
    targets: bytes
    """Classes, or numbers. Little-endian float32, as the inputs (n, columns)."""

    def arrays(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Inputs (n, columns) and targets (n,). Raises ValueError."""
        targets = np.frombuffer(self.targets, "<f4")
        return np.frombuffer(self.inputs, "<f4").reshape(len(targets), -1), targets


class PrincipalPlane(Event, frozen=True, kw_only=True, tag="principal_plane"):
    """In pictures.log: the answer to a question about the plane in which most of the data lies."""

    boundary: Boundary
    """Over the first two principal components of train, or both inputs where there are no others."""
    points: Points
    """Where samples lie in front of the plane or behind it; they are predicted where they really are."""
    explained: Sequence[float] = ()
    """How much of the variance of train lies along each axis; empty where the plane holds all inputs."""


class SeenByLayer(msgspec.Struct, frozen=True, gc=False):
    """What comes out of each unit of a hidden layer at every place of a window."""

    name: str
    activation: str
    units: Fields


class HiddenUnits(Event, frozen=True, kw_only=True, tag="hidden_units"):
    """In pictures.log: what each hidden unit of a small network sees, layer by layer."""

    window: Window
    layers: Sequence[SeenByLayer]


def is_straight(classes: NDArray[np.uint8]) -> bool:
    """Whether two classes, over a grid (rows, columns), meet in one straight line."""
    if len(np.unique(classes)) != 2:
        return False
    down, right = classes[1:] != classes[:-1], classes[:, 1:] != classes[:, :-1]
    below, beside = np.argwhere(down) + np.array([0.5, 0.0]), np.argwhere(right) + np.array([0.0, 0.5])
    crossings = np.concatenate([below, beside])
    if len(crossings) < _FEWEST_CROSSINGS:
        return False
    off = crossings - crossings.mean(axis=0)
    across = np.linalg.svd(off, full_matrices=False)[2][-1]
    return bool(np.abs(off @ across).max() < _STRAIGHT)
