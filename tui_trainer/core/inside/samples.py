"""Some samples of a split, as the network sees them, and what it makes of them."""

from collections.abc import Sequence

import msgspec

from tui_trainer.core.events import Event, Split


class Sample(msgspec.Struct, frozen=True, gc=False):
    """One sample."""

    index: int
    """Its place in the split."""
    values: bytes
    """Its numbers in original units, little-endian float32, in the order of ``Samples.shape``."""
    output: bytes
    """Probabilities of the classes (C,), or the prediction (1,) in original units; little-endian float32."""
    actual: float
    """The true class, or the target in original units."""
    loss: float


class Samples(Event, frozen=True, kw_only=True, tag="samples"):
    """In pictures.log: the answer to a question about samples."""

    split: Split
    shape: Sequence[int]
    """Of a sample: (columns,), or (channels, height, width) of an image."""
    samples: Sequence[Sample]
    of: int = 0
    """How many samples answer to the question; these are the first of them."""
