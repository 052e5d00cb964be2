"""Weights of a first layer in the form of the samples, and what its filters make of one."""

from collections.abc import Sequence
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from tui_trainer.core.events import Event, Split
from tui_trainer.core.inside.packed import Fields, unpack_signed


class Weights(Event, frozen=True, kw_only=True, tag="weights"):
    """In pictures.log: the weights into the first units of the first layer that has any."""

    layer: str
    form: Literal["image", "filter", "columns"]
    """Whether a unit sees a whole image, a patch of one, or the columns of a table."""
    shape: Sequence[int]
    """Of one unit's weights: (channels, height, width), or (columns,)."""
    of: int
    """How many units the layer has; these are the first of them."""
    is_output: bool
    """Whether the units are the network's outputs: one a class."""
    scales: bytes
    """The largest absolute weight of each unit; little-endian float32."""
    values: bytes
    """Weights as parts of that, 127 for all of it; packed."""

    def arrays(self) -> tuple[NDArray[np.float64], NDArray[np.float32]]:
        """Weights (units, *shape) as parts of their scale, -1 to 1, and the scales (units,).

        Raises ValueError.
        """
        scales = np.frombuffer(self.scales, "<f4")
        return unpack_signed(self.values, (len(scales), *self.shape)) / 127, scales


class MapsOfLayer(msgspec.Struct, frozen=True, gc=False):
    """What comes out of the first channels of a convolutional layer."""

    name: str
    activation: str
    height: int
    width: int
    of: int
    """How many channels it has."""
    maps: Fields


class FeatureMaps(Event, frozen=True, kw_only=True, tag="feature_maps"):
    """In pictures.log: the answer to a question about one sample."""

    split: Split
    index: int
    of: int
    """How many samples the split has."""
    shape: Sequence[int]
    """(channels, height, width)."""
    sample: bytes
    """Its numbers in original units; little-endian float32."""
    actual: int
    predicted: int
    """Classes."""
    probability: float
    """Of the predicted one."""
    layers: Sequence[MapsOfLayer]
