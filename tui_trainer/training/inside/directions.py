"""Directions in the space of a network's weights: random ones in the scale of its filters, and its own way.

Only weights of layers are moved, what has two axes or more; not biases, nor what batch norm learns.
"""

from collections.abc import Generator, Mapping, Sequence
from typing import NamedTuple, TypeAlias

import torch
from torch import Tensor, nn

from tui_trainer.core.checkpoint_files import CheckpointRefused, path_of, saved_steps
from tui_trainer.core.inside.surface import Waypoint
from tui_trainer.core.rundir import RunDir
from tui_trainer.training import checkpoint
from tui_trainer.training.random_numbers import derive

Weights: TypeAlias = Mapping[str, Tensor]
"""Weights of layers, or differences of such, by name."""

MAX_BYTES = 100 * 2**20
"""Checkpoints that are larger together are not read."""


def moved(network: nn.Module) -> Weights:
    """The weights of ``network`` that directions move; not copied."""
    return {name: each.detach() for name, each in network.named_parameters() if each.dim() > 1}


def random_direction(weights: Weights, seed: int, number: int) -> Weights:
    """Normal random numbers, each filter scaled to the norm of that of ``weights`` (Li et al. 2018).

    A filter is what makes one unit or channel: a row of a matrix.
    """
    direction = {}
    for name, each in weights.items():
        generator = torch.Generator().manual_seed(derive(seed, "direction", number, name))
        drawn = torch.randn(each.shape, generator=generator).to(each.device)
        scale = filter_norms(each) / filter_norms(drawn).clamp(min=1e-10)
        direction[name] = drawn * scale.reshape(-1, *[1] * (each.dim() - 1))
    return direction


def filter_norms(weight: Tensor) -> Tensor:
    """The Euclidean norm of each filter (units, …), (units,)."""
    norms: Tensor = torch.linalg.vector_norm(weight.flatten(1), dim=1)
    return norms


def across(first: Weights, drawn: Weights) -> Weights:
    """What of ``drawn`` is orthogonal to ``first``, and as long as that."""
    along = _dot(_flat(first), _flat(drawn)) / _dot(_flat(first), _flat(first))
    rest = {name: each - along * first[name] for name, each in drawn.items()}
    length = (_dot(_flat(first), _flat(first)) / max(_dot(_flat(rest), _flat(rest)), 1e-30)) ** 0.5
    return {name: each * length for name, each in rest.items()}


class Trace(NamedTuple):
    """How far the weights of checkpoints lie from those at hand."""

    steps: Sequence[int]
    deltas: Sequence[Weights]

    def seen_along(self, directions: Sequence[Weights]) -> list[Waypoint]:
        """Their places in the plane of two directions: the nearest points to them."""
        flat = [_flat(each) for each in directions]
        gram = torch.tensor([[_dot(x, y) for y in flat] for x in flat], dtype=torch.float64)
        inverse = torch.linalg.pinv(gram, hermitian=True)
        found = []
        for step, delta in zip(self.steps, self.deltas, strict=True):
            values = _flat(delta)
            along = torch.tensor([_dot(values, each) for each in flat], dtype=torch.float64)
            a, b = (inverse @ along).tolist()
            found.append(Waypoint(step, a, b))
        return found

    def main_directions(self, count: int) -> list[Weights]:
        """The ``count`` orthogonal directions that hold most of the deltas, from the weights at hand on.

        All of one length: the farthest checkpoint is at 1 along one of them. Fewer where there are fewer.
        """
        rows = [_flat(delta) for delta in self.deltas]
        gram = torch.tensor([[_dot(x, y) for y in rows] for x in rows], dtype=torch.float64)
        if not len(gram) or not gram.isfinite().all():
            return []
        squares, vectors = torch.linalg.eigh(gram)
        found, farthest = [], 0.0
        for number in range(1, min(count, len(gram)) + 1):
            square, vector = float(squares[-number]), vectors[:, -number]
            if square <= 1e-9 * float(squares[-1]) or square <= 0:
                break
            if vector[0] < 0:  # the oldest checkpoint lies on the positive side
                vector = -vector
            found.append(vector / square**0.5)
            farthest = max(farthest, float(vector.abs().max()) * square**0.5)
        return [self._combined(vector * farthest) for vector in found]

    def _combined(self, factors: Tensor) -> Weights:
        weighted = list(zip(factors.tolist(), self.deltas, strict=True))
        return {name: sum((f * d[name] for f, d in weighted), torch.tensor(0.0)) for name in self.deltas[0]}


def trace(run: RunDir, weights: Weights, step: int) -> Generator[None, None, Trace]:
    """The checkpoints of ``run`` but that at ``step``, as far as they can be read; yields after each."""
    steps, deltas = [], []
    named = [each for each in saved_steps(run) if each != step]
    if sum(_size(run, each) for each in named) > MAX_BYTES:
        named = []
    for each in named:
        try:
            saved = checkpoint.read(path_of(run, each)).network
            delta = {name: saved[name].to(here.device) - here for name, here in weights.items()}
        except (CheckpointRefused, KeyError, RuntimeError):
            continue  # dropped meanwhile, damaged, or of another network
        steps.append(each)
        deltas.append(delta)
        yield
    return Trace(steps, deltas)


def _size(run: RunDir, step: int) -> int:
    try:
        return path_of(run, step).stat().st_size
    except OSError:
        return 0


def _flat(weights: Weights) -> Tensor:
    return torch.cat([each.flatten() for each in weights.values()])


def _dot(first: Tensor, second: Tensor) -> float:
    return float(torch.dot(first, second))
