"""Training loops to compare: each trains the same nets without end, a block of steps whenever it is told.

A module of this package has ``train(net, gate)``; it calls ``gate.step()`` after every step and holds
``gate.aside()`` while it does anything but train. It runs in a process of its own, whose environment may hold
nothing but numpy and what the module imports.
"""

import gzip
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

Name = Literal["mnist", "tiny"]


@dataclass(frozen=True)
class Net:
    """What is trained: a fully connected net with ReLU and Adam on one of two data sets."""

    name: Name
    sizes: tuple[int, ...]
    batch_size: int
    lr: float = 1e-3


NETS = {
    "mnist": Net("mnist", (784, 128, 64, 10), 64),
    "tiny": Net("tiny", (2, 16, 16, 2), 10),
}


class Arrays(NamedTuple):
    """Inputs float32 ``(N, F)`` and labels int64 ``(N,)``."""

    x: NDArray[np.float32]
    y: NDArray[np.int64]


def data_folder() -> Path:
    """Where torchvision's sets lie: ``$TUI_TRAINER_DATA``, or shared/data beside the checkout."""
    beside = Path(__file__).resolve().parents[3] / "shared" / "data"
    return Path(os.environ.get("TUI_TRAINER_DATA", beside))


def samples(net: Net) -> tuple[Arrays, Arrays]:
    """Training and validation samples: 54,000 and 6,000 of MNIST, or 7,000 and 1,500 points of two moons."""
    x: NDArray[np.float32]
    if net.name == "tiny":
        rng = np.random.default_rng(0)
        labels = np.arange(8_500) % 2
        angle = rng.uniform(0, np.pi, len(labels))
        side = 1 - 2 * labels
        points = np.stack([side * np.cos(angle) + labels, side * np.sin(angle)], axis=1)
        x = (points + rng.normal(0, 0.2, points.shape)).astype(np.float32)
        y, num_train = labels.astype(np.int64), 7_000
    else:
        raw = data_folder() / "MNIST" / "raw"
        x = _read(raw / "train-images-idx3-ubyte", 16).reshape(-1, 784).astype(np.float32) / 255
        y, num_train = _read(raw / "train-labels-idx1-ubyte", 8).astype(np.int64), 54_000
    return Arrays(x[:num_train], y[:num_train]), Arrays(x[num_train:], y[num_train:])


def _read(path: Path, header: int) -> NDArray[np.uint8]:
    packed = path.with_name(f"{path.name}.gz")
    data = path.read_bytes() if path.exists() else gzip.decompress(packed.read_bytes())
    return np.frombuffer(data, np.uint8, offset=header)


class Gate:
    """Lets a loop through for a block of steps at a time: as many as the line on stdin says.

    Its clock stands still while the loop waits. After each block it prints, as JSON, the seconds and the
    processor seconds that the steps took. It ends the process with stdin.
    """

    def __init__(self) -> None:
        self._left = 0
        self._waited_s = 0.0
        self._wall_s = self._processor_s = 0.0
        self._began: tuple[float, float] | None = None

    def now(self) -> float:
        """Seconds, less those that the loop was kept waiting."""
        return time.perf_counter() - self._waited_s

    def step(self) -> None:
        """A step was made."""
        self._left -= 1
        if self._left <= 0:
            self._stop()
            self._next_block()

    @contextmanager
    def aside(self) -> Iterator[None]:
        """What happens meanwhile is no part of the steps."""
        self.pause()
        yield
        self.go_on()

    def pause(self) -> None:
        """Something begins that is no part of the steps."""
        self._stop()

    def go_on(self) -> None:
        """The next steps begin."""
        self._began = time.perf_counter(), time.process_time()

    def _stop(self) -> None:
        if self._began is not None:
            self._wall_s += time.perf_counter() - self._began[0]
            self._processor_s += time.process_time() - self._began[1]
        self._began = None

    def _next_block(self) -> None:
        waiting_since = time.perf_counter()
        print(json.dumps({"wall": self._wall_s, "processor": self._processor_s}), file=REPORT, flush=True)
        line = sys.stdin.readline()
        if not line:
            os._exit(0)
        self._left = int(line)
        self._wall_s = self._processor_s = 0.0
        self._waited_s += time.perf_counter() - waiting_since
        self.go_on()


REPORT = os.fdopen(os.dup(1), "w", encoding="utf-8")
"""The parent's pipe; what a framework prints goes elsewhere."""
