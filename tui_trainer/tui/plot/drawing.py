"""A finished chart: characters and what each is, comparable as text and with the drawing before it."""

from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Role: TypeAlias = Literal[
    "blank", "title", "label", "axis", "baseline", "mark", "bad", "cursor", "line", "thin", "points", "name"
]

NUM_COLORS = 8
_PLAIN: tuple[Role, ...] = ("blank", "title", "label", "axis", "baseline", "mark", "bad", "cursor")
_COLORED: tuple[Role, ...] = ("line", "thin", "points", "name")

_GAP = 8
"""Unchanged cells that end a span: moving the terminal's cursor over them costs about as many bytes."""


class Ink(NamedTuple):
    """What a character is drawn for, and the colour of its curve where it belongs to one."""

    role: Role
    color: int = -1


INKS: tuple[Ink, ...] = (
    *(Ink(role) for role in _PLAIN),
    *(Ink(role, color) for color in range(NUM_COLORS) for role in _COLORED),
)
"""Every ink; its index is the code in ``Drawing.inks``."""


def ink(role: Role, color: int = -1) -> int:
    """The code of an ink; colours start over after the last."""
    if color < 0:
        return _PLAIN.index(role)
    return len(_PLAIN) + color % NUM_COLORS * len(_COLORED) + _COLORED.index(role)


class Span(NamedTuple):
    """Cells x to x + width of row y."""

    x: int
    y: int
    width: int


@dataclass(frozen=True, eq=False)
class Drawing:
    """Rows of cells, one character each."""

    chars: NDArray[np.str_]
    """(H, W) single characters."""
    inks: NDArray[np.uint8]
    """(H, W) codes of ``INKS``."""

    @classmethod
    def blank(cls, width: int, height: int) -> "Drawing":
        """Nothing yet, to be drawn on."""
        return cls(np.full((height, width), " ", "<U1"), np.zeros((height, width), np.uint8))

    def write(self, x: int, y: int, text: str, code: int) -> None:
        """Put ``text`` from cell (x, y) on, cut at the right edge. Every character takes one cell."""
        room = max(self.chars.shape[1] - x, 0)
        self.chars[y, x : x + len(text)] = list(text[:room])
        self.inks[y, x : x + len(text)] = code

    def part(self, x: int, y: int, height: int) -> "Drawing":
        """The ``height`` rows from (x, y) to the right edge; what is drawn there is drawn here."""
        return Drawing(self.chars[y : y + height, x:], self.inks[y : y + height, x:])

    def row(self, y: int) -> list[tuple[str, Ink]]:
        """Row ``y`` as pieces of one ink each."""
        inks = self.inks[y]
        starts = np.flatnonzero(np.diff(inks, prepend=inks[:1] ^ 1)).tolist()
        text = "".join(self.chars[y].tolist())
        ends = [*starts[1:], len(inks)]
        return [(text[a:b], INKS[inks[a]]) for a, b in zip(starts, ends, strict=True)]

    def text(self) -> str:
        """All rows as plain text, blanks at line ends left out."""
        return "\n".join("".join(row).rstrip() for row in self.chars.tolist())

    def changes(self, before: "Drawing | None") -> list[Span]:
        """Where this drawing differs from one of the same size; all rows if there is none."""
        height, width = self.chars.shape
        if before is None or before.chars.shape != self.chars.shape:
            return [Span(0, y, width) for y in range(height)]
        return spans_of((self.chars != before.chars) | (self.inks != before.inks))


def spans_of(changed: NDArray[np.bool_]) -> list[Span]:
    """The cells (H, W) that changed as spans; those near each other share one."""
    spans = []
    for y in np.flatnonzero(changed.any(axis=1)).tolist():
        xs = np.flatnonzero(changed[y])
        breaks = np.flatnonzero(np.diff(xs) > _GAP)
        starts, ends = xs[np.append(0, breaks + 1)], xs[np.append(breaks, len(xs) - 1)]
        spans += [Span(a, y, b - a + 1) for a, b in zip(starts.tolist(), ends.tolist(), strict=True)]
    return spans
