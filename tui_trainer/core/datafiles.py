"""Where data sets that do not come with the package lie on this machine, and whether they are there."""

import os
from collections.abc import Mapping
from math import prod
from pathlib import Path
from types import MappingProxyType

from tui_trainer.core import rundir
from tui_trainer.core.recipe import Data, TorchvisionSet

MNIST_FILES: Mapping[str, tuple[int, ...]] = MappingProxyType(
    {
        "train-images-idx3-ubyte": (60_000, 28, 28),
        "train-labels-idx1-ubyte": (60_000,),
        "t10k-images-idx3-ubyte": (10_000, 28, 28),
        "t10k-labels-idx1-ubyte": (10_000,),
    }
)
"""MNIST's files, uncompressed, and the shape of the array of bytes in each."""


def data_dir() -> Path:
    """``$TUI_TRAINER_DATA``, else ``data`` in the home of tui-trainer; absolute, it need not exist."""
    named = os.environ.get("TUI_TRAINER_DATA")
    return Path(named).expanduser().absolute() if named else rundir.home() / "data"


def root_of(folder: Path) -> Path:
    """The folder that holds ``MNIST/raw``: ``folder``, unless it is itself ``MNIST`` or ``MNIST/raw``."""
    if folder.name == "MNIST":
        return folder.parent
    if folder.parts[-2:] == ("MNIST", "raw"):
        return folder.parent.parent
    return folder


def missing_files(data: Data, folder: Path | None = None) -> tuple[Path, ...]:
    """The files that ``data`` needs and that are not there; empty for sets that come with the package.

    ``folder`` is where to look, by default ``data_dir()``.
    """
    if not isinstance(data, TorchvisionSet):
        return ()
    raw = root_of(folder or data_dir()) / "MNIST" / "raw"
    return tuple(path for name in MNIST_FILES if not (path := raw / name).is_file())


def absence(data: Data, folder: Path | None = None, *, download: str = "--download downloads it") -> str:
    """One sentence that says what is missing and how to get it; empty when nothing is.

    ``download`` says how a download is asked for where the sentence is shown: an option, or a key.
    """
    if not missing_files(data, folder):
        return ""
    return f"{data.kind} is not on this machine (11 MB). {download}; or {by_hand(data, folder)}."


def by_hand(data: Data, folder: Path | None = None) -> str:
    """What to put where, for those who have the missing files elsewhere."""
    missing = missing_files(data, folder)
    wanted = (
        "the four files" if len(missing) == len(MNIST_FILES) else ", ".join(path.name for path in missing)
    )
    return f"put {wanted} in {missing[0].parent} (no internet here? copy them)" if missing else ""


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
