"""A new run that goes on from a checkpoint of another one: its past is the parent's, its future its own."""

import shutil
from collections.abc import Sequence

from tui_trainer.core import control, rundir
from tui_trainer.core.checkpoint_files import CheckpointRefused, contents, path_of, saved_steps
from tui_trainer.core.control import WHATEVER_ATTEMPT, Change
from tui_trainer.core.edits import LIVE_SETTINGS, in_force, value_of
from tui_trainer.core.events import ENDED, AnyEvent, Edited, Evaluated, Finished, Note, PhaseChanged
from tui_trainer.core.recipe import Recipe
from tui_trainer.core.rundir import RunDir
from tui_trainer.core.runlog import LogReader, LogWriter


class NoSuchCheckpoint(LookupError):
    """A run has no checkpoint there; the text is one sentence for the user."""


def checkpoint_at(parent: RunDir, step: int | None) -> int:
    """``step``, or the last that has a checkpoint. Raises NoSuchCheckpoint, also for a damaged one."""
    steps = saved_steps(parent)
    if not steps:
        raise NoSuchCheckpoint("it has no checkpoint yet: there is nothing to go on from")
    chosen = steps[-1] if step is None else step
    if chosen not in steps:
        raise NoSuchCheckpoint(f"no checkpoint at step {chosen}; there are {', '.join(map(str, steps))}")
    try:
        contents(path_of(parent, chosen))
    except CheckpointRefused as error:
        before = max((each for each in steps if each < chosen), default=None)
        offer = "there is none before it" if before is None else f"the one before is at step {before}"
        raise NoSuchCheckpoint(f"{error}; {offer}") from error
    return chosen


def fork(parent: RunDir, recipe: Recipe, step: int, edits: Sequence[Edited]) -> RunDir:
    """A run that is to go on from ``parent`` at ``step`` with ``recipe``; no worker is started.

    ``edits`` are what was changed in the parent. What ``recipe`` has otherwise than the parent's comes as a
    change at ``step``, so that an edit of the parent does not hide it. Raises OSError or RunLogError.
    """
    child = rundir.create(recipe)
    child.checkpoints.mkdir(mode=0o700)
    shutil.copyfile(path_of(parent, step), path_of(child, step))
    if parent.pictures.exists():
        shutil.copyfile(parent.pictures, child.pictures)
    _tell_its_past(parent, child, step)
    was, then = parent.recipe(), in_force(parent.recipe(), [edit for edit in edits if edit.step <= step])
    for key in LIVE_SETTINGS:
        wanted = value_of(recipe, key)
        if wanted is not None and wanted not in (value_of(was, key), value_of(then, key)):
            control.send(child, Change(attempt=WHATEVER_ATTEMPT, setting=key, value=wanted, at_step=step))
    return child


def _tell_its_past(parent: RunDir, child: RunDir, step: int) -> None:
    """All the parent said but how it ended; the worker cuts what came after ``step``."""
    reader, last, more = LogReader(parent.events), 0, True
    elapsed_s = 0.0
    with LogWriter(child.events) as log:
        while more:
            batch = reader.read_new()
            for event in batch.events:
                if not _is_of_the_end(event):
                    log.append(event)
                    last, elapsed_s = event.attempt, event.elapsed_s
            more = batch.more
        text = f"forked from {parent.id} at step {step}"
        log.append(Note(attempt=last, elapsed_s=elapsed_s, step=step, text=text))


def _is_of_the_end(event: AnyEvent) -> bool:
    match event:
        case PhaseChanged(phase=phase):
            return phase in ENDED
        case Evaluated(split=split):
            return split == "test"
        case _:
            return isinstance(event, Finished)
