"""What a screen asks before it does what cannot be undone: the same key again does it."""

import time

from textual.screen import Screen

from tui_trainer.tui.plot.spans import Line, Span

_ASKED_S = 6.0
"""How long a question waits for the same key again."""


class AskingScreen(Screen[None]):
    """A screen with a line for questions, and for what else a key has to say."""

    _question = ""
    _asked_until = 0.0

    def _draw_texts(self) -> None:
        """Draw all but the charts, ``_asked`` among it."""
        raise NotImplementedError

    @property
    def _is_asked(self) -> bool:
        return time.monotonic() < self._asked_until

    @property
    def _asked(self) -> list[Line]:
        """The question, as long as it waits for an answer."""
        return [(Span("? ", "accent"), Span(self._question, "strong"))] if self._is_asked else []

    def _ask(self, question: str) -> None:
        self._question, self._asked_until = question, time.monotonic() + _ASKED_S
        self._draw_texts()
        self.set_timer(_ASKED_S + 0.1, self._draw_texts)
