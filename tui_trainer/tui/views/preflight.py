"""The charts of a pre-flight, on screen and as text: one batch, and the learning rate range."""

import math

import numpy as np

from tui_trainer.core.events import Baseline
from tui_trainer.core.preflight.measured import BLIND, Measured
from tui_trainer.core.preflight.rate_range import HIGHEST, LOWEST, Proposal, capped, smoothed
from tui_trainer.tui.plot.curves import BATCH, TRAIN
from tui_trainer.tui.plot.model import ChartModel, Curve, Mark

_FIRST_STEPS = 50
"""The axis of one batch begins with so many and doubles: it moves now and then, not always."""


def one_batch(measured: Measured) -> ChartModel:
    """The loss of one batch, with that of a blind guess and what counts as learned by heart."""
    steps = len(measured.overfit)
    high = float(steps)
    if measured.overfit_ended is None:
        high = _FIRST_STEPS * 2.0 ** max(0, math.ceil(math.log2(max(steps, 1) / _FIRST_STEPS)))
    began = measured.overfit_began
    lines: tuple[Baseline, ...] = ()
    if began is not None and measured.expected is not None:
        blind = Baseline(began.metrics[BLIND], measured.expected.label)
        lines = (blind, Baseline(measured.near_zero, "near zero"))
    curves = (Curve("", measured.overfit, "line", TRAIN, label="loss"),) if steps else ()
    return ChartModel(
        "one batch", curves, lines, x_label="step", x_range=(1.0, max(high, 2.0)), empty="no step yet"
    )


def rate_range(measured: Measured, proposal: Proposal | None, own: float) -> ChartModel:
    """The loss of each step over its learning rate, smoothed in front; the recipe's rate and the proposed."""
    rates, losses = measured.rates, measured.range_losses
    marks = [Mark(math.log10(own), f"recipe {own:g}")] if LOWEST <= own <= HIGHEST else []
    if proposal is not None:
        at = math.log10(proposal.rate)
        marks = [Mark(at, f"try {proposal.rate:g}"), *(mark for mark in marks if abs(mark.x - at) > 0.05)]
    curves: tuple[Curve, ...] = ()
    if len(rates):
        xs = np.log10(rates)
        curves = (
            Curve.of("", xs, capped(rates, losses), "thin", BATCH, "batch"),
            Curve.of("", xs, smoothed(rates, losses), "line", TRAIN, "loss, smoothed"),
        )
    return ChartModel(
        "learning rate",
        curves,
        (measured.expected,) if measured.expected else (),
        tuple(marks),
        x_label="rate",
        x_range=(math.log10(LOWEST), math.log10(HIGHEST)),
        x_whole=False,
        x_log=True,
        empty="after one batch",
    )
