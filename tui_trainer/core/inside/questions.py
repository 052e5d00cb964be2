"""What a viewer may ask of a network at one moment; the answer is a picture."""

from collections.abc import Sequence
from typing import TypeAlias

import msgspec

from tui_trainer.core.events import Split


class _Question(msgspec.Struct, frozen=True, kw_only=True, tag_field="about"):
    pass


class SomeSamples(_Question, frozen=True, kw_only=True, tag="samples"):
    """Samples of a split by their places in it; answered by `Samples`."""

    split: Split
    indices: Sequence[int]


class MapsOfSample(_Question, frozen=True, kw_only=True, tag="maps"):
    """What the convolutional layers make of one sample; answered by `FeatureMaps`."""

    split: Split
    index: int


class ThePlane(_Question, frozen=True, kw_only=True, tag="plane"):
    """Classes over the plane in which most of the data lies; answered by `PrincipalPlane`."""


Question: TypeAlias = SomeSamples | MapsOfSample | ThePlane
"""All kinds."""
