"""Events on their way to a run log: they wait in memory while the disk does not take them."""

from collections import deque
from time import perf_counter

from tui_trainer.core.events import Evaluated, Event, PhaseChanged, Steps
from tui_trainer.core.runlog import LogWriter

MAX_WAITING = 64 * 2**20
"""Bytes, about, that wait at most; what comes then is lost."""


class Spool:
    """Writes events in their order, and none twice."""

    def __init__(self, log: LogWriter) -> None:
        self.spoke_at = 0.0
        """When anything was last written, by ``perf_counter``."""
        self._log = log
        self._waiting: deque[Event] = deque()
        self._num_bytes = 0

    def __len__(self) -> int:
        """How many events wait."""
        return len(self._waiting)

    def add(self, event: Event) -> bool:
        """Have an event written in its turn; False where too much waits already and it is lost.

        Phases are small and say how a run ended: they are never lost here.
        """
        size = _size_of(event)
        if self._num_bytes + size > MAX_WAITING and not isinstance(event, PhaseChanged):
            return False
        self._num_bytes += size
        self._waiting.append(event)
        return True

    def write(self) -> None:
        """Write all that waits. Raises OSError where the disk takes no more: the rest goes on waiting.

        Raises ValueError for an event that no log can hold, which is dropped.
        """
        while self._waiting:
            event = self._waiting[0]
            try:
                self._log.append(event)
            except OSError:
                raise
            except Exception as error:
                self._drop()
                raise ValueError(f"something cannot be recorded: {error}") from error
            self._drop()
            self.spoke_at = perf_counter()

    def _drop(self) -> None:
        self._num_bytes -= _size_of(self._waiting.popleft())


def _size_of(event: Event) -> int:
    match event:
        case Steps():
            return 64 + sum(len(name) + len(values) for name, values in event.metrics.items())
        case Evaluated(confusion=counts):
            return 256 + 8 * len(counts or ()) ** 2
        case _:
            return 256
