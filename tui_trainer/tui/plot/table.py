"""Small tables as styled lines, and the part of a longer text that fits."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rich.cells import cell_len

from tui_trainer.tui.plot.spans import Line, Span, clip, left, right, shorten

_GAP = 2


@dataclass(frozen=True)
class Column:
    """A column's name, which side its cells keep to, and the most cells it may take."""

    name: str
    side: Literal["left", "right"] = "right"
    most: int = 40


def table(columns: Sequence[Column], rows: Sequence[Sequence[str | Span]], width: int) -> tuple[Line, ...]:
    """A quiet line of names, then one line a row; each column as wide as its widest cell."""
    cells = [[cell if isinstance(cell, Span) else Span(cell) for cell in row] for row in rows]
    widths = [
        min(column.most, max([cell_len(column.name), *(cell_len(row[i].text) for row in cells)]))
        for i, column in enumerate(columns)
    ]
    head = [Span(column.name, "quiet") for column in columns]
    return tuple(clip(_row(columns, widths, row), width) for row in (head, *cells))


def window(lines: Sequence[Line], top: int, height: int, *, head: int = 0) -> tuple[tuple[Line, ...], int]:
    """The lines from ``top`` on that fit, under the first ``head`` which stay; and the last ``top`` there is.

    What is left out is said in the last line.
    """
    body = lines[head:]
    room = max(1, height - head)
    if len(body) <= room:
        return tuple(lines[:height]), 0
    room = max(1, room - 1)
    last = len(body) - room
    top = min(max(0, top), last)
    rest = Span(f"{top + 1} to {top + room} of {len(body)}  ↑↓", "quiet")
    return (*lines[:head], *body[top : top + room], (rest,))[:height], last


def _row(columns: Sequence[Column], widths: Sequence[int], cells: Sequence[Span]) -> Line:
    spans: list[Span] = []
    for column, width, cell in zip(columns, widths, cells, strict=True):
        if spans:
            spans.append(Span(" " * _GAP))
        is_last = len(spans) == 2 * len(columns) - 2
        if column.side == "left" and is_last:
            spans.append(cell._replace(text=shorten(cell.text, width)))
        else:
            spans.append(cell._replace(text=(left if column.side == "left" else right)(cell.text, width)))
    return tuple(spans)
