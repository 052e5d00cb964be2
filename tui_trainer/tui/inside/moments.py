"""A view whose picture changes over time: a cursor that goes through the moments that were recorded."""

from bisect import bisect_right
from collections.abc import Sequence
from typing import Protocol, TypeVar

from textual.timer import Timer

from tui_trainer.tui.inside.screen import InsideScreen, Sight
from tui_trainer.tui.plot.spans import Line, Span, spread

_PLAYED_S = 0.1
_LONGEST_PLAY = 100
"""So many pictures a whole training takes at most while it is played."""


class Moment(Protocol):
    """Something recorded after a step."""

    @property
    def step(self) -> int:
        """Which step."""


M = TypeVar("M", bound=Moment)


class TimedScreen(InsideScreen):
    """Left and right lead to the moment before and the one after; the last one follows what is new."""

    def __init__(self, sight: Sight) -> None:
        super().__init__(sight)
        self._at_step: int | None = None
        """None: the latest."""
        self._player: Timer | None = None

    def moments(self) -> Sequence[Moment]:
        """What the cursor goes through, in step order."""
        raise NotImplementedError

    def chosen(self, moments: Sequence[M]) -> M | None:
        """The moment at the cursor, or the last before it."""
        return moments[self.place_in(moments)] if moments else None

    def place_in(self, moments: Sequence[Moment]) -> int:
        """Where the one at the cursor is."""
        if self._at_step is None:
            return len(moments) - 1
        return max(0, bisect_right(moments, self._at_step, key=lambda moment: moment.step) - 1)

    def seen(self) -> object:
        """How many moments there are, and the one that is shown."""
        return len(self.moments()), self._at_step, self.app.theme

    def time_line(self, width: int) -> Line:
        """When the picture was taken, and where among all of them."""
        moments, history = self.moments(), self.sight.watch.history
        if not moments:
            return ()
        place, count = self.place_in(moments), len(moments)
        room = max(8, min(40, width - 50))
        at = round(place / max(1, count - 1) * (room - 1))
        ascii_only = self.sight.glyphs == "ascii"
        dash, knob = ("-", "#") if ascii_only else ("─", "●")
        when = history.moment(moments[place].step) if moments[place].step else "before training"
        is_live = self.sight.watch.is_live and self._at_step is None
        bar = (
            Span(f"{when:<16} ", "strong"),
            Span(dash * at, "quiet"),
            Span(knob, "accent"),
            Span(dash * (room - 1 - at), "quiet"),
            Span(f" {place + 1} of {count}", "quiet"),
        )
        return spread(bar, (Span("live" if is_live else "", "good"),), width)

    # Keys

    def action_moment(self, by: int) -> None:
        """Show an earlier moment, or a later one."""
        self._stop()
        self._move(by)

    def action_first(self) -> None:
        """Show the first one."""
        self._stop()
        self._move(-len(self.moments()))

    def action_latest(self) -> None:
        """Show the last one, and what comes."""
        self._stop()
        self._at_step = None
        self.redraw()

    def action_play(self) -> None:
        """Go through all of them, from the first if the last one is shown; or halt."""
        if self._player is not None:
            self._stop()
            return
        if self._at_step is None:
            self._move(-len(self.moments()))
        self._player = self.set_interval(_PLAYED_S, self._play_on)

    def _play_on(self) -> None:
        self._move(1 + len(self.moments()) // _LONGEST_PLAY)
        if self._at_step is None:
            self._stop()

    def _move(self, by: int) -> None:
        moments = self.moments()
        if not moments:
            return
        place = self.place_in(moments) + by
        self._at_step = moments[max(0, place)].step if place < len(moments) - 1 else None
        self.redraw()

    def _stop(self) -> None:
        if self._player is not None:
            self._player.stop()
            self._player = None
