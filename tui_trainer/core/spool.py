"""Events on their way to a run log: they wait in memory while the disk does not take them."""

from collections import deque
from time import perf_counter

from tui_trainer.core.events import Event, PhaseChanged
from tui_trainer.core.runlog import LogWriter, frame_of

MAX_WAITING = 64 * 2**20
"""Bytes that wait at most; what comes then is lost."""


class Spool:
    """Writes events in their order, and none twice."""

    def __init__(self, log: LogWriter) -> None:
        self.spoke_at = 0.0
        """When anything was last written, by ``perf_counter``."""
        self._log = log
        self._waiting: deque[bytes] = deque()
        self._num_bytes = 0

    def __len__(self) -> int:
        """How many events wait."""
        return len(self._waiting)

    @property
    def end(self) -> int:
        """The offset in the log that the next event will have, for `runlog.read_at`."""
        return self._log.end + self._num_bytes

    def add(self, event: Event) -> bool:
        """Have an event written in its turn; False where too much waits already and it is lost.

        Phases are small and say how a run ended: they are never lost here. Raises ValueError for an event
        that no log can hold.
        """
        try:
            frame = frame_of(event)
        except Exception as error:
            raise ValueError(f"something cannot be recorded: {error}") from error
        if self._num_bytes + len(frame) > MAX_WAITING and not isinstance(event, PhaseChanged):
            return False
        self._num_bytes += len(frame)
        self._waiting.append(frame)
        return True

    def write(self) -> None:
        """Write all that waits. Raises OSError where the disk takes no more: the rest goes on waiting."""
        while self._waiting:
            self._log.append_frame(self._waiting[0])
            self._num_bytes -= len(self._waiting.popleft())
            self.spoke_at = perf_counter()

    def forget(self) -> None:
        """Give up what waits."""
        self._waiting.clear()
        self._num_bytes = 0

    def sync(self) -> None:
        """Return once all that was written would survive a loss of power. Raises OSError."""
        self._log.sync()

    def close(self) -> None:
        """Close the log; what still waits is lost."""
        self._log.close()
