"""An app that is killed, whenever and how often, takes nothing from the run that it started or watches."""

import os
import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.terminal import Terminal
from tests.faults.dying import worker
from tests.training.conftest import heard
from tests.training.test_resuming import assert_same_bits
from tui_trainer.core import control, rundir
from tui_trainer.core.events import PhaseChanged, RunStarted
from tui_trainer.core.history import load
from tui_trainer.core.rundir import RunDir

TIMEOUT_S = 120
SLOWLY = control.Pace(attempt=1, updates_per_s=10.0)
"""By the time that all apps were killed it is far from its end."""
AT_FULL_SPEED = control.Pace(attempt=1, updates_per_s=None)
EPOCHS = 60
KEYS = (" ", "x", "\x1b", "]", "+", "2", "y")
"""Pause, the question before a stop, other screens and views."""


@pytest.fixture(autouse=True)
def nothing_trains_on(home: Path) -> Iterator[None]:
    """What a test that fails left behind ends too."""
    yield
    for run in rundir.list_runs():
        control.send(run, control.Stop(attempt=1))


def killed(terminal: Terminal) -> None:
    os.kill(terminal.process.pid, signal.SIGKILL)
    assert terminal.until_ended() == -signal.SIGKILL


def started_and_killed(draw: random.Random) -> RunDir:
    with Terminal("--epochs", str(EPOCHS), "--regularization", "none") as terminal:
        terminal.until_shows("0 Recipe")
        terminal.press("\r")
        terminal.until_shows("Space pause")
        run = rundir.find("latest")
        control.send(run, SLOWLY)
        terminal.bytes_within(draw.uniform(0, 2))
        killed(terminal)
    return run


def attached_and_killed(run: RunDir, draw: random.Random) -> None:
    with Terminal("attach", run.id) as terminal:
        terminal.bytes_within(draw.uniform(0, 3))
        if draw.random() < 0.7:
            terminal.press(draw.choice(KEYS))
            terminal.bytes_within(draw.uniform(0, 0.5))
        killed(terminal)
    control.send(run, control.Continue(attempt=1))


def until_step_after(run: RunDir, step: int) -> None:
    """Training goes on though nobody watches."""
    deadline = time.monotonic() + TIMEOUT_S
    while load(run).step <= step:
        assert time.monotonic() < deadline, f"it stands still at step {step}"
        time.sleep(0.05)


@pytest.mark.parametrize("kills", [3, pytest.param(20, marks=pytest.mark.long)])
def test_a_run_whose_app_is_killed_at_random_comes_to_the_same_bits(kills: int, record_property):
    seed = random.randrange(10**6)
    record_property("seed", seed)
    print(f"seed {seed}")
    draw = random.Random(seed)
    run = started_and_killed(draw)
    for _ in range(kills - 1):
        attached_and_killed(run, draw)
    left_at = load(run).step
    print(f"killed {kills} times by step {left_at}")
    until_step_after(run, left_at)

    whole = rundir.create(run.recipe())
    process = worker(whole)
    control.send(run, AT_FULL_SPEED)
    control.send(run, control.Continue(attempt=1))
    process.join(TIMEOUT_S)
    assert process.exitcode == 0
    with Terminal("attach", run.id) as terminal:
        terminal.until_shows("finished")
        killed(terminal)

    told = heard(run)
    assert left_at < told.history.step == EPOCHS * told.history.steps_per_epoch
    assert len(told.of(RunStarted)) == 1
    assert [event.phase for event in told.of(PhaseChanged)][-1] == "finished"
    assert_same_bits(whole, run)
