"""What a network makes of a sample before and after it was spoiled: bars of probabilities, or a number."""

from collections.abc import Sequence
from math import isfinite

import numpy as np
from numpy.typing import NDArray
from rich.cells import cell_len

from tui_trainer.core.figures import value
from tui_trainer.tui.plot.spans import Line, Span, clip, left, right

Floats = NDArray[np.float32]
_MAX_NAME = 18
_LEVELS = "▁▂▃▄▅▆▇█"


def bars(
    before: Floats,
    after: Floats,
    names: Sequence[str],
    actual: int,
    width: int,
    height: int,
    *,
    gained: str = "▒",
) -> tuple[Line, ...]:
    """A row a class: its probability now as a solid bar, what it gained lighter, what it lost as dots.

    Where there are more classes than rows, the true one stays, with those of the largest probability. The
    last row tells what is what.
    """
    rows = list(range(len(after)))
    height = max(1, height - 1)
    if len(rows) > height:
        largest = np.argsort(-np.maximum(before, after), kind="stable")
        others = [int(i) for i in largest if i != actual][: max(0, height - 1)]
        rows = sorted([actual, *others]) if 0 <= actual < len(after) else sorted(others)
    label = min(_MAX_NAME, max((cell_len(names[i]) for i in rows), default=0))
    room = max(4, width - label - 9)
    lines = []
    for i in rows:
        is_true = i == actual
        head = f"{'▸' if is_true else ' '} {left(names[i], label)} "
        now, then = (round(room * float(p)) if isfinite(p) else 0 for p in (after[i], before[i]))
        spans = [
            Span(head, "strong" if is_true else "text"),
            Span("█" * min(now, then), "point"),
            Span(gained * max(0, now - then), "point"),
            Span("·" * max(0, then - now), "quiet"),
            Span(" " * (room - max(now, then))),
            Span(right(_share(float(after[i])), 6), "strong" if after[i] == after.max() else "quiet"),
        ]
        lines.append(clip(tuple(span for span in spans if span.text), width))
    legend = Span(f"  █ now  {gained} gained  · lost", "quiet")
    return (*lines, clip((legend,), width))


def number(before: float, after: float, actual: float, width: int) -> tuple[Line, ...]:
    """A prediction before and after, and the true value, on one line of numbers."""
    known = [each for each in (before, after, actual) if isfinite(each)]
    told: list[Line] = [
        (Span("predicted ", "quiet"), Span(f"{value(before)} → {value(after)}", "strong")),
        (Span("true      ", "quiet"), Span(value(actual))),
    ]
    if not known:
        return tuple(told)
    low, high = min(known), max(known)
    room = (high - low) * 0.2 or abs(high) * 0.2 or 1.0
    low, high = low - room, high + room
    cells = ["─"] * width
    for mark, each in (("○", before), ("▲", actual), ("●", after)):
        if isfinite(each):
            cells[min(width - 1, int((each - low) / (high - low) * width))] = mark
    ends = f"{value(low)}{right(value(high), max(0, width - len(value(low))))}"
    told += [(), (Span("".join(cells), "point"),), (Span(ends, "quiet"),)]
    told.append((Span("● now, ○ before, ▲ true", "quiet"),))
    return tuple(clip(line, width) for line in told)


def course(shares: Sequence[float], width: int) -> str:
    """Probabilities over time, the last ``width`` of them: each a bar between 0 and 1."""
    top = len(_LEVELS) - 1
    return "".join(
        _LEVELS[round(top * min(max(p, 0.0), 1.0))] if isfinite(p) else "×" for p in shares[-width:]
    )


def _share(p: float) -> str:
    return f"{p:.3f}" if isfinite(p) else "NaN"
