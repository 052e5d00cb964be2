"""What equal bits depend on besides the recipe: device, threads, versions. Fixed once, when a run starts."""

import platform
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

import torch

from tui_trainer.core.estimate import WORTH_AN_ACCELERATOR
from tui_trainer.core.recipe import Recipe
from tui_trainer.training.optimizers import implementation

FASTER_WITH_CHANNELS_LAST = ("lenet", "cnn")
"""On a CPU their steps are 1.1 to 1.4 times as fast so, evaluations up to twice as fast. Steps of resnet18
and vgg16, whose last layers have 512 channels, are slower (docs/benchmarks.md).
"""


class DeviceNotAvailable(RuntimeError):
    """The device asked for is not there; one sentence says what is."""


def resolve_device(wanted: str, mult_adds_per_step: int) -> torch.device:
    """The device for ``auto``, ``cpu``, ``cuda``, ``cuda:N`` or ``mps``.

    ``auto`` takes an accelerator where there is one and a step is large enough to gain by it, else the CPU.
    Raises DeviceNotAvailable.
    """
    if wanted == "auto":
        return torch.device(_accelerator() if mult_adds_per_step >= WORTH_AN_ACCELERATOR else "cpu")
    device = torch.device(wanted)
    if device.type == "cuda":
        return _cuda(device)
    if device.type == "mps" and not torch.backends.mps.is_available():
        raise DeviceNotAvailable(
            "training.device is mps, but this machine has no Metal GPU; cpu works everywhere."
        )
    return device


def memory_format(recipe: Recipe, device: torch.device) -> torch.memory_format:
    """How the weights of convolutions lie in memory."""
    wanted = recipe.training.channels_last
    if wanted == "auto":
        wanted = device.type == "cpu" and recipe.architecture.kind in FASTER_WITH_CHANNELS_LAST
    return torch.channels_last if wanted else torch.contiguous_format


def computed_as_before(recipe: Recipe, fixed: Mapping[str, Any]) -> Recipe:
    """``recipe`` for what its run was ``fixed`` to before; itself for a run that is new.

    Raises DeviceNotAvailable.
    """
    if "device" not in fixed:
        return recipe
    try:
        resolve_device(fixed["device"], 0)
    except DeviceNotAvailable as error:
        raise DeviceNotAvailable(
            f"this run was computed on {fixed['device']}, which is not here: "
            "resume it where it is, or repeat it with train --from and --device cpu"
        ) from error
    as_before = {"device": fixed["device"], "channels_last": fixed.get("channels_last", False)}
    return recipe.model_copy(update={"training": recipe.training.model_copy(update=as_before)})


def _accelerator() -> str:
    if torch.cuda.is_available():
        return "cuda:0"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def _cuda(device: torch.device) -> torch.device:
    if not torch.cuda.is_available():
        missing = (
            "PyTorch sees no NVIDIA GPU here"
            if torch.version.cuda
            else "the PyTorch installed here is for CPU only"
        )
        raise DeviceNotAvailable(f"training.device is {device}, but {missing}; cpu works everywhere.")
    index, count = device.index or 0, torch.cuda.device_count()
    if index >= count:
        there = "cuda:0 is the only GPU" if count == 1 else f"the GPUs are cuda:0 to cuda:{count - 1}"
        raise DeviceNotAvailable(f"training.device is {device}, but {there} on this machine.")
    return torch.device("cuda", index)


def differences(
    fixed: Mapping[str, str | int | float | bool], now: Mapping[str, str | int | float | bool]
) -> list[str]:
    """What a run is computed with ``now`` that is not as it was ``fixed``: ``torch 2.7.0, before 2.6.0``."""
    return [
        f"{name} {now[name]}, before {fixed[name]}"
        for name in fixed
        if now.get(name, fixed[name]) != fixed[name]
    ]


def describe(
    device: torch.device, threads: int, recipe: Recipe, content_hash: str, *, is_compiled: bool
) -> Mapping[str, str | int | float | bool]:
    """What a run was computed with, for its record: with all of this equal, CPU runs agree bit for bit."""
    return {
        "device": str(device),
        "device_name": torch.cuda.get_device_name(device) if device.type == "cuda" else platform.machine(),
        "cpu_capability": torch.backends.cpu.get_cpu_capability(),
        "threads": threads,
        "optimizer": implementation(recipe.optimizer),
        "precision": recipe.training.precision,
        "channels_last": memory_format(recipe, device) is torch.channels_last,
        "compile": is_compiled,
        "torch": str(torch.__version__),
        "numpy": version("numpy"),
        "python": platform.python_version(),
        "tui_trainer": version("tui-trainer"),
        "data_sha256": content_hash,
    }
