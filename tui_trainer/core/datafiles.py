"""Where data sets that do not come with the package lie on this machine, and whether they are there."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from types import MappingProxyType

from tui_trainer.core import rundir
from tui_trainer.core.recipe import Data, TorchvisionSet


@dataclass(frozen=True)
class FileSet:
    """The files of one data set, as torchvision looks for them."""

    folder: str
    """Below the data folder, with slashes."""
    files: Mapping[str, tuple[int, ...]]
    """Name -> shape of the array of bytes in an idx file; empty for a file of another format."""
    megabytes: int
    """What a download fetches."""


_IDX_FILES: Mapping[str, tuple[int, ...]] = MappingProxyType(
    {
        "train-images-idx3-ubyte": (60_000, 28, 28),
        "train-labels-idx1-ubyte": (60_000,),
        "t10k-images-idx3-ubyte": (10_000, 28, 28),
        "t10k-labels-idx1-ubyte": (10_000,),
    }
)
_CIFAR10_FILES = (*(f"data_batch_{number}" for number in range(1, 6)), "test_batch", "batches.meta")

FILE_SETS: Mapping[str, FileSet] = MappingProxyType(
    {
        "mnist": FileSet("MNIST/raw", _IDX_FILES, 11),
        "fashion-mnist": FileSet("FashionMNIST/raw", _IDX_FILES, 31),
        "cifar10": FileSet("cifar-10-batches-py", dict.fromkeys(_CIFAR10_FILES, ()), 170),
    }
)
_COUNTS = {4: "four", 7: "seven"}


def data_dir() -> Path:
    """``$TUI_TRAINER_DATA``, else ``data`` in the home of tui-trainer; absolute, it need not exist."""
    named = os.environ.get("TUI_TRAINER_DATA")
    return Path(named).expanduser().absolute() if named else rundir.home() / "data"


def root_of(folder: Path, kind: str) -> Path:
    """The folder that holds a set's own: ``folder``, unless that is the set's own or lies in it."""
    own = Path(FILE_SETS[kind].folder).parts
    for depth in range(len(own), 0, -1):
        if folder.parts[-depth:] == own[:depth]:
            return folder.parents[depth - 1]
    return folder


def files_of(kind: str, folder: Path) -> dict[Path, tuple[int, ...]]:
    """Every file of a set below ``folder`` and the shape it holds, whether it is there or not."""
    file_set = FILE_SETS[kind]
    own = root_of(folder, kind) / file_set.folder
    return {own / name: shape for name, shape in file_set.files.items()}


def missing_files(data: Data, folder: Path | None = None) -> tuple[Path, ...]:
    """The files that ``data`` needs and that are not there; empty for sets that come with the package.

    ``folder`` is where to look, by default ``data_dir()``.
    """
    if not isinstance(data, TorchvisionSet):
        return ()
    return tuple(path for path in files_of(data.kind, folder or data_dir()) if not path.is_file())


def absence(data: Data, folder: Path | None = None, *, download: str = "--download downloads it") -> str:
    """One sentence that says what is missing and how to get it; empty when nothing is.

    ``download`` says how a download is asked for where the sentence is shown: an option, or a key.
    """
    if not missing_files(data, folder):
        return ""
    size = FILE_SETS[data.kind].megabytes
    return f"{data.kind} is not on this machine ({size} MB). {download}; or {by_hand(data, folder)}."


def by_hand(data: Data, folder: Path | None = None) -> str:
    """What to put where, for those who have the missing files elsewhere."""
    missing = missing_files(data, folder)
    if not missing:
        return ""
    is_all = len(missing) == len(FILE_SETS[data.kind].files)
    wanted = f"the {_COUNTS[len(missing)]} files" if is_all else ", ".join(path.name for path in missing)
    return f"put {wanted} in {missing[0].parent} (no internet here? copy them)"


def damage(path: Path, shape: tuple[int, ...]) -> str:
    """What is wrong with an idx file of bytes that should hold ``shape``, in one sentence; empty if nothing.

    The format: two zero bytes, 8 for unsigned bytes, the number of dimensions, each dimension as a big-endian
    32-bit number, the bytes.
    """
    header = b"\0\0\x08" + bytes([len(shape)]) + b"".join(size.to_bytes(4, "big") for size in shape)
    with path.open("rb") as file:
        if file.read(len(header)) != header:
            dimensions = "×".join(str(size) for size in shape)
            return f"{path} is not an idx file of {dimensions} bytes: get it anew (uncompressed, not .gz)."
    expected, found = len(header) + prod(shape), path.stat().st_size
    if found != expected:
        return f"{path} has {found:,} bytes instead of {expected:,}: get it anew."
    return ""
