"""The line above a plot: what it shows, the values now or under the cursor, how it is looked at."""

import math
from typing import NamedTuple, TypeAlias

from tui_trainer.core import figures
from tui_trainer.tui.plot.drawing import Drawing, ink
from tui_trainer.tui.plot.model import ChartModel, ChartOptions, Curve
from tui_trainer.tui.plot.raster import GLYPHS

Piece: TypeAlias = tuple[str, int]
"""Text and the code of its ink."""

_LAST = 2.0**62
"""A step after all others."""


class Reading(NamedTuple):
    """What a curve says."""

    curve: Curve
    value: float


def readings(model: ChartModel, cursor_x: float | None = None) -> list[Reading]:
    """The last value of each labelled curve, or what held at ``cursor_x``; none where there was none yet.

    Curves in the background come last, and only under a cursor.
    """
    found = []
    for curve in sorted(model.curves, key=lambda curve: curve.style == "thin"):
        if not curve.label or (curve.style == "thin" and cursor_x is None):
            continue
        held = curve.series.at(_LAST if cursor_x is None else float(curve.axis.steps_of(cursor_x)))
        if held:
            found.append(Reading(curve, held[1]))
    return found


def draw_title(
    drawing: Drawing, model: ChartModel, options: ChartOptions, notes: tuple[str, ...], cursor_x: float | None
) -> None:
    """Write the title into the first row, if the chart has one: as many values as fit, then notes."""
    if not options.title or not drawing.chars.size:
        return
    glyphs, width = GLYPHS[options.glyphs], drawing.chars.shape[1]
    pieces = _pieces(model, cursor_x)
    if sum(len(text) for text, _ in pieces) > width:
        pieces = _pieces(model, cursor_x, short=True)
    x = 0
    for text, code in pieces:
        text = glyphs.text(text)
        if x and x + len(text) > width:
            break
        drawing.write(x, 0, text, code)
        x += len(text)
    note = glyphs.text(" · ".join(notes))
    if note and x + 2 + len(note) <= width:
        drawing.write(width - len(note), 0, note, ink("axis"))


def draw_empty(drawing: Drawing, options: ChartOptions, text: str) -> None:
    """Say in the middle why there is nothing to see."""
    height, width = drawing.chars.shape
    top = int(options.title)
    if width and height > top:
        drawing.write(max((width - len(text)) // 2, 0), top + (height - top) // 2, text, ink("axis"))


def _pieces(model: ChartModel, cursor_x: float | None, *, short: bool = False) -> list[Piece]:
    where = "" if cursor_x is None else _where(model, cursor_x)
    head = model.title
    if where:
        head = where if short else f"{model.title} at {where}"
    pieces: list[Piece] = [(head, ink("title"))]
    separator = "  "
    for curve, value in readings(model, cursor_x):
        label = curve.name if short and curve.name else curve.label
        pieces.append((f"{separator}{figures.value(value)} {label}", ink("name", curve.color)))
        separator = " · "
    return pieces


def _where(model: ChartModel, x: float) -> str:
    """``step 1,240``, ``epoch 3.25``, ``0.8 min``."""
    if model.x_label in ("step", "epoch"):
        number = f"{math.floor(x):,}" if model.x_label == "step" else f"{x:.2f}"
        return f"{model.x_label} {number}"
    return f"{figures.value(x)} {model.x_label}"
