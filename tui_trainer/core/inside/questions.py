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


class Probabilities(_Question, frozen=True, kw_only=True, tag="probabilities"):
    """What classes a split's samples are given; answered by `ClassProbabilities`."""

    split: Split


Question: TypeAlias = SomeSamples | Probabilities
"""All kinds."""
