"""Small pictures in rows, as large as lets enough of them be seen at once."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from tui_trainer.tui.plot.blocks import beside
from tui_trainer.tui.plot.spans import Line, Role, Span, left

_AT_ONCE = 10
"""So many are to be in sight, if that can be done."""
_LEAST = 8
"""Pixels that a side keeps."""
_GAP = 1


class Tile(NamedTuple):
    """A picture and its name."""

    title: str
    role: Role
    draw: Callable[[int, int], Sequence[Line]]
    """Draws it on so many pixels: height and width."""


class Layout(NamedTuple):
    """How many pictures of which size stand where."""

    height: int
    width: int
    """Pixels of each."""
    across: int
    down: int

    @property
    def num_in_sight(self) -> int:
        """How many are in sight."""
        return self.across * self.down


def lay_out(count: int, height: int, width: int, columns: int, rows: int, *, whole: bool = True) -> Layout:
    """Pictures of ``height`` × ``width`` pixels on so many cells: enlarged, or smaller if they must be.

    ``whole``: all of a picture's pixels are to be of one size.
    """
    factors: list[float] = [*range(min(columns // width, 2 * rows // height), 1, -1), 1, 1 / 2, 1 / 3, 1 / 4]
    if not whole:
        factors = [wide / width for wide in range(min(columns, 2 * rows * width // height), _LEAST - 1, -1)]
    best = Layout(height, width, 0, 0)
    for factor in factors:
        if factor < 1 and min(height, width) * factor < min(_LEAST, height, width):
            break
        high, wide = max(1, round(height * factor)), max(1, round(width * factor))
        best = Layout(high, wide, (columns + _GAP) // (wide + _GAP), rows // (1 + (high + 1) // 2))
        if best.num_in_sight >= min(count, _AT_ONCE):
            break
    return best._replace(across=max(1, best.across), down=max(1, best.down))


def draw(tiles: Sequence[Tile], chosen: int, layout: Layout, rows: int) -> tuple[Line, ...]:
    """The page of pictures on which the chosen one is, in at most ``rows`` lines."""
    first = chosen // layout.num_in_sight * layout.num_in_sight
    lines: list[Line] = []
    for start in range(first, min(first + layout.num_in_sight, len(tiles)), layout.across):
        row = tiles[start : min(start + layout.across, first + layout.num_in_sight)]
        pictures = []
        for number, tile in enumerate(row, start):
            is_chosen = number == chosen
            mark = "▸" if is_chosen else ""
            title = (Span(left(mark + tile.title, layout.width), "accent" if is_chosen else tile.role),)
            pictures.append([title, *tile.draw(layout.height, layout.width)])
        lines += beside(pictures, [layout.width] * len(row), gap=_GAP)
    return tuple(lines[:rows])
