"""The course's own loop: a TensorDataset in a DataLoader, ``.item()`` per batch."""

import torch
from torch import nn
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
        model.train()
        total = 0.0
        for x, y in batches:
            optimizer.zero_grad()
            loss = criterion(model(x), y)
            loss.backward()
            optimizer.step()
            total += loss.item()
            gate.step()
        with gate.aside():
            model.eval()
            with torch.no_grad():
                sum((model(x).argmax(1) == y).sum().item() for x, y in validation)
