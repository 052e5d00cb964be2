"""What monitoring costs: our loop as a worker drives it, beside the same loop with nothing recorded.

    python -m benchmarks.monitoring [ROUNDS] [--net mnist|tiny]

All loops train the same net on one thread of one process, a short block of steps each, in an order that is
drawn anew every round. A third loop, with nothing recorded either, tells how far two equal ones seem to
differ: what is less than that is not measured. The monitored one writes events, heartbeats and checkpoints,
looks at its control file, and goes by a clock that stands still while the others train. Two ratios are told:
of all blocks together, so that checkpoints count, which come in one block of many; and the median over
rounds, which a block that the machine held up does not move. On a machine that others use too, what is done
so many times a second falls on fewer steps, and seems to cost more. Evaluations are left out. MNIST is read
from $TUI_TRAINER_DATA, or from shared/data beside the checkout.
"""

import argparse
import os
import random
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.contenders import NETS, Net, data_folder
from benchmarks.contenders.ours import recipe
from benchmarks.machine import Others, about
from tui_trainer.core import rundir
from tui_trainer.core.lock import WorkerLock
from tui_trainer.core.recipe import Recipe
from tui_trainer.training import keeping, recording, saving, session
from tui_trainer.training.assembly import assemble
from tui_trainer.training.keeping import Keeper
from tui_trainer.training.loop import train
from tui_trainer.training.recording import Recorder
from tui_trainer.training.stop_sign import StopSign

BLOCK_S = 0.05
"""Short, so that what the machine does meanwhile falls on all loops alike."""
WARM_UP = 10
RESAMPLES = 2000


class Clock:
    """Runs only while the monitored loop does."""

    def __init__(self) -> None:
        self._stood_s, self._stopped_at = 0.0, time.perf_counter()

    def __call__(self) -> float:
        return time.perf_counter() - self._stood_s

    def go_on(self) -> None:
        """Run from here."""
        self._stood_s += time.perf_counter() - self._stopped_at

    def stop(self) -> None:
        """Stand still from here."""
        self._stopped_at = time.perf_counter()


class Silent:
    """What the loop needs of a recorder, which records nothing."""

    step = 0

    def add_step(self, _loss: torch.Tensor) -> None:
        """A step was made."""
        self.step += 1

    def enter(self, *_: object) -> None:
        """Nobody is told."""

    evaluated = enter


@dataclass
class Loop:
    """A loop that makes a block of steps at a time, and what a step of each took."""

    name: str
    advancing: Iterator[object]
    record: Any
    wall: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)

    def make(self, num_steps: int) -> None:
        """Train so many steps, or a few more."""
        until = self.record.step + num_steps
        while self.record.step < until:
            next(self.advancing)

    def finish(self) -> None:
        """What is still being done beside it belongs to its block."""


class Monitored(Loop):
    """A run as a worker drives it."""

    def __init__(self, chosen: Recipe) -> None:
        self.clock, keepers, records = Clock(), list[Keeper](), list[Recorder]()

        class Kept(Keeper):
            def __init__(self, *arguments: Any) -> None:
                super().__init__(*arguments)
                keepers.append(self)

        class Recorded(Recorder):
            def __init__(self, *arguments: Any) -> None:
                super().__init__(*arguments)
                records.append(self)

        for module in (session, keeping, recording):
            module.perf_counter = self.clock  # type: ignore[attr-defined]
        saving.Keeper, session.Recorder = Kept, Recorded  # type: ignore[misc]
        run = rundir.create(chosen)
        WorkerLock(run.lock).acquire()
        living = session.live(run, StopSign())
        self.clock.go_on()
        next(living)
        super().__init__("monitored", living, records[0])
        self._keeper = keepers[0]
        self.clock.stop()

    def make(self, num_steps: int) -> None:
        """Train."""
        self.clock.go_on()
        super().make(num_steps)

    def finish(self) -> None:
        """What is still being done beside it belongs to its block."""
        while not self._keeper.has_news and self._keeper._writing is not None:
            time.sleep(0.001)
        self.clock.stop()


def measured(net: Net, num_rounds: int, probes: str) -> list[Loop]:
    """The loops, each with the seconds of its blocks, and print how long a block is."""
    chosen = recipe(net, is_compiled=False)
    once = chosen.training.model_copy(update={"evaluate_every": 10**9, "probes": probes})
    chosen = chosen.model_copy(update={"training": once})
    loops = [Monitored(chosen)]
    for name in ("nothing recorded", "nothing recorded, again"):
        record: Any = Silent()
        loops.append(Loop(name, train(assemble(chosen), record), record))  # type: ignore[arg-type]
    for loop in loops:
        loop.make(20)
        loop.finish()
    began = time.process_time()
    loops[1].make(50)
    num_steps = max(1, round(50 * BLOCK_S / (time.process_time() - began)))
    for number in range(-WARM_UP, num_rounds):
        for loop in random.sample(loops, len(loops)):
            wall, processor, done = time.perf_counter(), time.process_time(), loop.record.step
            loop.make(num_steps)
            loop.finish()
            if number >= 0:
                made = loop.record.step - done
                loop.wall.append((time.perf_counter() - wall) / made)
                loop.processor.append((time.process_time() - processor) / made)
    print(f"{net.name}: {num_rounds} rounds of blocks of {num_steps} steps")
    return loops


def report(loops: list[Loop]) -> None:
    """Print how fast each is beside the one with nothing recorded."""
    base = loops[1]
    for loop in (loops[0], loops[2]):
        for kind in ("processor", "wall"):
            own, others = np.array(getattr(loop, kind)), np.array(getattr(base, kind))
            drawn = np.random.default_rng(0).integers(0, len(own), (RESAMPLES, len(own)))
            together = interval(others[drawn].sum(1) / own[drawn].sum(1))
            middle = interval(np.median((others / own)[drawn], axis=1))
            print(
                f"  {loop.name:24} {kind:9} {1e6 * np.median(own):6.1f} µs a step; of the speed, all blocks: "
                f"{others.sum() / own.sum():.4f} ({together}), "
                f"median: {np.median(others / own):.4f} ({middle})"
            )


def interval(resampled: NDArray[np.float64]) -> str:
    """Where a figure lies, 95 times in a hundred, by what it came to over resampled rounds (bootstrap)."""
    return "{:.4f} to {:.4f}".format(*np.percentile(resampled, (2.5, 97.5)))


def main() -> None:
    """Print all figures."""
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("rounds", nargs="?", type=int, default=1500)
    parser.add_argument("--net", choices=NETS, action="append", help="both by default")
    parser.add_argument("--probes", default="none", help="their cost is their own: benchmarks.probes")
    arguments = parser.parse_args()
    print(about("torch", "numpy"))
    os.environ |= {"OMP_NUM_THREADS": "1", "TUI_TRAINER_DATA": str(data_folder())}
    torch.set_num_threads(1)
    for name in arguments.net or NETS:
        with tempfile.TemporaryDirectory() as home:
            os.environ["TUI_TRAINER_HOME"] = str(Path(home))
            others, began = Others(), time.process_time()
            report(measured(NETS[name], arguments.rounds, arguments.probes))
            print(f"others kept {others.cores(time.process_time() - began)} busy meanwhile")


if __name__ == "__main__":
    main()
