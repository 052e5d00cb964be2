"""A slice of a network's loss around its weights."""

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

import msgspec
import numpy as np
from numpy.typing import NDArray

from tui_trainer.core.events import Event
from tui_trainer.core.inside.questions import Along

Floats: TypeAlias = NDArray[np.float64]


class Waypoint(msgspec.Struct, frozen=True, gc=False):
    """Where the weights of a checkpoint lie, seen from above the plane."""

    step: int
    a: float
    b: float


class Lowest(NamedTuple):
    """The place of a grid with the least loss."""

    a: float
    b: float
    loss: float


class LossSlice(Event, frozen=True, kw_only=True, tag="loss_slice"):
    """In pictures.log: the mean loss at θ + a d1, or θ + a d1 + b d2, of some samples of train.

    In eval mode, and without penalties.
    """

    step: int
    """Of the weights θ."""
    dimensions: int
    along: Along
    span: float
    """a and b go from minus to plus this."""
    seed: int
    """Of random directions."""
    points: int
    """So many places a side, an odd number: θ is the one in the middle."""
    num_samples: int
    losses: bytes
    """Little-endian float32: (points,) over a, or (points, points) with a row for each b."""
    path: Sequence[Waypoint] = ()
    """In two dimensions the checkpoints at hand, in step order, but for that of θ itself."""

    def array(self) -> NDArray[np.float32]:
        """The losses (points,) over a, or (b, a)."""
        return np.frombuffer(self.losses, "<f4").reshape((self.points,) * self.dimensions)

    def places(self) -> Floats:
        """The values of a, and of b, (points,)."""
        return places(self.span, self.points)

    @property
    def loss(self) -> float:
        """At θ."""
        middle = self.points // 2
        return float(self.array()[(middle,) * self.dimensions])

    @property
    def lowest(self) -> Lowest:
        """Where the loss is least, θ of several; it is finite there, unless it is so nowhere."""
        losses, at = np.nan_to_num(self.array(), nan=np.inf), self.places()
        if self.loss <= losses.min():
            return Lowest(0.0, 0.0, self.loss)
        where = np.unravel_index(int(losses.argmin()), losses.shape)
        return Lowest(
            float(at[where[-1]]), float(at[where[0]]) if len(where) > 1 else 0.0, float(losses[where])
        )


def places(span: float, points: int) -> Floats:
    """So many places from minus to plus ``span``; the middle one is exactly 0."""
    half = points // 2
    return np.asarray(np.arange(-half, half + 1) * (span / half))
