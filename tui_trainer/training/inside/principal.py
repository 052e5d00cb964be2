"""Classes over the plane in which most of the data lies (Pearson 1901)."""

from collections.abc import Generator

import numpy as np
import torch
from torch import Tensor

from tui_trainer.core.inside.boundary import Points, PrincipalPlane, Window
from tui_trainer.training.assembly import Trainee
from tui_trainer.training.inside.boundary import (
    COLUMNS,
    MAX_TRAIN,
    ROWS,
    extent,
    points,
    regions,
    shown_samples,
)
from tui_trainer.training.inside.looking import (
    CannotAnswer,
    Values,
    as_network_input,
    is_regression,
    little_endian,
    still,
    told_outputs,
)
from tui_trainer.training.recording import Recorder

MAX_MEASURED = 512
"""Samples of train by which the axes are found."""
_AT_ONCE = 256
"""Samples between two words of others."""


def principal_plane(trainee: Trainee, record: Recorder) -> Generator[float, None, PrincipalPlane]:
    """What the network makes of the plane of the first two principal components. Raises CannotAnswer."""
    if is_regression(trainee):
        raise CannotAnswer("a number has no classes: predicted and actual values are compared instead")
    if trainee.facts.num_inputs < 2:
        raise CannotAnswer("one input makes a line, not a plane")
    inputs, targets = shown_samples(trainee)
    explained: tuple[float, ...] = ()
    if trainee.facts.num_inputs == 2:
        shown = points(trainee, record)
        low, high = extent(shown.arrays()[0])
        window = Window(low, high, ROWS, COLUMNS)
        places = as_network_input(trainee, torch.from_numpy(window.places()))
    else:
        flat = inputs.flatten(1).cpu().double()
        num_train = min(len(trainee.data.train_x), MAX_TRAIN)
        measured = flat[: min(num_train, MAX_MEASURED)]
        mean = measured.mean(dim=0)
        axes, explained = principal_axes(measured)
        yield 0.2
        projected = little_endian(((flat - mean) @ axes.T).float())
        shown = Points(
            attempt=record.attempt,
            elapsed_s=record.elapsed_s,
            num_train=num_train,
            inputs=projected.tobytes(),
            targets=little_endian(targets.float()).tobytes(),
        )
        low, high = extent(projected)
        window = Window(low, high, ROWS, COLUMNS)
        places = (mean + torch.from_numpy(window.places()) @ axes).float()
        places = places.reshape(-1, *inputs.shape[1:]).to(trainee.device)
    told: list[Values] = []
    through = torch.cat([places, inputs])
    for start in range(0, len(through), _AT_ONCE):
        with still(trainee.network), torch.inference_mode():
            told.append(told_outputs(trainee, trainee.network(through[start : start + _AT_ONCE])))
        yield 0.2 + 0.8 * start / len(through)
    return PrincipalPlane(
        attempt=record.attempt,
        elapsed_s=record.elapsed_s,
        boundary=regions(record, window, np.concatenate(told)),
        points=shown,
        explained=explained,
    )


def principal_axes(samples: Tensor) -> tuple[Tensor, tuple[float, ...]]:
    """The two orthogonal directions (2, F) along which samples (n, F) vary most, and their shares of it."""
    off = samples - samples.mean(dim=0)
    is_wide = off.shape[1] > off.shape[0]
    # The smaller of both products has the same eigenvalues.
    lengths, vectors = torch.linalg.eigh(off @ off.T if is_wide else off.T @ off)
    axes = vectors[:, -2:].flip(1).T
    if is_wide:
        axes = axes @ off
    axes = axes / torch.linalg.vector_norm(axes, dim=1, keepdim=True).clamp_min(1e-12)
    # Up to a sign a direction is arbitrary: its largest part is to be positive.
    largest = axes.gather(1, axes.abs().argmax(dim=1, keepdim=True))
    shares = lengths.clamp_min(0).flip(0)
    return axes * largest.sign(), tuple((shares[:2] / shares.sum().clamp_min(1e-12)).tolist())
