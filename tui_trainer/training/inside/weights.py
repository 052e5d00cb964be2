"""Weights of the first layer in the form of the samples, and feature maps of one sample."""

from collections.abc import Generator
from typing import Literal

import numpy as np
import torch
from torch import Tensor, nn

from tui_trainer.core.inside.packed import Fields, pack
from tui_trainer.core.inside.questions import MapsOfSample
from tui_trainer.core.inside.weights import FeatureMaps, MapsOfLayer, Weights
from tui_trainer.training.assembly import Trainee
from tui_trainer.training.inside.looking import (
    CannotAnswer,
    in_original_units,
    is_regression,
    little_endian,
    of_split,
    still,
    told_outputs,
)
from tui_trainer.training.inside.thinning import Seldom
from tui_trainer.training.inside.units import activation_after, units
from tui_trainer.training.recording import Recorder

MAX_UNITS = 64
MAX_MAPS = 32
"""Units and channels of a layer that are pictured: the first."""


class WeightsProbe:
    """Looks at the weights that the samples meet first."""

    name = "weights"

    def __init__(self) -> None:
        self._seldom = Seldom()

    def suits(self, trainee: Trainee) -> bool:
        """There is a first layer in nearly any network."""
        return bool(units(trainee.network))

    def prepare(self, trainee: Trainee) -> None:
        """There is nothing to remember of the step before."""

    def look(self, trainee: Trainee, record: Recorder) -> None:
        """Record the weights, unless they were just before."""
        if self._seldom.is_due(trainee, record):
            record.pictured(weights(trainee, record))


def weights(trainee: Trainee, record: Recorder) -> Weights:
    """The weights of the first layer by unit, as they are now."""
    found = units(trainee.network)
    first = found[0]
    all_of_them = first.module.weight.detach()
    form: Literal["image", "filter", "columns"] = "columns"
    shape = tuple(all_of_them.shape[1:])
    if isinstance(first.module, nn.Conv2d):
        form = "filter"
    elif trainee.facts.is_image:
        form, shape = "image", trainee.facts.input_shape
    kept = little_endian(all_of_them[:MAX_UNITS]).reshape(-1, *shape)
    scales = np.abs(np.nan_to_num(kept, posinf=0.0, neginf=0.0)).reshape(len(kept), -1).max(axis=1)
    divisors = np.where(scales > 0, scales, 1.0).reshape(-1, *[1] * len(shape))
    parts = np.clip(np.nan_to_num(kept / divisors, nan=0.0, posinf=1.0, neginf=-1.0), -1, 1)
    return Weights(
        attempt=record.attempt,
        elapsed_s=record.elapsed_s,
        layer=first.name,
        form=form,
        shape=shape,
        of=len(all_of_them),
        is_output=len(found) == 1,
        scales=scales.astype("<f4").tobytes(),
        values=pack(np.rint(parts * 127).astype(np.int8)),
    )


def maps_of_sample(
    trainee: Trainee, record: Recorder, question: MapsOfSample
) -> Generator[float, None, FeatureMaps]:
    """What comes out of each convolutional layer for one sample. Raises CannotAnswer."""
    inputs, targets = of_split(trainee, question.split)
    if not 0 <= question.index < len(inputs):
        raise CannotAnswer(f"{question.split} has {len(inputs):,} samples, counted from 0")
    places = _convolutions(trainee)
    if not places or is_regression(trainee):
        raise CannotAnswer("only a network with convolutions has feature maps: lenet, cnn, vgg16 or resnet18")
    sample = inputs[question.index : question.index + 1]
    given: dict[str, Tensor] = {}
    x = sample
    for at, (name, module) in enumerate(trainee.network.named_children(), 1):
        with still(trainee.network), torch.inference_mode():
            x = given[name] = module(x)
        yield at / len(trainee.network)
    told = told_outputs(trainee, x)[0]
    predicted = int(told.argmax())
    return FeatureMaps(
        attempt=record.attempt,
        elapsed_s=record.elapsed_s,
        split=question.split,
        index=question.index,
        of=len(inputs),
        shape=tuple(sample.shape[1:]),
        sample=in_original_units(trainee, sample).tobytes(),
        actual=int(targets[question.index]),
        predicted=predicted,
        probability=float(told[predicted]),
        layers=[_maps(name, activation, given[place]) for name, activation, place in places],
    )


def _convolutions(trainee: Trainee) -> list[tuple[str, str, str]]:
    """Name and activation of each convolution and residual block, and the module that gives its maps."""
    found: dict[str, tuple[str, str, str]] = {}
    for unit in units(trainee.network):
        block, dot, _ = unit.name.partition(".")
        if dot:
            found[block] = (block, "relu", block)
        elif isinstance(unit.module, nn.Conv2d):
            found[unit.name] = (unit.name, activation_after(unit), unit.h)
    return list(found.values())


def _maps(name: str, activation: str, outputs: Tensor) -> MapsOfLayer:
    _, channels, height, width = outputs.shape
    kept = little_endian(outputs[0, :MAX_MAPS])
    return MapsOfLayer(name, activation, height, width, channels, Fields.of(kept))
