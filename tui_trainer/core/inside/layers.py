"""How weights, gradients and activations of each layer are spread at one step."""

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from tui_trainer.core.events import Event

NUM_BINS = 48


class Histogram(msgspec.Struct, frozen=True, gc=False):
    """How many of some numbers lie in each of equal bins from ``low`` to ``high``."""

    low: float
    high: float
    counts: bytes
    """Little-endian uint32, a count a bin."""

    def array(self) -> NDArray[np.uint32]:
        """The counts (bins,)."""
        return np.frombuffer(self.counts, "<u4")


class LayerHistograms(Event, frozen=True, kw_only=True, tag="layer_histograms"):
    """In pictures.log: one of each for every layer that a `LayersMeasured` names, in its order."""

    weights: Sequence[Histogram]
    gradients: Sequence[Histogram]
    """Of the loss with respect to the weights."""
    inputs: Sequence[Histogram]
    """Of what goes into the layer's activation, its z; of the output layer too, which has none."""
    activations: Sequence[Histogram]
    """Of what comes out of it, its h."""
