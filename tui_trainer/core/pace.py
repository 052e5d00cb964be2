"""How long a run takes from one sign of progress to the next, by its own clock."""

import msgspec

from tui_trainer.core.events import AnyEvent, Heartbeat, Phase, Resumed


class Pace(msgspec.Struct, array_like=True):
    """What the events of a log say of it, in seconds of active training time.

    Progress is a later step, an evaluation or a part of one, a phase, a remark; not that a worker is there.
    """

    longest_s: float = 0.0
    """The longest time between two signs of progress."""
    still_s: float = 0.0
    """The time from the last one to the last word."""
    _at_s: float = 0.0
    _step: int = 0
    _strides: int = 0

    def tell(self, event: AnyEvent, step: int, phase: Phase | None) -> None:
        """Take in the next event; ``step`` and ``phase`` are those of the run after it."""
        elapsed_s = event.elapsed_s
        if isinstance(event, Resumed):
            self._at_s, self._step, self.still_s = elapsed_s, step, 0.0
            return
        # The loop itself says that it lives: amid an evaluation, it has done a part of it.
        if isinstance(event, Heartbeat) and step <= self._step and phase != "evaluating":
            self.still_s = elapsed_s - self._at_s
            return
        if elapsed_s - self._at_s > self.longest_s:
            self.longest_s = elapsed_s - self._at_s
        if step > self._step:
            self._step = step
            self._strides += 1
        self._at_s, self.still_s = elapsed_s, 0.0

    @property
    def is_known(self) -> bool:
        """Whether there were steps enough to tell what is slow for this run."""
        return self._strides > 1

    @property
    def step_s(self) -> float | None:
        """What a step takes on average, evaluations included; None before the first."""
        return self._at_s / self._step if self._step > 0 and self._at_s > 0 else None
