"""Styled lines as plain values: what a drawing function returns and a widget paints.

A span names the *role* of its text, never a colour, so that one picture serves light, dark and no colour.
"""

from functools import lru_cache
from typing import Literal, NamedTuple, TypeAlias

from rich.cells import cell_len, set_cell_size

Role: TypeAlias = Literal[
    "text",  # what is read first
    "strong",  # the one thing to see
    "quiet",  # labels, zeros, hints
    "hit",  # right predictions; level tints the ground
    "miss",  # wrong predictions; level tints the ground
    "good",
    "warn",
    "bad",
    "accent",  # the chosen tab, a key
    "point",  # a sample in a plot
    "curve",  # what goes with a curve; level is which colour of the palette
    "cursor",  # where the cursor is
    "pixel",  # part of an image: the one thing that names its colours itself
]

RGB: TypeAlias = int
"""0xRRGGBB."""


class Span(NamedTuple):
    """A piece of one line. ``level`` from 0 to 1 is how strongly ``hit`` and ``miss`` are tinted.

    For ``curve`` it is the colour's number. ``inks`` are a pixel's colours, of its text and of its ground;
    None is what the screen has there.
    """

    text: str
    role: Role = "text"
    level: float = 0.0
    inks: tuple[RGB | None, RGB | None] | None = None


Line: TypeAlias = tuple[Span, ...]


@lru_cache(maxsize=8192)
def pixel(text: str, ink: RGB | None, ground: RGB | None) -> Span:
    """A piece of an image. Images repeat themselves: to look a piece up takes two thirds of making it."""
    return Span(text, "pixel", 0.0, (ink, ground))


def text_of(line: Line) -> str:
    """The line without its roles."""
    return "".join(span.text for span in line)


def width_of(line: Line) -> int:
    """Cells the line takes on screen."""
    return sum(cell_len(span.text) for span in line)


def shorten(text: str, width: int) -> str:
    """``text`` in at most ``width`` cells, ending in … where something was cut."""
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, max(0, width - 1)).rstrip() + "…" if width > 0 else ""


def left(text: str, width: int) -> str:
    """``text`` in exactly ``width`` cells, at the left."""
    return set_cell_size(shorten(text, width), width)


def right(text: str, width: int) -> str:
    """``text`` in exactly ``width`` cells, at the right."""
    short = shorten(text, width)
    return " " * (width - cell_len(short)) + short


def spread(first: Line, last: Line, width: int) -> Line:
    """``first`` at the left, ``last`` at the right of ``width`` cells; ``first`` is cut when it must."""
    room = max(0, width - width_of(last) - (1 if last else 0))
    start = clip(first, room)
    return (*start, Span(" " * (width - width_of(start) - width_of(last))), *last)


def clip(line: Line, width: int) -> Line:
    """The line in at most ``width`` cells, ending in … where something was cut."""
    return _clipped(line, width)[0]


def crop(line: Line, width: int) -> Line:
    """The line in exactly ``width`` cells."""
    short, missing = _clipped(line, width)
    return (*short, Span(" " * missing)) if missing else short


def _clipped(line: Line, width: int) -> tuple[Line, int]:
    """The line in at most ``width`` cells, and how many are left over."""
    for number, span in enumerate(line):
        size = cell_len(span.text)
        if size > width:
            text = shorten(span.text, width)
            return (*line[:number], span._replace(text=text)), width - cell_len(text)
        width -= size
    return tuple(line), width
