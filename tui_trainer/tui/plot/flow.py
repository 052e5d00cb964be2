"""Gradient flow: a row a layer, with what comes back to each on one logarithmic scale."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from tui_trainer.core.figures import value
from tui_trainer.tui.plot.scale import Log
from tui_trainer.tui.plot.spans import Line, Role, Span, clip, left, right

_NAME, _VALUE, _GAUGE, _SHARE = 24, 9, 13, 10
_LOWEST, _HIGHEST = -6.0, 0.0
"""Powers of ten at the ends of the gauge of updates."""
GOOD_UPDATES = (1e-4, 1e-2)
"""Updates are usually about a thousandth of the weights; a factor of ten either way is nothing to see to."""
MOST_STUCK = 0.5
"""Half of the units or outputs of a layer without a gradient are worth a colour."""


@dataclass(frozen=True)
class FlowRow:
    """One layer."""

    name: str
    activation: str
    gradient: float
    """Of one weight."""
    signal: float
    """Of one unit's z for one sample."""
    update: float
    """Norm of the last update over the norm of the weights; NaN where that is not known."""
    stuck: float
    """Share of units that are dead or of outputs that are saturated; NaN where that means nothing."""
    stuck_word: str = ""
    """``dead``, ``sat.``"""
    is_chosen: bool = False


@dataclass(frozen=True)
class Pens:
    """What it is drawn with."""

    bar: str = "█"
    signal: str = "◆"
    update: str = "●"
    good: str = "─"
    rest: str = "·"
    chosen: str = "▸"


UNICODE, ASCII = Pens(), Pens("#", "o", "*", "=", ".", ">")


def flow(rows: Sequence[FlowRow], scale: Log, width: int, pens: Pens = UNICODE) -> tuple[Line, ...]:
    """Two lines of names and ticks, then one a row, in the order given."""
    name = min(_NAME, max([10, *(len(row.name) + len(_kind(row)) + 4 for row in rows)]))
    room = max(10, width - name - _VALUE - _GAUGE - _SHARE - 3)
    return (
        *_head(scale, name, room, pens),
        *(clip(_row(row, scale, name, room, pens), width) for row in rows),
    )


def _head(scale: Log, name: int, room: int, pens: Pens) -> tuple[Line, Line]:
    legend = f"{pens.bar} gradient of a weight  {pens.signal} signal of a unit"
    if len(legend) > room + _VALUE:
        legend = f"{pens.bar} gradient  {pens.signal} signal"
    first: Line = (
        Span(left("", name)),
        Span(left(legend, room + _VALUE + 1), "quiet"),
        Span(left("update/weights", _GAUGE + 2), "quiet"),
        Span(right("no slope", _SHARE - 1), "quiet"),
    )
    ticks = [" "] * room
    for tick, text in zip(*scale.ticks(), strict=True):
        at = min(_cell(tick, scale, room), room - len(text))
        if all(cell == " " for cell in ticks[max(0, at - 1) : at + len(text) + 1]):
            ticks[at : at + len(text)] = text
    gauge = [" "] * _GAUGE
    for text, power in (("1e-6", -6.0), ("1e-3", -3.0), ("1", 0.0)):
        at = min(_gauge_cell(power), _GAUGE - len(text))
        gauge[at : at + len(text)] = text
    second: Line = (
        Span(left("layer", name), "quiet"),
        Span("".join(ticks), "quiet"),
        Span(" " * (_VALUE + 1)),
        Span("".join(gauge), "quiet"),
    )
    return first, second


def _row(row: FlowRow, scale: Log, name: int, room: int, pens: Pens) -> Line:
    label = left(row.name, min(len(row.name), name - 3)) + " "
    return (
        Span(pens.chosen if row.is_chosen else " ", "accent"),
        Span(label, "strong" if row.is_chosen else "text"),
        Span(left(_kind(row), name - 1 - len(label)), "quiet"),
        *_bar(row, scale, room, pens),
        Span(right(value(row.gradient), _VALUE) + " ", "text" if 0 < row.gradient < math.inf else "bad"),
        *_gauge(row.update, pens),
        *_stuck(row),
    )


def _kind(row: FlowRow) -> str:
    return "" if row.activation == "identity" else row.activation


def _bar(row: FlowRow, scale: Log, room: int, pens: Pens) -> Line:
    """A bar that ends at the gradient, and a mark at the signal."""
    length = _cell(row.gradient, scale, room) + 1 if row.gradient > 0 and math.isfinite(row.gradient) else 0
    cells = list(pens.bar * length + " " * (room - length))
    if not (row.signal > 0 and math.isfinite(row.signal)):
        return (Span("".join(cells), "point"),)
    at = _cell(row.signal, scale, room)
    return (
        Span("".join(cells[:at]), "point"),
        Span(pens.signal, "curve", 1.0),
        Span("".join(cells[at + 1 :]), "point"),
    )


def _gauge(update: float, pens: Pens) -> Line:
    """Where the update lies on its own scale, with what is usual marked."""
    low, high = (_gauge_cell(math.log10(edge)) for edge in GOOD_UPDATES)
    cells = [pens.good if low <= at <= high else pens.rest for at in range(_GAUGE)]
    if math.isnan(update):
        return (Span("".join(cells) + " ", "quiet"),)
    at = _gauge_cell(math.log10(update) if update > 0 else _LOWEST)
    role: Role = "good" if GOOD_UPDATES[0] <= update <= GOOD_UPDATES[1] else "warn"
    return (
        Span("".join(cells[:at]), "quiet"),
        Span(pens.update, role),
        Span("".join(cells[at + 1 :]) + " ", "quiet"),
    )


def _stuck(row: FlowRow) -> Line:
    if math.isnan(row.stuck):
        return (Span(right("", _SHARE)),)
    text = f"{100 * row.stuck:.0f}% {row.stuck_word}"
    role: Role = "bad" if row.stuck >= MOST_STUCK else "text" if row.stuck > 0 else "quiet"
    return (Span(right(text, _SHARE), role),)


def _cell(number: float, scale: Log, room: int) -> int:
    height = float(scale.heights(number))
    return min(max(round(height * (room - 1)), 0), room - 1)


def _gauge_cell(power: float) -> int:
    share = (min(max(power, _LOWEST), _HIGHEST) - _LOWEST) / (_HIGHEST - _LOWEST)
    return round(share * (_GAUGE - 1))
