"""Heat maps: how numbers were spread over time, a column a moment, darker where more of them lay."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from tui_trainer.core.figures import value
from tui_trainer.tui.plot.spans import Line, Span, left, right

Floats: TypeAlias = NDArray[np.float64]

SHADES, ASCII_SHADES = " ·░▒▓█", " .:-=+*#%@"
LABEL = 9
"""Cells at the left for the axis."""


def heat(
    shares: Floats,
    edges: Floats,
    title: str,
    width: int,
    *,
    mark: int | None = None,
    ascii_only: bool = False,
) -> tuple[Line, ...]:
    """A title, then a line a row, the largest numbers above; with a mark over one of the columns.

    ``shares`` (rows, columns) say how much of a column's numbers lies between ``edges`` (rows + 1,) from
    below; NaN for a column of which nothing is known. The tint is relative to the fullest row of the column,
    by the square root, so that thin tails show.
    """
    rows = len(shares)
    ramp = ASCII_SHADES if ascii_only else SHADES
    peaks = np.nanmax(np.nan_to_num(shares), axis=0, initial=0.0)
    levels = np.sqrt(np.divide(shares, peaks, out=np.full_like(shares, np.nan), where=peaks > 0))
    places = np.ceil(np.nan_to_num(levels) * (len(ramp) - 1) - 1e-9).astype(int)
    places[(np.nan_to_num(levels) < 0.05) & (places > 0)] = 0  # what cannot be seen is not drawn
    labels, axis = _labels(edges, rows), "|" if ascii_only else "│"
    head = left(title, width)
    lines: list[Line] = [(Span(head, "strong"),)]
    if mark is not None:
        at = min(LABEL + mark, width - 1)
        arrow = Span("v" if ascii_only else "▼", "accent")
        lines = [(Span(head[:at], "strong"), arrow, Span(head[at + 1 :], "strong"))]
    for row in range(rows - 1, -1, -1):
        text = "".join(ramp[place] for place in places[row])
        label = right(labels.get(row, ""), LABEL - 1)
        lines.append((Span(label + axis, "quiet"), Span(text[: width - LABEL], "point")))
    return tuple(lines)


def _labels(edges: Floats, rows: int) -> dict[int, str]:
    """Row -> its label: the ends, and zero where that lies between and apart from them."""
    labels = {0: value(float(edges[0])), rows - 1: value(float(edges[-1]))}
    if edges[0] < 0 < edges[-1]:
        zero = int(np.clip(np.searchsorted(edges, 0.0, "right") - 1, 0, rows - 1))
        if 0 < zero < rows - 1:
            labels[zero] = "0"
    return labels
