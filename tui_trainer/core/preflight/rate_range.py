"""The learning rate range test (Smith 2015): its sweep, its smoothed loss, the rate it proposes.

The rate rises from step to step by the same factor, on a copy that is thrown away, until the loss explodes.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

LOWEST, HIGHEST = 1e-6, 10.0
"""Ends of the sweep: below the lowest rate hardly any net learns, above the highest none does."""
DECADES = math.log10(HIGHEST / LOWEST)

FEWEST_STEPS, MOST_STEPS = 280, 2100
"""Forty steps a decade draw a curve; three hundred are enough for batches of a single sample."""
COARSEST = 70
"""Ten a decade, for steps that take their time."""
ENOUGH_S = 60.0
"""A sweep is made coarser rather than take longer."""
SAMPLES = 16_384
"""So many samples in all make a mean loss that can be told from noise."""

SMOOTHING = 0.1
"""Standard deviation of the Gaussian that smooths the loss, in decades of the rate: it does not lag."""
EXPLODED = 2.0
"""At twice the loss it began with, for a tenth of a decade, the net unlearns: the sweep ends."""
NEARLY_LOWEST = 0.05
"""The loss counts as lowest up to where it has risen again by this share of its fall: on a flat and noisy
bottom the minimum itself may lie anywhere, and where it ends is told by the rate alone."""
LEAST_FALL = 0.05
"""A smaller share of the first loss is no fall."""
SURE = 6.0
"""Nor is one within so many standard errors of the smoothed loss, whose lowest point is the luckiest."""
STEP_BELOW = 10.0
"""The proposal is one order of magnitude below the rate up to which the loss was lowest."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Proposal:
    """A learning rate, and what it rests on."""

    rate: float
    """One significant digit: the curve knows no more."""
    lowest_at: float
    """The rate up to which the smoothed loss was lowest."""


def num_steps(batch_size: int, step_s: float = 0.0) -> int:
    """Steps of a sweep over batches of so many samples: more where they are noisier, fewer where slow."""
    wanted = min(max(math.ceil(SAMPLES / batch_size), FEWEST_STEPS), MOST_STEPS)
    affordable = ENOUGH_S / step_s if step_s * wanted > ENOUGH_S else wanted
    return min(wanted, max(int(affordable), COARSEST))


def rate_at(step: int, steps: int) -> float:
    """The learning rate of the ``step``-th of ``steps`` steps, counted from 1."""
    return LOWEST * math.pow(HIGHEST / LOWEST, (step - 1) / (steps - 1))


def first_loss(rates: ArrayLike, losses: ArrayLike) -> float:
    """The loss before anything is learned: the mean over the first decade; NaN where that holds none."""
    rates, losses = _pair(rates, losses)
    some = losses[(rates < 10 * LOWEST) & np.isfinite(losses)]
    return float(some.mean()) if len(some) else math.nan


def has_exploded(rates: ArrayLike, losses: ArrayLike) -> bool:
    """Whether the loss is not finite any more, or too high for the last tenth of a decade."""
    rates, losses = _pair(rates, losses)
    if not len(losses):
        return False
    if not np.isfinite(losses[-1]):
        return True
    recent = losses[min(int(np.searchsorted(rates, rates[-1] / 10**SMOOTHING)), len(rates) - 3) :]
    return rates[-1] >= 10 * LOWEST and bool(recent.mean() > EXPLODED * first_loss(rates, losses))


def capped(rates: ArrayLike, losses: ArrayLike) -> Floats:
    """``losses`` (n,) with what is higher than an explosion, NaN too, as high as one."""
    rates, losses = _pair(rates, losses)
    cap = EXPLODED * first_loss(rates, losses)
    if not math.isfinite(cap):
        return losses
    return np.where(np.isfinite(losses), np.minimum(losses, cap), cap)


def smoothed(rates: ArrayLike, losses: ArrayLike) -> Floats:
    """The capped loss (n,) under a Gaussian over the logarithm of the rate."""
    rates, values = _pair(rates, capped(rates, losses))
    if len(values) < 2:
        return values
    apart = math.log10(rates[-1] / rates[0]) / (len(rates) - 1)
    reach = min(math.ceil(3 * SMOOTHING / apart), len(values) - 1)
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) * apart / SMOOTHING) ** 2)
    total = np.convolve(values, weights)[reach : reach + len(values)]
    return np.asarray(total / np.convolve(np.ones(len(values)), weights)[reach : reach + len(values)])


def propose(rates: ArrayLike, losses: ArrayLike) -> Proposal | None:
    """A tenth of the rate up to which the smoothed loss is lowest; None where it does not fall.

    ``losses`` (n,) belong to increasing ``rates`` (n,), equally far apart in their logarithm.
    """
    rates, losses = _pair(rates, losses)
    curve, start = smoothed(rates, losses), first_loss(rates, losses)
    if len(curve) < 2 or not math.isfinite(start):
        return None
    lowest = float(curve.min())
    fall = start - lowest
    if fall < LEAST_FALL * abs(start) or fall < SURE * _standard_error(rates, losses):
        return None
    at = int(np.flatnonzero(curve <= lowest + NEARLY_LOWEST * fall)[-1])
    lowest_at = float(rates[at])
    return Proposal(float(f"{lowest_at / STEP_BELOW:.1g}"), lowest_at)


def _standard_error(rates: Floats, losses: Floats) -> float:
    """Of a smoothed value, by how far neighbouring losses of the first decade lie apart."""
    values = losses[(rates < 10 * LOWEST) & np.isfinite(losses)]
    if len(values) < 3:
        return 0.0
    scatter = float(np.diff(values).std()) / math.sqrt(2)
    apart = math.log10(rates[-1] / rates[0]) / (len(rates) - 1)
    return scatter / math.sqrt(max(2 * math.sqrt(math.pi) * SMOOTHING / apart, 1.0))


def _pair(rates: ArrayLike, losses: ArrayLike) -> tuple[Floats, Floats]:
    return np.asarray(rates, np.float64), np.asarray(losses, np.float64)
