"""What ails the layers of a network, by what was measured of them. A single look proves nothing."""

import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from tui_trainer.core import advice
from tui_trainer.core.events import LayersMeasured
from tui_trainer.core.figures import value
from tui_trainer.core.inside.layers import per_weight
from tui_trainer.core.recipe import Recipe
from tui_trainer.core.text import plain
from tui_trainer.core.verdicts import Diagnosis

LOOKS = 3
"""What is said holds in the last three looks after the first update, and before that nothing is."""
VANISHED = 1 / 256
"""What four sigmoids leave of a gradient at best, 1/4 each. Healthy nets of the course stay above 1/20."""
TOO_LARGE, TOO_SMALL = 0.5, 1e-4
"""Updates by half of the weights forget what was learned; by a ten-thousandth nothing is learned in time.
About a thousandth is usual, and both ends leave a lot of room: an L1 penalty alone makes it a tenth."""
SHAKEN = 0.1
"""A gradient that grows on its way back is no trouble before it moves the first layer by a tenth a step."""
MOSTLY_DEAD, ALL_DEAD = 0.9, 0.995
"""L1 and L2 leave healthy nets with three quarters of their units at 0 for the samples that are looked at."""
SATURATED = 0.9
"""Nine tenths of a layer's outputs where the slope is next to 0: what gets through is a tenth."""

_step_of = attrgetter("step")


def troubles(
    layers: Sequence[LayersMeasured], recipe: Recipe, at: float, *, is_stuck: bool, is_slow: bool
) -> Iterator[Diagnosis]:
    """What of ``layers`` (in step order) explains what is going on after step ``at``.

    ``is_stuck``: nothing is learned, so that what is found is why. ``is_slow``: it learned little.
    """
    seen = [each for each in layers[: bisect_right(layers, at, key=_step_of)] if each.step > 0]
    last = seen[-LOOKS:]
    if len(last) < LOOKS or len({len(each.layers) for each in last}) > 1:
        return
    names = [plain(name, limit=40) for name in last[-1].layers]
    hidden = names[:-1]
    found = [
        *_dead(hidden, _all(last, "dead"), recipe),
        *_vanishing(names, np.array([per_weight(each) for each in last]), recipe, is_stuck=is_stuck),
        *_saturated(hidden, _all(last, "saturated"), recipe, is_stuck=is_stuck),
    ]
    yield from found
    updates = np.array([each.update_ratios for each in seen], np.float64)
    updates = updates[~np.isnan(updates).any(axis=1)][-LOOKS:]
    if len(updates) < LOOKS:
        return
    yield from _exploding(names, np.array([per_weight(each) for each in last]), updates, recipe)
    if not found:
        yield from _steps(names, updates, recipe, is_slow=is_slow)


def first_not_finite(layers: Sequence[LayersMeasured], at: float) -> Diagnosis | None:
    """The first layer from the input whose weights are not finite, else from the output whose gradient is."""
    seen = layers[: bisect_right(layers, at, key=_step_of)]
    if not seen:
        return None
    last = seen[-1]
    whats: tuple[tuple[str, Sequence[float], int], ...] = (
        ("weights are", last.weight_norms, 1),
        ("gradient is", last.gradient_norms, -1),
    )
    for what, norms, direction in whats:
        for name, norm in list(zip(last.layers, norms, strict=False))[::direction]:
            if not math.isfinite(norm):
                side, first = "input" if direction > 0 else "output", plain(name, limit=40)
                text = f"not finite: from the {side} on, {first} is the first layer whose {what} not"
                return Diagnosis("not-finite", "note", text)
    return None


def _all(last: Sequence[LayersMeasured], field: str) -> NDArray[np.float64]:
    return np.array([getattr(each, field) for each in last], np.float64)


def _dead(names: Sequence[str], dead: NDArray[np.float64], recipe: Recipe) -> Iterator[Diagnosis]:
    least = dead.min(axis=0)
    worst = _worst(least[: len(names)])
    if worst is None or least[worst] < MOSTLY_DEAD:
        return
    cure = advice.against_dead_units(recipe)
    if least[worst] >= ALL_DEAD:
        text = f"dead units: all of {names[worst]} give 0 for every sample, and no gradient gets past them"
        yield Diagnosis("dead-units", "alarm", text, cure)
    else:
        text = f"dead units: {100 * dead[-1, worst]:.0f} % of {names[worst]} give 0 for every sample"
        yield Diagnosis("dead-units", "note", text, cure)


def _vanishing(
    names: Sequence[str], gradients: NDArray[np.float64], recipe: Recipe, *, is_stuck: bool
) -> Iterator[Diagnosis]:
    first, last = gradients[:, 0], gradients[:, -1]
    if len(names) < 3 or not (np.isfinite(gradients).all() and (first > 0).all()):
        return
    if (first < VANISHED * last).all():
        text = (
            f"vanishing gradient: a weight of {names[0]} gets 1/{last[-1] / first[-1]:,.0f} "
            f"of what one of {names[-1]} gets"
        )
        cure = advice.against_vanishing(recipe)
        yield Diagnosis("vanishing-gradient", "alarm" if is_stuck else "note", text, cure)


def _exploding(
    names: Sequence[str], gradients: NDArray[np.float64], updates: NDArray[np.float64], recipe: Recipe
) -> Iterator[Diagnosis]:
    first, last = gradients[:, 0], gradients[:, -1]
    if len(names) < 3 or not (np.isfinite(gradients).all() and (last > 0).all()):
        return
    if (last < VANISHED * first).all() and (updates[:, 0] > SHAKEN).all():
        text = (
            f"exploding gradient: a weight of {names[0]} gets {first[-1] / last[-1]:,.0f} times "
            f"what one of {names[-1]} gets"
        )
        yield Diagnosis("exploding-gradient", "note", text, advice.against_divergence(recipe))


def _saturated(
    names: Sequence[str], saturated: NDArray[np.float64], recipe: Recipe, *, is_stuck: bool
) -> Iterator[Diagnosis]:
    least = saturated.min(axis=0)
    worst = _worst(least[: len(names)])
    if worst is not None and least[worst] >= SATURATED:
        text = (
            f"saturated units: {100 * saturated[-1, worst]:.0f} % of what {names[worst]} gives "
            "lies where the slope is next to 0"
        )
        cure = advice.against_saturation(recipe)
        yield Diagnosis("saturated-units", "alarm" if is_stuck else "note", text, cure)


def _steps(
    names: Sequence[str], updates: NDArray[np.float64], recipe: Recipe, *, is_slow: bool
) -> Iterator[Diagnosis]:
    usual = np.median(updates, axis=0)
    largest = int(usual.argmax())
    if usual[largest] >= TOO_LARGE:
        text = f"large updates: each moves {names[largest]} by {value(float(usual[largest]))} of its weights"
        yield Diagnosis("update-size", "note", text, advice.against_large_updates(recipe))
    elif is_slow and 0 < usual[largest] < TOO_SMALL:
        part = f"{1 / usual[largest]:,.0f}"
        text = f"small updates: each moves the weights by 1/{part} at most; about 1/1,000 is usual"
        yield Diagnosis("update-size", "note", text, advice.against_small_updates(recipe))


def _worst(shares: NDArray[np.float64]) -> int | None:
    """The layer with the largest share; None where it means nothing for any."""
    return None if not len(shares) or np.isnan(shares).all() else int(np.nanargmax(shares))
