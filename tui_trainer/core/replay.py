"""A recorded run told once more, as far as any step."""

import time
from collections import deque
from pathlib import Path

import msgspec

from tui_trainer.core.events import (
    AnyEvent,
    Edited,
    Evaluated,
    Finished,
    Heartbeat,
    Note,
    PhaseChanged,
    Resumed,
    Steps,
)
from tui_trainer.core.history import History
from tui_trainer.core.runlog import LogReader

_FLOAT = 4
_EVENTS_AHEAD = 1000


class Replay:
    """Reads a run log from its start into a history of its own, no further than it is asked to.

    Steps that the log holds in one event are told one by one, so that a run that was over in a second can be
    watched in twenty.
    """

    def __init__(self, events: Path) -> None:
        self.history = History()
        self.step = 0.0
        """How far it was told, in steps."""
        self.over = False
        """Whether there is nothing left to tell."""
        self._reader = LogReader(events)
        self._ahead: deque[AnyEvent] = deque()

    def advance(self, steps: float, *, max_seconds: float = 0.05) -> None:
        """Tell about ``steps`` more, as many as the time allows. Raises RunLogError as reading a log does."""
        self.step += steps
        deadline = time.monotonic() + max_seconds
        while time.monotonic() < deadline:
            if not self._ahead and not self._read():
                self.over = True
                return
            event = self._ahead[0]
            if isinstance(event, Resumed):
                self.step = max(0.0, event.at_step)
            elif _first_step(event) > self.step:
                return
            self._ahead.popleft()
            if isinstance(event, Steps):
                event, rest = self._split(event)
                if rest is not None:
                    self._ahead.appendleft(rest)
            self.history.apply(event)

    def _read(self) -> bool:
        batch = self._reader.read_new(max_events=_EVENTS_AHEAD)
        self._ahead.extend(batch.events)
        self.history.miss(batch)
        return bool(self._ahead) or batch.more

    def _split(self, event: Steps) -> tuple[Steps, Steps | None]:
        """What of a block may be told now, and what has to wait."""
        length = _length(event)
        told = int(self.step) - event.first_step + 1
        if told >= length:
            return event, None
        before = self.history.elapsed_s
        elapsed_s = before + max(0.0, event.elapsed_s - before) * told / length
        cut = told * _FLOAT
        now = msgspec.structs.replace(
            event, elapsed_s=elapsed_s, metrics={name: data[:cut] for name, data in event.metrics.items()}
        )
        rest = msgspec.structs.replace(
            event,
            first_step=event.first_step + told,
            metrics={name: data[cut:] for name, data in event.metrics.items()},
        )
        return now, rest


def _length(event: Steps) -> int:
    return max((len(data) // _FLOAT for data in event.metrics.values()), default=0)


def _first_step(event: AnyEvent) -> int:
    """The first step that an event speaks of; 0 where it speaks of none."""
    match event:
        case Steps():
            return event.first_step
        case Finished():
            return event.steps
        case Evaluated() | PhaseChanged() | Heartbeat() | Note() | Edited():
            return event.step
        case _:
            return 0
