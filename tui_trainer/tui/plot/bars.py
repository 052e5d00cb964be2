"""Signed numbers as bars to both sides of a line, each with its name."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tui_trainer.core.figures import value
from tui_trainer.tui.plot.spans import Line, Span, left, right

_MOST_NAME = 26
_VALUE = 8
_EIGHTHS = " ▏▎▍▌▋▊▉█"
_BLUE, _ORANGE = 0, 1


def draw(
    values: NDArray[np.float64], names: Sequence[str], width: int, height: int, *, ascii_only: bool
) -> tuple[Line, ...]:
    """The largest of ``values`` (n,) by absolute value, as many as fit, negative ones to the left."""
    known = np.nan_to_num(values)
    order = np.argsort(-np.abs(known), kind="stable")
    rows = order[: height if len(order) <= height else height - 1]
    name_width = min(_MOST_NAME, max((len(name) for name in names), default=0))
    side = (width - name_width - _VALUE - 4) // 2
    if side < 2 or not len(rows):
        return ((Span("too small to draw", "quiet"),),)
    largest = float(np.abs(known).max()) or 1.0
    axis = "|" if ascii_only else "│"
    lines: list[Line] = []
    for at in rows.tolist():
        number, length = float(known[at]), abs(float(known[at])) / largest * side
        name = Span(right(names[at], name_width) + " ")
        figure = Span(right(value(float(values[at])), _VALUE))
        if number < 0:
            bar = Span(right(_to_the_left(length, ascii_only), side), "curve", _BLUE)
            lines.append((name, bar, Span(axis, "quiet"), Span(" " * side), figure))
        else:
            bar = Span(left(rightward(length, ascii_only=ascii_only), side), "curve", _ORANGE)
            lines.append((name, Span(" " * side), Span(axis, "quiet"), bar, figure))
    if len(rows) < len(order):
        lines.append((Span(f"and {len(order) - len(rows)} smaller ones", "quiet"),))
    return tuple(lines)


def rightward(length: float, *, ascii_only: bool) -> str:
    """A bar of so many cells, in eighths of one."""
    if ascii_only:
        return "#" * round(length)
    part = round((length - int(length)) * 8)
    return "█" * int(length) + (_EIGHTHS[part] if part else "")


def _to_the_left(length: float, ascii_only: bool) -> str:
    """Blocks that begin at the right come in halves only."""
    if ascii_only:
        return "#" * round(length)
    halves = round(length * 2)
    return "▐" * (halves % 2) + "█" * (halves // 2)
