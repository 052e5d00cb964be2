"""A slice of a loss: a curve over one direction, or bands of equal loss over two."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from tui_trainer.core.inside.surface import LossSlice
from tui_trainer.tui.plot.contour import NUM_BANDS, Terrain, Trail
from tui_trainer.tui.plot.model import ChartModel, Curve, Mark

Floats: TypeAlias = NDArray[np.float64]

HERE, LATER = "W", "E"
"""Letters of the weights that were asked about, and of the last checkpoint after them."""
_LINE, _HERE, _LATER = 0, 1, 2
_DEEPEST = 1e-6
"""Bands go down to this part of the highest loss: 0 has no logarithm."""


def chart(taken: LossSlice) -> ChartModel:
    """The loss over a, with the weights that were asked about and the lowest place."""
    at, lowest = taken.places(), taken.lowest
    curves = [
        Curve.of("", at, taken.array(), color=_LINE),
        Curve.of("", [0.0], [taken.loss], "points", color=_HERE),
    ]
    marks = [Mark(0.0, "here")]
    if lowest.a:
        marks.append(Mark(lowest.a, "lowest"))
    return ChartModel(
        "train loss",
        tuple(curves),
        marks=tuple(marks),
        x_label="a",
        x_range=(-taken.span, taken.span),
        x_whole=False,
        empty="no loss of this slice is finite",
    )


def terrain(taken: LossSlice) -> Terrain:
    """The loss from above, a to the right and b up, in bands by the ratio of their losses."""
    losses = np.asarray(taken.array(), np.float64)
    finite = losses[np.isfinite(losses)]
    highest = float(finite.max()) if len(finite) else 1.0
    floor = max(highest * _DEEPEST, float(np.finfo(np.float32).tiny))
    heights = np.log(np.maximum(np.nan_to_num(losses, nan=highest, posinf=highest), floor))
    low, high = float(heights.min()), float(heights.max())
    edges = low + max(high - low, 1e-9) * np.arange(1, NUM_BANDS) / NUM_BANDS
    lowest, side = taken.lowest, (-taken.span, taken.span)
    return Terrain(
        value=lambda places: np.exp(between(heights, taken.span, places)),
        window=(side, side),
        edges=np.exp(edges),
        marks=((lowest.a, lowest.b),) if (lowest.a, lowest.b) != (0.0, 0.0) else (),
        x_label="a",
    )


def between(heights: Floats, span: float, places: Floats) -> Floats:
    """Heights at ``places`` (..., 2), bilinear between those of a grid (b, a); constant outside of it."""
    last = len(heights) - 1
    at = np.clip((places / span + 1) / 2 * last, 0, last)
    corner = np.minimum(at.astype(np.int64), last - 1)
    (x, y), (i, j) = np.moveaxis(at - corner, -1, 0), np.moveaxis(corner, -1, 0)
    lower = heights[j, i] * (1 - x) + heights[j, i + 1] * x
    upper = heights[j + 1, i] * (1 - x) + heights[j + 1, i + 1] * x
    return np.asarray(lower * (1 - y) + upper * y)


def trails(taken: LossSlice) -> tuple[Trail, ...]:
    """The way of the checkpoints on from the weights that were asked about, and, on top, the one to them."""
    here = np.zeros((1, 2))
    before = np.array([(each.a, each.b) for each in taken.path if each.step < taken.step]).reshape(-1, 2)
    after = np.array([(each.a, each.b) for each in taken.path if each.step > taken.step]).reshape(-1, 2)
    there = Trail(np.concatenate([before, here]), HERE, _HERE)
    return (Trail(np.concatenate([here, after]), LATER, _LATER), there) if len(after) else (there,)
