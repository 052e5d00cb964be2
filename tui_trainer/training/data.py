"""From the data part of a recipe to tensors: read, split, standardized on train."""

import hashlib
import os
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tui_trainer.core import datafiles
from tui_trainer.core.facts import DataFacts, facts
from tui_trainer.core.recipe import Blobs, BundledSet, Data, Moons, Sine, TorchvisionSet
from tui_trainer.core.splits import split_order
from tui_trainer.training import toy
from tui_trainer.training.download import DownloadFailed, Progress, download


class DataError(Exception):
    """The data cannot be had; one sentence says why and what to do."""


class DataNotFound(DataError):
    """The data are not on this machine and nobody asked for a download."""


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


def load(data: Data, *, data_dir: Path | None = None, progress: Progress | None = None) -> LoadedData:
    """The samples that ``data`` asks for.

    ``data_dir`` holds torchvision's sets; by default ``$TUI_TRAINER_DATA``, else the home's ``data``.
    ``progress`` hears how far a download is. Raises DataNotFound when they are absent and
    ``$TUI_TRAINER_DOWNLOAD`` is not 1, DataError when they are damaged or the download failed.
    """
    about = facts(data)
    samples = _read(data, data_dir or datafiles.data_dir(), progress)
    return _standardized(samples, _parts(samples, data.split_seed, about), about)


def _read(data: Data, folder: Path, progress: Progress | None) -> _Samples:
    match data:
        case Moons() | Blobs() | Sine():
            return _Samples(*toy.draw(data))
        case BundledSet():
            with (files("tui_trainer") / "data" / f"{data.kind}.npz").open("rb") as file:
                arrays = np.load(file, allow_pickle=False)
                return _Samples(arrays["x"], arrays["y"])
        case TorchvisionSet():
            return _read_mnist(data, folder, progress)


def _read_mnist(data: TorchvisionSet, folder: Path, progress: Progress | None) -> _Samples:
    missing = datafiles.missing_files(data, folder)
    if missing and os.environ.get("TUI_TRAINER_DOWNLOAD") != "1":
        raise DataNotFound(datafiles.absence(data, folder))

    from tui_trainer.training.torchvision_compat import MNIST

    root = datafiles.root_of(folder)
    raw = root / "MNIST" / "raw"
    if missing:
        resources = [
            (name, md5) for name, md5 in MNIST.resources if (raw / name.removesuffix(".gz")) in missing
        ]
        try:
            download(MNIST.mirrors, resources, raw, progress)
        except DownloadFailed as error:
            raise DataError(f"{error}; {datafiles.by_hand(data, folder)}.") from error
    for name, shape in datafiles.MNIST_FILES.items():
        if damaged := datafiles.damage(raw / name, shape):
            raise DataError(damaged)
    train, test = MNIST(root, train=True), MNIST(root, train=False)
    x = torch.cat([train.data, test.data]).unsqueeze(1).numpy()
    y = torch.cat([train.targets, test.targets]).numpy()
    if y.max() > 9:
        raise DataError(f"{raw} has labels above 9: these are not MNIST's digits.")
    return _Samples(x, y, num_official_test=len(test.data))


def _parts(samples: _Samples, split_seed: int, about: DataFacts) -> tuple[NDArray[np.int64], ...]:
    """The indices of train, validation and test."""
    num_shared = len(samples.x) - samples.num_official_test
    labels = samples.y[:num_shared].astype(np.int64) if about.classes else None
    order = np.append(split_order(labels, num_shared, split_seed), np.arange(num_shared, len(samples.x)))
    first_test = len(order) - about.num_test
    first_validation = first_test - about.num_validation
    return order[: about.num_train], order[first_validation:first_test], order[first_test:]


def _standardized(samples: _Samples, parts: tuple[NDArray[np.int64], ...], about: DataFacts) -> LoadedData:
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
