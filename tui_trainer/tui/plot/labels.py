"""Words inside a plot: each beside what it names, over nothing that matters, never over another word."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FREE, FAINT, DASH, LINE, POINT = 0.0, 1.0, 1.5, 4.0, 8.0
"""What it costs to cover a cell."""
TAKEN = 1e6
_ROW_AWAY = 3.0
_CELL_AWAY = 0.2
_REACH = 4
"""Rows that a word may stand away from what it names; further it would name something else."""


@dataclass(frozen=True)
class Anchor:
    """Where a word belongs: after cell (x, y) if there is room. ``lean`` is -1 to rather go up, 1 down."""

    x: int
    y: int
    lean: int = -1
    reach: int = _REACH


def spread(wanted: Sequence[float], height: int) -> list[int]:
    """A row of its own for each word, in order, as near as can be to its ``wanted`` row (increasing).

    Isotonic regression by pooling neighbours that want the same place (Ayer et al. 1955).
    """
    pools: list[tuple[float, int]] = []
    for index, row in enumerate(wanted):
        total, count = row - index, 1
        while pools and pools[-1][0] / pools[-1][1] >= total / count:
            total, count = total + pools[-1][0], count + pools.pop()[1]
        pools.append((total, count))
    places = [total / count for total, count in pools for _ in range(count)]
    last = max(height - len(places), 0)
    return [int(min(max(place, 0), last)) + index for index, place in enumerate(places)]


class Occupancy:
    """What covering each cell of a plot (H, W) would cost."""

    def __init__(self, costs: NDArray[np.float64]) -> None:
        self._costs = costs

    def place(self, text: str, anchor: Anchor) -> tuple[int, int] | None:
        """The cheapest place (x, y) for a word, which is then taken; None if every place is."""
        height, width = self._costs.shape
        length = len(text)
        if length > width or not text:
            return None
        wanted = min(anchor.x, width - length)
        rows = np.arange(max(anchor.y - anchor.reach, 0), min(anchor.y + anchor.reach + 1, height))
        if not len(rows):
            return None
        sums = np.zeros((len(rows), width + 1))
        np.cumsum(self._costs[rows], axis=1, out=sums[:, 1:])
        cover = sums[:, length:] - sums[:, : width + 1 - length]
        down = rows - anchor.y
        away = np.abs(down) * _ROW_AWAY + (down * anchor.lean < 0) * 0.5
        price = cover + away[:, None] + np.abs(np.arange(cover.shape[1]) - wanted) * _CELL_AWAY
        row, x = divmod(int(np.argmin(price)), price.shape[1])
        if price[row, x] >= TAKEN:
            return None
        y = int(rows[row])
        self._costs[y, x : x + length] = TAKEN
        return x, y
