"""What it costs a run to be watched: its steps per second with the app open on it against without.

    python -m benchmarks.attached [BLOCKS] [--net mnist|tiny] [--threads N]

One worker trains in the background at full speed (MNIST from $TUI_TRAINER_DATA, or shared/data beside the
checkout; tiny is 2-16-16-2 on two moons). Of each two blocks, in turn, the app shows it during one, in a
terminal of 120×40: curves, figures and confusion matrices that follow. Steps are counted by the run's own log
and its own clock, validation included.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np

from benchmarks.contenders import data_folder
from benchmarks.latency import Terminal
from benchmarks.machine import Others, about, used_s
from tui_trainer.core.brief import Fold
from tui_trainer.core.control import Stop, send
from tui_trainer.core.lock import is_locked
from tui_trainer.core.rundir import RunDir, list_runs
from tui_trainer.core.runlog import LogReader

BLOCK_S, SETTLE_S = 6.0, 2.0
RECIPES = {
    "mnist": ["tp1-mnist"],
    "tiny": [
        "--data",
        "moons",
        "--set",
        "data.points=10000",
        "--set",
        "architecture.hidden=[16,16]",
        "--set",
        "training.batch_size=10",
        "--regularization",
        "none",
    ],
}


class Follower:
    """Reads the run's log."""

    def __init__(self, run: RunDir) -> None:
        self._reader, self.told = LogReader(run.events), Fold()

    def read(self) -> tuple[int, float]:
        """The step that the run has come to, and its active seconds by then."""
        more = True
        while more:
            batch = self._reader.read_new()
            more = batch.more
            for event in batch.events:
                self.told.apply(event)
        return self.told.step, self.told.elapsed_s

    def steps_per_s(self, pause: float, terminal: Terminal | None) -> float:
        """Measured for about ``pause`` seconds."""
        step, elapsed_s = self.read()
        if terminal is None:
            time.sleep(pause)
        else:
            terminal.drain(pause)
        last_step, ended_s = self.read()
        return (last_step - step) / (ended_s - elapsed_s)


def measure(run: RunDir, follower: Follower, blocks: int) -> None:
    """Print steps per second alone and watched, and the ratio of neighbouring blocks."""
    alone, watched, app_s = [], [], 0.0
    others, began, started = Others(), time.perf_counter(), follower.told.started
    pid = started.pid if started else 0
    before = used_s(pid)
    for _ in range(blocks):
        time.sleep(SETTLE_S)
        alone.append(follower.steps_per_s(BLOCK_S, None))
        terminal = Terminal("attach", run.path.name)
        try:
            terminal.until(b"updates/s")
            terminal.drain(SETTLE_S)
            app_before = used_s(terminal.pid)
            watched.append(follower.steps_per_s(BLOCK_S, terminal))
            app_s += used_s(terminal.pid) - app_before
        finally:
            terminal.close()
    ratios = np.divide(watched, alone)
    low, high = np.quantile(ratios, (0.25, 0.75))
    busy = others.cores(used_s(pid) - before + app_s)
    print(f"alone {statistics.median(alone):,.0f} steps/s, watched {statistics.median(watched):,.0f}")
    print(f"watched / alone: median {np.median(ratios):.3f} (quartiles {low:.3f} to {high:.3f})")
    print(f"the app takes {app_s / blocks / BLOCK_S:.2f} cores; others, and its start each time, {busy}")
    print(f"load {os.getloadavg()[0]:.1f}; {time.perf_counter() - began:.0f} s")


def main() -> None:
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("blocks", nargs="?", type=int, default=15)
    parser.add_argument("--net", choices=RECIPES, default="mnist")
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    print(about("torch", "textual"))
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"TUI_TRAINER_HOME": home, "TUI_TRAINER_DATA": str(data_folder())}
        settings = ["--set", f"training.threads={arguments.threads}", "--epochs", "100000", "--detach"]
        command = [sys.executable, "-P", "-m", "tui_trainer", "train", *RECIPES[arguments.net], *settings]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        (run,) = list_runs()
        try:
            follower = Follower(run)
            while not follower.read()[0]:
                time.sleep(0.1)
            print(f"{arguments.net}, {arguments.threads} thread(s)")
            measure(run, follower, arguments.blocks)
        finally:
            send(run, Stop(attempt=1))
            while is_locked(run):
                time.sleep(0.05)


if __name__ == "__main__":
    main()
