"""Runs trained in this process, by the code that a worker's process runs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import pytest
from numpy.typing import NDArray

from tui_trainer.core import history, rundir
from tui_trainer.core.events import AnyEvent, Event
from tui_trainer.core.history import History
from tui_trainer.core.lock import WorkerLock
from tui_trainer.core.recipe import Recipe
from tui_trainer.core.rundir import RunDir
from tui_trainer.core.runlog import LogReader
from tui_trainer.training.hosting import host
from tui_trainer.training.stop_sign import StopSign

E = TypeVar("E", bound=Event)


@dataclass(frozen=True)
class Trained:
    """What a run has said."""

    run: RunDir
    events: Sequence[AnyEvent]
    history: History

    @property
    def losses(self) -> NDArray[np.float32]:
        return self.history.batch_loss.values

    def of(self, kind: type[E]) -> list[E]:
        return [event for event in self.events if isinstance(event, kind)]


def heard(run: RunDir) -> Trained:
    events = LogReader(run.events).read_new(max_seconds=10).events
    return Trained(run, events, history.load(run))


@pytest.fixture
def train() -> Callable[..., list[Trained]]:
    """Train recipes in one worker, in turn."""

    def train_all(*recipes: Recipe) -> list[Trained]:
        runs = [rundir.create(recipe) for recipe in recipes]
        locks = [WorkerLock(run.lock) for run in runs]
        for lock in locks:
            lock.acquire()
        host(runs, StopSign())
        for lock in locks:
            lock.release()
        return [heard(run) for run in runs]

    return train_all
