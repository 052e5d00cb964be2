"""A new run that goes on from a checkpoint of another one: its past is the parent's, its future its own."""

import shutil
import time
from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeAlias

import msgspec

from tui_trainer.core import liveness, rundir
from tui_trainer.core.architectures import layer_table
from tui_trainer.core.checkpoint_files import (
    CheckpointRefused,
    contents,
    nearest_best,
    path_of,
    saved_steps,
)
from tui_trainer.core.compose import Choices, compose
from tui_trainer.core.control import Change
from tui_trainer.core.edits import LIVE_SETTINGS, EditRefused, changed, value_of
from tui_trainer.core.estimate import steps_per_epoch
from tui_trainer.core.events import (
    ENDING,
    EPOCHS,
    AnyEvent,
    Evaluated,
    Finished,
    Note,
    PhaseChanged,
    Resumed,
    RunStarted,
)
from tui_trainer.core.facts import facts
from tui_trainer.core.layering import leaves
from tui_trainer.core.layers import Layer
from tui_trainer.core.parentage import Parent
from tui_trainer.core.presets import Library
from tui_trainer.core.recipe import Recipe
from tui_trainer.core.repeating import as_computed, fitting, in_force_at, in_order, planned, send_all
from tui_trainer.core.rules import check
from tui_trainer.core.rundir import RunDir
from tui_trainer.core.runlog import LogReader, LogWriter
from tui_trainer.core.validation import RecipeError

At: TypeAlias = int | Literal["best", "last"]
"""Which checkpoint: that at a step, the last, or the one nearest to the best evaluation."""


class ForkRefused(ValueError):
    """A run cannot be forked so; the text is one sentence for the user."""


def checkpoint_at(parent: RunDir, at: At, best_step: int | None = None) -> int:
    """The step of the checkpoint that ``at`` means; the best one is the first from ``best_step`` on.

    Raises ForkRefused where there is none, or where it is damaged.
    """
    steps = saved_steps(parent)
    if not steps:
        raise ForkRefused("it has no checkpoint yet: there is nothing to go on from")
    if at == "best":
        if best_step is None:
            raise ForkRefused("it has no evaluation that is the best: name a step")
        nearest = nearest_best(steps, best_step)
        step = steps[-1] if nearest is None else nearest
    else:
        step = steps[-1] if at == "last" else at
    if step not in steps:
        raise ForkRefused(f"no checkpoint at step {step}; there are {', '.join(map(str, steps))}")
    try:
        contents(path_of(parent, step))
    except CheckpointRefused as error:
        before = [other for other in steps if other < step]
        remedy = f"the one before is at step {before[-1]}" if before else "there is none before it"
        raise ForkRefused(f"{error}; {remedy}") from None
    return step


def recipe_at(parent: RunDir, changes: Sequence[Change], step: int) -> Recipe:
    """What ``parent`` trained with after ``step``, ``changes`` (by step) being all that was changed in it.

    Raises OSError or ValueError where its record cannot be read.
    """
    return in_force_at(as_computed(parent.recipe(), parent.numerics()), changes, step)


def chosen(then: Recipe, choices: Choices) -> Recipe:
    """``then`` with what ``choices`` say. Raises ForkRefused for what is not to be had or does not fit."""
    try:
        recipe = compose(Library.load(), choices, then).recipe
    except RecipeError as error:
        raise ForkRefused("; ".join(str(problem) for problem in error.problems)) from None
    for finding in check(recipe, facts(recipe.data)):
        if finding.severity == "refused":
            raise ForkRefused(f"{finding.part}: {finding.reason.rstrip('.')}; {finding.suggestion}")
    return recipe


def refuse_other_network(then: Recipe, recipe: Recipe) -> None:
    """Raises ForkRefused where the weights of ``then`` are not of the shapes that ``recipe`` needs."""
    known, wanted = facts(then.data), facts(recipe.data)
    ours, theirs = _weights(layer_table(then, known)), _weights(layer_table(recipe, wanted))
    if ours == theirs:
        return
    for noun, had, has in (
        ("inputs", known.num_inputs, wanted.num_inputs),
        ("classes", len(known.classes), len(wanted.classes)),
    ):
        if had != has:
            raise ForkRefused(
                f"{recipe.data.kind} has {has or 'no'} {noun} and {then.data.kind} {had or 'none'}: "
                "a fork goes on with the same network, which would not fit"
            )
    name = next(name for name in (*theirs, *ours) if ours.get(name) != theirs.get(name))
    raise ForkRefused(
        f"layer {name} {_difference(ours.get(name), theirs.get(name))}: "
        "a fork goes on with the same weights, so that their shapes have to stay"
    )


_Shapes: TypeAlias = tuple[object, ...]


def _weights(table: Sequence[Layer]) -> dict[str, _Shapes]:
    """What is learned in each layer, by its name."""
    return {layer.name: _shape(layer) for layer in table if layer.parameters}


def _shape(layer: Layer) -> _Shapes:
    return layer.kind, layer.input_shape[0], layer.output_shape[0], layer.kernel, layer.has_projection


def _difference(had: _Shapes | None, wanted: _Shapes | None) -> str:
    if had is None or wanted is None:
        return "would be new" if had is None else "would be gone"
    return f"would have {wanted[1]} inputs and {wanted[2]} outputs in place of {had[1]} and {had[2]}"


def fork(
    parent: RunDir, recipe: Recipe, step: int, changes: Sequence[Change], later: Sequence[Change] = ()
) -> RunDir:
    """A run that is to go on from ``parent`` at ``step`` with ``recipe``; no worker is started.

    ``changes`` (by step) are all that was changed in the parent. What ``recipe`` has otherwise than
    `recipe_at` says is changed at ``step``; what the parent changed after it is changed in the fork as well,
    unless the fork has another value for it. ``later`` comes on top. Raises ForkRefused, OSError or
    RunLogError.
    """
    began = as_computed(parent.recipe(), parent.numerics())
    then, recipe = in_force_at(began, changes, step), as_computed(recipe, parent.numerics())
    refuse_other_network(then, recipe)
    wanted = {
        key: value_of(recipe, key) for key in LIVE_SETTINGS if value_of(recipe, key) != value_of(then, key)
    }
    at_fork = [planned(key, value or 0.0, step) for key, value in wanted.items()]
    repeated = [
        change for change in changes if change.at_step > step and _stays(change.setting, wanted, then, recipe)
    ]
    end = recipe.training.epochs * steps_per_epoch(recipe, facts(recipe.data))
    if step >= end and not any(change.setting == EPOCHS for change in (*repeated, *later)):
        raise ForkRefused(
            f"{recipe.training.epochs} epochs end at step {end:,} and this is step {step:,}: "
            "ask for more epochs, or for an earlier checkpoint"
        )
    is_live = _is_change_of(then, recipe, at_fork)
    if not is_live:  # its own recipe has them; what was changed before comes with the checkpoint
        was_changed = {change.setting for change in changes if change.at_step <= step}
        at_fork = [change for change in at_fork if change.setting in was_changed]
        if EPOCHS not in wanted:  # the schedule of the learning rate is drawn over those of the beginning
            recipe = changed(recipe, EPOCHS, began.training.epochs)
    grandparent = parent.parent
    child = rundir.create(
        parent.recipe() if is_live else recipe,
        parent=Parent(parent.id, step, is_live and (grandparent is None or grandparent.is_repeatable)),
    )
    try:
        if is_live and (numerics := parent.numerics()):
            rundir.append_numerics(child, numerics)
        child.checkpoints.mkdir(mode=0o700)
        shutil.copyfile(path_of(parent, step), path_of(child, step))
        if parent.pictures.exists():
            shutil.copyfile(parent.pictures, child.pictures)
        _tell_its_past(parent, child, step)
        send_all(child, fitting(recipe, in_order([*at_fork, *repeated, *later])))
    except BaseException:
        shutil.rmtree(child.path, ignore_errors=True)
        raise
    return child


def _is_change_of(then: Recipe, recipe: Recipe, at_fork: Sequence[Change]) -> bool:
    """Whether ``recipe`` is ``then`` after changes that a run can make while it trains.

    More epochs are more than that where they stretch the schedule of the learning rate.
    """
    if then.optimizer.schedule.kind != "constant" and any(change.setting == EPOCHS for change in at_fork):
        return False
    for change in at_fork:
        try:
            then = changed(then, change.setting, change.value)
        except EditRefused:
            return False
    return _without_idle_penalties(then) == _without_idle_penalties(recipe)


def _without_idle_penalties(recipe: Recipe) -> Mapping[str, Any]:
    """All settings; a penalty of strength 0 is none."""
    said = leaves(recipe.model_dump(exclude={"name"}, exclude_none=True))
    penalties = ("regularization", "regularization.l1.strength", "regularization.l2.strength")
    return {key: value for key, value in said.items() if value or key not in penalties}


def _stays(setting: str, wanted: Mapping[str, float | None], then: Recipe, recipe: Recipe) -> bool:
    """Whether a fork leaves a setting as its parent has it."""
    is_of_another = setting.startswith("optimizer.") and then.optimizer.kind != recipe.optimizer.kind
    return setting not in wanted and not is_of_another


def _tell_its_past(parent: RunDir, child: RunDir, step: int) -> None:
    """All the parent said up to ``step``, as if it had begun here and now, and that a worker is to come."""
    here = {"host": liveness.host(), "boot_id": liveness.boot_id(), "started_at": time.time()}
    reader, last, more = LogReader(parent.events), 0, True
    elapsed_s = 0.0
    with LogWriter(child.events) as log:
        while more:
            batch = reader.read_new()
            for event in batch.events:
                if _is_of_the_end(event):
                    continue
                if isinstance(event, RunStarted):
                    event = msgspec.structs.replace(event, **here)
                elif isinstance(event, Evaluated) and event.step <= step:
                    elapsed_s = event.elapsed_s
                log.append(event)
                last = event.attempt
            more = batch.more
        text = str(Parent(parent.id, step))
        log.append(Resumed(attempt=last, elapsed_s=elapsed_s, at_step=step))
        log.append(Note(attempt=last, elapsed_s=elapsed_s, step=step, text=text))
        log.append(PhaseChanged(attempt=last, elapsed_s=elapsed_s, step=step, phase="loading"))


def _is_of_the_end(event: AnyEvent) -> bool:
    match event:
        case PhaseChanged(phase=phase):
            return phase in ENDING
        case Evaluated(split=split):
            return split == "test"
        case _:
            return isinstance(event, Finished)
