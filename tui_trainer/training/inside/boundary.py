"""What the network makes of every place of the plane or the line that its data lie in."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tui_trainer.core.inside.boundary import (
    Boundary,
    FittedCurve,
    FittedPlane,
    HiddenUnits,
    Points,
    SeenByLayer,
    Window,
)
from tui_trainer.core.inside.packed import Fields, pack
from tui_trainer.training.assembly import Trainee
from tui_trainer.training.inside.looking import (
    Values,
    as_network_input,
    in_original_units,
    is_regression,
    little_endian,
    still,
    told_outputs,
)
from tui_trainer.training.inside.thinning import Seldom
from tui_trainer.training.inside.units import Unit, activation_after, given_by, units
from tui_trainer.training.recording import Recorder

ROWS, COLUMNS = 48, 72
CURVE_PLACES = 256
HIDDEN_ROWS, HIDDEN_COLUMNS = 16, 24
MAX_HIDDEN = 96
"""With more hidden units than this none is pictured: nobody looks at so many."""
MAX_TRAIN, MAX_VALIDATION = 1_400, 600
"""Samples that are shown as points."""
_MARGIN = 0.08
"""Of the data's range, on each side."""


class BoundaryProbe:
    """Looks at two inputs from above, or along a single one whose number is predicted."""

    name = "boundary"

    def __init__(self) -> None:
        self._grounds: _Grounds | None = None
        self._hidden = Seldom()

    def suits(self, trainee: Trainee) -> bool:
        """Samples of two numbers lie in a plane; a number predicted from one is a curve."""
        inputs = trainee.facts.num_inputs
        return inputs == 2 or (inputs == 1 and is_regression(trainee))

    def prepare(self, trainee: Trainee) -> None:
        """There is nothing to remember of the step before."""

    def look(self, trainee: Trainee, record: Recorder) -> None:
        """Record what is predicted everywhere; the samples with the first look."""
        if self._grounds is None:
            self._grounds = _Grounds(trainee)
            record.pictured(points(trainee, record))
        grounds = self._grounds
        with still(trainee.network), torch.inference_mode():
            told = told_outputs(trainee, trainee.network(grounds.inputs))
            record.pictured(self._picture(trainee, record, grounds, told))
            if grounds.hidden and self._hidden.is_due(trainee, record):
                record.pictured(self._seen_by_hidden(trainee, record, grounds))

    def _picture(
        self, trainee: Trainee, record: Recorder, grounds: "_Grounds", told: Values
    ) -> Boundary | FittedPlane | FittedCurve:
        attempt, elapsed_s = record.attempt, record.elapsed_s
        if trainee.facts.num_inputs == 1:
            low, high = grounds.low[0], grounds.high[0]
            return FittedCurve(
                attempt=attempt, elapsed_s=elapsed_s, low=low, high=high, values=told[:, 0].tobytes()
            )
        window = grounds.window
        if is_regression(trainee):
            values = Fields.of(told[None, :, 0])
            return FittedPlane(attempt=attempt, elapsed_s=elapsed_s, window=window, values=values)
        return regions(record, window, told)

    def _seen_by_hidden(self, trainee: Trainee, record: Recorder, grounds: "_Grounds") -> HiddenUnits:
        _, given = given_by(trainee.network, grounds.hidden_inputs)
        layers = [
            SeenByLayer(unit.name, activation_after(unit), Fields.of(little_endian(given[unit.h]).T))
            for unit in grounds.hidden
        ]
        return HiddenUnits(
            attempt=record.attempt,
            elapsed_s=record.elapsed_s,
            window=grounds.hidden_window,
            layers=layers,
        )


class _Grounds:
    """All places that are looked at: the same for the whole training."""

    def __init__(self, trainee: Trainee) -> None:
        data = trainee.data
        known = in_original_units(trainee, torch.cat([data.train_x, data.validation_x]))
        self.low, self.high = extent(known)
        if trainee.facts.num_inputs == 1:
            places = np.linspace(self.low[0], self.high[0], CURVE_PLACES)[:, None]
            self.inputs = as_network_input(trainee, torch.from_numpy(places))
            self.hidden: Sequence[Unit] = ()
            return
        self.window = Window(self.low, self.high, ROWS, COLUMNS)
        self.hidden_window = Window(self.low, self.high, HIDDEN_ROWS, HIDDEN_COLUMNS)
        self.inputs = as_network_input(trainee, torch.from_numpy(self.window.places()))
        if not is_regression(trainee):  # the samples go through with the places
            self.inputs = torch.cat([self.inputs, shown_samples(trainee)[0]])
        self.hidden_inputs = as_network_input(trainee, torch.from_numpy(self.hidden_window.places()))
        hidden = units(trainee.network)[:-1]
        count = sum(unit.module.weight.shape[0] for unit in hidden)
        self.hidden = hidden if count <= MAX_HIDDEN else ()


def regions(record: Recorder, window: Window, told: Values) -> Boundary:
    """What probabilities (n, C) at the places of ``window``, then at samples, come to."""
    classes = told.argmax(axis=1).astype(np.uint8)
    confidence = np.nan_to_num(told.max(axis=1), nan=0.0)
    num_places = window.rows * window.columns
    return Boundary(
        attempt=record.attempt,
        elapsed_s=record.elapsed_s,
        window=window,
        classes=pack(classes[:num_places]),
        confidence=pack(np.rint(confidence[:num_places] * 255).astype(np.uint8)),
        predicted=pack(classes[num_places:]),
    )


def shown_samples(trainee: Trainee) -> tuple[Tensor, Tensor]:
    """Inputs and targets of those that are shown as points: of train, then of validation."""
    data = trainee.data
    splits = ((data.train_x, data.train_y, MAX_TRAIN), (data.validation_x, data.validation_y, MAX_VALIDATION))
    inputs = torch.cat([x[:most] for x, _, most in splits])
    return inputs, torch.cat([y[:most] for _, y, most in splits]).flatten()


def extent(values: NDArray[np.float32]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """The least and greatest of each column (n, columns), and some room beyond."""
    low, high = values.min(axis=0).astype(float), values.max(axis=0).astype(float)
    room = np.where(high > low, (high - low) * _MARGIN, 1.0)
    return tuple((low - room).tolist()), tuple((high + room).tolist())


def points(trainee: Trainee, record: Recorder) -> Points:
    """Samples of train and validation in original units."""
    inputs, targets = shown_samples(trainee)
    if is_regression(trainee):
        targets = targets * trainee.data.target_std + trainee.data.target_mean
    return Points(
        attempt=record.attempt,
        elapsed_s=record.elapsed_s,
        num_train=min(len(trainee.data.train_x), MAX_TRAIN),
        inputs=in_original_units(trainee, inputs).tobytes(),
        targets=little_endian(targets).tobytes(),
    )
