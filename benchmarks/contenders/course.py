"""The course's own loop: a TensorDataset in a DataLoader, ``.item()`` per batch."""

from collections.abc import Callable, Iterator

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from benchmarks.contenders import Arrays, Gate, Net, samples


def network(net: Net) -> nn.Sequential:
    """The layers, ReLU between them."""
    layers: list[nn.Module] = []
    for size_in, size_out in zip(net.sizes, net.sizes[1:], strict=False):
        layers += [nn.Linear(size_in, size_out), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def dataset(arrays: Arrays) -> TensorDataset:
    """The arrays as tensors."""
    return TensorDataset(torch.from_numpy(arrays.x), torch.from_numpy(arrays.y))


def train(net: Net, gate: Gate) -> None:
    """Train without end."""
    train_set, validation_set = map(dataset, samples(net))
    loop(
        network(net),
        DataLoader(train_set, batch_size=net.batch_size, shuffle=True),
        DataLoader(validation_set, batch_size=256),
        net,
        gate,
    )


def loop(model: nn.Module, batches: DataLoader, validation: DataLoader, net: Net, gate: Gate) -> None:  # type: ignore[type-arg]
    """Epochs without end, as the course writes them."""
    criterion, optimizer = nn.CrossEntropyLoss(), torch.optim.Adam(model.parameters(), lr=net.lr)
    while True:
        for _ in epoch(model, batches, criterion, optimizer):
            gate.step()
        with gate.aside():
            num_right(model, validation)


def epoch(
    model: nn.Module,
    batches: DataLoader,  # type: ignore[type-arg]
    criterion: Callable[[Tensor, Tensor], Tensor],
    optimizer: torch.optim.Optimizer,
) -> Iterator[float]:
    """Train on each batch, yielding the sum of the losses so far after every step."""
    model.train()
    total = 0.0
    for x, y in batches:
        optimizer.zero_grad()
        loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()
        total += loss.item()
        yield total


@torch.no_grad()
def num_right(model: nn.Module, batches: DataLoader) -> int:  # type: ignore[type-arg]
    """Samples whose class is found, by the largest of several logits or the sign of a single one."""
    model.eval()
    right = 0
    for x, y in batches:
        logits = model(x)
        predicted = logits[:, 0] > 0 if logits.shape[1] == 1 else logits.argmax(1)
        right += int((predicted == y).sum().item())
    return right
