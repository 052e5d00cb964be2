"""A run outlives the terminal it was started in, and is found, steered and resumed from others."""

import math
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.terminal import Terminal
from tui_trainer.core import control, rundir
from tui_trainer.core.events import Edited, PhaseChanged, Resumed, RunStarted
from tui_trainer.core.history import load
from tui_trainer.core.rundir import RunDir
from tui_trainer.core.runlog import LogReader

LONG = ("--epochs", "2000", "--regularization", "none")
UPDATES_PER_S = 80.0


@pytest.fixture(autouse=True)
def nothing_trains_on(home: Path) -> Iterator[None]:
    """What a test that fails left behind ends too."""
    yield
    for run in rundir.list_runs():
        for attempt in (1, 2):
            control.send(run, control.Stop(attempt=attempt))


def started_in(terminal: Terminal) -> RunDir:
    """A run started in the app by Enter, then slowed down so that it lasts as long as the test."""
    terminal.until_shows("0 Recipe")
    terminal.press("\r")
    terminal.until_shows("Space pause")
    run = rundir.find("latest")
    control.send(run, control.Pace(attempt=1, updates_per_s=UPDATES_PER_S))
    terminal.until(lambda _: load(run).step > 0, "the first step")
    return run


def until_both_show(one: Terminal, other: Terminal, text: str) -> None:
    one.until(lambda shown: other.bytes_within(0.05) >= 0 and text in shown and text in other.text, text)


def test_a_run_outlives_its_terminal_and_is_steered_from_others_and_resumed_from_the_command_line() -> None:
    with Terminal(*LONG) as terminal:
        run = started_in(terminal)
        with Path(os.devnull).open("rb") as nothing:
            os.dup2(nothing.fileno(), terminal.process.child_fd)  # hangs up; pexpect closes what it has
        terminal.until_ended_unread(30)
    left_at = load(run).step

    with Terminal("attach") as terminal, Terminal("attach", run.id[:20]) as other:
        terminal.until(lambda _: load(run).step > left_at, "training that went on")
        until_both_show(terminal, other, "Space pause")
        terminal.press(" ")
        until_both_show(terminal, other, "paused in epoch")
        other.press(" ")
        until_both_show(terminal, other, "Space pause")
        terminal.press(" ")
        until_both_show(terminal, other, "paused in epoch")
        os.kill(other.process.pid, signal.SIGKILL)

        paused_at = load(run).step
        terminal.press(".")
        terminal.until(lambda _: load(run).step == paused_at + 1, "one step more")
        terminal.until_shows("paused in epoch")
        terminal.press("l")
        terminal.until_shows("now: lr")
        terminal.press("0.02\r")
        terminal.until(lambda _: len(load(run).edits) == 1, "the change")
        terminal.press(" ")
        terminal.until(lambda _: load(run).step > paused_at + 1, "training that goes on")
        terminal.press("x")
        terminal.until_shows("x again stops the run")
        terminal.press("x")
        terminal.until_shows("stopped in epoch")
        terminal.press("\x1b")
        terminal.until_shows("[Runs 1]")
        terminal.press("q")
        assert terminal.until_ended() == 0

    history = load(run)
    epochs = str(math.floor(history.epoch_of(history.step)) + 2)
    with Terminal("resume", "latest", "--epochs", epochs, "--quiet") as terminal:
        assert terminal.until_ended() == 0, terminal.text

    events = LogReader(run.events).read_new(max_seconds=60).events
    edits = [event for event in events if isinstance(event, Edited)]
    assert [(edit.step, edit.value) for edit in edits][:1] == [(paused_at + 1, 0.02)]
    assert [event.at_step for event in events if isinstance(event, Resumed)] == [history.step]
    assert [event.attempt for event in events if isinstance(event, RunStarted)] == [1, 2]
    phases = [
        (event.attempt, event.phase)
        for event in events
        if isinstance(event, PhaseChanged) and event.phase in ("paused", "stopped", "finished")
    ]
    paused = (1, "paused")
    assert phases == [paused, paused, paused, (1, "stopped"), (2, "finished")]
    steps = load(run).batch_loss.steps
    assert list(steps) == list(range(1, int(epochs) * load(run).steps_per_epoch + 1))


def test_with_nothing_that_trains_attach_says_what_to_do() -> None:
    with Terminal("attach", columns=160) as terminal:
        assert terminal.until_ended() == 2
        assert "there are no runs yet: tui-trainer trains one" in terminal.text
    with Terminal("train", "--data", "moons", "--model", "logistic-regression", "--epochs", "1") as terminal:
        assert terminal.until_ended() == 0
    with Terminal("attach", columns=160) as terminal:
        assert terminal.until_ended() == 2
        assert "no run trains at the moment: tui-trainer attach latest" in terminal.text
    with Terminal("attach", "latest") as terminal:
        terminal.until_shows("finished")
        terminal.press("q")
        assert terminal.until_ended() == 0
