"""Random numbers as functions of a seed and a purpose, never as a state that is carried along.

So a resumed, forked or repeated run, and two runs that share a worker, draw the same by construction.
"""

from hashlib import blake2b

import torch
from torch import Tensor

_CPU = torch.device("cpu")


def derive(seed: int, *purpose: str | int) -> int:
    """A seed (63 bits) for one purpose, such as ``derive(0, "epoch", 3)``; unrelated to that of any other."""
    digest = blake2b(repr((seed, *purpose)).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little") >> 1


def epoch_order(num_samples: int, seed: int, epoch: int) -> Tensor:
    """The order ``(num_samples,)`` in which an epoch goes through the training samples."""
    generator = torch.Generator().manual_seed(derive(seed, "epoch", epoch))
    return torch.randperm(num_samples, generator=generator)


def seed_layers(seed: int, device: torch.device = _CPU) -> None:
    """Seed what initialization and dropout draw from on ``device``.

    ``torch.manual_seed`` seeds every device, which costs about 100 µs; this costs one or two.
    """
    if device.type == "cuda":
        torch.cuda.default_generators[device.index].manual_seed(seed)
    elif device.type == "mps":
        torch.mps.manual_seed(seed)
    else:
        torch.default_generator.manual_seed(seed)
