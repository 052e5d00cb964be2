"""What a pre-flight has measured so far, event by event."""

import math
import struct

import numpy as np

from tui_trainer.core.events import AnyEvent, Baseline, Evaluated, Phase, PhaseChanged, RunStarted, Steps
from tui_trainer.core.preflight.copies import ENOUGH_S, ENOUGH_STEPS, near_zero
from tui_trainer.core.preflight.rate_range import DECADES, HIGHEST, LOWEST, Floats
from tui_trainer.core.series import Series

INITIAL, OVERFIT, RANGE, RATE = "initial_loss", "overfit_loss", "range_loss", "range_rate"
"""Metrics of the three checks; the range test records rate and loss of each step."""
BLIND = "blind_loss"
"""Of one batch: what a net that knows nothing has there."""
GRADIENT, DEAD = "gradient_norm", "dead_units"
"""Of one batch, at its first step and its last: length of the whole gradient, and the share of units that are
dead (ReLU: 0 for every sample) in the layer that has most."""


class Measured:
    """Folds the events of a pre-flight."""

    def __init__(self) -> None:
        self.started: RunStarted | None = None
        self.phase: Phase | None = None
        self.reason = ""
        """Why it failed."""
        self.initial: Evaluated | None = None
        self.overfit = Series()
        """Loss of one batch, a value a step."""
        self.overfit_began: Evaluated | None = None
        self.overfit_ended: Evaluated | None = None
        self.elapsed_s = 0.0
        self._rates: list[float] = []
        self._losses: list[float] = []

    def apply(self, event: AnyEvent) -> None:
        """Take in what was said next."""
        self.elapsed_s = event.elapsed_s
        match event:
            case RunStarted():
                self.started = event
            case PhaseChanged():
                self.phase, self.reason = event.phase, event.reason
            case Evaluated() if INITIAL in event.metrics:
                self.initial = event
            case Evaluated() if OVERFIT in event.metrics and event.step == 0:
                self.overfit_began = event
            case Evaluated() if OVERFIT in event.metrics:
                self.overfit_ended = event
            case Steps():
                self._take(event)
            case _:
                pass

    def _take(self, steps: Steps) -> None:
        values = {
            name: struct.unpack_from(f"<{len(data) // 4}f", data) for name, data in steps.metrics.items()
        }
        if OVERFIT in values:
            self.overfit.append_block(steps.first_step, values[OVERFIT])
        for rate, loss in zip(values.get(RATE, ()), values.get(RANGE, ()), strict=False):
            self._rates.append(rate)
            self._losses.append(loss)

    @property
    def has_ended(self) -> bool:
        """Whether there is no more to come."""
        return self.phase in ("finished", "failed")

    @property
    def expected(self) -> Baseline | None:
        """The loss of a net that knows nothing, on the samples that the initial loss was measured over."""
        return self.started.baselines.get("loss") if self.started else None

    @property
    def near_zero(self) -> float:
        """The loss at which one batch counts as learned by heart; NaN while that is not known."""
        return near_zero(self.overfit_began.metrics[BLIND]) if self.overfit_began else math.nan

    @property
    def is_learned_by_heart(self) -> bool:
        """Whether one batch ended there."""
        return self.overfit_ended is not None and self.overfit_ended.metrics[OVERFIT] <= self.near_zero

    @property
    def rates(self) -> Floats:
        """Learning rate of each step of the range test (n,)."""
        return np.array(self._rates)

    @property
    def range_losses(self) -> Floats:
        """Loss of each step of the range test (n,)."""
        return np.array(self._losses)

    @property
    def explodes_at(self) -> float | None:
        """The rate at which the range test ended before its highest; None where it did not."""
        if self.phase != "finished" or not self._rates or self._rates[-1] > 0.99 * HIGHEST:
            return None
        return self._rates[-1]

    @property
    def overfit_share(self) -> float:
        """How far the second check is at least: 0 to 1."""
        if self.overfit_ended is not None:
            return 1.0
        return min(max(len(self.overfit) / ENOUGH_STEPS, self.overfit_s / ENOUGH_S), 1.0)

    @property
    def overfit_s(self) -> float:
        """Seconds spent on the second check so far."""
        until_s = self.overfit_ended.elapsed_s if self.overfit_ended else self.elapsed_s
        return until_s - self.overfit_began.elapsed_s if self.overfit_began else 0.0

    @property
    def range_share(self) -> float:
        """How far the third check is at least: 0 to 1."""
        if self.phase == "finished":
            return 1.0
        return math.log10(self._rates[-1] / LOWEST) / DECADES if self._rates else 0.0

    def left_s(self) -> float | None:
        """Seconds until the check at hand is over at the latest; None where that cannot be told yet."""
        if self.has_ended:
            return None
        if self.overfit_ended is not None:
            share, spent = self.range_share, self.elapsed_s - self.overfit_ended.elapsed_s
        else:
            share, spent = self.overfit_share, self.overfit_s
        return spent * (1 - share) / share if share > 0.02 else None
