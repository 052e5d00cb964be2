"""What makes a run once more, also one that was changed on its way."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from tui_trainer.core.control import WHATEVER_ATTEMPT, Change, ControlReader, send
from tui_trainer.core.edits import LIVE_SETTINGS, EditRefused, changed, in_force, parse
from tui_trainer.core.estimate import steps_per_epoch
from tui_trainer.core.events import EPOCHS
from tui_trainer.core.facts import facts
from tui_trainer.core.recipe import Recipe
from tui_trainer.core.rundir import RunDir
from tui_trainer.core.text import plain

if TYPE_CHECKING:  # numpy is not needed to read a line that was typed
    from tui_trainer.core.history import History


def as_computed(recipe: Recipe, numerics: Mapping[str, Any]) -> Recipe:
    """``recipe`` with the device and the threads that it was given: with them, bits agree on a CPU."""
    training = recipe.training
    given = {
        name: numerics[name]
        for name in ("device", "threads")
        if name in numerics and getattr(training, name) == "auto"
    }
    return recipe.model_copy(update={"training": training.model_copy(update=given)})


def planned(setting: str, value: float, step: int) -> Change:
    """A change that is to come at ``step``, whichever attempt comes there."""
    return Change(attempt=WHATEVER_ATTEMPT, setting=setting, value=value, at_step=step)


def changes_of(run: RunDir, history: "History") -> tuple[Change, ...]:
    """What was changed in ``run``, by step, and what is planned for steps that it has not come to."""
    made = [planned(edit.setting, edit.value, edit.step) for edit in history.edits]
    asked = ControlReader(run.control, WHATEVER_ATTEMPT).poll()
    to_come = [each for each in asked if isinstance(each, Change) and each.at_step > history.step]
    return in_order([*made, *to_come])


def why_not_from_the_start(run: RunDir) -> str:
    """A sentence where its recipe and changes make no such run, as of some forks; empty where they do.

    Raises OSError.
    """
    parent = run.parent
    if parent is None or parent.is_repeatable:
        return ""
    return plain(f"{run.id} was {parent} with another recipe: from the start, its recipe makes another run")


def in_order(changes: Iterable[Change]) -> tuple[Change, ...]:
    """``changes`` by step; of a setting that is changed several times at one step the last."""
    last = {(change.at_step, change.setting): change for change in changes}
    return tuple(sorted(last.values(), key=lambda change: change.at_step))


@lru_cache(maxsize=16)
def fitting(recipe: Recipe, changes: tuple[Change, ...]) -> tuple[Change, ...]:
    """Those of ``changes`` (by step) that ``recipe`` can take, one after the other."""
    taken = []
    for change in changes:
        try:
            recipe = changed(recipe, change.setting, change.value)
        except EditRefused:
            continue
        taken.append(change)
    return tuple(taken)


def send_all(run: RunDir, changes: Iterable[Change]) -> None:
    """Have ``run`` changed so on its way. Raises OSError."""
    for change in changes:
        send(run, change)


# As typed


def said(change: Change) -> str:
    """``lr=0.01@300``, as `read` reads it."""
    name = LIVE_SETTINGS[change.setting].lower()
    number = repr(float(change.value)).removesuffix(".0")
    return f"{name}={number}@{change.at_step}"


def read(text: str) -> Change:
    """The change that ``lr=0.01@300`` asks for. Raises EditRefused."""
    what, at, where = text.rpartition("@")
    setting, is_set, value = what.partition("=")
    if not (at and is_set and setting.strip() and where.strip().isdecimal()):
        raise EditRefused("must be SETTING=VALUE@STEP, such as lr=0.01@300")
    key, number = parse(f"{setting}={value}")
    return planned(key, number, int(where))


def refuse_wrong(
    recipe: Recipe, changes: Sequence[Change], given: Sequence[Change] = (), done: int = 0
) -> None:
    """Raises EditRefused where ``recipe`` cannot be changed so after ``done`` steps, a sentence a change.

    ``given`` are changed as well, as far as they can be. A step after the last would never come.
    """
    per_epoch, wrong = steps_per_epoch(recipe, facts(recipe.data)), []
    for change in in_order([*given, *changes]):
        end = recipe.training.epochs * per_epoch
        try:
            if change.at_step > end:
                raise EditRefused(f"the run ends after {end:,} steps")
            if change.at_step < done:
                raise EditRefused(f"it goes on from step {done:,}")
            if change.setting == EPOCHS and change.value * per_epoch <= change.at_step:
                raise EditRefused(f"{change.at_step / per_epoch:g} epochs are trained by then")
            recipe = changed(recipe, change.setting, change.value)
        except EditRefused as error:
            if change in changes:
                wrong.append(f"--change {said(change)}: {error}")
    if wrong:
        raise EditRefused("\n".join(wrong))


def in_force_at(recipe: Recipe, changes: Iterable[Change], step: int) -> Recipe:
    """``recipe`` as ``changes`` (by step) have left it after those at ``step``."""
    return in_force(recipe, (change for change in changes if change.at_step <= step))
