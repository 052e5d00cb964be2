"""How well numbers are predicted: fitted curve or plane, predicted against actual, residuals."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tui_trainer.core.figures import value
from tui_trainer.core.inside.boundary import FittedCurve, FittedPlane, Points
from tui_trainer.core.inside.pictures import Picture
from tui_trainer.core.text import plain
from tui_trainer.tui.inside.screen import Sight
from tui_trainer.tui.plot import blocks, fit, scatter
from tui_trainer.tui.plot.blocks import Paint
from tui_trainer.tui.plot.frame import Frame
from tui_trainer.tui.plot.regions import Shown
from tui_trainer.tui.plot.spans import Line, Span

Values = NDArray[np.float32]


def of_predictions(
    values: tuple[Values, Values] | None,
    way: Literal["everywhere", "against actual", "residuals"],
    sight: Sight,
    width: int,
    height: int,
) -> Sequence[Line]:
    """Actual and predicted targets of validation, as two axes or by what is left over."""
    if values is None:
        return [(Span("these predictions cannot be read", "bad"),)]
    actual, predicted = values
    target = _target(sight)
    if way == "residuals":
        drawn = fit.residuals(predicted, actual, width, height - 1, target=target, glyphs=sight.glyphs)
    else:
        drawn = scatter.draw(actual, predicted, width, height - 1, target=target, glyphs=sight.glyphs)
    return [
        *drawn,
        (Span(f"{len(actual):,} of validation: ", "quiet"), Span(fit.summary(predicted, actual))),
    ]


def of_fitted(
    fitted: Picture, points: Points | None, shown: Shown, paint: Paint, sight: Sight, width: int, height: int
) -> Sequence[Line]:
    """The curve over the samples, or the predicted number at each place of a plane."""
    if isinstance(fitted, FittedCurve):
        return _curve(fitted, points, shown, sight, width, height)
    assert isinstance(fitted, FittedPlane)
    values = fitted.values.arrays(fitted.window.shape)[0]
    low, high = fitted.values.ranges()[0].tolist()
    x, y = ((fitted.window.low[i], fitted.window.high[i]) for i in (0, 1))
    frame = Frame(width, height - 1, x, y, sight.glyphs)
    head = (
        Span(f"predicted {_target(sight)} over x1 and x2  "),
        *blocks.rising_key(paint, value(low), value(high)),
    )
    if frame.is_too_small:
        return [head]
    heights = blocks.smooth(np.nan_to_num(values, nan=low), 2 * frame.rows, frame.columns)
    return [head, *frame.around(blocks.rising((heights - low) / ((high - low) or 1.0), paint), "x1", "x2")]


def _curve(
    fitted: FittedCurve, points: Points | None, shown: Shown, sight: Sight, width: int, height: int
) -> Sequence[Line]:
    xs, values = fitted.curve()
    inputs = targets = np.zeros(0, np.float32)
    is_train = np.zeros(0, bool)
    if points is not None:
        columns, targets = points.arrays()
        inputs, is_train = columns[:, 0], np.arange(len(targets)) < points.num_train
        if shown == "validation":
            inputs, targets, is_train = inputs[~is_train], targets[~is_train], is_train[~is_train]
    train, validation = fit.marks(sight.glyphs)
    head = (
        Span("── ", "curve", 1),
        Span(f"predicted {_target(sight)}  "),
        Span(f"{train} train  ", "quiet"),
        Span(f"{validation} ", "point"),
        Span("validation", "quiet"),
    )
    drawn = fit.curve(
        xs, values, (inputs, targets, is_train), width, height - 1, x_label="x", glyphs=sight.glyphs
    )
    return [head, *drawn]


def _target(sight: Sight) -> str:
    started = sight.watch.history.started
    return plain(started.target) if started else ""
