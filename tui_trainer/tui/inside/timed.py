"""A look into a network at one of several moments: older, newer, one after another, or the latest."""

from bisect import bisect_right
from collections.abc import Sequence

from tui_trainer.tui.inside.screen import InsideScreen, Sight

_PLAY_S = 0.3
"""Between two moments of the film."""


class TimedScreen(InsideScreen):
    """A view with a cursor in time; at the last moment it follows what comes."""

    def __init__(self, sight: Sight) -> None:
        super().__init__(sight)
        self._step: int | None = None
        """The moment that is shown; None for the latest."""
        self._is_playing = False

    def moments(self) -> Sequence[int]:
        """The steps that may be shown, rising."""
        raise NotImplementedError

    def on_mount(self) -> None:
        """Let it play, when it is to."""
        super().on_mount()
        self.set_interval(_PLAY_S, self._play)

    def place_in(self, moments: Sequence[int]) -> int:
        """Which of ``moments`` is shown: the last at or before the cursor."""
        if self._step is None:
            return len(moments) - 1
        return max(0, bisect_right(moments, self._step) - 1)

    def _go_to(self, place: int) -> None:
        moments = self.moments()
        if moments:
            self._step = moments[max(0, place)] if place < len(moments) - 1 else None
            self.redraw()

    def _play(self) -> None:
        if self._is_playing:
            self._go_to(self.place_in(self.moments()) + 1)
            self._is_playing = self._step is not None

    def action_time(self, by: int) -> None:
        """Go to a later moment, or to one before."""
        self._is_playing = False
        self._go_to(self.place_in(self.moments()) + by)

    def action_play(self) -> None:
        """Play it from where it is, at its end from the beginning; or halt it."""
        self._is_playing = not self._is_playing
        if self._is_playing and self._step is None:
            self._go_to(0)
