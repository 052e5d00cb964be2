"""What the app asks of the runs it starts: to be slow enough to watch."""

from tui_trainer.core.estimate import Plan

FIRST_ATTEMPT = 1
"""Requests name the attempt they are for; a run that the app has just made has had no other."""

TOO_SHORT_TO_WATCH_S = 15.0
"""A run that would be over sooner is paced."""


def pace(plan: Plan) -> float | None:
    """Updates a second at which to watch a run: an epoch a second; None where it is slow enough."""
    return float(plan.steps_per_epoch) if plan.seconds < TOO_SHORT_TO_WATCH_S else None
