"""What a viewer may ask of a network at one moment; the answer is a picture."""

from collections.abc import Sequence
from typing import Literal, TypeAlias

import msgspec

from tui_trainer.core.events import Split

Along: TypeAlias = Literal["random", "checkpoints"]
"""Directions that are drawn at random, or the main ones in which the checkpoints lie apart."""


class _Question(msgspec.Struct, frozen=True, kw_only=True, tag_field="about"):
    pass


class SomeSamples(_Question, frozen=True, kw_only=True, tag="samples"):
    """Samples of a split by their places in it; answered by `Samples`."""

    split: Split
    indices: Sequence[int]


class Slice(_Question, frozen=True, kw_only=True, tag="slice"):
    """The loss around the weights along one direction or two; answered by `LossSlice`."""

    dimensions: int = 1
    along: Along = "random"
    span: float = 1.0
    """How far it goes, both ways. 1 is as far as each filter is long; along the checkpoints, as far as the
    farthest of them.
    """
    points: int = 61
    """Places a side, an odd number; a large network is looked at in fewer."""
    seed: int = 0
    """Of random directions."""


Question: TypeAlias = SomeSamples | Slice
"""All kinds."""
