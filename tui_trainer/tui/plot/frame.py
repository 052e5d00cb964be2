"""Two axes around a picture of a part of the plane, and where in it a point lies."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tui_trainer.tui.plot.raster import GLYPHS, GlyphName, Glyphs
from tui_trainer.tui.plot.spans import Line, Span, crop, right
from tui_trainer.tui.plot.ticks import linear_ticks, tick_labels

Range = tuple[float, float]
Ints = NDArray[np.int64]
_LEAST_COLUMNS, _LEAST_ROWS = 8, 3


@dataclass(frozen=True)
class Frame:
    """``width`` × ``height`` cells, axes included, for values from edge to edge of what is left."""

    width: int
    height: int
    x: Range
    y: Range
    glyphs: GlyphName
    least_label: int = 2
    """Cells that the labels of the y axis take at least."""

    @cached_property
    def _y_ticks(self) -> tuple[NDArray[np.float64], list[str]]:
        ticks = linear_ticks(*self.y, max(2, self.rows // 3))
        return ticks, tick_labels(ticks)

    @cached_property
    def margin(self) -> int:
        """Cells before the picture: labels and axis."""
        return max(self.least_label, *map(len, self._y_ticks[1])) + 1

    @property
    def columns(self) -> int:
        """Cells side by side in the picture."""
        return self.width - self.margin

    @property
    def rows(self) -> int:
        """Cells one above the other in the picture."""
        return self.height - 1

    @property
    def is_too_small(self) -> bool:
        """Whether nothing could be seen in it."""
        return self.rows < _LEAST_ROWS or self.columns < _LEAST_COLUMNS

    @property
    def glyph_set(self) -> Glyphs:
        """What to draw with."""
        return GLYPHS[self.glyphs]

    def cells_of(self, xs: ArrayLike, ys: ArrayLike) -> tuple[Ints, Ints, NDArray[np.bool_]]:
        """Columns and rows (n,) of points, and which of them are inside."""
        return self._places(xs, ys, self.columns, self.rows)

    def dots_of(self, xs: ArrayLike, ys: ArrayLike) -> tuple[Ints, Ints, NDArray[np.bool_]]:
        """The same in dots of the glyphs."""
        glyphs = self.glyph_set
        return self._places(xs, ys, self.columns * glyphs.columns, self.rows * glyphs.rows)

    def _places(
        self, xs: ArrayLike, ys: ArrayLike, columns: int, rows: int
    ) -> tuple[Ints, Ints, NDArray[np.bool_]]:
        across = (np.asarray(xs, np.float64) - self.x[0]) / (self.x[1] - self.x[0])
        up = (np.asarray(ys, np.float64) - self.y[0]) / (self.y[1] - self.y[0])
        inside = (across >= 0) & (across <= 1) & (up >= 0) & (up <= 1)
        at_x = np.where(inside, across, 0) * columns
        at_y = (1 - np.where(inside, up, 1)) * rows
        return (
            np.minimum(at_x, columns - 1).astype(np.int64),
            np.minimum(at_y, rows - 1).astype(np.int64),
            inside,
        )

    def around(self, picture: Sequence[Line], x_label: str, y_label: str = "") -> tuple[Line, ...]:
        """A picture of ``rows`` lines with its axes."""
        glyphs, (ticks, texts) = self.glyph_set, self._y_ticks
        _, at, inside = self.cells_of(np.full(len(ticks), self.x[0]), ticks)
        labels = {int(row): text for row, text, known in zip(at, texts, inside, strict=True) if known}
        if self.has_room(y_label) and 0 not in labels:
            labels[0] = y_label
        lines: list[Line] = []
        for row, line in enumerate(picture):
            axis = glyphs.tick if row in labels and labels[row] != y_label else glyphs.axis
            lines.append((Span(right(labels.get(row, ""), self.margin - 1) + axis, "quiet"), *line))
        lines.append(self._x_axis(glyphs.text(x_label)))
        return tuple(lines)

    def has_room(self, y_label: str) -> bool:
        """Whether a label fits beside the y axis."""
        return 0 < len(y_label) < self.margin

    def _x_axis(self, label: str) -> Line:
        ticks = linear_ticks(*self.x, max(2, self.columns // 12))
        at, _, inside = self.cells_of(ticks, np.full(len(ticks), self.y[0]))
        line = " " * (self.margin - 1) + self.glyph_set.corner
        for column, text, known in zip(at.tolist(), tick_labels(ticks), inside, strict=True):
            start = max(self.margin + column - (len(text) - 1) // 2, self.margin)
            if known and start >= len(line) and start + len(text) + len(label) + 1 <= self.width:
                line = line.ljust(start) + text
        return crop((Span(line.ljust(self.width - len(label)) + label, "quiet"),), self.width)


def range_of(values: ArrayLike, *, room: float = 0.05) -> Range:
    """From the least to the greatest finite value and some room; never empty."""
    known = np.asarray(values, np.float64)
    known = known[np.isfinite(known)]
    if not len(known):
        return 0.0, 1.0
    low, high = float(known.min()), float(known.max())
    # Differences below the resolution of float32 are noise, not a picture.
    beyond = max(room * (high - low), 1e-5 * max(abs(low), abs(high))) or 1.0
    return low - beyond, high + beyond
