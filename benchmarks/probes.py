"""What looking into a network costs: milliseconds a look of each probe, and its share of the training.

python -m benchmarks.probes [SECONDS] trains tp1-mnist (MNIST from $TUI_TRAINER_DATA, or shared/data beside
the checkout) and first-steps, each with all probes, with none, and once more with none as a control. The
three train a block of steps in turn, in random order, in one process and on one thread, so that what slows
the machine for a while slows all; processor time alone tells of them where others use it. Evaluations are
left out. Beside the difference stands what the probes' own calls took: it has less noise, and leaves out what
they do to caches. The probes are all that a run of the recipe has.
"""

import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import torch

from benchmarks.machine import Others, about
from benchmarks.own_loop import mnist_folder
from tui_trainer.core import rundir
from tui_trainer.core.compose import Choices, compose
from tui_trainer.core.presets import Library, shipped_folder
from tui_trainer.core.recipe import Recipe
from tui_trainer.training.assembly import Trainee, assemble
from tui_trainer.training.inside.insight import Insight
from tui_trainer.training.inside.probing import Probe
from tui_trainer.training.loop import train
from tui_trainer.training.recording import Recorder

BLOCK_S = 0.25
NUM_LOOKS = 30
TICK_S = 0.02
"""As often as a worker writes what is due."""
TARGET = 0.03


@dataclass
class Timed:
    """A probe, and the processor time that each of its looks took, what prepares it included."""

    probe: Probe
    name: str
    looks: list[float] = field(default_factory=list)
    _prepared_s: float = 0.0

    def suits(self, trainee: Trainee) -> bool:
        return self.probe.suits(trainee)

    def prepare(self, trainee: Trainee) -> None:
        began = time.process_time()
        self.probe.prepare(trainee)
        self._prepared_s = time.process_time() - began

    def look(self, trainee: Trainee, record: Recorder) -> None:
        began = time.process_time()
        self.probe.look(trainee, record)
        self.looks.append(time.process_time() - began + self._prepared_s)
        self._prepared_s = 0.0


class Training:
    """One training, of which blocks of steps are made in turn with others."""

    def __init__(self, recipe: Recipe, probes: str) -> None:
        settings = recipe.training.model_copy(
            update={"probes": probes, "epochs": 100_000, "evaluate_every": 10**9}
        )
        recipe = recipe.model_copy(update={"training": settings})
        self.trainee = assemble(recipe)
        self.record = Recorder(rundir.create(recipe), 1)
        self._insight = Insight(self.record)
        self._insight.begin(self.trainee)
        self.probes: list[Timed] = []
        for scheduled in self._insight.probing._probes:
            self.probes.append(Timed(scheduled.probe, scheduled.probe.name))
            scheduled.probe = self.probes[-1]
        self._steps = train(self.trainee, self.record)
        self._left_at: float | None = None
        self._tick_at = 0.0
        self.took: list[float] = []
        """Processor seconds of each block."""

    def block(self, num_steps: int) -> None:
        """Make so many steps."""
        if self._left_at is not None:
            self.record.was_away(time.perf_counter() - self._left_at)
        began, end = time.process_time(), self.record.step + num_steps
        for point in self._steps:
            if point == "evaluation" or (
                point == "step" and time.perf_counter() >= self._insight.look_at
            ):  # as a session does
                for _ in self._insight.attend(self.trainee):
                    pass
            if (now := time.perf_counter()) >= self._tick_at:
                self._tick_at = now + TICK_S
                self.record.tick()
            if self.record.step >= end:
                break
        self.took.append(time.process_time() - began)
        self._left_at = time.perf_counter()


def each_look(recipe: Recipe) -> None:
    """Print what a look of each probe costs, in a network that has trained for a while."""
    training = Training(recipe, "all")
    training.block(200)
    for timed in training.probes:
        timed.looks.clear()
        for _ in range(NUM_LOOKS):
            timed.prepare(training.trainee)
            training.block(1)
            timed.look(training.trainee, training.record)
        low, median, high = (1e3 * cost for cost in statistics.quantiles(timed.looks, n=4))
        print(f"  {timed.name:12} {median:8.2f} ms a look (quartiles {low:.2f} to {high:.2f})")


def shares(recipe: Recipe, seconds: float) -> None:
    """Print which part of the processor time is the probes'."""
    probed, alone, control = (Training(recipe, probes) for probes in ("all", "none", "none"))
    all_three = [probed, alone, control]
    for training in all_three:
        training.block(100)
    num_steps = max(10, round(100 * BLOCK_S / alone.took[0]))
    for training in all_three:
        training.block(num_steps)
        training.took.clear()
    for timed in probed.probes:
        timed.looks.clear()
    others, began, own_s = Others(), time.perf_counter(), time.process_time()
    while time.perf_counter() - began < seconds:
        for training in random.sample(all_three, 3):
            training.block(num_steps)
    own_s = time.process_time() - own_s
    rounds = len(alone.took)
    print(f"  {rounds} rounds of {num_steps} steps, others kept {others.cores(own_s)} busy")
    print(f"  {'probes, by difference':24} {_in_percent(probed.took, alone.took)}")
    print(f"  {'control, none to none':24} {_in_percent(control.took, alone.took)}")
    total = sum(probed.took)
    for timed in probed.probes:
        share = sum(timed.looks) / total
        print(f"  {timed.name:12} {len(timed.looks):4} looks, {100 * share:5.2f} % of the processor time")
    share = sum(sum(timed.looks) for timed in probed.probes) / total
    print(
        f"  all together {100 * share:5.2f} % by their own clock; target, by difference: below {TARGET:.0%}"
    )


def _in_percent(these: list[float], those: list[float]) -> str:
    """How much longer ``these`` took than ``those``, with the standard error of the mean."""
    whole = statistics.fmean(those)
    differences = [(one - other) / whole for one, other in zip(these, those, strict=True)]
    error = statistics.stdev(differences) / len(differences) ** 0.5
    return f"{100 * statistics.fmean(differences):+5.2f} % ± {100 * error:.2f}"


@contextmanager
def home() -> Iterator[None]:
    """A home that is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["TUI_TRAINER_HOME"] = folder
        yield


def main() -> None:
    """Print all figures."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    print(about("torch", "numpy"))
    torch.set_num_threads(1)
    library, names = Library.load((shipped_folder(),)), ["tp1-mnist", "first-steps"]
    if (raw := mnist_folder()) is None:
        print("MNIST is not here: it is left out; TUI_TRAINER_DATA names the folder it is in")
        names.remove("tp1-mnist")
    else:
        os.environ["TUI_TRAINER_DATA"] = str(raw.parent.parent)
    for name in names:
        with home():
            recipe = compose(library, Choices(recipe=name)).recipe
            print(f"{name}:")
            each_look(recipe)
            shares(recipe, seconds)


if __name__ == "__main__":
    main()
