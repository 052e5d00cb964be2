"""The rectangle that curves are drawn in, and each curve in its dot columns."""

import math
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tui_trainer.core.series import Columns
from tui_trainer.tui.plot.model import Curve, Floats
from tui_trainer.tui.plot.raster import Glyphs
from tui_trainer.tui.plot.scale import Scale
from tui_trainer.tui.plot.trace import Heights

Ints: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True)
class Area:
    """``width`` × ``height`` cells for x from ``x_low`` to ``x_high``, both in the middle of a dot column."""

    width: int
    height: int
    names_room: int
    """Cells at the right that no x is mapped to, kept for the names of curves."""
    glyphs: Glyphs
    x_low: float
    x_high: float

    @property
    def num_columns(self) -> int:
        """Dots side by side, the room for names left out."""
        return self.num_cells * self.glyphs.columns

    @property
    def num_cells(self) -> int:
        """Cells side by side, the room for names left out."""
        return self.width - self.names_room

    @property
    def num_rows(self) -> int:
        """Dots one above the other."""
        return self.height * self.glyphs.rows

    @property
    def dot(self) -> float:
        """How much x there is between neighbouring dot columns."""
        return (self.x_high - self.x_low) / max(self.num_columns - 1, 1)

    def x_edges(self, *, before: int = 0) -> Floats:
        """The left edge of every dot column, of ``before`` more at the left, and the last right edge."""
        return np.asarray(self.x_low + (np.arange(-before, self.num_columns + 1) - 0.5) * self.dot)

    def columns_of(self, xs: ArrayLike) -> Floats:
        """Dot columns of ``xs``, with fractions, outside the area as well."""
        return np.asarray((np.asarray(xs, np.float64) - self.x_low) / self.dot)

    def cell_of(self, x: float) -> int | None:
        """The cell column that shows ``x``; None outside."""
        column = float(self.columns_of(x))
        if not -0.5 <= column < self.num_columns - 0.5:
            return None
        return math.floor(column + 0.5) // self.glyphs.columns

    def x_of_cell(self, cell: int) -> float:
        """X in the middle of a cell column."""
        return self.x_low + (cell * self.glyphs.columns + (self.glyphs.columns - 1) / 2) * self.dot

    def rows_of(self, scale: Scale, values: ArrayLike) -> Floats:
        """Dot rows from the top, with fractions; not far outside the area; NaN for what is not finite."""
        values = np.asarray(values, np.float64)
        heights = np.clip(scale.heights(np.where(np.isfinite(values), values, np.nan)), -9, 10)
        return np.asarray((1 - heights) * (self.num_rows - 1))


@dataclass(frozen=True, eq=False)
class Sampled:
    """A curve in the dot columns of an area, and in some before and after it. All arrays are (m,), m > n.

    What lies outside is there so that a line enters and leaves at the right height, and for means.
    """

    curve: Curve
    positions: Floats
    """Dot columns: 0 is the first in the area."""
    inside: NDArray[np.bool_]
    """Which of them are in the area."""
    raw: Columns
    smooth: Columns | None
    """The trailing mean, where the curve asks for one."""

    @property
    def front(self) -> Columns:
        """What is drawn in front."""
        return self.smooth or self.raw


def sample(curve: Curve, area: Area) -> Sampled:
    """Look a curve up in every dot column of an area."""
    width = max(round(curve.smoothing / area.dot), 1) if curve.smoothing else 0
    edges = curve.axis.steps_of(area.x_edges(before=width))
    columns, outside = curve.series.columns(edges), _neighbours(curve, area, edges)
    positions = np.arange(-width, area.num_columns, dtype=np.float64)
    positions = np.concatenate([[outside[0].position], positions, [outside[1].position]])
    before, after = (neighbour.value for neighbour in outside)
    raw = Columns(
        minimum=np.concatenate([[before], columns.minimum, [after]]),
        maximum=np.concatenate([[before], columns.maximum, [after]]),
        first=np.concatenate([[before], columns.first, [after]]),
        last=np.concatenate([[before], columns.last, [after]]),
        count=np.concatenate([[outside[0].exists], columns.count, [outside[1].exists]]),
    )
    inside = (positions >= 0) & (positions < area.num_columns)
    if not width:
        return Sampled(curve, positions, inside, raw, None)
    totals, counts = curve.series.sums(edges)
    means = _trailing_means(totals, counts, width)
    means = np.concatenate([[before], np.where(columns.count > 0, means, np.nan), [after]])
    return Sampled(curve, positions, inside, raw, Columns(means, means, means, means, raw.count))


def last_x_in_cell(curve: Curve, area: Area, cell: int) -> float | None:
    """X of the last value that is shown in a cell column; None if there is none."""
    first = cell * area.glyphs.columns
    edges = area.x_low + (np.array([first, first + area.glyphs.columns]) - 0.5) * area.dot
    start, end = curve.series.index_of(curve.axis.steps_of(edges)).tolist()
    return float(curve.axis.xs_of(curve.series.step_at(end - 1))) if end > start else None


def heights(columns: Columns, positions: Floats, area: Area, scale: Scale) -> Heights:
    """Where columns lie in the area, in dot rows."""
    values = np.stack([columns.maximum, columns.minimum, columns.first, columns.last])
    top, bottom, first, last = area.rows_of(scale, values)
    return Heights(positions, top, bottom, first, last, known=columns.count > 0)


class _Neighbour(NamedTuple):
    """The last value before what was looked up, or the first after it."""

    position: float
    value: float
    exists: bool


def _neighbours(curve: Curve, area: Area, edges: Floats) -> tuple[_Neighbour, _Neighbour]:
    series = curve.series
    first, end = series.index_of(edges[[0, -1]]).tolist()

    def neighbour(index: int, otherwise: float) -> _Neighbour:
        if not 0 <= index < len(series):
            return _Neighbour(otherwise, np.nan, False)
        x = curve.axis.xs_of(series.step_at(index))
        return _Neighbour(float(area.columns_of(x)), float(series.values[index]), True)

    return neighbour(first - 1, -float(len(edges))), neighbour(end, float(area.num_columns))


def _trailing_means(totals: Floats, counts: Ints, width: int) -> Floats:
    """Mean over each column and the ``width`` - 1 before it (n,); NaN where they hold nothing finite."""
    # A running sum would be quicker, but after one huge value it has lost all the small ones.
    window = np.ones(width)
    total, count = np.convolve(totals, window)[: len(totals)], np.convolve(counts, window)[: len(counts)]
    means: Floats = np.divide(total, count, out=np.full(len(total), np.nan), where=count > 0)
    return means
