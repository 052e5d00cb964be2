"""What a viewer may ask of a network at one moment; the answer is a picture."""

from collections.abc import Mapping, Sequence
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


class NextBatch(_Question, frozen=True, kw_only=True, tag="next_batch"):
    """What the next step does, number by number; answered by `BatchStep`."""


class Poked(_Question, frozen=True, kw_only=True, tag="poked"):
    """What becomes of a sample when it is spoiled, in this order; answered by `PokedSample`."""

    split: Split
    index: int
    columns: Mapping[int, float] = {}
    """Table: column -> another value, in original units."""
    shift: tuple[int, int] = (0, 0)
    """Image: pixels to the right, and down; what comes in is 0."""
    noise: float = 0.0
    """Deviation of the noise, in deviations of the column or channel."""
    noise_seed: int = 0
    box: tuple[int, int, int, int] | None = None
    """Image: left, top, width and height of what is covered with 0."""


class MapsOfSample(_Question, frozen=True, kw_only=True, tag="maps"):
    """What the convolutional layers make of one sample; answered by `FeatureMaps`."""

    split: Split
    index: int


class ThePlane(_Question, frozen=True, kw_only=True, tag="plane"):
    """Classes over the plane in which most of the data lies; answered by `PrincipalPlane`."""


class Probabilities(_Question, frozen=True, kw_only=True, tag="probabilities"):
    """What classes a split's samples are given; answered by `ClassProbabilities`."""

    split: Split


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


Question: TypeAlias = SomeSamples | NextBatch | Poked | MapsOfSample | ThePlane | Probabilities | Slice
"""All kinds."""
