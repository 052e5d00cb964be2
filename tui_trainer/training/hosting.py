"""Several runs in one worker: whose turn it is. One run is the usual case."""

import time
import traceback
from collections.abc import Callable, Generator, Iterable
from contextlib import suppress
from dataclasses import dataclass
from time import perf_counter

import torch

from tui_trainer.core.events import Phase
from tui_trainer.core.recipe import Recipe
from tui_trainer.core.rundir import RunDir
from tui_trainer.training.assembly import assemble
from tui_trainer.training.compiled import wait_until_compiled
from tui_trainer.training.loop import update
from tui_trainer.training.session import EPOCH_IS_OVER, live
from tui_trainer.training.stop_sign import StopSign

ROUND_S = 0.5
"""All take a turn in about this time, even where epochs take long: each has to hear and to be heard of."""


@dataclass
class _Turn:
    """A run's place in the round. Threads are the process's: each run finds the number that it left."""

    run: RunDir
    training: Generator[float, None, Phase]
    threads: int
    due_at: float = 0.0

    def take(self, until: float) -> None:
        """Let the run go on to the end of its epoch, until a time, or to where it wants to be left alone.

        Raises StopIteration when it has ended.
        """
        if torch.get_num_threads() != self.threads:
            torch.set_num_threads(self.threads)
        now = 0.0
        while now < until:
            self.due_at = next(self.training)
            now = perf_counter()
            if self.due_at > now or self.due_at == EPOCH_IS_OVER:
                break
        self.threads = torch.get_num_threads()


def host(
    runs: Iterable[RunDir],
    stop_sign: StopSign,
    *,
    at_once: int | None = None,
    limit_s: float | None = None,
    ended: Callable[[RunDir], object] = lambda _run: None,
) -> bool:
    """Train ``runs``, an epoch of each in turn; whether none failed.

    The caller holds the lock of each run from when ``runs`` gives it until ``ended`` is told of it. Of many
    runs ``at_once`` take turns, and the next is asked for when one has ended. ``limit_s`` is the active time
    of a run. A run that fails ends alone.
    """
    waiting, turns, none_failed = iter(runs), list[_Turn](), True
    while True:
        while at_once is None or len(turns) < at_once:
            run = next(waiting, None)
            if run is None:
                break
            turns.append(_Turn(run, live(run, stop_sign, limit_s), torch.get_num_threads()))
        if not turns:
            return none_failed
        wait_until_compiled()
        now = perf_counter()
        for turn in [turn for turn in turns if turn.due_at <= now]:
            try:
                turn.take(perf_counter() + ROUND_S / len(turns))
                continue
            except StopIteration as end:
                none_failed &= end.value != "failed"
            except Exception:  # its log cannot be written, so worker.log must tell
                with suppress(OSError):  # which a full disk does not take either
                    traceback.print_exc()
                none_failed = False
            turns.remove(turn)
            ended(turn.run)
        wait_s = min((turn.due_at for turn in turns), default=0.0) - perf_counter()
        if wait_s > 0:
            time.sleep(wait_s)


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
