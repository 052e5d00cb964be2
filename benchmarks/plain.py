"""A recipe trained so many times, one after the other, by a plain loop of PyTorch: as one writes it oneself.

    python -m benchmarks.plain NUMBER THREADS < recipe.json

The course's loop, its learning rate from the recipe and the rest PyTorch's own defaults; validation after
each epoch and test at the end, in batches of 256. Nothing is recorded or drawn. Prints seconds, from when the
data lie in memory.
"""

import sys
import time
from typing import Any

import torch
from torch import Tensor
from torch.optim import Optimizer
from torch.utils.data import DataLoader, TensorDataset

from benchmarks.contenders.course import epoch, num_right
from tui_trainer.core.recipe import Recipe
from tui_trainer.core.variation import with_seed
from tui_trainer.training.assembly import Trainee, assemble


def plain_optimizer(trainee: Trainee) -> Optimizer:
    """PyTorch's own, with the wrappers that ours lacks; making the first one loads more of PyTorch."""
    kind: type[Any] = getattr(torch.optim, type(trainee.optimizer).__name__)
    optimizer: Optimizer = kind(trainee.network.parameters(), lr=trainee.recipe.optimizer.lr)
    return optimizer


def train(trainee: Trainee, optimizer: Optimizer) -> None:
    """All epochs of a recipe."""
    data, model = trainee.data, trainee.network
    batches = DataLoader(
        TensorDataset(data.train_x, data.train_y), batch_size=trainee.batch_size, shuffle=True
    )
    for _ in range(trainee.recipe.training.epochs):
        for _ in epoch(model, batches, trainee.criterion, optimizer):
            pass
        num_right(model, _in_order(data.validation_x, data.validation_y))
    num_right(model, _in_order(data.test_x, data.test_y))


def _in_order(inputs: Tensor, targets: Tensor) -> DataLoader:  # type: ignore[type-arg]
    return DataLoader(TensorDataset(inputs, targets), batch_size=256)


def main() -> None:
    """Train, and print the seconds."""
    number, threads = map(int, sys.argv[1:])
    torch.set_num_threads(threads)
    recipe = Recipe.model_validate_json(sys.stdin.read())
    trainees = [assemble(with_seed(recipe, seed)) for seed in range(number)]
    optimizers = [plain_optimizer(trainee) for trainee in trainees]
    began = time.perf_counter()
    for trainee, optimizer in zip(trainees, optimizers, strict=True):
        train(trainee, optimizer)
    print(time.perf_counter() - began)


if __name__ == "__main__":
    main()
