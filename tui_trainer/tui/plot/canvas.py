"""The cells inside the axes: curves from back to front, then the words that name them."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from tui_trainer.core.events import Baseline
from tui_trainer.tui.plot.area import Area, Sampled, heights
from tui_trainer.tui.plot.drawing import Drawing, Role, ink
from tui_trainer.tui.plot.labels import DASH, FAINT, FREE, LINE, POINT, Anchor, Occupancy, spread
from tui_trainer.tui.plot.model import ChartModel
from tui_trainer.tui.plot.raster import Dots
from tui_trainer.tui.plot.scale import Scale
from tui_trainer.tui.plot.trace import dashed, dotted, line_spans, solid

_LOW = 8
"""With fewer rows than this the curves in the background go without a name: the others need the room."""


class _Cross(NamedTuple):
    """The first value of a curve that is not finite, and in which cell column it is shown."""

    cell: int
    text: str


class Canvas:
    """Draws on a ``Drawing`` as large as its area, and keeps what covering a cell with a word would cost."""

    def __init__(self, cells: Drawing, area: Area, scale: Scale) -> None:
        self._words_on, self._area, self._scale = cells, area, scale
        self._costs = np.full((area.height, area.width), FREE)
        self._cells = Drawing(cells.chars[:, : area.num_cells], cells.inks[:, : area.num_cells])
        self._plot_costs = self._costs[:, : area.num_cells]

    def draw(self, model: ChartModel, sampled: Sequence[Sampled], cursor_x: float | None) -> None:
        """Everything, from back to front."""
        glyphs = self._area.glyphs
        for mark in model.marks:
            self._vertical(mark.x, glyphs.mark, "mark")
        if cursor_x is not None:
            self._vertical(cursor_x, glyphs.cursor, "cursor")
        for each in sampled:
            if each.curve.style == "dashed":
                self._dashed(each)
        for each in sampled:
            if each.smooth or each.curve.style == "thin":
                self._behind(each)
        self._foreground(model.baselines, sampled)
        for shape, each in enumerate(each for each in sampled if each.curve.style == "points"):
            self._points(each, each.curve.glyph or glyphs.points[shape % len(glyphs.points)])
        crosses = [self._crosses(each) for each in sampled if each.curve.style != "dashed"]
        self._words(model, sampled, [cross for cross in crosses if cross])

    # Shapes

    def _vertical(self, x: float, glyph: str, role: Role) -> None:
        cell = self._area.cell_of(x)
        if cell is not None:
            self._cells.chars[:, cell] = glyph
            self._cells.inks[:, cell] = ink(role)
            self._costs[:, cell] = FAINT

    def _dashed(self, each: Sampled) -> None:
        """Another run's curve: two cells of three, and the third where the curve is steep."""
        area = self._area
        spans = line_spans(heights(each.raw, each.positions, area, self._scale), area.num_columns)
        is_gap = np.arange(area.num_columns) // area.glyphs.columns % 3 == 2
        is_flat = spans.bottom - spans.top < area.glyphs.rows
        codes = area.glyphs.codes(solid(spans, area.num_rows) & ~(is_gap & is_flat))
        drawn = codes > 0
        self._cells.chars[drawn] = area.glyphs.cells[codes[drawn]]
        self._cells.inks[drawn] = ink("thin", each.curve.color)
        self._plot_costs[drawn] = FAINT

    def _behind(self, each: Sampled) -> None:
        """A noisy curve, dotted; what comes later takes whole cells from it."""
        columns = each.raw
        spans = line_spans(heights(columns, each.positions, self._area, self._scale), self._area.num_columns)
        codes = self._area.glyphs.codes(dotted(spans, self._area.num_rows))
        drawn = codes > 0
        self._cells.chars[drawn] = self._area.glyphs.faint[codes[drawn]]
        self._cells.inks[drawn] = ink("thin", each.curve.color)
        self._plot_costs[drawn] = FAINT

    def _foreground(self, baselines: Sequence[Baseline], sampled: Sequence[Sampled]) -> None:
        """Lines and dashes share their cells: dots are united, the colour is that of the topmost."""
        area = self._area
        codes = np.zeros((area.height, area.num_cells), np.uint8)

        def add(dots: Dots, code: int, cost: float) -> None:
            added = area.glyphs.codes(dots)
            drawn = added > 0
            codes[drawn] |= added[drawn]
            self._cells.inks[drawn] = code
            self._plot_costs[drawn] = cost

        for baseline in baselines:
            row = self._row_of(baseline.value)
            if not 0 <= row < area.num_rows:
                continue
            if area.glyphs.dash:
                self._dashes(row // area.glyphs.rows, area.glyphs.dash)
            else:
                add(dashed(row, area.num_rows, area.num_columns, area.glyphs.columns), ink("baseline"), DASH)
        for each in sampled:
            if each.curve.style == "line" or (each.curve.style == "thin" and each.smooth):
                spans = line_spans(heights(each.front, each.positions, area, self._scale), area.num_columns)
                add(solid(spans, area.num_rows), ink("line", each.curve.color), LINE)
        drawn = codes > 0
        self._cells.chars[drawn] = area.glyphs.cells[codes[drawn]]

    def _dashes(self, row: int, dash: str) -> None:
        self._cells.chars[row, ::2] = dash
        self._cells.inks[row, ::2] = ink("baseline")
        self._plot_costs[row, ::2] = DASH

    def _points(self, each: Sampled, glyph: str) -> None:
        """A glyph for each value; side by side on one line they leave every other cell of it to be seen."""
        area = self._area
        points = np.zeros((area.height, area.num_cells), bool)
        cells = each.positions.astype(int) // area.glyphs.columns
        for values in (each.raw.minimum, each.raw.maximum, each.raw.last):
            shown = each.inside & np.isfinite(values)
            rows = np.rint(area.rows_of(self._scale, values[shown])).astype(int) // area.glyphs.rows
            points[rows, cells[shown]] = True
        on_line = points & (self._plot_costs == LINE)
        points[:, 1::2] &= ~(on_line[:, 1::2] & on_line[:, : 2 * (area.num_cells // 2) : 2])
        self._cells.chars[points] = glyph
        self._cells.inks[points] = ink("points", each.curve.color)
        self._plot_costs[points] = POINT

    def _crosses(self, each: Sampled) -> _Cross | None:
        """Mark at the bottom where values are not finite: they have no height."""
        area, curve = self._area, each.curve
        steps = curve.series.non_finite_steps()
        columns = np.rint(area.columns_of(curve.axis.xs_of(steps)))
        inside = (columns >= 0) & (columns < area.num_columns)
        if not inside.any():
            return None
        cells = columns[inside].astype(int) // area.glyphs.columns
        self._cells.chars[-1, cells] = area.glyphs.cross
        self._cells.inks[-1, cells] = ink("bad")
        self._costs[-1, cells] = POINT
        first, more = int(steps[inside][0]), int(inside.sum()) - 1
        kind = "NaN" if np.isnan(curve.series.at(first)[1]) else "inf"  # type: ignore[index]
        return _Cross(int(cells[0]), f"{kind} at step {first}" + (f", {more} more" if more else ""))

    # Words

    def _words(self, model: ChartModel, sampled: Sequence[Sampled], crosses: Sequence[_Cross]) -> None:
        """Trivial answers and what went wrong first: they say most. Then marks, then the curves' names."""
        area = self._area
        occupancy = Occupancy(self._costs)
        last_row = area.height - 1
        low = area.height < _LOW
        for baseline in model.baselines:
            row, arrow = self._row_of(baseline.value), ""
            if not 0 <= row < area.num_rows:
                row, arrow = (0, " ↑") if row < 0 else (area.num_rows - 1, " ↓")
            anchor = Anchor(area.num_cells, row // area.glyphs.rows, reach=0)
            self._word(occupancy, f" {baseline.label}{arrow}", anchor, ink("baseline"))
        for cross in dict.fromkeys(crosses):
            self._word(occupancy, f" {cross.text} ", Anchor(cross.cell + 1, last_row), ink("bad"))
        for mark in model.marks:
            cell = area.cell_of(mark.x)
            if cell is not None:
                self._word(occupancy, f" {mark.text}", Anchor(cell + 1, 0, lean=1), ink("mark"))
        named = [each for each in sampled if each.curve.name and not (each.curve.style == "thin" and low)]
        ends = {each: end for each in named if (end := self._end(each))}
        ordered = sorted(ends.items(), key=lambda item: item[1][1])
        rows = spread([row / area.glyphs.rows for _, (_, row) in ordered], area.height)
        for (each, (column, _)), row in zip(ordered, rows, strict=True):
            anchor = Anchor(column // area.glyphs.columns + 1, row)
            self._word(occupancy, f" {each.curve.name}", anchor, ink("name", each.curve.color))

    def _word(self, occupancy: Occupancy, text: str, anchor: Anchor, code: int) -> None:
        text = self._area.glyphs.text(text)
        place = occupancy.place(text, anchor)
        if place:
            self._words_on.write(*place, text, code)

    def _end(self, each: Sampled) -> tuple[int, int] | None:
        """Dot column and row where a curve ends in sight; None if none of it is."""
        known = np.flatnonzero(each.inside & np.isfinite(each.front.minimum))
        if not len(known):
            return None
        index = int(known[-1])
        last = each.front.last[index]
        row = self._row_of(last if np.isfinite(last) else each.front.minimum[index])
        return int(each.positions[index]), min(max(row, 0), self._area.num_rows - 1)

    def _row_of(self, value: float) -> int:
        return int(np.rint(self._area.rows_of(self._scale, value)))
