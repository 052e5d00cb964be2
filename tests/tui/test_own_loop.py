"""A run that somebody's own loop logged, on the screens."""

import math
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from threading import Thread

import pytest
from syrupy.assertion import SnapshotAssertion
from textual.app import App
from textual.pilot import Pilot

from tests.tui.recorded import NOW, until
from tui_trainer import Run
from tui_trainer.tui.app import TrainerApp
from tui_trainer.tui.screens.run import RunScreen
from tui_trainer.tui.screens.runs import RunsScreen

Rows = Callable[[App[None]], str]


@asynccontextmanager
async def watching(run: Run, *keys: str, now: float = NOW) -> AsyncIterator[Pilot[None]]:
    """A run on screen, read to its end and drawn, then some keys pressed."""
    assert run.dir is not None
    app = TrainerApp()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = RunScreen(run.dir, clock=lambda: now)
        app.push_screen(screen)
        await until(pilot, lambda: screen._watch.since is not None)
        await pilot.press(*keys)
        await pilot.pause()
        yield pilot


def train(run: Run, *, last_step: int = 1000) -> None:
    """What a small net would log."""
    for step in range(1, last_step + 1):
        run.log(step, loss=1 / math.sqrt(step), lr=0.5 - step / 2500)
        if step % 50 == 0:
            run.log(step, train_loss=1 / math.sqrt(step), val_loss=1.2 / math.sqrt(step))
            run.log(step, val_accuracy=1 - 1 / math.sqrt(step))
        if step % 250 == 0:
            run.confusion(step, [[40, 250 // step * 10], [3, 55]], ["out", "in"])


def ask_until_told_to_stop(run: Run) -> None:
    """What any loop does between its steps."""
    while not run.should_stop:
        time.sleep(0.01)


CONFIG = {"lr": 0.5, "hidden": [16, 8], "opt": {"name": "sgd", "momentum": 0.9}}


async def test_looks_in_steps(rows: Rows, snapshot: SnapshotAssertion) -> None:
    with Run("xor by hand", config=CONFIG) as run:
        train(run)
    async with watching(run) as pilot:
        assert rows(pilot.app) == snapshot


async def test_looks_in_epochs(rows: Rows, snapshot: SnapshotAssertion) -> None:
    with Run("xor by hand", config=CONFIG, steps_per_epoch=100, total_steps=1000) as run:
        train(run)
    async with watching(run) as pilot:
        assert rows(pilot.app) == snapshot


async def test_its_config_is_where_a_recipe_would_be(rows: Rows) -> None:
    with Run("xor by hand", config=CONFIG) as run:
        train(run, last_step=50)
    async with watching(run, "5") as pilot:
        shown = rows(pilot.app)
        assert "[5 config]" in shown
        for line in ("lr            0.5", "hidden        [16, 8]", "opt.momentum  0.9"):
            assert line in shown
        await pilot.press("3")
        assert "says nothing of its layers" in rows(pilot.app)
        await pilot.press("4")
        assert "goes to where it was started" in rows(pilot.app)
        await pilot.press("c")
        assert "a script already" in next(iter(pilot.app._notifications)).message


async def test_any_metric_can_be_the_second_chart(rows: Rows) -> None:
    with Run() as run:
        train(run, last_step=100)
    async with watching(run) as pilot:
        assert "│accuracy" in rows(pilot.app)
        await pilot.press("a")
        assert "│lr" in rows(pilot.app)
        await pilot.press("a")
        assert "│accuracy" in rows(pilot.app)


async def test_a_loop_without_a_loss_shows_what_it_has(rows: Rows) -> None:
    with Run() as run:
        for step in range(10):
            run.log(step, reward=float(step))
    async with watching(run) as pilot:
        shown = rows(pilot.app)
        assert " reward" in shown
        assert "no other metric is logged" in shown
        assert "run.confusion(step, matrix, classes) logs one" in shown


async def test_the_last_matrix_stays_while_validation_goes_on(rows: Rows) -> None:
    with Run() as run:
        run.confusion(10, [[8, 1], [2, 9]])
        run.log(20, val_loss=0.5)
    async with watching(run) as pilot:
        assert "validation, step 10" in rows(pilot.app)
        await pilot.press("2")
        assert "mean of classes" in rows(pilot.app)


async def test_a_live_loop_grows_and_can_be_held_and_stopped(rows: Rows) -> None:
    with Run("live") as run:
        train(run, last_step=60)
        async with watching(run, now=time.time()) as pilot:
            assert "● step " in rows(pilot.app)
            assert "ETA" not in rows(pilot.app)
            await pilot.press("x", "x")
            await until(pilot, lambda: run.should_stop)
            run.close()
            await until(pilot, lambda: "■ stopped in step 60" in rows(pilot.app))


async def test_a_loop_that_is_held_is_offered_only_what_it_can_do(rows: Rows) -> None:
    with Run("live") as run:
        train(run, last_step=60)
        loop = Thread(target=ask_until_told_to_stop, args=[run], daemon=True)
        loop.start()
        async with watching(run, "space", now=time.time()) as pilot:
            await until(pilot, lambda: "○ paused in step 60" in rows(pilot.app))
            key_bar = rows(pilot.app).splitlines()[-1]
            assert key_bar.startswith(" Space go on   x stop ")
            for key in (".", "n", "l"):
                await pilot.press(key)
                assert "can be paused and stopped" in list(pilot.app._notifications)[-1].message
            await pilot.press("x", "x")
            await until(pilot, lambda: not loop.is_alive())


async def test_why_it_failed_and_what_was_odd(rows: Rows) -> None:
    run = Run()
    run.log(1, loss=math.nan)
    run.log(2, loss=math.nan)
    with pytest.raises(ValueError, match="no such luck"), run:
        raise ValueError("no such luck")
    async with watching(run) as pilot:
        shown = rows(pilot.app)
        assert "✗ failed in step 2" in shown
        assert "[4 log]" in shown
        assert "✗ ValueError: no such luck" in shown


async def test_it_is_in_the_list(rows: Rows) -> None:
    with Run("by hand", config=CONFIG) as run:
        run.log(1, loss=0.5, val_loss=0.25)
    app = TrainerApp()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = RunsScreen()
        app.push_screen(screen)
        await until(pilot, lambda: "by hand" in rows(app))
        assert "loss 0.250" in rows(app)
        assert "own loop · lr 0.5" in rows(app)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, RunScreen))
        await until(pilot, lambda: "✓ finished" in rows(app))


async def test_a_record_that_is_junk_breaks_no_screen(rows: Rows) -> None:
    with Run() as run:
        train(run, last_step=50)
    assert run.dir is not None
    record: Path = run.dir.recipe_toml
    record.write_bytes(b"\x00\xff[junk")
    async with watching(run) as pilot:
        for key in "12345":
            await pilot.press(key)
            assert "Esc back" in rows(pilot.app)
