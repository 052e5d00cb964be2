"""Which runs can go on, and what their next attempt is asked: the same in the app and on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_trainer.core import liveness
from tui_trainer.core.control import Change
from tui_trainer.core.edits import EditRefused, changed
from tui_trainer.core.events import EPOCHS
from tui_trainer.core.liveness import ENDS, State
from tui_trainer.core.rundir import RunDir
from tui_trainer.core.text import plain

if TYPE_CHECKING:
    from tui_trainer.core.history import History
    from tui_trainer.core.recipe import Recipe


class NotResumable(Exception):
    """A run cannot go on, or not so; the text is one sentence for the user."""


def check(run: RunDir, history: History, state: State, now: float) -> None:
    """Whether it is paused, or another worker may begin. Raises NotResumable.

    A run that trains, or may train elsewhere, needs none; a loop of one's own that ended has none.
    """
    name = plain(run.id)
    if state == "unknown":
        heard = liveness.describe(run, history, now)
        raise NotResumable(f"{name}: {heard}, where its worker may be at work: resume it there")
    if state == "stalled":
        raise NotResumable(f"{name} has a worker that makes no progress: tui-trainer stop {name} first")
    if state not in ENDS and state not in ("paused", "queued"):
        raise NotResumable(f"{name} is {state}: it needs no resuming")
    if state == "paused" and liveness.describe(run, history, now) == f"paused: {liveness.DISK_IS_FULL}":
        raise NotResumable(f"{name} waits because {liveness.DISK_IS_FULL}: it goes on once there is room")
    if state != "paused" and _is_own_loop(run):
        raise NotResumable(f"{name} logs a loop of its own: its script, started again, makes a new run")


def _is_own_loop(run: RunDir) -> bool:
    try:
        return run.own_loop() is not None
    except (OSError, ValueError):
        return False  # said where the recipe is read


def next_attempt(history: History) -> int:
    """The number that the next start of a worker has."""
    return history.attempt + 1


def more_epochs(recipe: Recipe, history: History, epochs: float, attempt: int) -> Change:
    """The request for so many epochs in all. Raises NotResumable where they are too few, or no number."""
    try:
        changed(recipe, EPOCHS, epochs)
    except EditRefused as error:
        raise NotResumable(plain(str(error))) from None
    done = history.epoch_of(history.step)
    if epochs <= done:
        raise NotResumable(f"{epochs:g} epochs in all are too few: {done:g} were trained already")
    return Change(attempt=attempt, setting=EPOCHS, value=epochs)
