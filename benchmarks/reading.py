"""Opening a long run: 1,000,000 steps × 4 metrics read and drawn, against TensorBoard's EventAccumulator.

    python -m benchmarks.reading [REPEATS] [--tensorboard]

Every reading is a process of its own, so that its memory can be told, and its time leaves imports out. Ours
includes the drawing of one chart (120×30) of all four. TensorBoard reads the same points from an event file,
in an environment that is made for it once (minutes). Last comes the app itself with the run open: its memory,
and the seconds from its start to its chart (`show` is the same reading without a screen); then its memory
when eight such runs have been opened one after the other.
"""

import argparse
import json
import os
import pty
import select
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.environments import python_of
from benchmarks.machine import Others, about
from tui_trainer.core import rundir
from tui_trainer.core.events import PhaseChanged, RunStarted, Steps
from tui_trainer.core.recipe import Recipe
from tui_trainer.core.rundir import RunDir
from tui_trainer.core.runlog import LogWriter

NUM_STEPS, BLOCK = 1_000_000, 200
NUM_RUNS = 8
METRICS = ("loss", "accuracy", "gradient_norm", "lr")

OURS = """
import json, resource, sys, time
from pathlib import Path
from tui_trainer.core import history
from tui_trainer.core.rundir import RunDir
from tui_trainer.core.runlog import LogReader
from tui_trainer.tui.plot.lineplot import draw
from tui_trainer.tui.plot.model import ChartModel, ChartOptions, Curve

began, processor = time.perf_counter(), time.process_time()
read = history.load(RunDir(Path(sys.argv[1])))
curves = tuple(
    Curve(name, series, color=number, label=name) for number, (name, series) in enumerate(read.batch.items())
)
draw(ChartModel("all", curves, x_range=(0.0, 1e6)), ChartOptions(), 120, 30)
count = sum(len(series.values) for series in read.batch.values())
"""

THEIRS = """
import json, resource, sys, time
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

began, processor = time.perf_counter(), time.process_time()
read = EventAccumulator(sys.argv[1], size_guidance={"scalars": 0})
read.Reload()
count = sum(len(read.Scalars(name)) for name in read.Tags()["scalars"])
"""

REPORT = """
took = time.perf_counter() - began, time.process_time() - processor
rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps([*took, rss, count]))
"""

WRITE_THEIRS = """
import sys
import numpy as np
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.event_file_writer import EventFileWriter

writer = EventFileWriter(sys.argv[1], max_queue_size=1_000_000)
for step, row in enumerate(np.load(sys.argv[2]), start=1):
    for name, value in zip(sys.argv[3:], row.tolist()):
        summary = Summary(value=[Summary.Value(tag=name, simple_value=value)])
        writer.add_event(Event(step=step, wall_time=step / 1000, summary=summary))
writer.close()
"""


def points() -> np.ndarray:
    """What was logged, ``(NUM_STEPS, metrics)``: curves that fall, with noise."""
    noise = np.random.default_rng(0).normal(0, 0.2, (NUM_STEPS, len(METRICS)))
    falling = 0.1 + 2.2 * np.exp(-np.arange(NUM_STEPS) / 2e5)
    return (falling[:, None] * np.exp(noise)).astype("<f4")


def write(values: np.ndarray) -> RunDir:
    """A finished run of those points, in the home."""
    run = rundir.create(Recipe(name="long"))
    with LogWriter(run.events) as log:
        log.append(
            RunStarted(
                attempt=1,
                elapsed_s=0.0,
                name="long",
                task="multiclass",
                host="",
                boot_id="",
                pid=0,
                started_at=0.0,
                steps_per_epoch=NUM_STEPS // 100,
                planned_steps=NUM_STEPS,
            )
        )
        for first in range(0, NUM_STEPS, BLOCK):
            block = values[first : first + BLOCK]
            metrics = {name: block[:, place].tobytes() for place, name in enumerate(METRICS)}
            log.append(Steps(attempt=1, elapsed_s=first / 1000, first_step=first + 1, metrics=metrics))
        log.append(PhaseChanged(attempt=1, elapsed_s=NUM_STEPS / 1000, phase="finished", step=NUM_STEPS))
    return run


def reading(python: str, code: str, path: Path) -> tuple[float, float, float]:
    """Seconds, seconds of processor time and megabytes of a process that reads everything."""
    done = subprocess.run(
        [python, "-P", "-c", code + REPORT, str(path)], capture_output=True, text=True, check=True
    )
    wall, processor, rss, count = json.loads(done.stdout.splitlines()[-1])
    assert count == NUM_STEPS * len(METRICS), f"read {count} points"
    return wall, processor, rss


def app(num_runs: int, patience_s: float = 60.0) -> tuple[float, list[float]]:
    """Seconds until the app shows the first run, and its memory in megabytes after each of ``num_runs``."""
    began = time.perf_counter()
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ.update(TERM="xterm-256color", COLUMNS="120", LINES="40")
        os.execv(sys.executable, [sys.executable, "-P", "-m", "tui_trainer"])

    def until(text: bytes) -> None:
        seen = b""
        while text not in seen:
            if time.perf_counter() - began > patience_s:
                raise TimeoutError(f"{text!r} never came")
            if select.select([terminal], [], [], 0.1)[0]:
                seen += os.read(terminal, 65536)

    try:
        until(b"first-steps")  # New names its recipe
        os.write(terminal, b"]")
        until(b"long")  # Runs lists the run
        sizes = []
        for number in range(num_runs):
            os.write(terminal, b"\r" if number == 0 else b"\x1b[B\r")
            until(b"finished")  # the run's chart has its steps
            if number == 0:
                shown = time.perf_counter() - began
            _drain(terminal, 2.0)
            sizes.append(_rss_mb(pid))
            os.write(terminal, b"\x1b")
            _drain(terminal, 1.0)
        return shown, sizes
    finally:
        os.kill(pid, 9)
        os.close(terminal)
        os.waitpid(pid, 0)


def _drain(terminal: int, seconds: float) -> None:
    until = time.perf_counter() + seconds
    while (left := until - time.perf_counter()) > 0:
        if select.select([terminal], [], [], left)[0]:
            os.read(terminal, 65536)


def _rss_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))


def main() -> None:
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("repeats", nargs="?", type=int, default=5)
    parser.add_argument("--tensorboard", action="store_true")
    arguments = parser.parse_args()
    print(about("numpy", "msgspec", "textual"))
    others = Others()
    with tempfile.TemporaryDirectory() as home:
        os.environ["TUI_TRAINER_HOME"] = home
        values = points()
        run = write(values)
        kinds = {"ours": (sys.executable, OURS, run.path)}
        if arguments.tensorboard:
            python, folder = python_of("tensorboard"), Path(home) / "tensorboard"
            np.save(Path(home) / "points.npy", values)
            arguments_of = [str(folder), str(Path(home) / "points.npy"), *METRICS]
            subprocess.run([python, "-c", WRITE_THEIRS, *arguments_of], check=True)
            kinds["EventAccumulator"] = (python, THEIRS, folder)
        readings: dict[str, list[tuple[float, float, float]]] = {name: [] for name in kinds}
        for _ in range(arguments.repeats):
            for name, (python, code, path) in kinds.items():
                readings[name].append(reading(python, code, path))
        print(f"{'':20} {'seconds':>8} {'of processor':>13} {'MB, all in all':>15}")
        for name, each in readings.items():
            wall, processor, rss = map(statistics.median, zip(*each, strict=True))
            print(f"{name:20} {wall:8.3f} {processor:13.3f} {rss:15.0f}")
        if "EventAccumulator" in readings:
            ratios = [b[0] / a[0] for a, b in zip(*readings.values(), strict=True)]
            print(f"ours is {statistics.median(ratios):,.0f} times as fast")
        shown_s, sizes = app(1)
        print(f"the app with the run open: {sizes[0]:.0f} MB resident; {shown_s:.1f} s from its start")
        for _ in range(NUM_RUNS - 1):
            write(values)
        _, sizes = app(NUM_RUNS, patience_s=180.0)
        told = ", ".join(f"{size:.0f}" for size in sizes)
        print(f"after {NUM_RUNS} such runs, one after the other: {told} MB")
    print(f"load: {others.cores(0.0)} busy, this included")


if __name__ == "__main__":
    main()
