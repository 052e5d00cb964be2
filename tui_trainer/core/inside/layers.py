"""How weights, gradients and activations of each layer are spread at one step."""

from collections.abc import Sequence
from typing import TypeAlias

import msgspec
import numpy as np
from numpy.typing import NDArray

from tui_trainer.core.events import Event, LayersMeasured

Floats: TypeAlias = NDArray[np.float64]

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

    def shares_in(self, edges: Floats) -> Floats:
        """Which share of the numbers lies between each of increasing ``edges`` (n,) and the next: (n - 1,).

        Within a bin they are taken to lie evenly. NaN where nothing was counted.
        """
        counts = self.array().astype(np.float64)
        if not counts.sum():
            return np.full(len(edges) - 1, np.nan)
        low, high = self.low, self.high
        if not high > low:  # all are equal: they lie in whichever part of the edges that is
            width = float(edges[-1] - edges[0]) / (1000 * len(edges))
            low, high = low - width, high + width
        below = np.concatenate([[0.0], np.cumsum(counts) / counts.sum()])
        at = np.interp(edges, np.linspace(low, high, len(below)), below)
        return np.asarray(np.diff(at))

    def range_of(self, share: float) -> tuple[float, float]:
        """From where to where the bins lie without ``share`` of the numbers at either end; NaN for none."""
        counts = self.array().astype(np.float64)
        if not counts.sum():
            return np.nan, np.nan
        below = np.cumsum(counts) / counts.sum()
        first, last = int(np.searchsorted(below, share, "right")), int(np.searchsorted(below, 1 - share))
        width = (self.high - self.low) / len(counts)
        return self.low + first * width, self.low + (min(last, len(counts) - 1) + 1) * width


class LayerHistograms(Event, frozen=True, kw_only=True, tag="layer_histograms"):
    """In pictures.log: one of each for every layer that a `LayersMeasured` names, in its order."""

    weights: Sequence[Histogram]
    gradients: Sequence[Histogram]
    """Of the loss with respect to the weights."""
    inputs: Sequence[Histogram]
    """Of what goes into the layer's activation, its z; of the output layer too, which has none."""
    activations: Sequence[Histogram]
    """Of what comes out of it, its h."""


def per_weight(measured: LayersMeasured) -> Floats:
    """How large one number of each layer's gradient is, as root mean square (layers,).

    The norm alone grows with the root of their number: this is what compares small layers with large ones.
    """
    return np.asarray(measured.gradient_norms, np.float64) * weight_factors(measured)


def weight_factors(measured: LayersMeasured) -> Floats:
    """What makes of the norm of each layer's gradient the root mean square of its numbers (layers,)."""
    return np.asarray(1 / np.sqrt(_known(measured.sizes, measured)))


def unit_factors(measured: LayersMeasured) -> Floats:
    """What makes of the norm of each layer's signal the root mean square of ∂l/∂z, of a unit for a sample."""
    return np.sqrt(measured.num_samples / _known(measured.widths, measured))


def _known(counts: Sequence[int], measured: LayersMeasured) -> Floats:
    return np.asarray(counts if len(counts) == len(measured.layers) else [1] * len(measured.layers), float)
