"""What `Run` costs: nanoseconds a call, and the speed of a plain PyTorch loop over MNIST with and without it.

python -m benchmarks.own_loop [SECONDS] reads MNIST from $TUI_TRAINER_DATA, or from shared/data beside the
checkout. Both loops train the same net on one thread of the same process, a block of steps with and one
without in turn; the ratio is the geometric mean over the pairs of blocks, a tenth trimmed at either end, with
its standard error. While the other loop trains the run's clock stands still: else each of its own steps would
pay for twice the flushes. Beside wall time stands the processor time of the process. Two nets: one hidden
layer, about the quickest step there is, and the convolutional net of PyTorch's own MNIST example.
"""

import gzip
import math
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from tui_trainer import Run
from tui_trainer.core import own_loop

BLOCK_S = 0.02
"""A block is about as long: short, so that what slows the machine for a while slows both."""
NUM_CALLS, CHUNK = 2_000_000, 200_000


def mnist_folder() -> Path | None:
    """Where the training images are, if anywhere."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    raw = Path(os.environ.get("TUI_TRAINER_DATA", beside)) / "MNIST" / "raw"
    return raw if raw.is_dir() else None


def read(path: Path, header: int) -> Tensor:
    """The bytes of an idx file after its header."""
    packed = path.with_name(f"{path.name}.gz")
    data = path.read_bytes() if path.exists() else gzip.decompress(packed.read_bytes())
    return torch.frombuffer(bytearray(data[header:]), dtype=torch.uint8)


def batches(raw: Path) -> Iterator[tuple[Tensor, Tensor]]:
    """Shuffled batches of MNIST without end, from a DataLoader as most loops have one."""
    x = read(raw / "train-images-idx3-ubyte", 16).view(-1, 1, 28, 28).float() / 255
    y = read(raw / "train-labels-idx1-ubyte", 8).long()
    loader = DataLoader(TensorDataset(x, y), batch_size=64, shuffle=True)
    while True:
        yield from loader


def hidden_layer() -> nn.Module:
    """784-128-10."""
    return nn.Sequential(nn.Flatten(), nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 10))


def convolutional() -> nn.Module:
    """The net of github.com/pytorch/examples, mnist/main.py."""
    features = (
        nn.Conv2d(1, 32, 3),
        nn.ReLU(),
        nn.Conv2d(32, 64, 3),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Dropout(0.25),
    )
    head = (nn.Flatten(), nn.Linear(9216, 128), nn.ReLU(), nn.Dropout(0.5), nn.Linear(128, 10))
    return nn.Sequential(*features, *head)


def stepper(net: nn.Module, samples: Iterator[tuple[Tensor, Tensor]]) -> Callable[[], Tensor]:
    """One update, as a plain loop has it; the loss of each."""
    optimizer = torch.optim.SGD(net.parameters(), lr=0.05, momentum=0.9)
    loss_of = nn.CrossEntropyLoss()

    def step() -> Tensor:
        x, y = next(samples)
        loss: Tensor = loss_of(net(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss

    return step


class Cost(NamedTuple):
    """Seconds."""

    wall: float
    processor: float


def cost_of(work: Callable[[], object]) -> Cost:
    """What it takes to do something."""
    wall, processor = time.perf_counter(), time.process_time()
    work()
    return Cost(time.perf_counter() - wall, time.process_time() - processor)


def compare(step: Callable[[], Tensor], seconds: float) -> None:
    """Print the speeds, and their ratio."""

    def plain() -> None:
        for _ in range(num_steps):
            step().item()  # as a loop that prints its loss reads it

    def logged() -> None:
        for number in range(first, first + num_steps):
            run.log(number, loss=step().item())
            if run.should_stop:
                break

    num_steps = 5
    plain()  # warm up
    num_steps = max(1, round(num_steps * BLOCK_S / cost_of(plain).wall))
    without: list[Cost] = []
    with_run: list[Cost] = []
    elsewhere = 0.0
    with (
        patch.object(own_loop, "perf_counter", lambda: time.perf_counter() - elsewhere),
        Run("benchmark") as run,
    ):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            first = len(with_run) * num_steps
            if len(with_run) % 2:
                with_run.append(cost_of(logged))
            without.append(cost_of(plain))
            elsewhere += without[-1].wall
            if len(with_run) < len(without):
                with_run.append(cost_of(logged))
    for field in Cost._fields:
        ours, others = ([getattr(cost, field) for cost in costs] for costs in (with_run, without))
        mean, error = trimmed_mean([math.log(other / our) for our, other in zip(ours, others, strict=True)])
        speed, plain_speed = (num_steps / statistics.median(costs) for costs in (ours, others))
        print(f"  {field} time: {speed:,.1f} steps/s with Run, {plain_speed:,.1f} without; ", end="")
        print(f"ratio {math.exp(mean):.4f} ± {error:.4f} ({len(ours):,} pairs)")


def trimmed_mean(values: Sequence[float]) -> tuple[float, float]:
    """The mean without the tenth at either end, and its standard error (Tukey and McLaughlin 1963)."""
    ordered, cut = sorted(values), len(values) // 10
    low, high = ordered[cut], ordered[-1 - cut]
    spread = statistics.stdev(min(max(value, low), high) for value in ordered)
    kept = ordered[cut : len(ordered) - cut]
    return statistics.fmean(kept), spread * len(ordered) ** 0.5 / len(kept)


def calls() -> None:
    """Print what a call costs, flushes included."""
    kinds: dict[str, Callable[[Run, int], object]] = {
        "log(step, loss=…)": lambda run, step: run.log(step, loss=0.5),
        "log(step, loss=…, val_loss=…)": lambda run, step: run.log(step, loss=0.5, val_loss=0.25),
        "should_stop": lambda run, _: run.should_stop,
    }
    for name, call in kinds.items():
        with Run(name) as run:
            costs = [cost_of(partial(repeat, call, run, first)) for first in range(0, NUM_CALLS, CHUNK)]
        wall, processor = (
            1e9 / CHUNK * statistics.median(getattr(cost, field) for cost in costs) for field in Cost._fields
        )
        print(f"{name:30} {wall:6,.0f} ns a call, {processor:,.0f} ns of processor time")


def repeat(call: Callable[[Run, int], object], run: Run, first: int) -> None:
    """Many calls."""
    for step in range(first, first + CHUNK):
        call(run, step)


def main() -> None:
    """Print all figures."""
    with tempfile.TemporaryDirectory() as home:
        os.environ["TUI_TRAINER_HOME"] = home
        calls()
        raw = mnist_folder()
        if raw is None:
            print("MNIST is not here: the loop is not measured; TUI_TRAINER_DATA names the folder it is in")
            return
        torch.set_num_threads(1)
        samples = batches(raw)
        for net in (hidden_layer, convolutional):
            print(f"MNIST, batches of 64, {net.__name__.replace('_', ' ')}:")
            compare(stepper(net(), samples), float(sys.argv[1]) if len(sys.argv) > 1 else 60.0)


if __name__ == "__main__":
    main()
