"""From the data part of a recipe to tensors: read, split, standardized on train."""

import hashlib
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tui_trainer.core import datafiles
from tui_trainer.core.facts import DataFacts, facts
from tui_trainer.core.recipe import BundledSet, Data, TorchvisionSet
from tui_trainer.core.splits import split_order
from tui_trainer.training import torchvision_sets, toy
from tui_trainer.training.download import Progress


@dataclass(frozen=True, slots=True)
class LoadedData:
    """Three splits, ready to train on (CPU tensors).

    Inputs are float32, ``(N, F)`` for tables and ``(N, C, H, W)`` for images, with mean 0 and deviation 1
    over train (each column of a table, each channel of an image). For classes ``*_y`` is int64 ``(N,)``; for
    regression float32 ``(N, 1)``, standardized too: ``y * target_std + target_mean`` is in original units.
    """

    train_x: Tensor
    train_y: Tensor
    validation_x: Tensor
    validation_y: Tensor
    test_x: Tensor
    test_y: Tensor
    classes: tuple[str, ...]
    input_mean: Tensor
    """What was subtracted from the inputs, and by what they were divided then; broadcasts over samples."""
    input_std: Tensor
    target_mean: float
    target_std: float
    content_hash: str
    """SHA-256 of the samples as read, before they are split and standardized."""


@dataclass(frozen=True, slots=True)
class _Samples:
    """All samples as read: inputs ``(N, …)`` and labels or targets; the official test set comes last."""

    x: NDArray[np.generic]
    y: NDArray[np.generic]
    num_official_test: int = 0


_last_loaded: dict[tuple[Data, Path, bool], LoadedData] = {}
"""At most one: runs that a worker trains one after the other, or in turn, mostly have the same data."""


def load(
    data: Data,
    *,
    data_dir: Path | None = None,
    progress: Progress | None = None,
    center_targets: bool = True,
) -> LoadedData:
    """The samples that ``data`` asks for.

    ``data_dir`` holds torchvision's sets; by default ``$TUI_TRAINER_DATA``, else the home's ``data``.
    ``progress`` hears how far a download is. Regression targets that are not centred are only scaled: a
    network that gives nothing below zero can then reach those above it. Raises DataNotFound when the files
    are absent and ``$TUI_TRAINER_DOWNLOAD`` is not 1, DataError when they are damaged or the download failed.
    Whoever asks for the same again gets the same tensors, which nobody may change.
    """
    folder = data_dir or datafiles.data_dir()
    key = data, folder, center_targets
    if key not in _last_loaded:
        _last_loaded.clear()
        about = facts(data)
        samples = _read(data, folder, progress)
        parts = _parts(samples, data.split_seed, about)
        _last_loaded[key] = _standardized(samples, parts, about, center_targets=center_targets)
    return _last_loaded[key]


def _read(data: Data, folder: Path, progress: Progress | None) -> _Samples:
    match data:
        case BundledSet(kind="digits-even-odd"):
            digits = _bundled("digits")
            return _Samples(digits.x, digits.y % 2)
        case BundledSet():
            return _bundled(data.kind)
        case TorchvisionSet():
            return _Samples(*torchvision_sets.read(data, folder, progress))
        case _:
            return _Samples(*toy.draw(data))


def _bundled(name: str) -> _Samples:
    with (files("tui_trainer") / "data" / f"{name}.npz").open("rb") as file:
        arrays = np.load(file, allow_pickle=False)
        return _Samples(arrays["x"], arrays["y"])


def _parts(samples: _Samples, split_seed: int, about: DataFacts) -> tuple[NDArray[np.int64], ...]:
    """The indices of train, validation and test."""
    num_shared = len(samples.x) - samples.num_official_test
    labels = samples.y[:num_shared].astype(np.int64) if about.classes else None
    order = np.append(split_order(labels, num_shared, split_seed), np.arange(num_shared, len(samples.x)))
    first_test = len(order) - about.num_test
    first_validation = first_test - about.num_validation
    return order[: about.num_train], order[first_validation:first_test], order[first_test:]


def _standardized(
    samples: _Samples, parts: tuple[NDArray[np.int64], ...], about: DataFacts, *, center_targets: bool
) -> LoadedData:
    inputs = torch.from_numpy(samples.x)
    if not inputs.is_floating_point():
        inputs = inputs.float()
    train, validation, test = (inputs[torch.from_numpy(part)] for part in parts)
    mean, std = _moments(train)
    for split in (train, validation, test):
        split.sub_(mean).div_(std)

    target_mean, target_std = 0.0, 1.0
    if about.classes:
        targets = torch.from_numpy(samples.y).long()
    else:
        targets = torch.from_numpy(samples.y).double().reshape(-1, 1)
        target_mean, target_std = (float(moment) for moment in _moments(targets[torch.from_numpy(parts[0])]))
        target_mean = target_mean if center_targets else 0.0
        targets = ((targets - target_mean) / target_std).float()
    train_y, validation_y, test_y = (targets[torch.from_numpy(part)] for part in parts)

    return LoadedData(
        train_x=train.float(),
        train_y=train_y,
        validation_x=validation.float(),
        validation_y=validation_y,
        test_x=test.float(),
        test_y=test_y,
        classes=about.classes,
        input_mean=mean.float(),
        input_std=std.float(),
        target_mean=target_mean,
        target_std=target_std,
        content_hash=_content_hash(samples),
    )


def _moments(values: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and deviation of each column or channel (dimension 1); a constant one deviates by 1."""
    others = [dimension for dimension in range(values.dim()) if dimension != 1]
    std, mean = torch.std_mean(values, dim=others, correction=0, keepdim=True)
    return mean, torch.where(std > 1e-6 * mean.abs(), std, 1.0)


def _content_hash(samples: _Samples) -> str:
    digest = hashlib.sha256()
    for array in (samples.x, samples.y):
        digest.update(f"{array.dtype.str}{array.shape}".encode())
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()
