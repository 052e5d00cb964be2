"""A point of the plane among samples, with where it was before it was moved."""

from collections.abc import Sequence
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from tui_trainer.core.figures import value
from tui_trainer.tui.plot.spans import Line, Span, right

Floats = NDArray[np.float32]
MARKS = "xo+*"
"""Classes, where colours do not tell them apart."""


def draw(
    samples: Floats,
    classes: Sequence[int],
    before: tuple[float, float],
    now: tuple[float, float],
    width: int,
    height: int,
) -> tuple[Line, ...]:
    """``samples`` (N, 2) by class, the point that was moved (●) and where it was (○); x2 goes up."""
    places = np.concatenate([samples.reshape(-1, 2), [before], [now]])
    low, high = places.min(axis=0), places.max(axis=0)
    room = np.where(high > low, 0.05 * (high - low), 1.0)
    low, high = low - room, high + room
    labels = (value(float(high[1])), value(float(low[1])))
    margin = max(map(len, labels))
    columns, rows = max(4, width - margin - 1), max(2, height - 2)
    cells = [[Span(" ")] * columns for _ in range(rows)]

    def put(place: Floats, span: Span) -> None:
        across, up = (place - low) / (high - low)
        cells[rows - 1 - int(up * (rows - 1) + 0.5)][int(across * (columns - 1) + 0.5)] = span

    for place, number in zip(samples, classes, strict=True):
        put(place, Span(MARKS[number % len(MARKS)], "curve", number))
    put(np.asarray(before, np.float32), Span("○", "strong"))
    put(np.asarray(now, np.float32), Span("●", "strong"))
    lines: list[Line] = []
    for y, row in enumerate(cells):
        label = labels[0] if y == 0 else labels[1] if y == rows - 1 else ""
        lines.append((Span(f"{right(label, margin)}│", "quiet"), *_joined(row)))
    ends = (value(float(low[0])), value(float(high[0])))
    lines.append((Span(" " * margin + "└" + "─" * columns, "quiet"),))
    axis = ends[0] + right(ends[1], max(0, columns - len(ends[0])))
    lines.append((Span(" " * (margin + 1) + axis, "quiet"),))
    return tuple(lines)


def _joined(cells: Sequence[Span]) -> Line:
    """Neighbours that look alike as one span."""
    alike = groupby(cells, key=lambda cell: (cell.role, cell.level))
    return tuple(Span("".join(cell.text for cell in run), *look) for look, run in alike)
