"""Running text in paragraphs, wrapped to the widget with hanging indents; never parsed as markup."""

from collections.abc import Sequence
from dataclasses import dataclass

from textual.content import Content

from tui_trainer.tui.widgets.lines import Lines

_NOTHING = Content("")


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; ``lead`` hangs in its margin, such as ``+``."""

    text: Content
    lead: Content = _NOTHING
    verbatim: bool = False
    """Kept in its lines, as formulas and tables are; what is too wide is cut."""


class Prose(Lines):
    """Paragraphs, one below the other."""

    def __init__(self, paragraphs: Sequence[Paragraph] = (), *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._paragraphs = tuple(paragraphs)

    def show(self, paragraphs: Sequence[Paragraph]) -> None:
        """Replace the text."""
        if tuple(paragraphs) != self._paragraphs:
            self._paragraphs = tuple(paragraphs)
            self.refresh(layout=True)

    def lines(self, width: int) -> list[Content]:
        """The paragraphs as they fit."""
        return flow(self._paragraphs, width)


def flow(paragraphs: Sequence[Paragraph], width: int) -> list[Content]:
    """The lines of ``paragraphs``, none wider than ``width``."""
    lines: list[Content] = []
    for paragraph in paragraphs:
        indent = paragraph.lead.cell_length
        room = max(1, width - indent)
        if paragraph.verbatim:
            body = [line.truncate(room, ellipsis=True) for line in paragraph.text.split(allow_blank=True)]
        else:
            body = paragraph.text.wrap(room)
        leads = [paragraph.lead, *[Content(" " * indent)] * (len(body) - 1)]
        lines += [lead + line for lead, line in zip(leads, body, strict=True)]
    return lines
