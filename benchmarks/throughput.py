"""Steps per second of the training phase: ours against loops and trainers that a user would pick.

    python -m benchmarks.throughput [--net mnist|tiny] [--threads 1,2] [--blocks N] [--others lightning,…|all]

MNIST (data from $TUI_TRAINER_DATA, or shared/data beside the checkout): 784-128-64-10, Adam, batches of 64,
validation each epoch, which is not counted. Tiny: 2-16-16-2 on two moons, batches of 10. Every loop is a
process of its own; in turn each trains a short block of steps, so that what slows the machine for a while
slows all. Ratios are medians over the rounds. Processor time tells of a loop alone where others use the
machine. --others compares with trainers in environments of their own, which are made once (minutes).
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, field

from benchmarks.contenders import data_folder
from benchmarks.environments import OTHERS, python_of
from benchmarks.machine import Others, about

WITHIN = ("course", "tutorial", "ours-unmonitored", "ours", "ours-compiled")
BLOCK_STEPS = {"mnist": 100, "tiny": 400}
WARM_UP_BLOCKS = 2


@dataclass
class Contender:
    """A loop in a process of its own."""

    name: str
    threads: int
    process: "subprocess.Popen[str]"
    wall: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)

    @property
    def title(self) -> str:
        return f"{self.name}, {self.threads} thread{'s' if self.threads > 1 else ''}"

    def block(self, num_steps: int) -> tuple[float, float] | None:
        """Seconds and processor seconds of the next steps; None when the process has ended."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        try:
            self.process.stdin.write(f"{num_steps}\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            return None
        line = self.process.stdout.readline()
        if not line:
            return None
        took = json.loads(line)
        return took["wall"], took["processor"]


def started(name: str, net: str, threads: int) -> Contender:
    python = python_of(name) if name in OTHERS else sys.executable
    process = subprocess.Popen(
        [python, "-m", "benchmarks.contenders", name, net, str(threads)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=None if os.environ.get("BENCHMARK_VERBOSE") else subprocess.DEVNULL,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": str(threads), "TUI_TRAINER_DATA": str(data_folder())},
    )
    contender = Contender(name, threads, process)
    assert process.stdout is not None
    process.stdout.readline()  # the first step was made
    return contender


def compare(net: str, names: list[str], all_threads: list[int], num_blocks: int) -> None:
    """Print a line for each loop."""
    contenders = [started(name, net, threads) for name in names for threads in all_threads]
    steps = BLOCK_STEPS[net]
    others, own_s = Others(), 0.0
    for number in range(WARM_UP_BLOCKS + num_blocks):
        for contender in contenders if number % 2 else reversed(contenders):
            took = contender.block(steps)
            if took is None:
                continue
            own_s += took[1]
            if number >= WARM_UP_BLOCKS:
                contender.wall.append(took[0])
                contender.processor.append(took[1])
    load = others.cores(own_s)
    for contender in contenders:
        with suppress(BrokenPipeError):  # it may have ended by itself
            contender.process.stdin.close()  # type: ignore[union-attr]
        contender.process.wait()
    report(contenders, net, steps)
    print(f"others kept {load} busy meanwhile (validation and waiting included)\n")


def report(contenders: list[Contender], net: str, steps: int) -> None:
    finished = [each for each in contenders if each.wall]
    for each in contenders:
        if not each.wall:
            print(f"{each.title}: did not run (BENCHMARK_VERBOSE=1 shows why)")
    courses = [each for each in finished if each.name == "course"]
    if not courses:
        return
    course = min(courses, key=lambda each: statistics.median(each.wall))
    print(f"{net:28} {'steps/s':>9} {'× course':>9} {'µs of processor':>16} {'× course':>9}")
    for each in finished:
        by_wall, by_processor = (
            statistics.median(theirs / own for theirs, own in zip(*pair, strict=False))
            for pair in ((course.wall, each.wall), (course.processor, each.processor))
        )
        speed = steps / statistics.median(each.wall)
        cost = statistics.median(each.processor) / steps * 1e6
        print(f"{each.title:28} {speed:9,.0f} {by_wall:9.2f} {cost:16,.0f} {by_processor:9.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--net", choices=BLOCK_STEPS, action="append", help="both by default")
    parser.add_argument("--threads", default="1", help="numbers of threads, separated by commas")
    parser.add_argument("--blocks", type=int, default=40)
    parser.add_argument("--others", default="", help=f"some of {', '.join(OTHERS)}, or all")
    parser.add_argument("--only", default=",".join(WITHIN), help="some of the loops that need no environment")
    arguments = parser.parse_args()
    others = list(OTHERS) if arguments.others == "all" else list(filter(None, arguments.others.split(",")))
    if unknown := set(others) - set(OTHERS):
        parser.error(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(OTHERS)}")
    print(about("torch", "numpy", "torchvision", *others))
    for net in arguments.net or BLOCK_STEPS:
        within = [name for name in arguments.only.split(",") if net == "mnist" or name != "tutorial"]
        names = within + (others if net == "mnist" else [])
        compare(net, names, [int(number) for number in arguments.threads.split(",")], arguments.blocks)


if __name__ == "__main__":
    main()
