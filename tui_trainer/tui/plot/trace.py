"""A curve's columns to dots: every extreme kept, neighbours joined, gaps where nothing is known."""

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Dots: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Spans:
    """For each dot column (n,) the rows it is drawn over, both ends included; top > bottom for nothing."""

    top: Ints
    bottom: Ints


@dataclass(frozen=True, eq=False)
class Heights:
    """A curve's columns (n,) after the scale: dot rows from the top, fractions allowed, NaN for nothing.

    ``positions`` are the column numbers; a value from outside the picture may stand before or after them, so
    that a line enters and leaves where it should.
    """

    positions: Floats
    top: Floats
    bottom: Floats
    first: Floats
    last: Floats
    known: Dots
    """Whether the column holds values at all; one that holds only non-finite ones breaks the line."""


def line_spans(heights: Heights, num_columns: int) -> Spans:
    """A line through all values: vertical where a column holds many, straight where columns hold none."""
    entry, leave = heights.first.copy(), heights.last.copy()
    top, bottom = heights.top.copy(), heights.bottom.copy()
    _fill_gaps(heights, entry, leave, top, bottom)
    top, bottom = np.rint(top), np.rint(bottom)
    entry, leave = np.rint(entry), np.rint(leave)
    _join(entry, leave, top, bottom, np.diff(heights.positions) <= 1)
    inside = (heights.positions >= 0) & (heights.positions < num_columns)
    drawn = np.isfinite(top[inside])
    return Spans(
        np.where(drawn, top[inside], 1).astype(np.int64), np.where(drawn, bottom[inside], 0).astype(np.int64)
    )


def _fill_gaps(heights: Heights, entry: Floats, leave: Floats, top: Floats, bottom: Floats) -> None:
    """Draw straight lines through columns without values, from the value before to the one after."""
    known = heights.known
    if known.all():
        return
    index = np.arange(len(known))
    before = np.maximum.accumulate(np.where(known, index, -1))
    after = np.minimum.accumulate(np.where(known, index, len(known))[::-1])[::-1]
    gap = ~known & (before >= 0) & (after < len(known))
    a, b = before[gap], after[gap]
    share = (heights.positions[gap] - heights.positions[a]) / (heights.positions[b] - heights.positions[a])
    row = heights.last[a] + share * (heights.first[b] - heights.last[a])
    for target in (entry, leave, top, bottom):
        target[gap] = row


def _join(entry: Floats, leave: Floats, top: Floats, bottom: Floats, adjacent: Dots) -> None:
    """Stretch neighbouring columns towards each other, half the way each, so that no row between is empty."""
    middle = np.where(adjacent, (leave[:-1] + entry[1:]) / 2, np.nan)
    above, below = np.floor(middle), np.ceil(middle)
    # fmin and fmax pass over NaN, and of a line that goes down those for one that goes up change nothing.
    bottom[:-1], top[:-1] = np.fmax(bottom[:-1], above), np.fmin(top[:-1], below)
    bottom[1:], top[1:] = np.fmax(bottom[1:], below - 1), np.fmin(top[1:], above + 1)


def solid(spans: Spans, num_rows: int) -> Dots:
    """All dots of the spans, (num_rows, n)."""
    rows = np.arange(num_rows)[:, None]
    inside: Dots = (rows >= spans.top) & (rows <= spans.bottom)
    return inside


def dotted(spans: Spans, num_rows: int) -> Dots:
    """Every other dot of the spans and always their ends, (num_rows, n): lighter, yet no extreme is lost."""
    rows = np.arange(num_rows)[:, None]
    checkered = (rows + np.arange(len(spans.top))) % 2 == 0
    ends = (rows == spans.top) | (rows == spans.bottom)
    kept: Dots = solid(spans, num_rows) & (checkered | ends)
    return kept


def dashed(row: int, num_rows: int, num_columns: int, dash: int) -> Dots:
    """A horizontal line of ``dash`` dots and as many blanks by turns, (num_rows, num_columns)."""
    dots = np.zeros((num_rows, num_columns), bool)
    dots[row] = np.arange(num_columns) // dash % 2 == 0
    return dots
