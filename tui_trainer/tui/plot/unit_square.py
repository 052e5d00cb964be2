"""A curve between 0 and 1 both ways: ROC, precision against recall."""

from dataclasses import dataclass
from itertools import groupby
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from tui_trainer.tui.plot.raster import GLYPHS, GlyphName
from tui_trainer.tui.plot.spans import Line, Role, Span, left, right

Floats: TypeAlias = NDArray[np.float64]
Dots: TypeAlias = NDArray[np.bool_]

_MARGIN = 4
"""Cells of the values at the left, axis included."""
_DASH = 3
"""Dots of a dash, and between two."""


@dataclass(frozen=True, eq=False)
class Square:
    """What is drawn in one."""

    title: str
    x_label: str
    xs: Floats
    """Corners of a line (n,), each between 0 and 1."""
    ys: Floats
    chance: tuple[float, float]
    """y at x = 0 and x = 1 of a dashed line: what needs no network."""
    point: tuple[float, float] | None = None
    """Stands out; NaN is not drawn."""


def draw(square: Square, width: int, height: int, glyphs: GlyphName) -> tuple[Line, ...]:
    """In exactly ``width`` × ``height`` cells: a title, the plot, its axis."""
    shapes = GLYPHS[glyphs]
    columns, rows = width - _MARGIN, height - 2
    if columns < 6 or rows < 2:
        return ((Span(left("too small to draw", width), "quiet"),), *[(Span(" " * width),)] * (height - 1))
    high, wide = rows * shapes.rows, columns * shapes.columns
    curve, chance = np.zeros((high, wide), bool), np.zeros((high, wide), bool)
    _trace(curve, square.xs, square.ys)
    _trace(chance, np.array([0.0, 1.0]), np.array(square.chance))
    chance[:, np.arange(wide) // _DASH % 2 == 1] = False
    over = shapes.codes(curve)
    characters = np.where(over > 0, shapes.cells[over], shapes.faint[shapes.codes(chance)])
    roles: list[list[Role]] = [["point" if code else "quiet" for code in row] for row in over.tolist()]
    if square.point is not None and np.isfinite(square.point).all():
        x, y = square.point
        column = min(columns - 1, round(x * (wide - 1)) // shapes.columns)
        row = min(rows - 1, round((1 - y) * (high - 1)) // shapes.rows)
        characters[row, column], roles[row][column] = shapes.points[0], "cursor"
    half = (high - 1) // 2 // shapes.rows
    marks = {0: "1", half: ".5", rows - 1: "0"} if rows > 4 else {0: "1", rows - 1: "0"}
    lines: list[Line] = [(Span(left(square.title, width)),)]
    for at, (row_text, row_roles) in enumerate(zip(characters.tolist(), roles, strict=True)):
        axis = shapes.tick if at in marks else shapes.axis
        spans = [Span(right(marks.get(at, ""), _MARGIN - 1) + axis, "quiet")]
        for role, cells in groupby(zip(row_text, row_roles, strict=True), key=lambda cell: cell[1]):
            spans.append(Span("".join(text for text, _ in cells), role))
        lines.append(tuple(spans))
    below = (
        " " * (_MARGIN - 1) + shapes.corner + "0" + square.x_label.center(columns - 2)[: columns - 2] + "1"
    )
    return (*lines, (Span(left(below, width), "quiet"),))


def _trace(dots: Dots, xs: Floats, ys: Floats) -> None:
    """Set the dots of a line through its corners."""
    high, wide = dots.shape
    columns = np.rint(np.clip(xs, 0, 1) * (wide - 1)).astype(int)
    rows = np.rint((1 - np.clip(ys, 0, 1)) * (high - 1)).astype(int)
    differs = np.append(True, (np.diff(columns) != 0) | (np.diff(rows) != 0))
    columns, rows = columns[differs], rows[differs]
    dots[rows, columns] = True
    across, down = np.diff(columns), np.diff(rows)
    counts = np.maximum(abs(across), abs(down))
    part = np.repeat(np.arange(len(counts)), counts)
    share = (np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)) / counts[part]
    at_row, at_column = rows[part] + share * down[part], columns[part] + share * across[part]
    dots[np.rint(at_row).astype(int), np.rint(at_column).astype(int)] = True
