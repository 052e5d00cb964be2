"""Predicted against actual values: points, and the diagonal on which a perfect prediction lies."""

from itertools import pairwise
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tui_trainer.tui.plot.raster import GLYPHS, Codes, GlyphName, Glyphs
from tui_trainer.tui.plot.spans import Line, Role, Span, left, right
from tui_trainer.tui.plot.ticks import linear_ticks, tick_labels

Floats: TypeAlias = NDArray[np.float64]

_FEW = 400
"""Up to so many points are drawn as squares of two dots, which one sees better."""


def draw(
    actual: ArrayLike, predicted: ArrayLike, width: int, height: int, *, target: str, glyphs: GlyphName
) -> tuple[Line, ...]:
    """``actual`` and ``predicted`` (n,) in the same unit on ``width`` × ``height`` cells.

    Both axes have one range, that of all finite values. Points that are not finite are counted, not drawn.
    """
    xs, ys = np.asarray(actual, np.float64), np.asarray(predicted, np.float64)
    finite = np.isfinite(xs) & np.isfinite(ys)
    lost = int(len(xs) - finite.sum())
    xs, ys = xs[finite], ys[finite]
    note = f"{lost} predictions are not finite" if lost else ""
    if not len(xs):
        return ((Span(note or "no predictions", "bad" if lost else "quiet"),),)
    low, high = _range(xs, ys)
    ticks = linear_ticks(low, high, max(2, (height - 2) // 2))
    texts = tick_labels(ticks)
    margin = max(map(len, texts)) + 1
    columns, rows = width - margin, height - 2
    if columns < 8 or rows < 2:
        return ((Span("too small to draw", "quiet"),),)
    glyph_set = GLYPHS[glyphs]
    plot = _Plot(glyph_set, columns, rows, low, high)
    codes, roles = plot.cells(xs, ys)
    at_row = {plot.row_of(tick): text for tick, text in zip(ticks.tolist(), texts, strict=True)}
    head = Span(left(f"predicted {target}", width), "quiet")
    lines: list[Line] = [(head,) if not note else (Span(note, "bad"),)]
    for y in range(rows):
        axis = glyph_set.tick if y in at_row else glyph_set.axis
        spans = [Span(right(at_row.get(y, ""), margin - 1) + axis, "quiet")]
        spans += _runs("".join(glyph_set.cells[codes[y]].tolist()), roles[y])
        lines.append(tuple(spans))
    lines.append((Span(_x_axis(plot, ticks, texts, margin, "actual", width), "quiet"),))
    return tuple(lines)


def _range(xs: Floats, ys: Floats) -> tuple[float, float]:
    """From the least to the greatest, and wide enough that float32 could tell values in it apart."""
    low, high = float(min(xs.min(), ys.min())), float(max(xs.max(), ys.max()))
    room = 1e-5 * max(abs(low), abs(high)) or 1.0
    return (low, high) if high - low > room else (low - room, high + room)


class _Plot:
    """The dots of a square range in a box that is not square."""

    def __init__(self, glyphs: Glyphs, columns: int, rows: int, low: float, high: float) -> None:
        self._glyphs = glyphs
        self._width, self._height = columns * glyphs.columns, rows * glyphs.rows
        self._low, self._span = low, high - low

    def cells(self, xs: Floats, ys: Floats) -> tuple[Codes, NDArray[np.bool_]]:
        """Cell codes (H, W), and which cells hold a point."""
        points = np.zeros((self._height, self._width), bool)
        size = 2 if len(xs) <= _FEW and self._glyphs.rows > 2 else 1
        for down in range(size):
            for across in range(size):
                dots_y = np.clip(self._y(ys) + down, 0, self._height - 1)
                dots_x = np.clip(self._x(xs) + across, 0, self._width - 1)
                points[dots_y, dots_x] = True
        diagonal = np.zeros_like(points)
        columns = np.arange(self._width)
        dashes = columns[columns // (2 * self._glyphs.columns) % 2 == 0]
        heights = dashes / max(1, self._width - 1)
        diagonal[self._row(heights), dashes] = True
        codes = self._glyphs.codes(points)
        return codes | self._glyphs.codes(diagonal), codes > 0

    def row_of(self, value: float) -> int:
        """The cell row of a value."""
        return int(self._y(np.array([value]))[0]) // self._glyphs.rows

    def column_of(self, value: float) -> int:
        """The cell column of a value."""
        return int(self._x(np.array([value]))[0]) // self._glyphs.columns

    def _x(self, values: Floats) -> NDArray[np.int64]:
        return np.rint((values - self._low) / self._span * (self._width - 1)).astype(np.int64)

    def _y(self, values: Floats) -> NDArray[np.int64]:
        return self._row((values - self._low) / self._span)

    def _row(self, heights: Floats) -> NDArray[np.int64]:
        return np.rint((1 - heights) * (self._height - 1)).astype(np.int64)


def _runs(text: str, points: NDArray[np.bool_]) -> list[Span]:
    """A row of the plot: cells with points stand out, the diagonal is quiet."""
    spans: list[Span] = []
    starts = [0, *(np.flatnonzero(np.diff(points)) + 1).tolist(), len(text)]
    for start, end in pairwise(starts):
        role: Role = "point" if points[start] else "quiet"
        spans.append(Span(text[start:end], role))
    return spans


def _x_axis(plot: _Plot, ticks: Floats, texts: list[str], margin: int, label: str, width: int) -> str:
    line = " " * (margin - 1) + "└"
    for tick, text in zip(ticks.tolist(), texts, strict=True):
        start = margin + plot.column_of(tick) - (len(text) - 1) // 2
        start = max(start, margin)
        if start > len(line) and start + len(text) + len(label) + 2 <= width:
            line = line.ljust(start) + text
    return line.ljust(max(0, width - len(label))) + label
