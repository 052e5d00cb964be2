"""Sets that torchvision reads from disk: found, downloaded when asked for, checked, read once into arrays."""

import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tui_trainer.core import datafiles
from tui_trainer.core.recipe import TorchvisionSet
from tui_trainer.training.download import DownloadFailed, Progress, download, download_archive

Images = tuple[NDArray[np.uint8], NDArray[np.int64], int]
"""Images ``(N, C, H, W)``, labels ``(N,)``, and how many of the last are the official test set."""


class DataError(Exception):
    """The data cannot be had; one sentence says why and what to do."""


class DataNotFound(DataError):
    """The data are not on this machine and nobody asked for a download."""


def read(data: TorchvisionSet, folder: Path, progress: Progress | None) -> Images:
    """All samples of a set below ``folder``. Raises DataNotFound, or DataError as ``training.data`` says."""
    if datafiles.missing_files(data, folder):
        if os.environ.get("TUI_TRAINER_DOWNLOAD") != "1":
            raise DataNotFound(datafiles.absence(data, folder))
        try:
            _download(data, folder, progress)
        except DownloadFailed as error:
            raise DataError(f"{error}; {datafiles.by_hand(data, folder)}.") from error
    for path, shape in datafiles.files_of(data.kind, folder).items():
        if shape and (damaged := datafiles.damage(path, shape)):
            raise DataError(damaged)
    x, y, num_test = (_read_cifar10 if data.kind == "cifar10" else _read_idx)(data, folder)
    if y.max() > 9:
        where = datafiles.root_of(folder, data.kind) / datafiles.FILE_SETS[data.kind].folder
        raise DataError(f"{where} has labels above 9: these are not the ten classes of {data.kind}.")
    return x, y, num_test


def _class_of(data: TorchvisionSet) -> Any:
    from tui_trainer.training import torchvision_compat

    return {
        "mnist": torchvision_compat.MNIST,
        "fashion-mnist": torchvision_compat.FashionMNIST,
        "cifar10": torchvision_compat.CIFAR10,
    }[data.kind]


def _download(data: TorchvisionSet, folder: Path, progress: Progress | None) -> None:
    about, root = _class_of(data), datafiles.root_of(folder, data.kind)
    if data.kind == "cifar10":
        download_archive(about.url, about.tgz_md5, root, progress)
        return
    raw, missing = root / datafiles.FILE_SETS[data.kind].folder, datafiles.missing_files(data, folder)
    resources = [(name, md5) for name, md5 in about.resources if raw / name.removesuffix(".gz") in missing]
    download(about.mirrors, resources, raw, progress)


def _read_idx(data: TorchvisionSet, folder: Path) -> Images:
    root = datafiles.root_of(folder, data.kind)
    train, test = (_class_of(data)(root, train=is_train) for is_train in (True, False))
    x = np.concatenate([train.data.numpy(), test.data.numpy()])[:, None]
    y = np.concatenate([train.targets.numpy(), test.targets.numpy()])
    return x, y, len(test.data)


def _read_cifar10(data: TorchvisionSet, folder: Path) -> Images:
    """Its files are pickles: torchvision opens none whose MD5 is not the official one."""
    root = datafiles.root_of(folder, data.kind)
    try:
        train, test = (_class_of(data)(root, train=is_train) for is_train in (True, False))
    except RuntimeError:
        where = root / datafiles.FILE_SETS[data.kind].folder
        raise DataError(
            f"a file in {where} is not the official one (its MD5 differs): get it anew."
        ) from None
    x = np.concatenate([train.data, test.data]).transpose(0, 3, 1, 2)
    return np.ascontiguousarray(x), np.array([*train.targets, *test.targets]), len(test.data)
