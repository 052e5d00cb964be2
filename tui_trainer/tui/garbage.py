"""Python's garbage collector, kept from coming between a key and its answer.

A full pass over all objects halted the app for 90 to 160 ms every few seconds while training held all cores.
"""

import gc
import time
from collections.abc import Iterable, Sequence

from textual.strip import Strip

LOOK_S = 1.0
"""How often to see whether a pass is due, and this a good moment for it."""
_QUIET_S = 1.0
"""So long after a key its answer has been painted, and no other of a series is likely to come."""
_LATEST = 20
"""A pass that is so many times overdue is made although keys do not cease."""
_NEVER = 1_000_000_000
_divide = Strip.divide


def divide(strip: Strip, cuts: Iterable[int]) -> Sequence[Strip]:
    """As Textual does it; but a strip that stays whole does not go into its own cache.

    It would keep itself alive, with its styles and its seven caches, until a full pass finds it: of what
    those found, this was nine parts in ten.
    """
    cuts = [cut for cut in cuts if cut <= strip.cell_length]
    return [strip] if cuts == [strip.cell_length] else _divide(strip, cuts)


class Collector:
    """Makes the full passes while no key is being answered; what was there from the start is passed over."""

    def __init__(self) -> None:
        self.key_at = 0.0
        self._threshold = gc.get_threshold()

    def begin(self) -> None:
        """The first screen is up: what there is will stay."""
        setattr(Strip, "divide", divide)  # noqa: B010  # the type of a method is not that of a function
        gc.enable()
        gc.freeze()
        gc.set_threshold(*self._threshold[:2], _NEVER)

    def look(self) -> None:
        """Make a pass where Python would have made one, if nobody waits for an answer."""
        overdue = gc.get_count()[2] / max(1, self._threshold[2])
        if overdue >= (1 if time.monotonic() - self.key_at >= _QUIET_S else _LATEST):
            gc.collect()

    def end(self) -> None:
        """Leave Python as it was."""
        setattr(Strip, "divide", _divide)  # noqa: B010
        gc.set_threshold(*self._threshold)
        gc.unfreeze()
