"""A run is forked from its screen, and a fork is drawn over its parent."""

import shutil
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from syrupy.assertion import SnapshotAssertion
from textual import on
from textual.app import App
from textual.pilot import Pilot
from textual.widgets import Input

from tests.tui.recorded import NOW, events_of, recorded, settled, until, until_step
from tests.tui.test_run import watching
from tui_trainer.core import forking, rundir
from tui_trainer.core.checkpoint_files import header, path_of
from tui_trainer.core.control import Change, ControlReader
from tui_trainer.core.events import Evaluated
from tui_trainer.core.parentage import Parent
from tui_trainer.core.rundir import RunDir
from tui_trainer.core.runlog import LogWriter
from tui_trainer.tui import launcher
from tui_trainer.tui.app import TrainerApp
from tui_trainer.tui.messages import WorkerRequested
from tui_trainer.tui.screens.fork import ForkScreen
from tui_trainer.tui.screens.run import RunScreen

Rows = Callable[[App[None]], str]


def checkpointed(*steps: int) -> RunDir:
    """The recorded run, with checkpoints that nobody reads."""
    run = recorded("digits")
    run.checkpoints.mkdir()
    for step in steps:
        path_of(run, step).write_bytes(header(step, b"weights") + b"weights")
    return run


class Listening(TrainerApp):
    """Keeps what is to be trained instead of starting a worker for it."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[RunDir] = []

    @on(WorkerRequested)
    def keep(self, message: WorkerRequested) -> None:
        message.prevent_default()
        self.asked.append(message.run)


@asynccontextmanager
async def forking_from(run: RunDir, *keys: str) -> AsyncIterator[tuple[Pilot[None], Listening]]:
    app = Listening()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = RunScreen(run, clock=lambda: NOW)
        app.push_screen(screen)
        await until(pilot, lambda: screen._watch.since is not None)
        await pilot.press(*keys, "k")
        await pilot.pause()
        yield pilot, app


async def test_checkpoints_are_listed_with_what_they_came_to(rows: Rows, snapshot: SnapshotAssertion) -> None:
    async with forking_from(checkpointed(120, 240, 480)) as (pilot, app):
        assert rows(app) == snapshot
        await pilot.press("up")
        assert "▸ epoch 6 · step 240 · " in rows(app)
        await pilot.press("escape")
        assert isinstance(app.screen, RunScreen)
        assert not app.asked


async def test_the_checkpoint_nearest_to_the_cursor_is_the_one_that_is_marked(rows: Rows) -> None:
    async with forking_from(checkpointed(120, 240, 480), *["left"] * 8) as (_, app):
        assert "▸ epoch 6 · step 240 · " in rows(app)


async def test_what_is_typed_is_changed_in_a_run_that_is_then_trained(rows: Rows) -> None:
    run = checkpointed(120, 240, 480)
    async with forking_from(run) as (pilot, app):
        app.screen.query_one(Input).value = "lr=0.01 l1=0.001 epochs=20"
        await pilot.press("enter")
        await until(pilot, lambda: bool(app.asked))
        (child,) = app.asked
        assert child.parent == Parent(run.id, 480)
        asked = ControlReader(child.control, 1).poll()
        assert [(each.setting, each.value, each.at_step) for each in asked if isinstance(each, Change)] == [
            ("optimizer.lr", 0.01, 480),
            ("regularization.l1.strength", 0.001, 480),
            ("training.epochs", 20, 480),
        ]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "12 epochs end at step 480 and this is step 480: ask for more epochs"),
        ("sgd", "sgd is no choice: type optimizer=sgd, or lr=0.01 epochs=40"),
        ("optimzer=sgd", "there is no optimzer to choose; did you mean optimizer?"),
        ("optimizer=sdg", "no such preset in optimizers; did you mean sgd?"),
        ("lr=-1", "must be"),
        ("architecture.hidden=[9]", "layer linear1 would have 64 inputs and 9 outputs"),
        ("data=diabetes", "diabetes has 10 inputs and digits 64: a fork goes on with"),
        ("loss=mse epochs=20 architecture=lenet", "layer"),
    ],
)
async def test_what_cannot_be_is_said_and_nothing_is_made(typed: str, sentence: str, rows: Rows) -> None:
    run = checkpointed(480)
    async with forking_from(run) as (pilot, app):
        app.screen.query_one(Input).value = typed
        await pilot.press("enter")
        assert isinstance(app.screen, ForkScreen)
        assert sentence in " ".join(rows(app).split())
        assert rundir.list_runs() == [run]


async def test_a_damaged_checkpoint_is_refused_and_the_one_before_is_named(rows: Rows) -> None:
    run = checkpointed(240, 480)
    path_of(run, 480).write_bytes(header(480, b"weights") + b"w")
    async with forking_from(run) as (pilot, app):
        app.screen.query_one(Input).value = "epochs=20"
        await pilot.press("enter")
        shown = await settled(pilot)
        assert "does not match" not in shown
        assert "its bytes do not match its checksum; the one before is at step 240" in " ".join(shown.split())


async def test_a_run_without_checkpoints_says_so() -> None:
    async with forking_from(recorded("digits")) as (_, app):
        assert isinstance(app.screen, RunScreen)
        (said,) = app._notifications
        assert said.message == "This run has no checkpoint yet: there is nothing to go on from."


def a_fork_at(step: int) -> tuple[RunDir, RunDir]:
    """The recorded run, and a fork of it that has come two epochs further and does worse."""
    parent = checkpointed(step)
    child = forking.fork(parent, parent.recipe(), step, ())
    with LogWriter(child.events) as log:
        for event in until_step(events_of("digits"), step + 80):
            if isinstance(event, Evaluated) and event.step > step:
                metrics = {name: value * 1.5 for name, value in event.metrics.items() if name == "loss"}
                log.append(
                    Evaluated(
                        attempt=2,
                        elapsed_s=event.elapsed_s,
                        step=event.step,
                        split=event.split,
                        num_samples=event.num_samples,
                        metrics=metrics,
                    )
                )
    return parent, child


@pytest.mark.parametrize("glyphs", ["braille", "ascii"])
async def test_a_fork_is_drawn_over_its_parent(
    glyphs: str, rows: Rows, snapshot: SnapshotAssertion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    parent, child = a_fork_at(120)
    async with watching(child, *["g", "g"] * (glyphs == "ascii")) as pilot:
        await until(pilot, lambda: "parent" in rows(pilot.app))
        assert "\n".join(rows(pilot.app).split("\n")[2:11]) == snapshot
        await pilot.press("5")
        await pilot.press("plus")
        cells = [line[50:].strip() for line in rows(pilot.app).split("\n")]
        assert f"forked from {parent.id} at step 120" in " ".join(cells).replace("- ", "-")


async def test_a_fork_whose_worker_ends_without_a_word_is_not_called_starting_for_long(
    rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launcher, "start", lambda _run, **_: subprocess.Popen(["true"]))
    child = forking.fork(parent := checkpointed(120), parent.recipe(), 120, ())
    app = TrainerApp()
    async with app.run_test(size=(80, 24)) as pilot:
        app.post_message(WorkerRequested(child))
        await until(pilot, lambda: "its new worker ended without a word" in rows(app))


async def test_a_fork_outlives_its_parent(rows: Rows) -> None:
    parent, child = a_fork_at(120)
    shutil.rmtree(parent.path)
    async with watching(child, size=(160, 48)) as pilot:
        shown = " ".join(rows(pilot.app).split())
        assert f"· forked from {parent.id} at step 120, which" in shown
        assert "┊ fork" in shown
