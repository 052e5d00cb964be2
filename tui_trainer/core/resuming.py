"""Which runs can go on, and what their next attempt is asked: the same in the app and on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_trainer.core import liveness
from tui_trainer.core.control import Change
from tui_trainer.core.edits import EditRefused, changed
from tui_trainer.core.events import EPOCHS
from tui_trainer.core.liveness import ENDS, State
from tui_trainer.core.lock import is_locked
from tui_trainer.core.rundir import RunDir
from tui_trainer.core.text import plain

if TYPE_CHECKING:
    from tui_trainer.core.history import History
    from tui_trainer.core.recipe import Recipe


class NotResumable(Exception):
    """A run cannot go on, or not so; the text is one sentence for the user."""


def check(run: RunDir, history: History, state: State, now: float) -> None:
    """Whether it is paused or another worker may begin. Raises NotResumable.

    A run that trains, or may train elsewhere, needs none; a loop of one's own that ended has none.
    """
    name = plain(run.id)
    if state == "unknown" and not _ended_with_the_machine(run, history):
        heard = liveness.describe(run, history, now)
        raise NotResumable(f"{name}: {heard}, where its worker may be at work: resume it there")
    if state not in ENDS and state not in ("paused", "unknown"):
        raise NotResumable(f"{name} is {state}: it needs no resuming")
    if state != "paused" and _is_own_loop(run):
        raise NotResumable(f"{name} logs a loop of its own: its script, started again, makes a new run")


def _is_own_loop(run: RunDir) -> bool:
    try:
        return run.own_loop() is not None
    except (OSError, ValueError):
        return False  # said where the recipe is read


def _ended_with_the_machine(run: RunDir, history: History) -> bool:
    """Whether the run is of an earlier boot of this very machine, and nobody has it now."""
    started = history.started
    is_earlier_boot = (
        started is not None and started.host == liveness.host() and started.boot_id != liveness.boot_id()
    )
    return is_earlier_boot and is_locked(run) is False


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
