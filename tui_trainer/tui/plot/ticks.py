"""Where an axis is labelled, and how: round numbers, few enough to read."""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]

_ROUND = (1.0, 2.0, 2.5, 5.0, 10.0)
_ROUND_DIGITS = ((1.0, 2.0, 5.0), (1.0, 3.0), (1.0,))


def nice_step(span: float, at_most: int, *, whole: bool = False) -> float:
    """The smallest round step that cuts ``span``, positive and finite, into ``at_most`` parts or fewer.

    Round is 1, 2, 2.5 or 5 times a power of ten. ``whole`` keeps it an integer, for axes that count.
    """
    wanted = max(span / max(at_most, 1), 1.0 if whole else 0.0)
    power = 10.0 ** math.floor(math.log10(wanted))
    steps = (digit * scale for scale in (power, 10 * power) for digit in _ROUND)
    # A step that misses by rounding noise only is meant.
    return next(s for s in steps if s >= wanted * (1 - 1e-9) and (not whole or s == round(s)))


def multiples(low: float, high: float, step: float) -> Floats:
    """All multiples of ``step`` in [low, high], increasing; ends that miss by rounding noise belong to it."""
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return np.asarray(np.arange(first, last + 1) * step, np.float64)


def linear_ticks(low: float, high: float, at_most: int, *, whole: bool = False) -> Floats:
    """At most ``at_most`` (2 or more) round, equally spaced numbers in [low, high]; low < high."""
    span = high - low
    step = nice_step(span, max(at_most - 1, 1), whole=whole)
    ticks = multiples(low, high, step)
    # A range between round numbers may hold one tick fewer than it has room for: try the next finer step.
    finer = multiples(low, high, nice_step(span, at_most, whole=whole))
    return finer if len(ticks) < len(finer) <= at_most else ticks


def log_ticks(low: float, high: float, at_most: int) -> Floats:
    """At most ``at_most`` (2 or more) round numbers in [low, high], 0 < low < high.

    They are 1, 2, 5 or 1, 3 times powers of ten, or the powers alone; in a narrow range equally spaced.
    """
    first, last = math.floor(math.log10(low) - 1e-9), math.ceil(math.log10(high) + 1e-9)
    for digits in _ROUND_DIGITS:
        ticks: Floats = np.array(
            [digit * 10.0**power for power in range(first, last + 1) for digit in digits]
        )
        ticks = ticks[(ticks >= low * (1 - 1e-9)) & (ticks <= high * (1 + 1e-9))]
        if 2 <= len(ticks) <= at_most:
            return ticks
    if len(ticks) > at_most:
        every = math.ceil(len(ticks) / at_most)
        powers = np.round(np.log10(ticks)).astype(int)
        spread: Floats = ticks[powers % every == 0]
        return spread
    return linear_ticks(low, high, at_most)


def tick_labels(ticks: Sequence[float] | Floats) -> list[str]:
    """One short label a tick, all with equal decimals: ``0.0 0.5 1.0``, ``0 200k 400k``, ``1e-05 1e-04``."""
    values = [float(tick) for tick in ticks]
    if not values:
        return []
    largest = max(abs(value) for value in values)
    gaps = [b - a for a, b in pairwise(values)]
    step = min(gaps, default=largest or 1.0)
    for limit, unit, suffix in ((1e15, 0.0, ""), (1e10, 1e9, "G"), (1e7, 1e6, "M"), (1e4, 1e3, "k")):
        if largest >= limit:
            if not unit:
                return [_scientific(value) for value in values]
            decimals = _decimals(step / unit)
            return [_fixed(value / unit, decimals) + (suffix if value else "") for value in values]
    if step < 1e-4:
        return [_scientific(value) for value in values]
    return [_fixed(value, _decimals(step)) for value in values]


def log_tick_labels(ticks: Sequence[float] | Floats) -> list[str]:
    """One short label a tick, each as precise as itself: ``0.001 0.1 10 10k``, or ``1e-6 1e-3 1 1e3``."""
    values = [float(tick) for tick in ticks]
    if any(value < 1e-4 or value >= 1e7 for value in values):
        return ["1" if value == 1 else _scientific(value) for value in values]
    return [tick_labels([value])[0] for value in values]


def _decimals(step: float) -> int:
    """How many decimals a number needs."""
    return next((d for d in range(6) if abs(step * 10**d - round(step * 10**d)) < 1e-6 * step * 10**d), 6)


def _fixed(value: float, decimals: int) -> str:
    """``value`` with so many decimals, and no minus before zero."""
    text = f"{value:.{decimals}f}"
    return text if text.strip("-0.") else text.lstrip("-")


def _scientific(value: float) -> str:
    """``2e-5``, ``2.5e-5``: as short as it can be."""
    if value == 0:
        return "0"
    mantissa, exponent = f"{value:.3e}".split("e")
    return f"{mantissa.rstrip('0').rstrip('.')}e{int(exponent)}"
