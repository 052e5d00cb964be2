"""How the learning rate changes over training: pure functions of the step."""

from math import cos, pi

from tui_trainer.core.recipe import Constant, Cosine, OneCycle, Schedule, StepDecay, Warmup

_ALMOST_NOTHING = 1e-4
"""What one-cycle ends at, as a share of where it starts (PyTorch's ``final_div_factor``)."""


def factor(schedule: Schedule, step: int, horizon: int) -> float:
    """What the learning rate is multiplied by for the update after ``step`` others, of ``horizon`` planned.

    Past the horizon the last factor holds.
    """
    last = max(1, horizon - 1)
    done = min(step, last) / last
    match schedule:
        case Constant():
            return 1.0
        case StepDecay(drops=drops, gamma=gamma):
            return float(gamma ** min(drops, min(step, last) * (drops + 1) // max(1, horizon)))
        case Cosine(floor=floor):
            return _between(1.0, floor, done)
        case OneCycle(rise=rise, start=start):
            top = min(max(0.0, rise * horizon - 1), last)
            if step < top:
                return _between(start, 1.0, step / top)
            return _between(1.0, start * _ALMOST_NOTHING, (min(step, last) - top) / max(last - top, 1))
        case Warmup(rise=rise):
            rising = max(1, round(rise * horizon))
            return min(1.0, (step + 1) / rising)


def _between(begin: float, end: float, done: float) -> float:
    """From ``begin`` to ``end`` along half a cosine."""
    return end + (begin - end) * (1 + cos(pi * done)) / 2
