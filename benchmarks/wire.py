"""What the app writes to its terminal while it trains and while it is paused: bytes a second and an update.

    python -m benchmarks.wire [SECONDS] [--compare] [--keep FOLDER]

Trains tp1-mnist (data from $TUI_TRAINER_DATA) at full speed in a terminal of 120×40 with loss, accuracy and
confusion matrix on screen, as over SSH, by truecolor and 256 colours, with and without --low-bandwidth.
Then pauses, and counts for 30 s. --compare does the same on Compare with eight such runs, until all of them
are paused. --keep leaves the bytes of each case in FOLDER.
"""

import argparse
import fcntl
import os
import pty
import select
import struct
import sys
import tempfile
import termios
import time
from dataclasses import dataclass
from pathlib import Path

import pyte

from benchmarks.live import SHOWN, eight_live
from tui_trainer.core.control import Stop, send
from tui_trainer.core.lock import is_locked
from tui_trainer.core.rundir import list_runs

WIDTH, HEIGHT = 120, 40
PAUSED_S = 30.0
PATIENCE_S = 90.0
APART_S = 0.05
"""Bytes that come so long after those before belong to another update."""

CASES = {
    "truecolor": ("truecolor", ()),
    "256": ("", ()),
    "truecolor, low": ("truecolor", ("--low-bandwidth",)),
    "256, low": ("", ("--low-bandwidth",)),
}


@dataclass
class Counted:
    """What came within some seconds."""

    data: bytes
    seconds: float
    num_updates: int


class Watched:
    """The app in a terminal that nobody looks at but us."""

    def __init__(self, colorterm: str, *arguments: str) -> None:
        environment = {
            **os.environ,
            "TERM": "xterm-256color",
            "COLORTERM": colorterm,
            "SSH_CONNECTION": "192.0.2.1 50000 192.0.2.2 22",
        }
        pid, self.terminal = pty.fork()
        if pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", HEIGHT, WIDTH, 0, 0))
            command = [sys.executable, "-P", "-m", "tui_trainer", *arguments]
            os.execve(command[0], command, environment)
        self.pid = pid
        self._screen = pyte.Screen(WIDTH, HEIGHT)
        self._stream = pyte.ByteStream(self._screen)

    def press(self, keys: str) -> None:
        os.write(self.terminal, keys.encode())

    def until(self, text: str) -> None:
        """Read until ``text`` is on the screen."""
        deadline = time.monotonic() + PATIENCE_S
        while not any(text in row for row in self._screen.display):
            if time.monotonic() > deadline:
                raise TimeoutError(f"{text!r} never came:\n" + "\n".join(self._screen.display))
            self._stream.feed(self._read(0.2))

    def count(self, seconds: float) -> Counted:
        """Take in what comes within ``seconds``."""
        data, num_updates, last = b"", 0, 0.0
        began = time.monotonic()
        while (left := began + seconds - time.monotonic()) > 0:
            if new := self._read(left):
                now = time.monotonic()
                num_updates += now - last > APART_S
                last = now
                data += new
        self._stream.feed(data)
        return Counted(data, seconds, num_updates)

    def _read(self, seconds: float) -> bytes:
        if select.select([self.terminal], [], [], seconds)[0]:
            return os.read(self.terminal, 65536)
        return b""

    def stop_all(self) -> None:
        """End what trains, and read on meanwhile."""
        for run in list_runs():
            send(run, Stop(attempt=1))
            while is_locked(run):
                self._read(0.05)

    def close(self) -> None:
        """End the app."""
        os.kill(self.pid, 9)
        os.close(self.terminal)
        os.waitpid(self.pid, 0)


def one_run(colorterm: str, options: tuple[str, ...], seconds: float) -> tuple[Counted, Counted]:
    """What came in ``seconds`` of training, then in ``PAUSED_S`` of pause."""
    watched = Watched(colorterm, *options, "tp1-mnist")
    try:
        watched.until("tp1-mnist")
        watched.press("\r")
        watched.until("updates/s")
        return watched.count(seconds), _paused(watched, " ", "paused")
    finally:
        watched.stop_all()
        watched.close()


def compared(colorterm: str, options: tuple[str, ...], seconds: float) -> tuple[Counted, Counted]:
    """The same on Compare, with eight runs."""
    with eight_live():
        watched = Watched(colorterm, *options)
        try:
            watched.until("first-steps")
            watched.press("]]")
            watched.until(SHOWN)
            watched.count(5.0)
            return watched.count(seconds), _paused(watched, "p", "8 paused")
        finally:
            watched.close()


def _paused(watched: Watched, key: str, said: str) -> Counted:
    watched.press(key)
    watched.until(said)
    watched.count(5.0)
    return watched.count(PAUSED_S)


def main() -> None:
    """Print a line a case."""
    parser = argparse.ArgumentParser()
    parser.add_argument("seconds", nargs="?", type=float, default=20.0)
    parser.add_argument("--compare", action="store_true")
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--only", help="one case")
    arguments = parser.parse_args()
    measure = compared if arguments.compare else one_run
    print(f"{'':16} {'bytes/s':>8} {'updates/s':>10} {'bytes/update':>13} {'paused 30 s':>12}")
    for name, (colorterm, options) in CASES.items():
        if arguments.only and arguments.only != name:
            continue
        with tempfile.TemporaryDirectory() as home:
            os.environ["TUI_TRAINER_HOME"] = home
            training, paused = measure(colorterm, options, arguments.seconds)
        size = len(training.data)
        print(
            f"{name:16} {size / training.seconds:8.0f} {training.num_updates / training.seconds:10.1f}"
            f" {size / max(1, training.num_updates):13.0f} {len(paused.data):12}",
            flush=True,
        )
        if arguments.keep:
            arguments.keep.mkdir(parents=True, exist_ok=True)
            (arguments.keep / f"{name.replace(', ', '-')}.bytes").write_bytes(training.data)
            (arguments.keep / f"{name.replace(', ', '-')}-paused.bytes").write_bytes(paused.data)


if __name__ == "__main__":
    main()
