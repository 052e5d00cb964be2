"""A sample spoiled as somebody wants it, and what the network makes of it."""

from collections.abc import Generator
from math import isfinite

import torch
from torch import Tensor

from tui_trainer.core.inside.poked import PokedSample
from tui_trainer.core.inside.questions import Poked
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
from tui_trainer.training.recording import Recorder


def poked(trainee: Trainee, record: Recorder, question: Poked) -> Generator[float, None, PokedSample]:
    """The sample as it is and as it becomes. Raises CannotAnswer."""
    inputs, targets = of_split(trainee, question.split)
    if not 0 <= question.index < len(inputs):
        raise CannotAnswer(f"{question.split} has {len(inputs):,} samples, counted from 0")
    x, y = inputs[question.index], targets[question.index : question.index + 1]
    both = torch.stack([x, spoiled(trainee, x, question)])
    with still(trainee.network), torch.inference_mode():
        outputs = trainee.network(both)
        losses = [trainee.criterion(outputs[i : i + 1], y).item() for i in range(2)]
    yield 0.9
    told, values = told_outputs(trainee, outputs), in_original_units(trainee, both)
    actual = y.reshape(()).item()
    if is_regression(trainee):
        actual = actual * trainee.data.target_std + trainee.data.target_mean
    return PokedSample(
        attempt=record.attempt,
        elapsed_s=record.elapsed_s,
        split=question.split,
        index=question.index,
        of=len(inputs),
        shape=tuple(x.shape),
        values=values[0].tobytes(),
        spoiled=values[1].tobytes(),
        deviations=little_endian(trainee.data.input_std.reshape(-1)).tobytes(),
        output_before=told[0].tobytes(),
        output=told[1].tobytes(),
        actual=float(actual),
        loss_before=losses[0],
        loss=losses[1],
    )


def spoiled(trainee: Trainee, x: Tensor, question: Poked) -> Tensor:
    """``x``, a sample as the network gets it, after all that ``question`` does to it. Raises CannotAnswer."""
    x = x.clone()
    mean, std = (moments[0].to(x.device) for moments in (trainee.data.input_mean, trainee.data.input_std))
    for column, value in question.columns.items():
        if x.dim() != 1 or not 0 <= column < len(x) or not isfinite(value):
            raise CannotAnswer(f"there is no column {column} that can be {value:g}")
        x[column] = (value - mean[column]) / std[column]
    is_image = x.dim() == 3
    if not is_image and (question.shift != (0, 0) or question.box is not None):
        raise CannotAnswer("only images can be shifted or covered")
    if is_image:
        nothing = (0 - mean) / std
        x = _shifted(x, *question.shift, nothing)
    if question.noise:
        drawn = torch.randn(x.shape, generator=torch.Generator().manual_seed(question.noise_seed))
        x = x + question.noise * drawn.to(x.device)
    if question.box is not None:
        left, top, width, height = question.box
        rows, columns = slice(max(0, top), max(0, top + height)), slice(max(0, left), max(0, left + width))
        x[:, rows, columns] = nothing
    return x


def _shifted(image: Tensor, across: int, down: int, nothing: Tensor) -> Tensor:
    """An image (C, H, W) moved by whole pixels; ``nothing`` (C, 1, 1) comes in at the edges."""
    if not (across or down):
        return image
    _, height, width = image.shape
    moved = nothing.expand_as(image).clone()
    if abs(across) < width and abs(down) < height:
        to_rows, from_rows = _overlap(down, height)
        to_columns, from_columns = _overlap(across, width)
        moved[:, to_rows, to_columns] = image[:, from_rows, from_columns]
    return moved


def _overlap(by: int, size: int) -> tuple[slice, slice]:
    """Where what is moved ``by`` comes to lie, and where it lay."""
    return slice(max(0, by), size + min(0, by)), slice(max(0, -by), size + min(0, -by))
