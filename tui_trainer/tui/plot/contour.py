"""A function of two parameters from above: bands of equal height, and paths that lead over them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tui_trainer.tui.plot.area import Area
from tui_trainer.tui.plot.axes import draw_x_axis, draw_y_axis
from tui_trainer.tui.plot.drawing import INKS, Drawing, Ink, Span, ink, spans_of
from tui_trainer.tui.plot.model import ChartModel
from tui_trainer.tui.plot.raster import GLYPHS, GlyphName
from tui_trainer.tui.plot.ticks import linear_ticks, tick_labels

Floats: TypeAlias = NDArray[np.float64]
Bands: TypeAlias = NDArray[np.int8]
Window: TypeAlias = tuple[tuple[float, float], tuple[float, float]]
Shading: TypeAlias = Literal["filled", "dotted", "lettered"]
"""Bands as grounds of half a cell each; for 16 colours every other band dotted; without any colour that too,
and the steps of a path as small letters."""

NUM_BANDS = 8
_FINE = 96
"""Heights are looked at on so many places a side to choose the bands, whatever the picture's size."""
_STEEP = 0.1
"""With a median height below this part of the greatest, bands are spaced by ratio: else all would be one."""
_LEFT, _BELOW = 6, 1
"""Cells for the labels of y and x."""
_BESIDE = 3.0
"""So many pictures away a line is cut off."""
NO_GROUND = -1


class Trail(NamedTuple):
    """Where an optimizer has been."""

    points: Floats
    """(n, 2), from the start to where it is."""
    letter: str
    """A capital: stands where it is."""
    color: int
    """Which of the palette."""


@dataclass(frozen=True, eq=False)
class Terrain:
    """A function over a window, cut into bands."""

    value: Callable[[Floats], Floats]
    """Places (..., 2) to values (...)."""
    window: Window
    edges: Floats
    """Between the bands, (NUM_BANDS - 1,), increasing."""
    marks: tuple[tuple[float, ...], ...]
    """The lowest places."""
    x_label: str = "x"

    def bands(self, xs: Floats, ys: Floats) -> Bands:
        """The band at each crossing of ``xs`` (W,) and ``ys`` (H,), (H, W); 0 is the lowest."""
        places = np.stack(np.meshgrid(xs, ys), axis=-1)
        return np.searchsorted(self.edges, self.value(places)).astype(np.int8)


def survey(
    value: Callable[[Floats], Floats], window: Window, marks: Sequence[tuple[float, ...]] = ()
) -> Terrain:
    """Look a function over and choose the bands: by the square of the height, or by its ratio if steep."""
    places = np.stack(np.meshgrid(*(np.linspace(*side, _FINE) for side in window)), axis=-1)
    values = value(places)
    lowest = min([float(values.min()), *(float(value(np.array(mark))) for mark in marks)])
    heights = values - lowest
    highest, median = float(heights.max()), float(np.median(heights))
    parts = np.arange(1, NUM_BANDS) / NUM_BANDS
    if median < _STEEP * highest:
        low = float(np.quantile(heights, 1 / NUM_BANDS / 2))
        edges = low * (highest / low) ** ((parts - parts[0]) / (1 - parts[0]))
    else:
        edges = highest * parts**2
    return Terrain(value, window, lowest + edges, tuple(marks))


@dataclass(frozen=True, eq=False)
class Relief:
    """A finished picture: characters with their inks, and the ground under each half of a cell."""

    drawing: Drawing
    ground: Bands
    """(H, W, 2): the bands of the upper and lower half; NO_GROUND where there is none."""

    def row(self, y: int) -> list[tuple[str, Ink, int, int]]:
        """Row ``y`` as pieces of one ink on one ground."""
        inks, ground = self.drawing.inks[y], self.ground[y]
        same = (inks[1:] == inks[:-1]) & (ground[1:] == ground[:-1]).all(axis=1)
        starts = [0, *(np.flatnonzero(~same) + 1).tolist()] if len(inks) else []
        text = "".join(self.drawing.chars[y].tolist())
        ends = [*starts[1:], len(inks)]
        return [
            (text[a:b], INKS[inks[a]], int(ground[a, 0]), int(ground[a, 1]))
            for a, b in zip(starts, ends, strict=True)
        ]

    def text(self) -> str:
        """All rows as plain text, blanks at line ends left out."""
        return self.drawing.text()

    def changes(self, before: "Relief | None") -> list[Span]:
        """Where this picture differs from one of the same size; all rows if there is none."""
        if before is None or before.ground.shape != self.ground.shape:
            return self.drawing.changes(None)
        drawn, old = self.drawing, before.drawing
        grounds = (self.ground != before.ground).any(axis=2)
        return spans_of((drawn.chars != old.chars) | (drawn.inks != old.inks) | grounds)


@dataclass(frozen=True, eq=False)
class Sheet:
    """A terrain laid out on ``width`` × ``height`` cells, to be drawn with these paths or those."""

    terrain: Terrain
    area: Area
    shading: Shading
    empty: Relief
    """Without any path."""

    def draw(self, trails: Sequence[Trail], start: tuple[float, ...]) -> Relief:
        """The terrain and ``trails`` over it, the last on top; ``start`` is marked."""
        drawn = Relief(
            Drawing(self.empty.drawing.chars.copy(), self.empty.drawing.inks.copy()), self.empty.ground
        )
        inside = drawn.drawing.part(_LEFT, 0, self.area.height)
        steps = [self._dots(trail.points) for trail in trails]
        self._lines(inside, trails, steps)
        if self.shading == "lettered":
            for trail, dots in zip(trails, steps, strict=True):
                self._put(inside, dots, trail.letter.lower(), ink("line", trail.color))
        for mark in self.terrain.marks:
            self._put(inside, self._dots(np.array([mark])), "+", ink("mark"))
        self._put(inside, self._dots(np.array([start])), "o", ink("cursor"))
        for trail, dots in zip(trails, steps, strict=True):
            self._put(inside, dots[-1:], trail.letter, ink("points", trail.color))
        return drawn

    def place_at(self, x: int, y: int) -> tuple[float, float] | None:
        """The parameters in the middle of cell (x, y) of the picture; None outside of the terrain."""
        if not (0 <= x - _LEFT < self.area.width and 0 <= y < self.area.height):
            return None
        down = _y_of(self.area, self.terrain.window[1], (y + 0.5) * self.area.glyphs.rows - 0.5)
        return self.area.x_of_cell(x - _LEFT), float(down)

    def _dots(self, points: Floats) -> Floats:
        """Dot columns and rows of parameters (n, 2), with fractions; far outside they are brought nearer."""
        area, (low, high) = self.area, self.terrain.window[1]
        with np.errstate(over="ignore", invalid="ignore"):
            columns = area.columns_of(points[:, 0])
            rows = (high - points[:, 1]) / (high - low) * (area.num_rows - 1)
        size = np.array([area.num_columns, area.num_rows])
        return np.clip(np.stack([columns, rows], axis=1), -_BESIDE * size, (1 + _BESIDE) * size)

    def _lines(self, cells: Drawing, trails: Sequence[Trail], steps: Sequence[Floats]) -> None:
        """Straight lines from step to step; where they cross, all dots in the colour of the last."""
        area = self.area
        all_codes = np.zeros((area.height, area.width), np.uint8)
        for trail, dots in zip(trails, steps, strict=True):
            raster = np.zeros((area.num_rows, area.num_columns), bool)
            columns, rows = _joined(dots[np.isfinite(dots).all(axis=1)]).T
            inside = (columns >= 0) & (columns < area.num_columns) & (rows >= 0) & (rows < area.num_rows)
            raster[rows[inside], columns[inside]] = True
            codes = area.glyphs.codes(raster)
            drawn = codes > 0
            all_codes |= codes
            letter = trail.letter.lower()
            cells.chars[drawn] = letter if area.glyphs.ascii_only else area.glyphs.cells[all_codes[drawn]]
            cells.inks[drawn] = ink("line", trail.color)

    def _put(self, cells: Drawing, dots: Floats, char: str, code: int) -> None:
        """A character into the cells of ``dots`` (n, 2), those inside."""
        area = self.area
        dots = np.rint(dots[np.isfinite(dots).all(axis=1)]).astype(np.int64)
        columns, rows = dots[:, 0] // area.glyphs.columns, dots[:, 1] // area.glyphs.rows
        inside = (columns >= 0) & (columns < area.width) & (rows >= 0) & (rows < area.height)
        cells.chars[rows[inside], columns[inside]] = char
        cells.inks[rows[inside], columns[inside]] = code


def lay_out(
    terrain: Terrain, width: int, height: int, *, shading: Shading, glyphs: GlyphName
) -> Sheet | None:
    """The terrain with its axes on ``width`` × ``height`` cells; None where that is too small."""
    if width - _LEFT < 8 or height - _BELOW < 3:
        return None
    glyph_set = GLYPHS[glyphs]
    (x_low, x_high), y_range = terrain.window
    area = Area(width - _LEFT, height - _BELOW, 0, glyph_set, x_low, x_high)
    drawing = Drawing.blank(width, height)
    ground = np.full((height, width, 2), NO_GROUND, np.int8)
    xs = np.asarray(x_low + _middles(area.width, glyph_set.columns) * area.dot)
    inside = drawing.part(_LEFT, 0, area.height)
    if shading == "filled":
        halves = terrain.bands(xs, _y_of(area, y_range, _middles(2 * area.height, glyph_set.rows / 2)))
        upper, lower = halves[::2], halves[1::2]
        ground[: area.height, _LEFT:] = np.stack([upper, lower], axis=2)
        inside.chars[upper != lower] = "▀"
    else:
        bands = terrain.bands(xs, _y_of(area, y_range, _middles(area.height, glyph_set.rows)))
        inside.chars[bands % 2 == 1] = "." if glyph_set.ascii_only else "·"
        inside.inks[bands % 2 == 1] = ink("axis")
    ticks = linear_ticks(*y_range, min(max(area.height // 3, 2), 7))
    rows = np.rint((y_range[1] - ticks) / (y_range[1] - y_range[0]) * (area.num_rows - 1)).astype(int)
    labels = dict(zip((rows // glyph_set.rows).tolist(), tick_labels(ticks), strict=True))
    draw_y_axis(drawing, area, _LEFT, 0, labels)
    draw_x_axis(drawing, area, _LEFT, area.height, ChartModel("", x_label=terrain.x_label, x_whole=False))
    return Sheet(terrain, area, shading, Relief(drawing, ground))


def _middles(count: int, dots: float) -> Floats:
    """The middle of each of ``count`` stretches of so many dots, in dots from the first."""
    return np.asarray((np.arange(count) + 0.5) * dots - 0.5)


def _y_of(area: Area, y_range: tuple[float, float], rows: Floats | float) -> Floats:
    """The y of dot rows, with fractions."""
    low, high = y_range
    return np.asarray(high - np.asarray(rows) / (area.num_rows - 1) * (high - low))


def _joined(dots: Floats) -> NDArray[np.int64]:
    """Whole dots (m, 2) of the lines that join ``dots`` (n, 2) in turn."""
    dots = np.rint(dots)
    if len(dots) > 1:  # of many that hover about one place few are left
        dots = dots[np.append(True, (dots[1:] != dots[:-1]).any(axis=1))]
    if len(dots) < 2:
        return dots.astype(np.int64)
    way = np.diff(dots, axis=0)
    counts = np.ceil(np.abs(way).max(axis=1)).astype(np.int64) + 1
    which = np.repeat(np.arange(len(way)), counts)
    first = np.repeat(np.cumsum(counts) - counts, counts)
    share = (np.arange(len(which)) - first) / np.repeat(np.maximum(counts - 1, 1), counts)
    joined: NDArray[np.int64] = np.rint(dots[which] + share[:, None] * way[which]).astype(np.int64)
    return joined
