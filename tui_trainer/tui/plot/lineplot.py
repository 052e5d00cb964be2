"""A chart model to a drawing: axes, curves, words. Pure: numbers in, characters out."""

from dataclasses import dataclass, replace

import numpy as np

from tui_trainer.tui.plot.area import Area, Sampled, last_x_in_cell, sample
from tui_trainer.tui.plot.axes import draw_x_axis, draw_y_axis, y_scale
from tui_trainer.tui.plot.canvas import Canvas
from tui_trainer.tui.plot.drawing import Drawing
from tui_trainer.tui.plot.model import ChartModel, ChartOptions, Note
from tui_trainer.tui.plot.raster import GLYPHS
from tui_trainer.tui.plot.scale import Scale
from tui_trainer.tui.plot.titles import draw_empty, draw_title

MIN_WIDTH, MIN_HEIGHT = 16, 3
"""A plot on fewer cells would say nothing: only the title is drawn then."""
_LABEL_WIDTH = 4
"""y labels have this much room even if they are shorter, so that the plot stays where it is."""
_NAMES_SHARE = 4
"""Names stand beside their curves while they take no more than this part of the width, else among them."""


@dataclass(frozen=True, eq=False)
class Body:
    """What lies within the axes, and what they say."""

    area: Area
    sampled: tuple[Sampled, ...]
    scale: Scale
    labels: dict[int, str]
    """Row of the area -> y label."""
    notes: tuple[Note, ...]

    def x_of_cell(self, cell: int) -> float:
        """Where a cursor in a cell column reads: the last evaluation shown there, else the last value.

        Cells beyond the ends are the ends; in a cell without values it is the middle.
        """
        cell = min(max(cell, 0), self.area.num_cells - 1)
        shown = [
            (not each.curve.is_behind, x)
            for each in self.sampled
            if each.curve.style != "dashed" and (x := last_x_in_cell(each.curve, self.area, cell)) is not None
        ]
        return max(shown)[1] if shown else self.area.x_of_cell(cell)


@dataclass(frozen=True, eq=False)
class Plot:
    """A chart laid out on ``width`` × ``height`` cells, to be drawn with the cursor here or there."""

    model: ChartModel
    options: ChartOptions
    width: int
    height: int
    body: Body | None
    """None where there are no values, or no room to draw any."""

    def draw(self, cursor_x: float | None = None) -> Drawing:
        """The chart, with a cursor at ``cursor_x`` unless None."""
        drawing = Drawing.blank(self.width, self.height)
        model, options, body = self.model, self.options, self.body
        if body is None:
            draw_title(drawing, model, options, model.notes, None)
            if not _has_values(model):
                draw_empty(drawing, options, GLYPHS[options.glyphs].text(model.empty))
            return drawing
        left, top = self.width - body.area.width, int(options.title)
        draw_title(drawing, model, options, body.notes, cursor_x)
        draw_y_axis(drawing, body.area, left, top, body.labels)
        draw_x_axis(drawing, body.area, left, top + body.area.height, model)
        inside = drawing.part(left, top, body.area.height)
        Canvas(inside, body.area, body.scale).draw(model, body.sampled, cursor_x)
        return drawing


def draw(
    model: ChartModel, options: ChartOptions, width: int, height: int, cursor_x: float | None = None
) -> Drawing:
    """Lay a chart out and draw it."""
    return lay_out(model, options, width, height).draw(cursor_x)


def lay_out(model: ChartModel, options: ChartOptions, width: int, height: int) -> Plot:
    """Look every curve up, choose the scale, and find where everything goes."""
    glyphs = GLYPHS[options.glyphs]
    inner, rows = width - _LABEL_WIDTH - 1, height - int(options.title) - 1
    if inner < MIN_WIDTH or rows < MIN_HEIGHT or not _has_values(model):
        return Plot(model, options, width, height, None)
    low, high = model.x_range
    high = high if high > low else low + 1
    area = Area(inner, rows, _names_room(model, inner), glyphs, low, high)
    sampled = tuple(sample(curve, area) for curve in model.curves)
    scale, notes = y_scale(model, options, area, sampled)
    ticks, texts = scale.ticks()
    texts = [glyphs.text(text) for text in texts]
    wider = max(map(len, texts), default=0) - _LABEL_WIDTH
    if wider > 0:
        area = replace(area, width=inner - wider)
        sampled = tuple(sample(curve, area) for curve in model.curves)
    label_rows = np.rint(area.rows_of(scale, ticks)).astype(int) // glyphs.rows
    labels = dict(zip(label_rows.tolist(), texts, strict=True))
    return Plot(model, options, width, height, Body(area, sampled, scale, labels, notes))


def _has_values(model: ChartModel) -> bool:
    return any(len(curve.series) for curve in model.curves)


def _names_room(model: ChartModel, width: int) -> int:
    """Cells at the right of the curves for their names; none where the plot is too narrow to spare them."""
    room = max((len(curve.name) + 1 for curve in model.curves if curve.name), default=0)
    return room if room * _NAMES_SHARE <= width else 0
