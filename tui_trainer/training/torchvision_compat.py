"""The one place that imports torchvision.

torchvision's compiled operators fit one torch only. Beside another (a CPU torch from one registry,
torchvision from a second) they do not load, and ``import torchvision`` then fails where it attaches shape
functions to operators that nobody declared. Its data sets need none of them, so their schemas are declared
here first.
"""

from importlib.util import find_spec
from pathlib import Path

import torch


def _compiled_operators_load() -> bool:
    """Whether torchvision's own library does; loading it twice is harmless."""
    spec = find_spec("torchvision")
    if spec is None or spec.origin is None:
        return False
    for library in Path(spec.origin).parent.glob("_C*.so"):
        try:
            torch.ops.load_library(str(library))  # type: ignore[no-untyped-call]
        except OSError:
            return False
        return True
    return False


# Lives as long as the process: its declarations go when it does.
_declared: torch.library.Library | None = None

if not _compiled_operators_load():
    _declared = torch.library.Library("torchvision", "DEF")  # type: ignore[no-untyped-call]
    for operator in ("nms", "qnms"):
        _declared.define(  # type: ignore[no-untyped-call]
            f"{operator}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
        )

from torchvision.datasets import CIFAR10, MNIST, FashionMNIST  # type: ignore[import-untyped]  # noqa: E402
from torchvision.models import resnet18, vgg16  # type: ignore[import-untyped]  # noqa: E402
from torchvision.models.resnet import BasicBlock  # type: ignore[import-untyped]  # noqa: E402

__all__ = ["CIFAR10", "MNIST", "BasicBlock", "FashionMNIST", "resnet18", "vgg16"]
