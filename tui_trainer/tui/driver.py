"""The terminal: written to with few bytes and never waited for, and left as it was found on every way out.

Textual's own driver (8.2.8) does neither: its partial update crops only on the right, its writer blocks the
app once the terminal does not read, SIGTERM and SIGHUP leave the terminal as it is, and when the terminal is
gone the app goes on without one.
"""

import os
import signal
import termios
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from types import FrameType
from typing import Any, Protocol, runtime_checkable

from textual.app import App
from textual.drivers.linux_driver import LinuxDriver

from tui_trainer.tui import multiplexer
from tui_trainer.tui.link import LOCAL, Link
from tui_trainer.tui.picture import FRAME_START, Area, Picture
from tui_trainer.tui.writer import Writer

LOST = 128 + signal.SIGHUP
"""Exit code of an app whose terminal is gone or does not read."""

_SYNC_START, _SYNC_END = "\x1b[?2026h", "\x1b[?2026l"
_COMMAND_START = "\x1b]"
_AS_WE_NEED_IT = "\x0f\x1b(B\x1b[r\x1b[?6l\x1b[?7l\x1b[?25l"
"""Plain letters, no scroll region, rows counted from the top, no line wrap, no cursor."""
_LONG_FRAME = 1024
"""Bytes; a shorter frame comes in one piece anyway and needs no marks around it."""
_LOOK_EVERY_S = 0.5
_PATIENCE_S = 6.0
"""How long a terminal may take nothing while something waits. Training goes on without us."""
_LAST_WORDS_S = 1.0
"""How long leaving waits for the terminal to take what restores it."""
_LEAVING_S = 4.0
"""How long the app has to leave by itself once it was told to."""
_AT_ONCE = 0.5
"""Seconds of the allowed rate that may come at once after a rest."""
_SIGNALS = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)


@runtime_checkable
class OnALink(Protocol):
    """An app that says how its link is to be used."""

    link: Link

    def late_areas(self) -> Sequence[Area]:
        """What of the screen comes after all else when not all can be written."""


class TerminalDriver(LinuxDriver):
    """Textual's driver for Linux and macOS, with another way to write."""

    def __init__(
        self, app: App[Any], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._picture = Picture()
        self._writer: Writer | None = None
        self._marks_frames = False
        link = app.link if isinstance(app, OnALink) else LOCAL
        self._bytes_per_s, self._tick_s = link.bytes_per_s, link.tick_s
        self._spares_bytes = link.is_remote
        self._credit = 0.0
        self._credited_at = 0.0
        self._flush_is_due = False
        self._taken_before = 0
        self._stuck_s = 0.0
        self._is_leaving = False
        self._code = LOST
        """Of an app that cannot end by itself."""
        self._handlers: dict[int, Any] = {}
        self._handle_size: Any = None
        self._bytes_before = 0

    @property
    def bytes_written(self) -> int:
        """What the terminal took of the app so far, in bytes."""
        return self._bytes_before + (self._writer.bytes_written if self._writer else 0)

    # Writing

    def write(self, data: str) -> None:
        """Read a frame and write what of it is new; anything else is written as it is."""
        if data == _SYNC_START:
            self._marks_frames = True
        elif data == _SYNC_END:
            pass
        elif FRAME_START.match(data):
            self._picture.fit(*self._app.size)
            self._picture.take(data)
            self._flush()
        elif self._writer is not None:
            if data.startswith(_COMMAND_START):
                data = multiplexer.passed_on(data, os.environ)
            self._writer.write(data.encode(errors="replace"))

    def redraw(self) -> None:
        """The terminal may show anything and be in any state by now: write all of it again."""
        self.write(_AS_WE_NEED_IT)
        self._picture.forget()
        self._flush()

    def _flush(self) -> None:
        """Write what is new, unless the terminal is behind: then when it no longer is, with what comes."""
        writer = self._writer
        if writer is None or writer.is_behind or self._flush_is_due or not self._picture.is_behind:
            return
        has_cursor = self._app.focused is not None  # where text is being typed an input method shows itself
        if self._bytes_per_s is None:
            frame = self._picture.changes(has_cursor=has_cursor, spares_bytes=self._spares_bytes)
            self._send(writer, frame)
            return
        self._earn(self._bytes_per_s)
        if self._credit <= 0:
            self._flush_is_due = True
            self._loop.call_later(self._tick_s - self._credit / self._bytes_per_s, self._flush_due)
            return
        late = self._app.late_areas() if isinstance(self._app, OnALink) else ()
        frame = self._picture.changes(late=late, budget=self._credit, has_cursor=has_cursor)
        self._credit -= len(frame)
        self._send(writer, frame)

    def _flush_due(self) -> None:
        self._flush_is_due = False
        self._flush()

    def _earn(self, bytes_per_s: int) -> None:
        now = time.monotonic()
        earned = self._credit + (now - self._credited_at) * bytes_per_s
        self._credit, self._credited_at = min(earned, bytes_per_s * _AT_ONCE), now

    def _send(self, writer: Writer, frame: bytes) -> None:
        if self._marks_frames and len(frame) > _LONG_FRAME:
            frame = _SYNC_START.encode() + frame + _SYNC_END.encode()
        if frame:
            writer.write(frame)

    def _drained(self) -> None:
        """In the writer's thread: the terminal has taken all."""
        self._loop.call_soon_threadsafe(self._flush)

    # Coming and going

    def start_application_mode(self) -> None:
        """Take the terminal; from now on it is given back whatever ends the app."""
        assert self._file is not None, "the app is opened on a terminal only"
        if self._writer is not None:  # halted and let go on from without: we have it already
            self.redraw()
            return
        self._writer = Writer(self._file.fileno(), self._drained)
        self._writer.start()
        super().start_application_mode()  # type: ignore[no-untyped-call]
        for number in _SIGNALS:
            if signal.getsignal(number) != signal.SIG_IGN:
                self._handlers[number] = signal.signal(number, self._told_to_leave)
        self._handle_size = signal.signal(signal.SIGWINCH, self._told_of_size)
        self._loop.call_later(_LOOK_EVERY_S, self._look_after_terminal)

    def stop_application_mode(self) -> None:
        """Give the terminal back; frames that it has not taken yet are not worth waiting for."""
        self._picture = Picture()
        if self._writer is not None:
            self._writer.drop()
        self.write("\x1b[m")
        super().stop_application_mode()

    def close(self) -> None:
        """End the threads; a terminal that does not even take its restoring is not waited for."""
        super().close()
        writer, self._writer = self._writer, None
        if writer is not None:
            done = writer.close(_LAST_WORDS_S)
            self._bytes_before += writer.bytes_written
            if not done or writer.is_lost:
                # Whatever is still printed would wait for that terminal, or fail.
                self._leave_for_good_in(_LAST_WORDS_S, self._code)
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        self._handlers.clear()

    def _told_of_size(self, number: int, frame: FrameType | None) -> None:
        """Draw all again where the size is as before: so dtach and its like tell of another terminal."""
        if self._picture.size == self._get_terminal_size():
            self._loop.call_soon_threadsafe(self.redraw)
        if callable(self._handle_size):
            self._handle_size(number, frame)

    def _told_to_leave(self, number: int, _frame: FrameType | None) -> None:
        self._leave(128 + number)

    def _leave(self, code: int) -> None:
        """Have the app end itself; what hangs by then is cut off."""
        if self._is_leaving:
            return
        self._is_leaving, self._code = True, code
        self._leave_for_good_in(_LEAVING_S, code)
        self._loop.call_soon_threadsafe(partial(self._app.exit, return_code=code))

    def _leave_for_good_in(self, seconds: float, code: int) -> None:
        timer = threading.Timer(seconds, self._leave_for_good, [code])
        timer.daemon = True
        timer.start()

    def _leave_for_good(self, code: int) -> None:
        if self.attrs_before is not None:
            with suppress(termios.error):
                termios.tcsetattr(self.fileno, termios.TCSANOW, self.attrs_before)
        os._exit(code)

    def _look_after_terminal(self) -> None:
        """End the app when its terminal is gone, or has taken nothing for long of what waits for it.

        Time is counted by looks, so that an app that was stopped itself blames nobody.
        """
        writer = self._writer
        if writer is None or self._is_leaving:
            return
        taken, self._taken_before = self._taken_before, writer.bytes_written
        is_stuck = writer.is_behind and taken == writer.bytes_written
        self._stuck_s = self._stuck_s + _LOOK_EVERY_S if is_stuck else 0.0
        if writer.is_lost or self._stuck_s >= _PATIENCE_S or not self._has_terminal():
            self._leave(LOST)
        else:
            self._loop.call_later(_LOOK_EVERY_S, self._look_after_terminal)

    def _has_terminal(self) -> bool:
        """Whether the terminal still answers; one that was hung up does not."""
        if self.attrs_before is None:
            return True
        try:
            termios.tcgetattr(self.fileno)
        except termios.error:
            return False
        return True
