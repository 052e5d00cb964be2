"""Runs that have ended go on from their screen, and leaving the app means the worker that they have now."""

import math
import os
import signal
from collections.abc import Callable
from contextlib import nullcontext

import msgspec
import pytest
from textual.app import App
from textual.pilot import Pilot
from textual.widgets import Input

from tests.tui.recorded import NOW, caught, events_of, recorded, until, until_step
from tests.tui.test_run import watching
from tui_trainer.core import liveness, rundir
from tui_trainer.core.control import Continue, ControlReader
from tui_trainer.core.events import AnyEvent, PhaseChanged, Resumed, RunStarted
from tui_trainer.core.history import load
from tui_trainer.core.recipe import (
    BinaryCrossEntropy,
    FullyConnected,
    Momentum,
    Moons,
    Recipe,
    Training,
)
from tui_trainer.core.resuming import NotResumable, check
from tui_trainer.core.rundir import RunDir
from tui_trainer.core.runlog import LogReader, LogWriter
from tui_trainer.tui import launcher
from tui_trainer.tui.app import TrainerApp
from tui_trainer.tui.screens import quit
from tui_trainer.tui.screens.run import RunScreen

Rows = Callable[[App[None]], str]
WORKER_S = 60.0


def small(epochs: int) -> RunDir:
    return rundir.create(
        Recipe(
            data=Moons(points=200),
            architecture=FullyConnected(hidden=(8,)),
            loss=BinaryCrossEntropy(),
            optimizer=Momentum(lr=0.1),
            training=Training(epochs=epochs, batch_size=16),
        )
    )


def said(pilot: Pilot[None]) -> str:
    return " ".join(notice.message for notice in pilot.app._notifications)


async def opened(pilot: Pilot[None], run: RunDir) -> RunScreen:
    screen = RunScreen(run)
    pilot.app.push_screen(screen)
    await until(pilot, lambda: screen._watch.since is not None)
    return screen


async def test_a_stopped_run_goes_on_and_leaving_asks_waits_and_kills_its_new_worker(
    rows: Rows, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quit, "_TO_READ_S", math.inf)
    run = small(100_000)
    worker = launcher.start(run)
    request.addfinalizer(worker.kill)
    app = TrainerApp()
    async with app.run_test() as pilot:
        screen = await opened(pilot, run)
        await until(pilot, lambda: load(run).step > 0, seconds=WORKER_S)
        await pilot.press("x", "x")
        await until(pilot, lambda: screen._watch.state == "stopped", seconds=WORKER_S)
        assert worker.wait(WORKER_S) == 0
        assert app.live_runs == []
        assert "r resume" in rows(app)
        stopped_at = load(run).step

        await pilot.press("r")
        await until(pilot, lambda: screen._watch.is_live)
        await pilot.press("r")
        await until(pilot, lambda: "it needs no resuming" in said(pilot))
        await until(pilot, lambda: load(run).step > stopped_at, seconds=WORKER_S)
        (live,) = app.live_runs
        request.addfinalizer(live.worker.kill)
        assert (live.run, live.attempt) == (run, 2)
        os.kill(live.worker.pid, signal.SIGSTOP)  # it will not answer

        await pilot.press("q", "s")
        await until(pilot, lambda: "Enter, s or q again kills it" in rows(app))
        assert "all after its checkpoint at step" in rows(app)
        await pilot.press("q")  # too soon to have been read
        assert live.has_worker
        await pilot.press("escape")
        assert app.screen is screen
        await pilot.press("q")
        await until(pilot, lambda: "Enter, s or q again kills it" in rows(app))
        monkeypatch.setattr(quit, "_TO_READ_S", 0.0)
        await pilot.press("enter")
        await until(pilot, lambda: not app.is_running)
    assert live.worker.returncode == -signal.SIGKILL
    assert live.parting.startswith(f"{run.id} was killed: all after its checkpoint at step ")
    events = LogReader(run.events).read_new(max_seconds=60).events
    assert [event.at_step for event in events if isinstance(event, Resumed)] == [stopped_at]


async def test_a_finished_run_goes_on_for_so_many_epochs_in_all(rows: Rows) -> None:
    run = small(2)
    assert launcher.start(run).wait(WORKER_S) == 0
    app = TrainerApp()
    async with app.run_test() as pilot:
        screen = await opened(pilot, run)
        await pilot.press("r")
        assert "has trained 2 epochs: how many in all?" in rows(app)
        for text, problem in (("2", "are too few: 2 were trained already"), ("x", "x is no number")):
            app.screen.query_one(Input).value = text
            await pilot.press("enter")
            assert problem in rows(app)
        app.screen.query_one(Input).value = "4"
        await pilot.press("enter")
        assert app.screen is screen
        await until(pilot, lambda: load(run).attempt == 2, seconds=WORKER_S)
        await until(pilot, lambda: screen._watch.state == "finished", seconds=WORKER_S)
    history = load(run)
    assert history.epoch_of(history.step) == 4


async def test_a_worker_that_ends_without_a_word_is_told_of(rows: Rows) -> None:
    run = small(100_000)
    launcher.start(run, env={"PYTHONHOME": "/nowhere"}).wait(WORKER_S)
    app = TrainerApp()
    async with app.run_test() as pilot:
        screen = await opened(pilot, run)
        screen._watch.expect(1, lambda: False)
        assert screen._watch.is_live
        await until(pilot, lambda: "ended without a word: 4 shows what it printed last" in rows(app))


async def test_what_cannot_go_on_says_why() -> None:
    paused = [
        *until_step(events_of("digits"), 200),
        PhaseChanged(attempt=1, elapsed_s=1.0, phase="training", step=200),
    ]
    with caught("digits", paused) as (run, say):
        async with watching(run, "r") as pilot:
            assert "is training: it needs no resuming" in said(pilot)
            say(PhaseChanged(attempt=1, elapsed_s=1.0, phase="paused", step=200))
            await until(pilot, lambda: pilot.app.screen._watch.state == "paused")
            await pilot.press("r")
            assert ControlReader(run.control, attempt=1).poll() == [Continue(attempt=1)]
    own = rundir.create_own("by hand", {})
    async with watching(own, now=own.created_at + 3600) as pilot:
        await pilot.press("r")
        assert "logs a loop of its own" in said(pilot)


def started_on(event: AnyEvent, where: dict[str, str]) -> AnyEvent:
    return msgspec.structs.replace(event, **where) if isinstance(event, RunStarted) else event


def test_a_run_of_another_machine_is_for_that_machine_but_one_from_before_a_reboot_goes_on() -> None:
    run = recorded("digits")
    for where, state in (({"boot_id": "an earlier one"}, "crashed"), ({"host": "gpu7"}, "unknown")):
        run.events.unlink()
        with LogWriter(run.events) as log:
            for event in until_step(events_of("digits"), 200):
                log.append(started_on(event, where))
        history = load(run)
        assert liveness.state_of(run, history, NOW) == state
        with (
            pytest.raises(NotResumable, match="from gpu7, where its worker may")
            if state == "unknown"
            else nullcontext()
        ):
            check(run, history, state, NOW)
