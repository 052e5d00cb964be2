"""From values to heights: linear or logarithmic, between bounds that are round and so rarely move."""

import math
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tui_trainer.tui.plot.ticks import log_tick_labels, log_ticks, multiples, tick_labels

Floats: TypeAlias = NDArray[np.float64]

_STEPS = ((1, 1.0), (2, 1.0), (2.5, 1.03), (3, 1.08), (4, 1.08), (5, 1.0), (10, 1.0))
"""Digits of a step between labels, and how much larger a picture may be to avoid the less round."""
_TWO_LABELS = 1.3
"""How much larger it may be to have three labels rather than two."""
_NEAR_ZERO = 0.25
"""Zero is shown when the values come this near to it, as a share of their own range."""


class Scale(Protocol):
    """Maps values to a height from 0 (bottom) to 1 (top)."""

    def heights(self, values: ArrayLike) -> Floats:
        """Where each value is, NaN for NaN; outside the bounds below 0 or above 1."""

    def ticks(self) -> tuple[Floats, list[str]]:
        """Round values inside the bounds, and their labels."""


@dataclass(frozen=True)
class Linear:
    """Equal differences are equally high."""

    low: float
    high: float
    step: float
    """Between labels."""

    def heights(self, values: ArrayLike) -> Floats:
        """Where each value is, NaN for NaN; outside the bounds below 0 or above 1."""
        return np.asarray((np.asarray(values, np.float64) - self.low) / (self.high - self.low))

    def ticks(self) -> tuple[Floats, list[str]]:
        """Multiples of the step, and their labels."""
        ticks = multiples(self.low, self.high, self.step)
        return ticks, tick_labels(ticks)


@dataclass(frozen=True)
class Log:
    """Equal ratios are equally high. What is zero or less has no logarithm and lies at the bottom."""

    low: float
    high: float
    at_most: int
    """How many labels there is room for, 2 or more."""
    floor: float = 0.0
    """Share of the height that is kept for values of zero or less, under the label ``≤0``."""

    def heights(self, values: ArrayLike) -> Floats:
        """Where each value is, NaN for NaN, 0 for zero or less; outside the bounds below 0 or above 1."""
        values = np.asarray(values, np.float64)
        with np.errstate(divide="ignore", invalid="ignore"):
            height = np.log10(values / self.low) / math.log10(self.high / self.low)
        return np.where(values <= 0, 0.0, self.floor + (1 - self.floor) * height)

    def ticks(self) -> tuple[Floats, list[str]]:
        """Round values inside the bounds, and their labels; ``≤0`` stands for all that has no logarithm."""
        ticks = log_ticks(self.low, self.high, self.at_most)
        labels = log_tick_labels(ticks)
        if self.floor:
            return np.concatenate([[0.0], ticks]), ["≤0", *labels]
        return ticks, labels


def linear_scale(low: float, high: float, *, rows: int, dots: int) -> Linear:
    """The scale for finite values from ``low`` to ``high`` on ``rows`` rows of ``dots`` dots each.

    Labels are round numbers a whole number of rows apart, so that each stands exactly at its value; of all
    such scales this is the one that wastes least. Zero is shown if it is near; the range is never empty.
    """
    if low == high:
        low, high = min(low, 0.0), max(high, 0.0)
    if low == high:
        high = 1.0
    # Differences below the resolution of float32 are noise, not a picture.
    room = 1e-5 * max(abs(low), abs(high))
    if high - low < room:
        low, high = low - room, high + room
    span = high - low
    low = 0.0 if 0 < low < _NEAR_ZERO * span else low
    high = 0.0 if -_NEAR_ZERO * span < high < 0 else high
    fewest = 1 if rows < 6 else 2 if rows < 16 else 3
    apart = range(fewest, max(fewest, min((rows - 1) // 2, 5)) + 1)
    return min((_fit(low, high, each, rows - 1 / dots) for each in apart), key=lambda fit: fit[1])[0]


def _fit(low: float, high: float, apart: int, num_rows: float) -> tuple[Linear, float]:
    """The cheapest scale with labels ``apart`` rows from each other, and what it costs.

    The bottom is a multiple of what one row is worth, so that some row begins with each multiple of the step.
    """
    power = 10.0 ** math.floor(math.log10((high - low) / num_rows * apart))
    fits = []
    for scale in (power, 10 * power):
        for digit, price in _STEPS:
            step = digit * scale
            row = step / apart
            bottom = math.floor(low / row + 1e-9) * row
            top = bottom + num_rows * row
            if top < high - 1e-9 * step:
                continue
            price *= _TWO_LABELS if len(multiples(bottom, top, step)) < 3 else 1.0
            fits.append((Linear(bottom, top, step), (top - bottom) * price))
    return min(fits, key=lambda fit: fit[1])


def log_scale(low: float, high: float, at_most: int, *, floor: float = 0.0) -> Log:
    """The scale for positive values from ``low`` to ``high``: bounds at 1, 2 or 5 times a power of ten."""
    bottom, top = _round_down(low), _round_up(high)
    if bottom == top:
        bottom, top = bottom / 2, top * 2
    return Log(bottom, top, at_most, floor)


def _round_down(value: float) -> float:
    power = 10.0 ** math.floor(math.log10(value))
    return max(digit * power for digit in (1, 2, 5) if digit * power <= value * (1 + 1e-9))


def _round_up(value: float) -> float:
    power = 10.0 ** math.floor(math.log10(value))
    return min(digit * power for digit in (1, 2, 5, 10) if digit * power >= value * (1 - 1e-9))
