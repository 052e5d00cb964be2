"""Screens of running text: one reads, scrolls and goes back."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import Screen

from tui_trainer.core.text import plain
from tui_trainer.core.validation import Problem
from tui_trainer.tui import keys
from tui_trainer.tui.widgets.key_bar import KeyBar
from tui_trainer.tui.widgets.prose import Paragraph, Prose
from tui_trainer.tui.widgets.title_bar import TitleBar

_BLANK = Paragraph(Content(""))


class Reader(Screen[None]):
    """Paragraphs below a heading."""

    BINDINGS: ClassVar[list[BindingType]] = [*keys.bindings(keys.READER)]

    def __init__(self, heading: str, paragraphs: Sequence[Paragraph]) -> None:
        super().__init__()
        self._paragraphs = [Paragraph(Content.styled(heading, "bold $primary")), _BLANK, *paragraphs]

    def compose(self) -> ComposeResult:
        """The text between title and keys."""
        yield TitleBar()
        with VerticalScroll(id="page", can_focus=False):
            yield Prose(self._paragraphs)
        yield KeyBar(keys.READER)

    def action_scroll(self, lines: int) -> None:
        """Scroll by lines."""
        # At once: of several keys before the next refresh each counts.
        self.query_one("#page").scroll_relative(y=lines, animate=False, immediate=True)

    def action_page(self, pages: int) -> None:
        """Scroll by pages that share a line."""
        self.action_scroll(pages * max(1, self.query_one("#page").content_size.height - 1))

    def action_edge(self, side: int) -> None:
        """Go to the beginning (-1) or the end (1)."""
        page = self.query_one("#page")
        page.scroll_to(y=0 if side < 0 else page.max_scroll_y, animate=False, immediate=True)


def help_for(screen: keys.Explained, say: Callable[[str], str], *, ascii_only: bool) -> Reader:
    """How to read a screen, and what its keys do; ``say`` makes a text fit for the terminal."""
    paragraphs: list[Paragraph] = []
    for text in screen.HOW_TO_READ.split("\n\n"):
        paragraphs += [Paragraph(Content(say(text))), _BLANK]
    active = screen.active_bindings
    others, offered = keys.remapped(active), {each.binding.id for each in active.values()}
    rows = [
        (keys.shown(key, others, ascii_only=ascii_only), say(key.help))
        for key in (*screen.KEYS, *keys.EVERYWHERE)
        if key.id in offered
    ]
    width = max(len(name) for name, _ in rows)
    paragraphs += [
        Paragraph(Content(sentence), Content.styled(f"{name:>{width}}  ", "bold $primary"))
        for name, sentence in rows
    ]
    return Reader("How to read this screen", paragraphs)


def problems_page(problems: Sequence[Problem]) -> Reader:
    """Every mistake in the user's files, file by file."""
    paragraphs: list[Paragraph] = []
    for file in dict.fromkeys(problem.file for problem in problems):
        paragraphs.append(Paragraph(Content.styled(plain(file or ""), "bold")))
        for problem in problems:
            if problem.file == file:
                said = str(Problem(None, problem.key, problem.message, problem.value))
                paragraphs.append(Paragraph(Content(plain(said)), Content.styled("  ✗ ", "$error")))
        paragraphs.append(_BLANK)
    paragraphs.append(Paragraph(Content("All other presets work. Files are read when the program starts.")))
    return Reader("Mistakes in your files", paragraphs)
