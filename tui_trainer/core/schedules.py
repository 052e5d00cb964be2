"""How the learning rate changes over training: pure functions of the step."""

from math import cos, pi

from tui_trainer.core.recipe import Constant, Cosine, OneCycle, Schedule, StepDecay, Warmup

_ALMOST_NOTHING = 1e-4
"""What one-cycle ends at, as a share of where it starts (PyTorch's ``final_div_factor``)."""


def factor(schedule: Schedule, step: int, horizon: int) -> float:
    """What the learning rate is multiplied by for the update after ``step`` others, of ``horizon`` planned.

    Past the horizon the last factor holds.
    """
    step, last = min(step, horizon - 1), max(1, horizon - 1)
    match schedule:
        case Constant():
            return 1.0
        case StepDecay(drops=drops, gamma=gamma):
            return float(gamma ** (step * (drops + 1) // horizon))
        case Cosine(floor=floor):
            return _between(1.0, floor, step / last)
        case OneCycle(rise=rise, start=start):
            top = min(max(0.0, rise * horizon - 1), last)
            if step < top:
                return _between(start, 1.0, step / top)
            return _between(1.0, start * _ALMOST_NOTHING, (step - top) / max(last - top, 1))
        case Warmup(rise=rise):
            return min(1.0, (step + 1) / max(1, round(rise * horizon)))


def _between(begin: float, end: float, done: float) -> float:
    """From ``begin`` to ``end`` along half a cosine."""
    return end + (begin - end) * (1 + cos(pi * done)) / 2
