"""The line above a plot: what it shows, the values now or under the cursor, how it is looked at."""

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple, TypeAlias

from tui_trainer.core import figures
from tui_trainer.tui.plot.drawing import Drawing, ink
from tui_trainer.tui.plot.model import ChartModel, ChartOptions, Curve, Note
from tui_trainer.tui.plot.raster import GLYPHS, Glyphs

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
    for curve in sorted(model.curves, key=lambda curve: curve.is_behind):
        if not curve.label or (curve.is_behind and cursor_x is None):
            continue
        held = curve.series.at(_LAST if cursor_x is None else float(curve.axis.steps_of(cursor_x)))
        if held:
            found.append(Reading(curve, held[1]))
    return found


def reading(model: ChartModel, cursor_x: float) -> str:
    """What holds at ``cursor_x``, in a line of text: ``loss at epoch 3: train 0.18321, val 0.2107``."""
    values = [f"{curve.label} {value:.5g}" for curve, value in readings(model, cursor_x)]
    return f"{model.title} at {_where(model, cursor_x)[0]}: {', '.join(values)}" if values else ""


def draw_title(
    drawing: Drawing,
    model: ChartModel,
    options: ChartOptions,
    notes: tuple[Note, ...],
    cursor_x: float | None,
) -> None:
    """Write the title into the first row, if the chart has one: values in as many words as fit, then notes.

    Where there is no room for all, words go before notes, notes before values, and the last of either first.
    """
    if not options.title or not drawing.chars.size:
        return
    glyphs, width = GLYPHS[options.glyphs], drawing.chars.shape[1]
    ways = list(_ways(model, cursor_x))
    pieces, note = next(
        (
            (pieces, note)
            for note in _notes(notes, glyphs)
            for pieces in ways
            if sum(len(text) for text, _ in pieces) + (2 + len(note) if note else 0) <= width
        ),
        (_barest(model, cursor_x), ""),
    )
    x = 0
    for text, code in pieces:
        text = glyphs.text(text)
        if x and x + len(text) > width:
            break
        drawing.write(x, 0, text, code)
        x += len(text)
    if note:
        drawing.write(width - len(note), 0, note, ink("axis"))


def _notes(notes: tuple[Note, ...], glyphs: Glyphs) -> Iterator[str]:
    """All notes, all in short, fewer and fewer, none."""
    yield glyphs.text(" · ".join(note.text for note in notes))
    for count in range(len(notes), -1, -1):
        yield glyphs.text(" · ".join(note.short for note in notes[:count]))


def draw_empty(drawing: Drawing, options: ChartOptions, text: str) -> None:
    """Say in the middle why there is nothing to see."""
    height, width = drawing.chars.shape
    top = int(options.title)
    if width and height > top:
        drawing.write(max((width - len(text)) // 2, 0), top + (height - top) // 2, text, ink("axis"))


def _ways(model: ChartModel, cursor_x: float | None) -> Iterator[list[Piece]]:
    """Heading and values in fewer and fewer words; at last without what lies in the background."""
    found = readings(model, cursor_x)
    if cursor_x is None:
        yield _pieces(model.title, found)
        yield _pieces(model.title, found, short=True)
        return
    front = [reading for reading in found if not reading.curve.is_behind]
    where, _ = _where(model, cursor_x)
    yield _pieces(f"{model.title} at {where}", found)
    yield _pieces(where, found, short=True)
    yield _pieces(where, front, short=True)


def _barest(model: ChartModel, cursor_x: float | None) -> list[Piece]:
    """The last resort before values are lost: where the cursor is as a number alone."""
    front = [reading for reading in readings(model, cursor_x) if not reading.curve.is_behind]
    head = model.title if cursor_x is None else _where(model, cursor_x)[1]
    return _pieces(head, front, short=True)


def _pieces(head: str, found: Sequence[Reading], *, short: bool = False) -> list[Piece]:
    pieces: list[Piece] = [(head, ink("title"))]
    separator = "  "
    for curve, value in found:
        label = curve.name if short and curve.name else curve.label
        pieces.append((f"{separator}{figures.value(value)} {label}", ink("name", curve.color)))
        separator = " · "
    return pieces


def _where(model: ChartModel, x: float) -> tuple[str, str]:
    """``step 1,240``, ``epoch 3.25``, ``0.8 min``; and as short as it can be said."""
    if model.x_label in ("step", "epoch"):
        number = f"{math.floor(x):,}" if model.x_label == "step" else figures.epoch(x)
        return f"{model.x_label} {number}", number
    if model.x_log:
        where = f"{model.x_label} {10**x:.2g}"
        return where, where
    where = f"{figures.value(x)} {model.x_label}"
    return where, where
