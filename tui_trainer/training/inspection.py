"""A worker that looks at a run and trains nothing: it answers questions from its checkpoints.

It has lock, control file and logs of its own, in the run's folder ``inspection``; nothing else is written.
"""

from time import perf_counter, sleep

import torch

from tui_trainer.core.checkpoint_files import CheckpointRefused, path_of, saved_steps
from tui_trainer.core.control import Ask, ControlReader, Stop
from tui_trainer.core.rundir import RunDir
from tui_trainer.core.text import plain
from tui_trainer.training import checkpoint
from tui_trainer.training.assembly import Trainee, assemble
from tui_trainer.training.attempts import next_attempt
from tui_trainer.training.inside.insight import Insight
from tui_trainer.training.keeping import restore
from tui_trainer.training.reasons import MAX_REASON
from tui_trainer.training.recording import Recorder
from tui_trainer.training.stop_sign import StopSign

LOOK_S = 0.02
"""How often it looks for questions."""
IDLE_S = 60.0
"""Nobody asked for so long: it ends, and the next question starts another."""


def inspect(run: RunDir, stop_sign: StopSign) -> bool:
    """Answer what is asked of ``run`` until nobody asks any more; whether that could be done.

    The caller holds the lock of ``run.inspection``.
    """
    own = run.inspection
    record = Recorder(own, next_attempt(own))
    try:
        record.enter("loading")
        try:
            inspected = _Inspected(run, record)
        except Exception as error:
            why = str(error) or type(error).__name__
            record.enter("failed", plain(why, limit=MAX_REASON))
            return False
        record.enter("paused")
        _attend(inspected, record, stop_sign)
        record.enter("stopped")
        return True
    finally:
        record.close()


def _attend(inspected: "_Inspected", record: Recorder, stop_sign: StopSign) -> None:
    control = ControlReader(record.run.control, record.attempt)
    asked_at = perf_counter()
    while not stop_sign.is_up and perf_counter() - asked_at < IDLE_S:
        for request in control.poll():
            match request:
                case Stop():
                    return
                case Ask():
                    asked_at = perf_counter()
                    inspected.answer(request, stop_sign)
                case _:
                    pass  # nothing trains here
        record.tick()
        sleep(LOOK_S)


class _Inspected:
    """The network of a run as one of its checkpoints has it."""

    def __init__(self, run: RunDir, record: Recorder) -> None:
        """Raises CheckpointRefused, and what `assemble` does."""
        torch.set_num_threads(1)
        recipe = run.recipe()
        on_cpu = recipe.training.model_copy(update={"device": "cpu"})
        self._run, self._record = run, record
        self._trainee: Trainee = assemble(recipe.model_copy(update={"training": on_cpu}))
        self._step: int | None = None
        self._insight = Insight(record)

    def answer(self, asked: Ask, stop_sign: StopSign) -> None:
        try:
            self._turn_to(asked.at_step)
        except CheckpointRefused as error:
            self._record.not_answered(asked.id, plain(str(error), limit=MAX_REASON))
            return
        self._insight.ask(asked)
        for _ in self._insight.attend(self._trainee):
            self._record.tick()
            if stop_sign.is_up:
                return

    def _turn_to(self, step: int | None) -> None:
        """Have the weights of a checkpoint, the last one where none is named. Raises CheckpointRefused."""
        steps = saved_steps(self._run)
        if not steps:
            raise CheckpointRefused("no checkpoint of this run is left: there is nothing to look into")
        step = steps[-1] if step is None else step
        if step not in steps:
            raise CheckpointRefused(f"there is no checkpoint at step {step:,}")
        if step != self._step:
            restore(checkpoint.read(path_of(self._run, step)), self._trainee)
            self._step = self._record.step = step
