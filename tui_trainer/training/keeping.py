"""Which checkpoints of a run are made, when, and how many stay; which one a run goes on from."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from math import inf
from time import perf_counter
from typing import Any

from torch.optim import Optimizer

from tui_trainer.core.checkpoint_files import CheckpointRefused, nearest_best, path_of, saved_steps
from tui_trainer.core.edits import EditRefused
from tui_trainer.core.rundir import RunDir
from tui_trainer.training import checkpoint
from tui_trainer.training.aside import Aside
from tui_trainer.training.assembly import Trainee
from tui_trainer.training.changes import change
from tui_trainer.training.checkpoint import State
from tui_trainer.training.recording import Recorder

COSTS_BETWEEN = 200
"""Between two checkpoints passes this many times what one costs: at most half a percent of the speed."""

FIRST_COST_S = 0.01
"""What one is taken to cost before the first was made."""

MAX_FILES = 16
MAX_BYTES = 500 * 2**20
"""What is kept, but for those that stay however large they are, see `surplus`."""


class Keeper:
    """Saves the checkpoints of one run: copies them from the training, and writes them beside it."""

    def __init__(self, run: RunDir) -> None:
        self._run = run
        self._every_s = inf
        self._cost_s = FIRST_COST_S
        self._saved_at = perf_counter()
        self._writing: Aside[float] | None = None
        for draft in run.checkpoints.glob(".step-*"):  # what a worker that died left unfinished
            draft.unlink()

    def begin(self, every_s: float) -> None:
        """Training begins here: what is known now need not be saved. ``every_s``: so much may be lost."""
        self._every_s, self._saved_at = every_s, perf_counter()

    def is_due(self, *, at_epoch_end: bool) -> bool:
        """Whether one is worth its cost now: at every epoch's end, and in a long epoch by time."""
        since_s = perf_counter() - self._saved_at
        return since_s >= COSTS_BETWEEN * self._cost_s and (at_epoch_end or since_s >= self._every_s)

    def save(self, trainee: Trainee, record: Recorder) -> None:
        """Begin to save where the training stands, between two steps; ``settle`` tells what came of it.

        The one before is settled. Raises OSError where the log takes nothing, or what ``flush`` does.
        """
        began = perf_counter()
        record.flush()
        record.write_all()
        state, best_step = checkpoint.copied(captured(trainee, record)), trainee.selection.best_step
        self._saved_at = perf_counter()
        self._writing = Aside(partial(self._write, state, best_step, record.sync, self._saved_at - began))

    @property
    def has_news(self) -> bool:
        """Whether one is written, or could not be, and is not settled."""
        return self._writing is not None and self._writing.is_done()

    def settle(self) -> bool:
        """Wait for what is being written; False where nothing was. Raises OSError where it could not be."""
        writing, self._writing = self._writing, None
        if writing is None:
            return False
        try:
            self._cost_s = writing.result()
        finally:
            self._saved_at = perf_counter()
        return True

    def _write(self, state: State, best_step: int, sync: Callable[[], None], copied_s: float) -> float:
        """Write it; returns the seconds that it took in all."""
        began = perf_counter()
        checkpoint.write(state, path_of(self._run, state.step), before_it_counts=sync)
        sizes = {step: path_of(self._run, step).stat().st_size for step in saved_steps(self._run)}
        for step in surplus(sizes, best_step):
            path_of(self._run, step).unlink(missing_ok=True)
        return copied_s + perf_counter() - began


def surplus(sizes: Mapping[int, int], best_step: int) -> list[int]:
    """Which checkpoints to drop so that the others fit and lie evenly over the training.

    ``sizes`` are bytes by step, ``best_step`` is where validation was best. Never dropped are the last two
    (the one before serves where the last is damaged), and the one that lets a fork go on from the best: the
    weights that were best are in every checkpoint since, but not what the optimizer was then.
    """
    steps, dropped = sorted(sizes), []
    best = nearest_best(steps, best_step)
    while len(steps) > MAX_FILES or sum(sizes[step] for step in steps) > MAX_BYTES:
        gaps = {
            step: after - before
            for before, step, after in zip([0, *steps], steps, steps[1:-1], strict=False)
            if step != best
        }
        if not gaps:
            break
        dropped.append(min(gaps, key=gaps.__getitem__))
        steps.remove(dropped[-1])
    return dropped


def captured(trainee: Trainee, record: Recorder) -> State:
    """All that the training is now."""
    return State(
        step=record.step,
        network=trainee.network.state_dict(),
        optimizer={"kind": trainee.recipe.optimizer.kind, **trainee.optimizer.state_dict()},
        selection={"by": _measure(trainee), **trainee.selection.state_dict()},
        seconds=record.seconds,
        settings=trainee.changes,
    )


def newest_sound(run: RunDir) -> tuple[State | None, list[str]]:
    """What a run goes on from, and a sentence about each later checkpoint that was refused.

    Those get another name, so that nobody asks them again. The caller holds the lock of ``run``.
    """
    refused: list[str] = []
    for step in reversed(saved_steps(run)):
        path = path_of(run, step)
        try:
            return checkpoint.read(path), refused
        except CheckpointRefused as error:
            refused.append(str(error))
            path.rename(path.with_name(f"{path.name}.refused"))
    return None, refused


def _measure(trainee: Trainee) -> str:
    """What has to be the same for a best value to be comparable."""
    recipe = trainee.recipe
    return f"{recipe.training.select_by} of {recipe.data!r} by {recipe.loss!r}"


def restore(state: State, trainee: Trainee) -> None:
    """Make ``trainee`` what it was, as far as its recipe still is that of then: a fork may have another.

    A new optimizer starts afresh; the best weights count where they were chosen by the same measure. Raises
    CheckpointRefused when the network is of another shape.
    """
    try:
        for key, value in state.settings.items():
            with suppress(EditRefused):  # a fork may have left that part out
                change(trainee, key, value)
        trainee.network.load_state_dict(dict(state.network))
        if state.optimizer["kind"] == trainee.recipe.optimizer.kind:
            _restore_optimizer(trainee.optimizer, state.optimizer)
        if state.selection["by"] == _measure(trainee):
            trainee.selection.load_state_dict(state.selection)
    except (RuntimeError, ValueError, KeyError, TypeError) as error:
        raise CheckpointRefused(
            f"the checkpoint at step {state.step} does not fit the recipe: {error}"
        ) from error


def _restore_optimizer(optimizer: Optimizer, saved: Mapping[str, Any]) -> None:
    """What it remembers of the gradients comes from ``saved``, how it uses that from the recipe."""
    chosen = [
        {key: value for key, value in group.items() if key != "params"} for group in optimizer.param_groups
    ]
    optimizer.load_state_dict({"state": saved["state"], "param_groups": saved["param_groups"]})
    for group, settings in zip(optimizer.param_groups, chosen, strict=True):
        group.update(settings)
