"""The confusion matrix as styled lines: rows are the true class, columns the predicted one."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from rich.cells import cell_len, set_cell_size

from tui_trainer.core.confusion import per_class
from tui_trainer.tui.plot.spans import Line, Span, clip, left, right

Cells: TypeAlias = Literal["counts", "percent"]
Counts: TypeAlias = NDArray[np.int64]

_CORNERS = ("true \\ predicted", "true \\ pred.", "t \\ p")
_MAX_LABEL = 18
_MIN_LABEL = 8
_MAX_COLUMN = 12
_AIRY = 4
_RECALL = " recall"
_PRECISION = ("precision", "prec.")
_SHORTEST_SCORE = 3
# An error of a quarter of its row is as bad as this picture can say; the root keeps single ones visible.
_FULL_MISS = 0.25
_LEVELS = 5


@dataclass(frozen=True)
class View:
    """How a matrix is looked at: counts or row percent, from which row and column on, in colour or not."""

    cells: Cells = "counts"
    row: int = 0
    column: int = 0
    colour: bool = True
    cursor: tuple[int, int] | None = None
    """A cell that stands out, and is scrolled to where it must."""
    minus: Counts | None = None
    """Another matrix (C, C) of the same samples: what has changed since is shown, in counts."""


@dataclass(frozen=True)
class Picture:
    """A drawn matrix, and how far it can still be scrolled."""

    lines: tuple[Line, ...]
    last_row: int
    last_column: int
    row: int = 0
    """The first row that is shown."""
    column: int = 0


@dataclass(frozen=True)
class _Layout:
    """What of a matrix fits where."""

    corner: str
    label_width: int
    labels: Sequence[str]
    heads: Sequence[str]
    column_width: int
    rows: range
    columns: range
    recall: bool
    precision: bool


def draw(matrix: Counts, names: Sequence[str], view: View, width: int, height: int) -> Picture:
    """``matrix`` (C, C) in at most ``width`` × ``height`` cells.

    Class names stay at the left and the top while the rest scrolls. Recall is at the right and precision at
    the bottom where they fit. Without colour, right predictions stand in brackets; the worst confusions are
    bold.
    """
    layout = _lay_out(matrix, names, view, width, height)
    num_classes = len(matrix)
    scores = per_class(matrix)
    shares = matrix / np.maximum(matrix.sum(axis=1, keepdims=True), 1)
    worst = _worst(matrix)
    at_row, at_column = view.cursor or (-1, -1)
    head = [Span(right(layout.corner, layout.label_width) + " ", "quiet"), *_heads(layout, at_column)]
    lines: list[Line] = [(*head, Span(_RECALL, "quiet")) if layout.recall else tuple(head)]
    counts, parts = matrix.tolist(), shares.tolist()  # plain numbers are much quicker one by one
    before = None if view.minus is None else view.minus.tolist()
    for i in layout.rows:
        spans = [Span(right(layout.labels[i], layout.label_width) + " ", "accent" if i == at_row else "text")]
        total = int(scores.support[i])
        for j in layout.columns:
            count = counts[i][j]
            if before is not None:
                cell = _change(count - before[i][j], i == j, layout.column_width)
            else:
                text = _percent(count, total) if view.cells == "percent" else _count(count)
                level = _level(parts[i][j], i == j)
                cell = _cell(text, i == j, level, (i, j) in worst, layout.column_width, view.colour)
            spans.append(cell._replace(role="cursor") if (i, j) == view.cursor else cell)
        if layout.recall:
            spans.append(Span(right(_score(scores.recall[i]), len(_RECALL)), "quiet"))
        lines.append(tuple(spans))
    if layout.precision:
        texts = [_score(scores.precision[j], layout.column_width - 1) for j in layout.columns]
        values = "".join(_padded(text, layout.column_width) for text in texts)
        label = next((word for word in _PRECISION if len(word) <= layout.label_width), _PRECISION[-1])
        lines.append((Span(right(label, layout.label_width) + " " + values, "quiet"),))
    if len(layout.rows) < num_classes or len(layout.columns) < num_classes:
        lines.append(clip(_rest(layout, num_classes, view.cursor is not None), width))
    return Picture(
        tuple(lines[:height]),
        num_classes - len(layout.rows),
        num_classes - len(layout.columns),
        layout.rows.start,
        layout.columns.start,
    )


def _lay_out(matrix: Counts, names: Sequence[str], view: View, width: int, height: int) -> _Layout:
    num_classes = len(matrix)
    labels: Sequence[str] = [names[i] if i < len(names) else str(i) for i in range(num_classes)]
    heads = labels
    # As wide as any count of these samples can get: columns stand still from one evaluation to the next.
    widest = len(_count(int(matrix.sum(axis=1).max(initial=10)))) if view.cells == "counts" else 3
    needed = widest + (1 if view.colour and view.minus is None else 2)
    widest_label = min(_MAX_LABEL, max(map(cell_len, labels)))
    left_for_labels = width - 1 - len(_RECALL) - num_classes * needed
    if left_for_labels >= _MIN_LABEL:  # short labels let all columns in; else columns scroll anyway
        widest_label = min(widest_label, left_for_labels)
    for corner in _CORNERS:
        label_width = max(widest_label, cell_len(corner))
        room = width - label_width - 1 - len(_RECALL)
        if room >= num_classes * needed:
            break
    recall = room >= needed
    if not recall:
        room += len(_RECALL)

    wanted = max(needed, _AIRY, min(_MAX_COLUMN, max(map(cell_len, heads)) + 1))
    column_width = max(needed, min(wanted, room // num_classes))
    heads = [set_cell_size(head, min(cell_len(head), column_width - 1)).rstrip() for head in heads]
    if len(set(heads)) < num_classes:
        heads = [str(i + 1) for i in range(num_classes)]
        labels = _numbered(labels)
    num_columns = max(1, min(num_classes, room // column_width))
    at_row, at_column = view.cursor or (None, None)
    column = _start(view.column, at_column, num_columns, num_classes)

    across = num_columns < num_classes
    body = max(1, height - 1 - across)
    num_rows = num_classes if num_classes <= body else max(1, body - 1 + across)
    row = _start(view.row, at_row, num_rows, num_classes)
    return _Layout(
        corner=corner,
        label_width=label_width,
        labels=labels,
        heads=heads,
        column_width=column_width,
        rows=range(row, row + num_rows),
        columns=range(column, column + num_columns),
        recall=recall,
        precision=num_classes < body and column_width > _SHORTEST_SCORE,
    )


def _start(wanted: int, cursor: int | None, shown: int, of: int) -> int:
    """Where to begin so that the cursor is among those that are shown."""
    if cursor is not None:
        wanted = min(max(wanted, cursor - shown + 1), cursor)
    return min(max(0, wanted), of - shown)


def _heads(layout: _Layout, chosen: int) -> list[Span]:
    """The names of the columns, the ``chosen`` one apart."""
    texts = [_padded(layout.heads[j], layout.column_width) for j in layout.columns]
    if chosen not in layout.columns:
        return [Span("".join(texts))]
    at = chosen - layout.columns.start
    before, after = Span("".join(texts[:at])), Span("".join(texts[at + 1 :]))
    return [span for span in (before, Span(texts[at], "accent"), after) if span.text]


def _numbered(labels: Sequence[str]) -> list[str]:
    """Labels led by the number that stands for them at the top, where cut names cannot be told apart."""
    digits = len(str(len(labels)))
    room = min(_MAX_LABEL - digits - 1, max(map(cell_len, labels)))
    return [f"{number:>{digits}} {left(label, room)}" for number, label in enumerate(labels, 1)]


def _count(count: int) -> str:
    if count >= 1_000_000:
        return f"{count / 1e6:.1f}M"
    if count >= 10_000:
        return f"{count / 1e3:.0f}k"
    return str(count) if count else "·"


def _percent(count: int, total: int) -> str:
    if not count:
        return "·"
    percent = 100 * count / total
    if percent < 0.5:
        return "<1"
    # A row with an error in it is never shown as perfect.
    return "99" if count < total and percent >= 99.5 else f"{percent:.0f}"


def _score(value: float, width: int = 4) -> str:
    if np.isnan(value):
        return "–"
    if width >= 4:
        return f"{value:.2f}"
    return "1.0" if value >= 0.995 else f"{value:.2f}"[1:]


def _worst(matrix: Counts) -> set[tuple[int, int]]:
    """The most frequent confusions: at least two samples, and as many as any other."""
    errors = matrix.copy()
    np.fill_diagonal(errors, 0)
    top = int(errors.max(initial=0))
    return {(int(i), int(j)) for i, j in np.argwhere(errors == top)} if top > 1 else set()


def _level(share: float, hit: bool) -> float:
    """How strongly a cell is tinted."""
    strength = share if hit else min(1.0, share / _FULL_MISS) ** 0.5
    return max(1, round(strength * _LEVELS)) / _LEVELS


@lru_cache(maxsize=8192)
def _cell(text: str, hit: bool, level: float, worst: bool, width: int, colour: bool) -> Span:
    if text == "·":
        return Span(_padded(text, width), "quiet")
    if not colour:
        shown = right(f"[{text}]", width) if hit else _padded(text, width)
        return Span(shown, "strong" if worst else "text")
    return Span(_padded(text, width), "hit" if hit else "miss", level)


@lru_cache(maxsize=8192)
def _change(change: int, hit: bool, width: int) -> Span:
    """More on the diagonal and less beside it is good."""
    if not change:
        return Span(_padded("·", width), "quiet")
    amount = _count(abs(change))
    text = ("+" if change > 0 else "-") + amount
    return Span(_padded(text, width), "good" if (change > 0) == hit else "bad")


def _padded(text: str, width: int) -> str:
    """At the right of a column, but for the cell that keeps it off its neighbour."""
    return right(text, width - 1) + " "


def _rest(layout: _Layout, num_classes: int, has_cursor: bool) -> Line:
    """What is shown of how many, and the keys that scroll where no cursor does."""
    parts = []
    for what, shown, keys in (("rows", layout.rows, "  ↑↓"), ("columns", layout.columns, "  < >")):
        if len(shown) < num_classes:
            hint = "" if has_cursor else keys
            parts.append(f"{what} {shown.start + 1} to {shown.stop} of {num_classes}{hint}")
    return (Span("   ".join(parts), "quiet"),)
