"""Student's t distribution for whole degrees of freedom, in a few lines (Abramowitz and Stegun 26.7.3-4)."""

from functools import lru_cache
from math import atan, cos, inf, isfinite, pi, sin, sqrt


def two_sided_p(t: float, df: int) -> float:
    """The probability of a value at least as far from 0 as ``t``, for ``df`` ≥ 1."""
    if not isfinite(t):
        return 0.0
    angle = atan(abs(t) / sqrt(df))
    cosine, sine = cos(angle), sin(angle)
    total, term = 0.0, cosine if df % 2 else 1.0
    for k in range(2 if df % 2 else 1, df - 1, 2):
        total += term
        term *= k / (k + 1) * cosine**2
    total += term if df > 1 else 0.0
    within = 2 / pi * (angle + sine * total) if df % 2 else sine * total
    return min(1.0, max(0.0, 1.0 - within))


@lru_cache(maxsize=1024)
def quantile(level: float, df: int) -> float:
    """How far from 0 a value lies with probability ``level`` at most: 4.30 for 0.95 and 2 degrees."""
    low, high = 0.0, 1.0
    while two_sided_p(high, df) > 1 - level:
        low, high = high, 2 * high
        if high == inf:
            return inf
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if two_sided_p(middle, df) > 1 - level else (low, middle)
    return (low + high) / 2
