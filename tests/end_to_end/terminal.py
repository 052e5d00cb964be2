"""A real terminal for tests: a program in a pty, its screen as pyte sees it, and every byte it wrote."""

import ctypes
import os
import re
import signal
import sys
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Self

import pexpect
import pyte

MODES_AT_FIRST = {7, 25}
"""A terminal wraps lines and shows its cursor; all other private modes are off."""
TIMEOUT_S = 60.0
"""Longer than anything takes on a busy machine; a wait ends as soon as its condition holds."""
_OF_ANOTHER_TERMINAL = ("COLUMNS", "LINES", "TMUX", "STY")
_FULL_AFTER = 10
"""A terminal is full when so many looks in a row find no room: a kernel moves on what it keeps."""


def _heed_interrupts() -> None:
    """A job that a shell put into the background, a test runner say, hands on that they are ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Terminal:
    """The installed program in a terminal of its own. Use as a context: leaving it kills what is left."""

    def __init__(
        self,
        *arguments: str,
        columns: int = 80,
        rows: int = 24,
        environment: Mapping[str, str] | None = None,
        command: Sequence[str] = (sys.executable, "-P", "-m", "tui_trainer"),
    ) -> None:
        self.screen = pyte.Screen(columns, rows)
        self.written = b""
        self._stream = pyte.ByteStream(self.screen)
        around = {name: value for name, value in os.environ.items() if name not in _OF_ANOTHER_TERMINAL}
        inherited = {**around, "TERM": "xterm-256color", "COLORTERM": "", **(environment or {})}
        self.process = pexpect.spawn(
            command[0],
            [*command[1:], *arguments],
            dimensions=(rows, columns),
            env=inherited,
            timeout=TIMEOUT_S,
            preexec_fn=_heed_interrupts,
        )
        self.modes_before = termios.tcgetattr(self.process.child_fd)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.close(force=True)

    @property
    def text(self) -> str:
        """The screen as it stands, a line a row."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    @property
    def modes_set(self) -> set[int]:
        """The DEC private modes that are on."""
        modes = set(MODES_AT_FIRST)
        for numbers, switch in re.findall(rb"\x1b\[\?([\d;]+)([hl])", self.written):
            for number in map(int, numbers.split(b";")):
                (modes.add if switch == b"h" else modes.discard)(number)
        return modes

    def press(self, keys: str) -> None:
        """Type ``keys``."""
        self.process.send(keys)

    def until(self, condition: Callable[[str], bool], what: str) -> str:
        """Read until ``condition`` holds for the screen's text, and return that text."""
        deadline = time.monotonic() + TIMEOUT_S
        while not condition(self.text):
            ended = not self._read()
            assert not ended or condition(self.text), f"ended before {what}:\n{self.text}"
            assert time.monotonic() < deadline, f"still not {what}:\n{self.text}"
        return self.text

    def until_shows(self, text: str) -> str:
        """Read until ``text`` is on the screen."""
        return self.until(lambda screen: text in screen, f"{text!r} on screen")

    def until_ended(self) -> int:
        """Read until the program ends; its exit status, or minus the signal that ended it."""
        deadline = time.monotonic() + TIMEOUT_S
        while self._read():
            assert time.monotonic() < deadline, f"still running:\n{self.text}"
        self.process.wait()
        return self.process.exitstatus if self.process.exitstatus is not None else -self.process.signalstatus

    def until_quiet(self, seconds: float) -> None:
        """Read until for so long nothing came."""
        deadline = time.monotonic() + TIMEOUT_S
        while self.bytes_within(seconds):
            assert time.monotonic() < deadline, f"it writes on and on:\n{self.text}"

    def bytes_within(self, seconds: float) -> int:
        """How many bytes come within ``seconds``."""
        deadline, before = time.monotonic() + seconds, len(self.written)
        while time.monotonic() < deadline and self._read():
            pass
        return len(self.written) - before

    def fill(self) -> None:
        """Have the terminal so full of what nobody read that it takes no more of anybody."""
        num_refused = 0
        while num_refused < _FULL_AFTER:
            try:
                self.write_beside("#" * 1024)
                num_refused = 0
            except BlockingIOError:
                num_refused += 1
                time.sleep(0.02)

    def write_beside(self, text: str) -> None:
        """Write into the terminal as another program might; raises BlockingIOError when it takes nothing."""
        ptsname = ctypes.CDLL(None).ptsname
        ptsname.restype = ctypes.c_char_p
        beside = os.open(ptsname(self.process.child_fd), os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK)
        try:
            os.write(beside, text.encode())
        finally:
            os.close(beside)

    def until_ended_unread(self, seconds: float) -> int:
        """Wait for the end without reading; the exit status, or minus the signal that ended it."""
        deadline = time.monotonic() + seconds
        while self.process.isalive():
            assert time.monotonic() < deadline, f"still running after {seconds} s"
            time.sleep(0.02)
        return self.process.exitstatus if self.process.exitstatus is not None else -self.process.signalstatus

    def _read(self) -> bool:
        """Take in what was written; False once nothing more can come."""
        try:
            data = self.process.read_nonblocking(65536, timeout=0.2)
        except pexpect.TIMEOUT:
            return True
        except pexpect.EOF:
            return False
        self.written += data
        self._stream.feed(data)
        return True
