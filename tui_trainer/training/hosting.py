"""Several runs in one worker: whose turn it is. One run is the usual case."""

import time
import traceback
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from time import perf_counter

import torch

from tui_trainer.core.events import Phase
from tui_trainer.core.recipe import Recipe
from tui_trainer.core.rundir import RunDir
from tui_trainer.training.assembly import assemble
from tui_trainer.training.loop import update
from tui_trainer.training.session import live
from tui_trainer.training.stop_sign import StopSign


@dataclass
class _Turn:
    """A run's place in the round. Threads are the process's: each run finds the number that it left."""

    run: Generator[float, None, Phase]
    threads: int
    due_at: float = 0.0

    def take(self) -> None:
        """Let the run go on to where it wants to be left alone. Raises StopIteration when it has ended."""
        if torch.get_num_threads() != self.threads:
            torch.set_num_threads(self.threads)
        self.due_at = next(self.run)
        self.threads = torch.get_num_threads()


def host(runs: Sequence[RunDir], stop_sign: StopSign) -> bool:
    """Train ``runs``, whose locks the caller holds, a step of each in turn; whether none failed.

    A run that fails ends alone.
    """
    turns = [_Turn(live(run, stop_sign), torch.get_num_threads()) for run in runs]
    none_failed = True
    while turns:
        now = perf_counter()
        for turn in [turn for turn in turns if turn.due_at <= now]:
            try:
                turn.take()
            except StopIteration as end:
                none_failed &= end.value != "failed"
                turns.remove(turn)
            except Exception:  # its log cannot be written, so worker.log must tell
                traceback.print_exc()
                none_failed = False
                turns.remove(turn)
        wait_s = min((turn.due_at for turn in turns), default=0.0) - perf_counter()
        if wait_s > 0:
            time.sleep(wait_s)
    return none_failed


def warm_up() -> None:
    """Make one step of the default recipe, so that the first step of a real run finds everything loaded.

    No accelerator is claimed.
    """
    torch.set_num_threads(1)
    recipe = Recipe()
    on_cpu = recipe.training.model_copy(update={"device": "cpu"})
    trainee = assemble(recipe.model_copy(update={"training": on_cpu}))
    for _ in update(trainee, torch.arange(trainee.batch_size), step=1):
        pass
    for _ in trainee.evaluator.measure(trainee.data.validation_x, trainee.data.validation_y):
        pass
