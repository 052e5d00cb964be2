"""Signals to a worker: it lives through a hang-up, and ends at the others so that it can go on."""

import os
import signal
import time
from collections.abc import Callable
from functools import partial
from multiprocessing.process import BaseProcess

import pytest

from tests.faults.dying import worker
from tests.training.conftest import heard
from tests.training.test_resuming import EVERYTHING, MOMENTUM, assert_same_bits
from tui_trainer.core import liveness, rundir
from tui_trainer.core.checkpoint_files import saved_steps
from tui_trainer.core.control import Pace, send
from tui_trainer.core.events import PhaseChanged
from tui_trainer.core.recipe import Recipe, Training
from tui_trainer.core.rundir import RunDir
from tui_trainer.core.summary import Summaries
from tui_trainer.tui.watch import Watch

TIMEOUT_S = 60
LONG = MOMENTUM.model_copy(update={"training": Training(epochs=60, batch_size=16)})


def until(is_so: Callable[[], object], process: BaseProcess) -> None:
    deadline = time.monotonic() + TIMEOUT_S
    while not is_so():
        assert time.monotonic() < deadline, "it never came"
        assert process.is_alive()
        process.join(0.02)


def signalled(process: BaseProcess, number: int) -> None:
    assert process.pid is not None
    os.kill(process.pid, number)


@pytest.mark.parametrize(
    ("recipe", "updates_per_s"), [(LONG, 20), (EVERYTHING, 4)], ids=["momentum", "everything"]
)
def test_signals_end_a_worker_so_that_it_comes_to_the_same_bits(recipe: Recipe, updates_per_s: float):
    whole, pieces = rundir.create(recipe), rundir.create(recipe)
    process = worker(whole)
    process.join(TIMEOUT_S)
    for attempt, number in enumerate((signal.SIGTERM, signal.SIGINT), 1):
        send(pieces, Pace(attempt=attempt, updates_per_s=updates_per_s))
        process = worker(pieces)
        until(lambda: phases_of(pieces)[-1:] == ["training"], process)
        signalled(process, signal.SIGHUP)
        until(partial(has_gone_on_from, pieces, heard(pieces).history.step), process)
        signalled(process, number)
        process.join(TIMEOUT_S)
        assert process.exitcode == 0
        assert phases_of(pieces)[-2:] == ["stopping", "stopped"]
        assert saved_steps(pieces)[-1] == heard(pieces).history.step
    process = worker(pieces)
    process.join(TIMEOUT_S)
    assert process.exitcode == 0
    assert_same_bits(whole, pieces)


def has_gone_on_from(run: RunDir, step: int) -> bool:
    return heard(run).history.step > step


def phases_of(run: RunDir) -> list[str]:
    return [event.phase for event in heard(run).of(PhaseChanged)]


def test_a_worker_that_is_held_is_stalled_and_goes_on_when_it_is_let(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(liveness, "STILL_S", 0.5)
    run = rundir.create(LONG)
    send(run, Pace(attempt=1, updates_per_s=10))
    process = worker(run)
    watch, summaries = Watch(run), Summaries()

    def states() -> set[str]:
        """What whoever watches the run, lists it or looks at it once takes it for."""
        watch.read_new()
        watch.judge(time.time())
        summaries.read_new([run])
        listed = summaries.get(run, time.time())
        once = liveness.state_of(run, heard(run).history, time.time())
        return {watch.state, once, listed.state if listed else "nothing"}

    try:
        until(lambda: states() == {"training"} and watch.history.pace.is_known, process)
        signalled(process, signal.SIGSTOP)
        until(lambda: states() == {"stalled"}, process)
        assert watch.said.startswith("stalled: no step for ")
        signalled(process, signal.SIGCONT)
        until(lambda: states() == {"training"}, process)
        signalled(process, signal.SIGTERM)
        process.join(TIMEOUT_S)
        deadline = time.monotonic() + TIMEOUT_S
        while states() != {"stopped"}:
            assert time.monotonic() < deadline
    finally:
        process.kill()
        process.join()
