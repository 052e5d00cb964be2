"""The axes of a plot: which y scale holds the values, and the labels at both."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from tui_trainer.tui.plot.area import Area, Sampled
from tui_trainer.tui.plot.drawing import Drawing, ink
from tui_trainer.tui.plot.model import ChartModel, ChartOptions, Note
from tui_trainer.tui.plot.scale import Scale, linear_scale, log_scale
from tui_trainer.tui.plot.ticks import linear_ticks, log_tick_labels, log_ticks, tick_labels

_LOG, _NOT_LOG = Note("log", "log"), Note("not log: no value above 0", "not log")
_NEAR_SHARE, _NEAR_RATIO = 0.5, 3.0
"""A trivial answer further off than this share of the values' own range does not stretch the y axis; on a
logarithmic one, further than by this factor."""


def y_scale(
    model: ChartModel, options: ChartOptions, area: Area, sampled: Sequence[Sampled]
) -> tuple[Scale, tuple[Note, ...]]:
    """The y scale that holds all finite values in sight, and the notes that belong to it."""
    minima = np.concatenate([each.raw.minimum[each.inside] for each in sampled])
    maxima = np.concatenate([each.raw.maximum[each.inside] for each in sampled])
    if options.log_y:
        # Of a column that reaches down to zero the largest value is known to be above, if any is.
        positive = np.concatenate([minima[minima > 0], maxima[maxima > 0]])
        if len(positive):
            low, high = float(positive.min()), float(positive.max())
            near = [b.value for b in model.baselines if low / _NEAR_RATIO <= b.value <= high * _NEAR_RATIO]
            # Values without a logarithm get the bottom row of cells.
            floor = area.glyphs.rows / (area.num_rows - 1) if (minima <= 0).any() else 0.0
            low, high = min([low, *near]), max([high, *near])
            return log_scale(low, high, max(area.height // 2, 2), floor=floor), (_LOG, *model.notes)
    notes = (_NOT_LOG, *model.notes) if options.log_y else model.notes
    known = np.isfinite(minima)
    if not known.any():
        return linear_scale(0.0, 1.0, rows=area.height, dots=area.glyphs.rows), notes
    low, high = float(minima[known].min()), float(maxima[known].max())
    reach = _NEAR_SHARE * (high - low)
    near = [b.value for b in model.baselines if low - reach <= b.value <= high + reach]
    low, high = min([low, *near]), max([high, *near])
    return linear_scale(low, high, rows=area.height, dots=area.glyphs.rows), notes


def draw_y_axis(drawing: Drawing, area: Area, left: int, top: int, texts: dict[int, str]) -> None:
    """``2.0┤`` where a row of the area has a text, ``│`` elsewhere; the area begins at cell (left, top)."""
    drawing.chars[top : top + area.height, left - 1] = area.glyphs.axis
    drawing.inks[top : top + area.height, left - 1] = ink("axis")
    for row, text in texts.items():
        drawing.chars[top + row, left - 1] = area.glyphs.tick
        drawing.write(left - 1 - len(text), top + row, text, ink("label"))


def draw_x_axis(drawing: Drawing, area: Area, left: int, y: int, model: ChartModel) -> None:
    """``└0   2   4 epoch``: labels below their columns, the unit after the last of them."""
    unit = area.glyphs.text(model.x_label)
    drawing.write(left - 1, y, area.glyphs.corner, ink("axis"))
    for x, text in _x_labels(area, area.width - len(unit) - 1, model.x_whole, model.x_log):
        drawing.write(left + x, y, text, ink("label"))
    drawing.write(left + area.width - len(unit), y, unit, ink("label"))


@lru_cache(32)
def _x_labels(area: Area, room: int, whole: bool, log: bool) -> tuple[tuple[int, str], ...]:
    """Start cell and text of as many ticks as fit into ``room`` cells with two blanks between them."""
    for at_most in range(max(area.width // 5, 2), 1, -1):
        if log:
            values = log_ticks(10**area.x_low, 10**area.x_high, at_most)
            ticks, texts = np.log10(values), log_tick_labels(values)
        else:
            ticks = linear_ticks(area.x_low, area.x_high, at_most, whole=whole)
            texts = tick_labels(ticks)
        placed = []
        free = 0
        for tick, text in zip(ticks.tolist(), texts, strict=True):
            x = max((area.cell_of(tick) or 0) - (len(text) - 1) // 2, 0)
            if x < free:
                break
            if x + len(text) <= room:
                placed.append((x, text))
            free = x + len(text) + 2
        else:
            return tuple(placed)
    return ()
