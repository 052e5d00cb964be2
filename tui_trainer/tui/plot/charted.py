"""Charts as styled lines, to stand among others on one page."""

from collections.abc import Callable, Sequence
from itertools import chain, zip_longest
from typing import TypeVar

from tui_trainer.tui.plot.drawing import Drawing, Ink
from tui_trainer.tui.plot.drawing import Role as InkRole
from tui_trainer.tui.plot.spans import Line, Role, Span, crop

Thing = TypeVar("Thing")

_GAP = 2
_ROLES: dict[InkRole, Role] = {
    "title": "strong",
    "label": "quiet",
    "axis": "quiet",
    "baseline": "quiet",
    "mark": "accent",
    "bad": "bad",
    "cursor": "text",
    "thin": "curve",
    "line": "curve",
    "points": "curve",
    "name": "curve",
}


def lines_of(drawing: Drawing) -> tuple[Line, ...]:
    """The rows of a drawing, each as wide as it is."""
    return tuple(
        tuple(_span(text, ink) for text, ink in drawing.row(y)) for y in range(drawing.chars.shape[0])
    )


def side_by_side(
    draw: Callable[[Thing, int, int], Sequence[Line]], things: Sequence[Thing], width: int, height: int
) -> tuple[Line, ...]:
    """Pictures, two beside two, each drawn in so many cells; a single one has all of them."""
    if len(things) == 1:
        return tuple(draw(things[0], width, height))
    wide, tall = (width - _GAP) // 2, height // -(-len(things) // 2)
    lines: list[Line] = []
    for first in range(0, len(things), 2):
        pair = [draw(each, wide, tall) for each in things[first : first + 2]]
        rows = zip_longest(*pair, fillvalue=())
        lines += [(*crop(one, wide), Span(" " * _GAP), *chain(*others)) for one, *others in rows]
    return tuple(lines)


def _span(text: str, ink: Ink) -> Span:
    role = _ROLES.get(ink.role, "text")
    return Span(text, role, float(ink.color)) if role == "curve" else Span(text, role)
