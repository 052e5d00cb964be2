"""A recipe trained so many times, one after the other, by a plain loop of PyTorch: as one writes it oneself.

    python -m benchmarks.plain NUMBER THREADS < recipe.json

A DataLoader over the training part, ``.item()`` for every batch, PyTorch's own defaults; validation after
each epoch and test at the end, in batches of 256. Nothing is recorded or drawn. Prints seconds, from when the
data lie in memory.
"""

import sys
import time

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from tui_trainer.core.recipe import Recipe
from tui_trainer.core.variation import with_seed
from tui_trainer.training.assembly import Trainee, assemble


def train(trainee: Trainee) -> None:
    """All epochs of a recipe."""
    data, model, criterion = trainee.data, trainee.network, trainee.criterion
    optimizer = type(trainee.optimizer)(model.parameters(), lr=trainee.recipe.optimizer.lr)  # type: ignore[call-arg]
    batches = DataLoader(
        TensorDataset(data.train_x, data.train_y), batch_size=trainee.batch_size, shuffle=True
    )
    for _ in range(trainee.recipe.training.epochs):
        model.train()
        total = 0.0
        for x, y in batches:
            optimizer.zero_grad()
            loss = criterion(model(x), y)
            loss.backward()
            optimizer.step()
            total += loss.item()
        measure(model, data.validation_x, data.validation_y)
    measure(model, data.test_x, data.test_y)


@torch.no_grad()
def measure(model: nn.Module, inputs: Tensor, targets: Tensor) -> float:
    """The accuracy on a split."""
    model.eval()
    right = 0
    for x, y in DataLoader(TensorDataset(inputs, targets), batch_size=256):
        outputs = model(x)
        predicted = outputs[:, 0] > 0 if outputs.shape[1] == 1 else outputs.argmax(1)
        right += int((predicted.flatten() == y.flatten()).sum())
    return right / len(targets)


def main() -> None:
    """Train, and print the seconds."""
    number, threads = map(int, sys.argv[1:])
    torch.set_num_threads(threads)
    recipe = Recipe.model_validate_json(sys.stdin.read())
    trainees = [assemble(with_seed(recipe, seed)) for seed in range(number)]
    began = time.perf_counter()
    for trainee in trainees:
        train(trainee)
    print(time.perf_counter() - began)


if __name__ == "__main__":
    main()
