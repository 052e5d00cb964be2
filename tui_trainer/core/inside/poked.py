"""One sample, spoiled, and what the network makes of it before and after."""

from collections.abc import Sequence

from tui_trainer.core.events import Event, Split


class PokedSample(Event, frozen=True, kw_only=True, tag="poked"):
    """In pictures.log: the answer to a question about a spoiled sample. Arrays are little-endian float32."""

    split: Split
    index: int
    of: int
    """How many samples the split has."""
    shape: Sequence[int]
    """Of a sample: (columns,), or (channels, height, width) of an image."""
    values: bytes
    """Its numbers in original units, as they are."""
    spoiled: bytes
    """The same, spoiled."""
    deviations: bytes
    """How far each column or channel strays over train, in original units."""
    output_before: bytes
    """Probabilities of the classes (C,), or the prediction (1,) in original units; of the sample as it is."""
    output: bytes
    """Of the spoiled one."""
    actual: float
    """The true class, or the target in original units."""
    loss_before: float
    loss: float
