"""What lies in pictures.log: bulky things about a network at one step, each named by an event's offset."""

from pathlib import Path
from typing import TypeAlias

import msgspec

from tui_trainer.core.inside.batch import BatchStep
from tui_trainer.core.inside.boundary import (
    Boundary,
    FittedCurve,
    FittedPlane,
    HiddenUnits,
    Points,
    PrincipalPlane,
)
from tui_trainer.core.inside.layers import LayerHistograms
from tui_trainer.core.inside.poked import PokedSample
from tui_trainer.core.inside.probabilities import ClassProbabilities
from tui_trainer.core.inside.samples import Samples
from tui_trainer.core.inside.surface import LossSlice
from tui_trainer.core.inside.weights import FeatureMaps, Weights
from tui_trainer.core.runlog import RunLogError, payload_at

Picture: TypeAlias = (
    LayerHistograms
    | Samples
    | LossSlice
    | ClassProbabilities
    | BatchStep
    | PokedSample
    | Boundary
    | FittedCurve
    | FittedPlane
    | HiddenUnits
    | Points
    | PrincipalPlane
    | Weights
    | FeatureMaps
)
"""All kinds."""

_decoder: msgspec.msgpack.Decoder[Picture] = msgspec.msgpack.Decoder(Picture)


def picture_at(path: Path, offset: int) -> Picture:
    """The picture whose frame begins at ``offset`` of pictures.log.

    Raises RunLogError when there is none, it is damaged, or only a newer version knows its kind.
    """
    try:
        return _decoder.decode(payload_at(path, offset))
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise RunLogError(f"{path}: no picture that this version knows at byte {offset}") from error
