"""Eight runs together, against the same eight one after another with the thread count that suits them best.

python -m benchmarks.compare [ROUNDS] reads MNIST from $TUI_TRAINER_DATA, or from shared/data beside the
checkout. One after another they are trained in a loop of one's own (benchmarks.plain), which records nothing,
and by a worker of ours. Workers are started as ``compare`` starts them, and timed from when the first run has
its data to the last word of the last; the plain loop is timed from when all data are there: what it takes to
load PyTorch is left out of all. One run alone tells which thread count suits it best, up to the number of
cores. Then the three take turns, ROUNDS times (default 3), and the ratios are medians. The load of the
machine is printed beside: its other processes disturb all.
"""

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from tui_trainer.core import history, queue, rundir
from tui_trainer.core.planning import Crew, Job, crews, num_cores
from tui_trainer.core.recipe import (
    BinaryCrossEntropy,
    Cnn,
    FullyConnected,
    Moons,
    Recipe,
    TorchvisionSet,
    Training,
)
from tui_trainer.core.rundir import RunDir
from tui_trainer.core.variation import with_seed
from tui_trainer.tui import launcher

NUM_RUNS = 8


class Case(NamedTuple):
    """What is trained eight times, and how many times as fast it is to be together."""

    name: str
    recipe: Recipe
    wanted: float


def cases() -> list[Case]:
    """The three of the issue."""
    return [
        Case(
            "2-8-8-1 on moons",
            Recipe(
                data=Moons(),
                architecture=FullyConnected(hidden=(8, 8)),
                loss=BinaryCrossEntropy(),
                training=Training(epochs=60),
            ),
            1.0,
        ),
        Case(
            "MNIST MLP 784-256-10",
            Recipe(
                data=TorchvisionSet(),
                architecture=FullyConnected(hidden=(256,)),
                training=Training(epochs=1, batch_size=64),
            ),
            1.3,
        ),
        Case(
            "small CNN on a tenth of MNIST",
            Recipe(
                data=TorchvisionSet(train_fraction=0.1),
                architecture=Cnn(),
                training=Training(epochs=1, batch_size=64),
            ),
            1.5,
        ),
    ]


def queued(recipe: Recipe, threads: int, number: int = NUM_RUNS) -> list[RunDir]:
    """Runs that wait, each with its seed."""
    training = recipe.training.model_copy(update={"threads": threads, "device": "cpu"})
    recipe = recipe.model_copy(update={"training": training})
    runs = [rundir.create(with_seed(recipe, seed)) for seed in range(number)]
    for run in runs:
        queue.put(run)
    return runs


def seconds_of(runs: Sequence[RunDir], plan: Sequence[Crew]) -> float:
    """How long it takes to train ``runs`` by these workers."""
    workers = [launcher.start_queue(crew.runs, crew.at_once) for crew in plan]
    for worker in workers:
        worker.wait()
    told = [history.load(run) for run in runs]
    if any(each.phase != "finished" for each in told):
        sys.exit(f"a run did not finish: {[each.reason for each in told]}")
    began = min(each.started.started_at for each in told if each.started is not None)
    return max(run.events.stat().st_mtime for run in runs) - began


def in_turn(recipe: Recipe, threads: int, number: int = NUM_RUNS) -> float:
    """Seconds to train the runs one after another by one worker."""
    runs = queued(recipe, threads, number)
    return seconds_of(runs, [Crew(tuple(runs), 1)])


def in_own_loop(recipe: Recipe, threads: int, number: int = NUM_RUNS) -> float:
    """Seconds to train the runs one after another in a plain loop."""
    training = recipe.training.model_copy(update={"device": "cpu", "channels_last": False})
    text = recipe.model_copy(update={"training": training}).model_dump_json()
    command = [sys.executable, "-m", "benchmarks.plain", str(number), str(threads)]
    return float(subprocess.run(command, input=text, stdout=subprocess.PIPE, text=True, check=True).stdout)


def best_threads(name: str, recipe: Recipe, seconds: Callable[[Recipe, int, int], float]) -> int:
    """The thread count with which one run alone is the quickest."""
    alone = {threads: seconds(recipe, threads, 1) for threads in range(1, num_cores() + 1)}
    print(f"  {name}, one alone: " + ", ".join(f"{alone[each]:.1f} s on {each}" for each in alone))
    return min(alone, key=lambda each: alone[each])


def measure(case: Case, rounds: int) -> None:
    """Print how many times as fast eight are together."""
    print(case.name)
    ways = {"own loop": in_own_loop, "our worker": in_turn}
    threads = {name: best_threads(name, case.recipe, seconds) for name, seconds in ways.items()}
    ratios: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        alone = {name: seconds(case.recipe, threads[name], NUM_RUNS) for name, seconds in ways.items()}
        runs = queued(case.recipe, 1)
        plan = crews([Job.of(run) for run in runs])
        together = seconds_of(runs, plan)
        for name, seconds in alone.items():
            ratios[name].append(seconds / together)
            print(f"  {name}, one after another: {seconds:.1f} s on {threads[name]}", end="")
        print(f"  together: {together:.1f} s ({len(plan)} workers, {plan[0].at_once} in turn)", end="")
        print(f"  load {os.getloadavg()[0]:.1f}")
    for name, found in ratios.items():
        print(f"  {statistics.median(found):.2f} times as fast as {name}", end="")
    print(f" (wanted {case.wanted})", flush=True)


def main() -> None:
    """Print all figures."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    os.environ.setdefault("TUI_TRAINER_DATA", str(beside))
    has_mnist = (Path(os.environ["TUI_TRAINER_DATA"]) / "MNIST" / "raw").is_dir()
    with tempfile.TemporaryDirectory() as home:
        os.environ["TUI_TRAINER_HOME"] = home
        for case in cases():
            if has_mnist or case.recipe.data.kind != "mnist":
                measure(case, int(sys.argv[1]) if len(sys.argv) > 1 else 3)
            else:
                print(f"{case.name}: MNIST is not here; TUI_TRAINER_DATA names the folder it is in")


if __name__ == "__main__":
    main()
