"""Bytes to the terminal from a thread of their own: a terminal that does not read blocks nobody else."""

import os
import threading
from collections.abc import Callable


class Writer(threading.Thread):
    """Writes what it is given, in order, and counts what the terminal took.

    It is a daemon: a write that never returns does not keep the process. ``on_drained`` is called in this
    thread whenever all was taken.
    """

    def __init__(self, fileno: int, on_drained: Callable[[], None]) -> None:
        super().__init__(name="terminal-output", daemon=True)
        self.bytes_written = 0
        self.is_lost = False
        """Whether there is no terminal any more."""
        self._fileno = fileno
        self._on_drained = on_drained
        self._waiting = bytearray()
        self._is_writing = False
        self._is_closing = False
        self._changed = threading.Condition()

    @property
    def is_behind(self) -> bool:
        """Whether the terminal has not taken all yet."""
        return self._is_writing or bool(self._waiting)

    def write(self, data: bytes) -> None:
        """Have ``data`` written after all before it; never blocks."""
        with self._changed:
            self._waiting += data
            self._changed.notify_all()

    def drop(self) -> None:
        """Forget what has not been begun to be written."""
        with self._changed:
            self._waiting.clear()

    def close(self, timeout: float) -> bool:
        """End after what waits, or after ``timeout`` seconds; whether all was written."""
        with self._changed:
            self._is_closing = True
            self._changed.notify_all()
        self.join(timeout)
        return not self.is_alive()

    def run(self) -> None:
        """Write until closed, or until the terminal is gone."""
        while data := self._next():
            while data:
                try:
                    count = os.write(self._fileno, data)
                except OSError:
                    self.is_lost = True
                    self._is_writing = False
                    return
                data = data[count:]
                self.bytes_written += count
            self._is_writing = False
            if not self._waiting and not self._is_closing:
                self._on_drained()

    def _next(self) -> bytes:
        """What is to be written next; empty when closed and all was."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._is_closing)
            data = bytes(self._waiting)
            self._waiting.clear()
            self._is_writing = bool(data)
            return data
