"""The list of runs, from recordings of real ones."""

import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from syrupy.assertion import SnapshotAssertion
from textual.app import App
from textual.pilot import Pilot

from tests.tui.recorded import NOW, caught, events_of, recorded, until, until_step
from tui_trainer.core import rundir
from tui_trainer.tui.app import TrainerApp
from tui_trainer.tui.screens.run import RunScreen
from tui_trainer.tui.screens.runs import RunsScreen

Rows = Callable[[App[None]], str]


@asynccontextmanager
async def listing(
    *keys: str, size: tuple[int, int] = (80, 24), app: TrainerApp | None = None
) -> AsyncIterator[Pilot[None]]:
    """The list on screen, read and drawn, then some keys pressed."""
    app = app or TrainerApp()
    async with app.run_test(size=size) as pilot:
        screen = RunsScreen(clock=lambda: NOW)
        app.push_screen(screen)
        await until(pilot, lambda: screen._drawn_at > 0 and not screen._more)
        await pilot.press(*keys)
        await pilot.pause()
        yield pilot


def some_runs() -> None:
    for number, name in enumerate(["digits", "diabetes", "cancer", "blobs", "diverged"]):
        recorded(name, number=number)


@pytest.mark.parametrize("size", [(80, 24), (160, 48)], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_looks(size: tuple[int, int], rows: Rows, snapshot: SnapshotAssertion) -> None:
    some_runs()
    async with listing("down", size=size) as pilot:
        assert rows(pilot.app) == snapshot


async def test_the_whole_recipe_of_the_chosen_run_is_below_the_list(rows: Rows) -> None:
    some_runs()
    async with listing("down", "down", "down", "down") as pilot:
        below = " ".join(" ".join(rows(pilot.app).split()).split("·")[-5:])
        assert "digits fcnn 64-32 relu cross-entropy adam 0.003 l2, early-stopping" in " ".join(below.split())


async def test_says_how_to_begin_where_there_is_nothing(rows: Rows) -> None:
    async with listing() as pilot:
        assert "Nothing has been trained here yet. Enter on New trains first-steps" in rows(pilot.app)


async def test_words_narrow_the_list_and_escape_widens_it(rows: Rows) -> None:
    some_runs()
    async with listing("/", *"finished", "space", *"adam") as pilot:
        shown = rows(pilot.app)
        assert "twenty-clouds" in shown
        assert "too-fast" not in shown
        await pilot.press("escape")
        assert "too-fast" in rows(pilot.app)


async def test_enter_opens_the_chosen_run() -> None:
    some_runs()
    async with listing("down", "enter") as pilot:
        await until(pilot, lambda: isinstance(pilot.app.screen, RunScreen))
        assert pilot.app.screen._watch.run.id.startswith("20270115-080003-blobs")


def names(rows: Rows, app: App[None]) -> list[str]:
    """The runs in sight, from top to bottom."""
    known = ("too-fast", "twenty-clouds", "two-classes", "regression", "first-steps")
    return [name for row in rows(app).split("\n")[3:9] for name in known if f" {name[:9]}" in row]


async def test_what_was_deleted_comes_back_with_u(rows: Rows) -> None:
    some_runs()
    async with listing("down", "d") as pilot:
        assert names(rows, pilot.app) == ["too-fast", "two-classes", "regression", "first-steps"]
        assert "1 run deleted: u undoes it" in rows(pilot.app)
        assert [run.id[16:21] for run in rundir.list_runs()] == ["diver", "cance", "diabe", "digit"]
        await pilot.press("u")
        assert len(rundir.list_runs()) == 5
        assert "▸  ✓ finished    twenty-clouds" in rows(pilot.app)


async def test_marked_runs_are_deleted_together_for_good_when_one_leaves(rows: Rows) -> None:
    some_runs()
    async with listing("space", "space", "d") as pilot:
        assert names(rows, pilot.app) == ["two-classes", "regression", "first-steps"]
        assert "2 runs deleted: u undoes it" in rows(pilot.app)
        assert len(list(rundir.runs_root().iterdir())) == 5
    assert len(list(rundir.runs_root().iterdir())) == 3


async def test_what_a_killed_app_deleted_is_gone_once_nobody_can_undo_it() -> None:
    some_runs()
    left, fresh = (rundir.put_away(run) for run in rundir.list_runs()[:2])
    os.utime(left, (NOW, time.time() - 100))
    async with listing() as pilot:
        await until(pilot, lambda: not left.exists())
        assert fresh.exists()


async def test_s_sorts_by_the_next_column_and_the_cursor_stays_on_its_run(rows: Rows) -> None:
    some_runs()
    async with listing("down", "s") as pilot:  # recipe
        assert "recipe▾" in rows(pilot.app)
        assert names(rows, pilot.app)[0] == "twenty-clouds"
        await pilot.press("s", "s", "s")
        assert "best val.▾" in rows(pilot.app)
        assert names(rows, pilot.app)[:2] == ["first-steps", "two-classes"]
        await pilot.press("S")
        assert "best val.▴" in rows(pilot.app)
        assert names(rows, pilot.app)[-1] == "first-steps"
        assert "▸  ✓ finished    twenty-clouds" in rows(pilot.app)


async def test_tags_and_notes_are_typed_shown_and_found(rows: Rows) -> None:
    some_runs()
    async with listing("down", "t", *"good", "enter", "n", *"mine!", "enter", size=(160, 48)) as pilot:
        (line,) = [line for line in rows(pilot.app).split("\n") if "twenty" in line]
        assert " good " in line
        assert "good   mine!" in rows(pilot.app)
        await pilot.press("space", "space", "t", *"-good", "space", *"+old", "enter", "escape", "up", "up")
        assert "old   mine!" in rows(pilot.app)
        await pilot.press("/", *"old", "enter")
        assert names(rows, pilot.app) == ["twenty-clouds", "two-classes"]
        assert "5 runs · 2 shown" in rows(pilot.app)


async def test_marks_are_seen_without_colour_and_marked_runs_are_compared(rows: Rows) -> None:
    some_runs()
    async with listing("space", "down", "space", size=(160, 48)) as pilot:
        assert rows(pilot.app).count("◆") == 2
        assert "5 runs · 2 marked · c compares them" in rows(pilot.app)
        await pilot.press("c")
        await until(pilot, lambda: "[Compare]" in rows(pilot.app))
        await until(pilot, lambda: "2 of 2 runs done" in rows(pilot.app))


async def test_a_long_list_is_scrolled_to_either_end(rows: Rows) -> None:
    for number in range(60):
        recorded("cancer", number=number)
    async with listing("end") as pilot:
        assert "60 runs" in rows(pilot.app)
        assert "20270115-080000-cancer-000" in rows(pilot.app)
        await pilot.press("home")
        assert "20270115-080059-cancer-000" in rows(pilot.app)
        await pilot.press("pagedown", "pagedown")
        assert "20270115-080039-cancer-000" in rows(pilot.app)


async def test_a_live_run_is_not_deleted_and_goes_on_in_the_list(rows: Rows) -> None:
    events = events_of("digits")
    early = until_step(events, 100)
    with caught("digits", early) as (run, say):
        async with listing("d", "d") as pilot:
            assert run.exists
            assert "training" in rows(pilot.app)
            for event in events[len(early) :]:
                say(event)
            await until(pilot, lambda: "finished" in rows(pilot.app))


async def test_a_stalled_run_says_why_below_the_list(rows: Rows) -> None:
    with caught("digits", until_step(events_of("digits"), 100)) as (run, _):
        os.utime(run.events, (NOW - 120, NOW - 120))
        async with listing() as pilot:
            assert " stalled " in rows(pilot.app)
            assert "no step for 2 min; it makes" in rows(pilot.app)


@pytest.mark.parametrize(
    "spoil", ["recipe.toml", "events.log", "control.jsonl", "worker.lock", "checkpoints", "pictures.log"]
)
@pytest.mark.parametrize("how", ["gone", "junk", "a folder"])
async def test_no_file_of_a_run_can_hide_the_others(spoil: str, how: str, rows: Rows) -> None:
    some_runs()
    path = recorded("digits", number=9).path / spoil
    path.unlink(missing_ok=True)
    if how == "junk":
        path.write_bytes(b"\x00\xff[junk\n" * 200)
    elif how == "a folder":
        path.mkdir()
    async with listing() as pilot:
        assert rows(pilot.app).count("finished") >= 4
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, RunScreen))
        await pilot.pause()
