"""What the app asks of the runs it starts: to be slow enough to watch."""

from tui_trainer.core.estimate import Plan

FIRST_ATTEMPT = 1
"""Requests name the attempt they are for; a run that the app has just made has had no other."""

TOO_SHORT_TO_WATCH_S = 15.0
"""A run that would be over sooner is paced."""
LONGEST_WATCH_S = 60.0
"""So long nobody wants to look: a run of more epochs is paced to more than one a second."""


def epochs_per_s(plan: Plan) -> int | None:
    """Epochs a second at which to watch a run: one, or more of many; None where it is slow enough."""
    if plan.seconds >= TOO_SHORT_TO_WATCH_S:
        return None
    return max(1, round(plan.total_steps / plan.steps_per_epoch / LONGEST_WATCH_S))


def pace(plan: Plan) -> float | None:
    """The same in updates a second."""
    epochs = epochs_per_s(plan)
    return None if epochs is None else float(epochs * plan.steps_per_epoch)
