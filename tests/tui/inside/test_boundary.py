"""The decision boundary, and how numbers are fitted, from recordings of real runs."""

from collections.abc import Callable

import pytest
from syrupy.assertion import SnapshotAssertion
from textual.app import App

from tests.tui.inside.opened import LOW, WIDE, looking
from tests.tui.recorded import caught, events_of
from tui_trainer.core.events import Pictured
from tui_trainer.tui.app import AppOptions
from tui_trainer.tui.inside.boundary import BoundaryScreen
from tui_trainer.tui.screens.run import RunScreen

Rows = Callable[[App[None]], str]


@pytest.mark.parametrize("size", [LOW, WIDE], ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize(
    "name", ["moons", "circles-straight", "moons-dead", "circles-vanishing", "blobs", "sine", "plane"]
)
async def test_looks(name: str, size: tuple[int, int], rows: Rows, snapshot: SnapshotAssertion) -> None:
    async with looking(name, "boundary", size=size) as pilot:
        assert rows(pilot.app) == snapshot


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("moons", "c"),
        ("moons", "h"),
        ("moons-dead", "h pagedown"),
        ("circles-vanishing", "h pageup"),
        ("moons", "h down down enter"),
        ("plane", ""),
    ],
    ids=lambda value: value.replace(" ", "-"),
)
async def test_without_colour(
    name: str, keys: str, rows: Rows, snapshot: SnapshotAssertion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with looking(name, "boundary", *keys.split()) as pilot:
        assert rows(pilot.app) == snapshot


async def test_in_ascii(rows: Rows, snapshot: SnapshotAssertion) -> None:
    async with looking("moons", "boundary", options=AppOptions(ascii=True)) as pilot:
        shown = rows(pilot.app)
        assert shown == snapshot
        assert shown.isascii()


@pytest.mark.parametrize("keys", ["v", "v v"])
async def test_what_the_prediction_of_numbers_leaves_over(
    keys: str, rows: Rows, snapshot: SnapshotAssertion
) -> None:
    async with looking("sine", "boundary", *keys.split()) as pilot:
        assert rows(pilot.app) == snapshot


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("circles-straight", ["the boundary is a straight line"]),
        ("moons-dead", ["no boundary", "6 dead of 12"]),
        ("circles-vanishing", ["no boundary", "12 flat of 20"]),
    ],
)
async def test_what_went_wrong_is_told_in_words_too(name: str, told: list[str], rows: Rows) -> None:
    async with looking(name, "boundary") as pilot:
        assert all(words in rows(pilot.app) for words in told)


@pytest.mark.parametrize(
    ("name", "said"),
    [("digits", "A sample has 64 inputs: it lies in no plane"), ("blobs", "No picture of the boundary was")],
)
async def test_where_there_is_nothing_to_see_it_says_why(name: str, said: str, rows: Rows) -> None:
    async with looking(name, "boundary") as pilot:
        assert said in rows(pilot.app)


async def test_numbers_of_a_table_are_compared_with_what_they_should_be(rows: Rows) -> None:
    async with looking("diabetes", "boundary") as pilot:
        assert "predicted disease progression" in rows(pilot.app)
        await pilot.press("v")
        assert "residual: actual - predicted disease progression" in rows(pilot.app)


async def test_the_cursor_goes_through_all_moments(rows: Rows) -> None:
    async with looking("moons", "boundary") as pilot:
        assert "10 of 10" in rows(pilot.app)
        await pilot.press("left")
        assert "9 of 10" in rows(pilot.app)
        await pilot.press("home")
        assert "before training" in rows(pilot.app)
        await pilot.press("left", "right")
        assert "2 of 10" in rows(pilot.app)
        await pilot.press("end")
        assert "10 of 10" in rows(pilot.app)


async def test_play_goes_from_the_first_moment_to_the_last_and_stays_there(rows: Rows) -> None:
    async with looking("moons", "boundary") as pilot:
        assert isinstance(pilot.app.screen, BoundaryScreen)
        screen = pilot.app.screen
        screen.action_play()
        assert screen._at_step == 0
        while screen._player is not None:
            await pilot.pause(0.05)
        assert "10 of 10" in rows(pilot.app)


async def test_escape_leaves_one_thing_at_a_time() -> None:
    async with looking("moons", "boundary", "h", "enter") as pilot:
        assert isinstance(pilot.app.screen, BoundaryScreen)
        await pilot.press("escape", "escape")
        assert isinstance(pilot.app.screen, BoundaryScreen)
        await pilot.press("escape")
        assert isinstance(pilot.app.screen, RunScreen)


async def test_a_run_that_trains_shows_what_is_new(rows: Rows) -> None:
    events = events_of("moons")
    pictured = [(at, event) for at, event in enumerate(events) if isinstance(event, Pictured)]
    boundaries = [at for at, event in pictured if event.kind == "boundary"]
    with caught("moons", events[: boundaries[3] + 1]) as (run, say):
        async with looking(run, "boundary") as pilot:
            assert "4 of 4" in rows(pilot.app)
            assert "live" in rows(pilot.app)
            say(events[boundaries[4]])
            while "5 of 5" not in rows(pilot.app):
                await pilot.pause(0.05)
