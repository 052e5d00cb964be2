"""From a key to its paint while training keeps both cores busy: milliseconds, in a terminal of 120×40.

    python -m benchmarks.latency [KEYS] [--idle] [--threads N] [--compare | --inside]

The app trains MNIST (data from $TUI_TRAINER_DATA, or shared/data beside the checkout; digits where it is not)
on as many threads as there are cores, and ``y`` is pressed: both charts are drawn anew over a logarithmic
axis. The time ends when that has been written; --idle measures the same while the run is paused, --compare
on Compare while eight runs of MNIST train, --inside in each look into the network by a key that draws its
picture anew. A machine that others use adds their share: of each answer is told how long the app worked for
it, which is what it can be blamed for, and how long it was ready and waited for a core (Linux only).
"""

import argparse
import os
import pty
import select
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.contenders import data_folder
from benchmarks.live import SHOWN, eight_live
from benchmarks.machine import Others, about, used_s
from tui_trainer.core.control import Stop, send
from tui_trainer.core.history import load
from tui_trainer.core.lock import is_locked
from tui_trainer.core.rundir import RunDir, list_runs

APART_S = 0.35
"""Between two keys: longer than a paint, and not in step with the app's own ticks."""
PATIENCE_S = 90.0


class Press(NamedTuple):
    """A key, the key that undoes it, and how one knows that it has been answered."""

    key: bytes
    back: bytes
    answer: bytes = b""
    at_least: int = 0


LOG_AXIS = Press(b"y", b"y", b"log")
"""Both charts are drawn anew, and only then this word is written."""
PAINTED = 300
"""Bytes of a picture that is drawn anew; the header, which changes by itself, takes less than a hundred."""
UP, DOWN = b"\x1b[A", b"\x1b[B"
INSIDE = {
    "1 film": (b"", Press(b"p", b"p", at_least=PAINTED)),
    "2 per class": (b"", Press(b"c", b"C", at_least=PAINTED)),
    "3 layers": (b"", Press(b"f", b"fff", at_least=PAINTED)),
    "4 weights": (b"", Press(DOWN, UP, "▸unit 2".encode())),
    "5 boundary": (b"\rh", Press(b"h", b"h", at_least=PAINTED)),
    "6 surface": (b"", Press(b"l", b"l", b"log")),
    "7 batch": (b"", Press(b"b", b"f", b"[b backward]")),
    "8 poke": (b"", Press(b"n", b"N", b"deviations")),
}
"""What is pressed first in each view, and then again and again."""


class Terminal:
    """The app in a terminal."""

    def __init__(self, *arguments: str) -> None:
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update(TERM="xterm-256color", COLORTERM="truecolor", COLUMNS="120", LINES="40")
            os.execv(sys.executable, [sys.executable, "-P", "-m", "tui_trainer", *arguments])

    def press(self, key: bytes) -> None:
        os.write(self.fd, key)

    def until(self, text: bytes) -> None:
        """Read until ``text`` has come."""
        seen, deadline = b"", time.monotonic() + PATIENCE_S
        while text not in seen:
            if time.monotonic() > deadline:
                raise TimeoutError(f"{text!r} never came")
            seen += self.read(0.2)

    def read(self, seconds: float) -> bytes:
        if select.select([self.fd], [], [], seconds)[0]:
            return os.read(self.fd, 65536)
        return b""

    def drain(self, seconds: float) -> None:
        """Take in what comes by itself."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self.read(left)

    def latency_ms(self, press: Press) -> float:
        """Milliseconds from the key until its answer was written."""
        began, seen = time.perf_counter(), b""
        self.press(press.key)
        while press.answer not in seen or len(seen) < press.at_least:
            if time.perf_counter() - began > PATIENCE_S:
                raise TimeoutError(f"never answered: {press}")
            seen += self.read(0.2)
        return 1e3 * (time.perf_counter() - began)

    def ran_and_waited_ms(self) -> tuple[float, float]:
        """Milliseconds that the app has run so far, and waited for a core; nought where no system tells."""
        told = [
            path.read_text("ascii").split() for path in Path(f"/proc/{self.pid}/task").glob("*/schedstat")
        ]
        return sum(int(each[0]) for each in told) / 1e6, sum(int(each[1]) for each in told) / 1e6

    def close(self) -> None:
        os.kill(self.pid, 9)
        os.close(self.fd)
        os.waitpid(self.pid, 0)


def one_run(keys: int, threads: int, *, is_idle: bool, is_inside: bool) -> None:
    """Measure on the screen of a run, or in each look into its network."""
    recipe = "tp1-mnist" if (data_folder() / "MNIST" / "raw").is_dir() else "first-steps"
    terminal = Terminal(recipe, "--epochs", "10000", "--set", f"training.threads={threads}")
    try:
        terminal.until(recipe.encode())
        terminal.press(b"\r")
        terminal.until(b"updates/s")
        if is_idle:
            terminal.press(b" ")
        state = "idle" if is_idle else f"training on {threads} threads"
        workers = [_worker_of(list_runs()[0])]
        if not is_inside:
            tell(state, terminal, keys, workers)
            return
        terminal.press(b"i")
        for view, (first, press) in INSIDE.items():
            terminal.drain(2.0)
            terminal.press(view[:1].encode())
            terminal.drain(3.0)
            for key in first:
                terminal.press(bytes((key,)))
                terminal.drain(3.0)
            tell(f"{view}, {state}", terminal, keys, workers, press)
    finally:
        for run in list_runs():
            send(run, Stop(attempt=1))
            while is_locked(run):
                terminal.read(0.05)
        terminal.close()


def compared(keys: int) -> None:
    """Measure on Compare."""
    with eight_live() as workers:
        terminal = Terminal()
        try:
            terminal.until(b"first-steps")
            terminal.press(b"]]")
            terminal.until(SHOWN.encode())
            tell("8 runs train", terminal, keys, [worker.pid for worker in workers])
        finally:
            terminal.close()


def tell(state: str, terminal: Terminal, keys: int, workers: list[int], press: Press = LOG_AXIS) -> None:
    """Press keys and print how long their answers took, and who had the processor meanwhile."""
    terminal.drain(3.0)
    others, began, times, shares = Others(), time.perf_counter(), [], []
    used = [used_s(pid) for pid in (terminal.pid, *workers)]
    for _ in range(keys):
        before = terminal.ran_and_waited_ms()
        times.append(terminal.latency_ms(press))
        shares.append(np.subtract(terminal.ran_and_waited_ms(), before))
        terminal.drain(APART_S)
        terminal.press(press.back)
        terminal.drain(APART_S)
    seconds = time.perf_counter() - began
    app_s, *trained_s = (
        used_s(pid) - before for pid, before in zip((terminal.pid, *workers), used, strict=True)
    )
    print(
        f"{state}: the app takes {app_s / seconds:.2f} cores, training {sum(trained_s) / seconds:.2f}, "
        f"others {others.cores(app_s + sum(trained_s))}; load {os.getloadavg()[0]:.1f}; {len(times)} keys"
    )
    median, p95, p99 = np.percentile(times, (50, 95, 99))
    print(f"key to paint: median {median:.0f} ms, p95 {p95:.0f}, p99 {p99:.0f}, longest {max(times):.0f}")
    for name, share in zip(("worked", "waited for a core"), np.transpose(shares), strict=True):
        median, p95, p99 = np.percentile(share, (50, 95, 99))
        print(f"  of which it {name}: median {median:.0f} ms, p95 {p95:.0f}, p99 {p99:.0f}")
    print(f"fastest {min(times):.0f} ms, mean {statistics.mean(times):.0f}")


def _worker_of(run: RunDir) -> int:
    started = load(run).started
    return started.pid if started else 0


def main() -> None:
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("keys", nargs="?", type=int, default=100)
    parser.add_argument("--idle", action="store_true")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--compare", action="store_true")
    what.add_argument("--inside", action="store_true")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    arguments = parser.parse_args()
    print(about("textual", "torch"))
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"TUI_TRAINER_HOME": home, "TUI_TRAINER_DATA": str(data_folder())}
        if arguments.compare:
            compared(arguments.keys)
        else:
            one_run(arguments.keys, arguments.threads, is_idle=arguments.idle, is_inside=arguments.inside)


if __name__ == "__main__":
    main()
