"""From Enter on New to the first step of first-steps, with a worker that waits: medians of several runs.

    python -m benchmarks.first_step [REPEATS]

"recorded" is the first step in the run log, "on screen" the first point of the curve of batch losses.
"""

import fcntl
import os
import pty
import select
import statistics
import struct
import sys
import tempfile
import termios
import time
from pathlib import Path

from tui_trainer.core.control import Stop, send
from tui_trainer.core.events import Steps
from tui_trainer.core.lock import is_locked
from tui_trainer.core.rundir import list_runs
from tui_trainer.core.runlog import LogReader

READY = b"first-steps"
# The name of the curve of batch losses, which has its first point with the first step.
LOSS_SHOWN = b"batch"
# Large enough that no other name takes its place beside the curve.
WIDTH, HEIGHT = 160, 48
PATIENCE_S = 10


class Screen:
    """The app in a terminal that nobody looks at but us."""

    def __init__(self, home: str) -> None:
        environment = {**os.environ, "TERM": "xterm-256color", "TUI_TRAINER_HOME": home}
        pid, self.terminal = pty.fork()
        if pid == 0:
            os.execve(sys.executable, [sys.executable, "-P", "-m", "tui_trainer"], environment)
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", HEIGHT, WIDTH, 0, 0))
        self.pid = pid
        self.seen = b""

    def read(self, seconds: float) -> None:
        """Take in what the app writes within ``seconds``."""
        if select.select([self.terminal], [], [], seconds)[0]:
            self.seen += os.read(self.terminal, 65536)


def once() -> tuple[float, float]:
    """Seconds from Enter to the first step recorded, and to the first loss on screen."""
    with tempfile.TemporaryDirectory() as home:
        screen = Screen(home)
        try:
            while READY not in screen.seen:
                screen.read(0.1)
            os.write(screen.terminal, b"\x1b[B\x1b[A")  # down, up: the first key press wakes a worker
            rested = time.perf_counter() + 8
            while time.perf_counter() < rested:  # a reader of New takes longer than the worker needs
                screen.read(0.1)
            screen.seen = b""
            began = time.perf_counter()
            os.write(screen.terminal, b"\r")
            recorded = shown = 0.0
            while not (recorded and shown):
                if time.perf_counter() - began > PATIENCE_S:
                    raise TimeoutError(f"no first step: recorded {bool(recorded)}, on screen {bool(shown)}")
                screen.read(0.002)
                if not recorded and any(map(has_step, Path(home).glob("runs/*/events.log"))):
                    recorded = time.perf_counter() - began
                if not shown and LOSS_SHOWN in screen.seen:
                    shown = time.perf_counter() - began
            for run in list_runs(root=Path(home) / "runs"):
                send(run, Stop(attempt=1))
                while is_locked(run):
                    screen.read(0.01)
            return recorded, shown
        finally:
            os.kill(screen.pid, 9)
            os.close(screen.terminal)
            os.waitpid(screen.pid, 0)


def has_step(log: Path) -> bool:
    """Whether a step was recorded."""
    return any(isinstance(event, Steps) for event in LogReader(log).read_new().events)


def main() -> None:
    """Print the medians."""
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    for name, times in zip(
        ("recorded", "on screen"), zip(*(once() for _ in range(repeats)), strict=True), strict=True
    ):
        print(f"{name:10} {statistics.median(times):6.3f} s   min {min(times):.3f}   max {max(times):.3f}")


if __name__ == "__main__":
    main()
