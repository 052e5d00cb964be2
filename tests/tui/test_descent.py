"""The Descent screen, as someone at the keyboard meets it."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from textwrap import wrap

import pytest
from syrupy.assertion import SnapshotAssertion
from textual.app import App
from textual.color import Color
from textual.pilot import Pilot

from tests.tui.recorded import until
from tui_trainer.core.landscapes import LANDSCAPES
from tui_trainer.tui import keys
from tui_trainer.tui.app import AppOptions, TrainerApp
from tui_trainer.tui.ascii import spelled
from tui_trainer.tui.screens.descent import DescentScreen
from tui_trainer.tui.screens.new import NewScreen
from tui_trainer.tui.widgets.relief import ReliefView

Rows = Callable[[App[None]], str]
LOW, WIDE = (80, 24), (160, 48)


class Idle(TrainerApp):
    """The app, but that it makes no worker ready."""

    def _prepare_to_train(self) -> None:
        """None is needed."""


@asynccontextmanager
async def descending(
    *keys: str, size: tuple[int, int] = LOW, ascii: bool = False
) -> AsyncIterator[tuple[DescentScreen, Pilot[None]]]:
    app = Idle(AppOptions(ascii=ascii, descent=True))
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: isinstance(app.screen, DescentScreen) and app.screen.is_current)
        await pilot.press(*keys)
        await pilot.pause()
        assert isinstance(app.screen, DescentScreen)
        yield app.screen, pilot


@pytest.mark.parametrize("size", [LOW, WIDE], ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("pressed", ["nn", "3nn", "7nnn"], ids=["ravine", "valleys", "rosenbrock"])
async def test_looks(pressed: str, size: tuple[int, int], rows: Rows, snapshot: SnapshotAssertion) -> None:
    async with descending(*pressed, "down", "down", size=size) as (_, pilot):
        assert rows(pilot.app) == snapshot


@pytest.mark.parametrize("ascii", [False, True], ids=["braille", "ascii"])
async def test_without_colour_letters_tell_the_ways_apart(
    ascii: bool, rows: Rows, snapshot: SnapshotAssertion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with descending("8", "n", "n", ascii=ascii) as (_, pilot):
        shown = rows(pilot.app)
        assert shown == snapshot
        assert not ascii or shown.isascii()


async def test_the_valley_is_darker_than_the_walls_in_colour_and_dotted_in_sixteen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def grounds(screen: DescentScreen) -> list[float]:
        relief = screen.query_one(ReliefView)
        strips = [relief.render_line(y) for y in range(relief.content_size.height)]
        found = [segment.style.bgcolor for strip in strips for segment in strip if segment.style]
        colors = {Color.from_rich_color(color).brightness for color in found if color and color.triplet}
        return sorted(colors)

    async with descending() as (screen, _):
        assert len(grounds(screen)) > 6
    monkeypatch.setenv("COLORTERM", "")
    monkeypatch.setenv("TERM", "xterm")
    async with descending() as (screen, _):
        assert not grounds(screen)
        assert "·" in screen.query_one(ReliefView).render_line(1).text


async def test_from_new_and_back_with_the_recipes_optimizer(rows: Rows) -> None:
    async with Idle().run_test(size=LOW) as pilot:
        await pilot.press("4", "up", "up", "up", "up", "space", "g")
        await until(pilot, lambda: isinstance(pilot.app.screen, DescentScreen))
        await until(pilot, lambda: " A momentum *" in rows(pilot.app))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, NewScreen))
        commands = {command.title for command in pilot.app.get_system_commands(pilot.app.screen)}
        assert "descent (g)" in commands


async def test_it_plays_at_the_rate_of_the_link_and_pauses(rows: Rows) -> None:
    async with descending("space") as (screen, pilot):
        await until(pilot, lambda: screen._descents.step >= 3)
        assert "playing" in rows(pilot.app)
        await pilot.press("space")
        stopped = screen._descents.step
        assert f"step {stopped}" in rows(pilot.app)
        assert not screen._clock._active.is_set()
        await pilot.press("space", "?")
        await until(pilot, lambda: "How to read this screen" in rows(pilot.app))
        assert not screen._clock._active.is_set()


async def test_a_step_on_and_one_back(rows: Rows) -> None:
    async with descending("right", "full_stop", "n") as (_, pilot):
        assert "step 12" in rows(pilot.app)
        await pilot.press("left")
        await pilot.pause()
        assert "step 11" in rows(pilot.app)
        await pilot.press("r")
        await pilot.pause()
        assert "step 0" in rows(pilot.app)


async def test_a_rate_that_is_too_large_diverges_and_the_table_says_so(rows: Rows) -> None:
    async with descending("1", *["plus"] * 4, "n", size=WIDE) as (_, pilot):
        line = next(line for line in rows(pilot.app).splitlines() if "B▸gd" in line)
        assert line.split()[:2] == ["B▸gd", "2"]
        assert "diverged" in line
        assert "until 3" in rows(pilot.app)


async def test_what_is_hidden_is_not_drawn(rows: Rows) -> None:
    async with descending("n", "v") as (screen, pilot):
        assert "B" not in screen.query_one(ReliefView)._relief.text()  # type: ignore[union-attr]
        assert " ▸gd" in rows(pilot.app)
        await pilot.press("v")
        await pilot.pause()
        assert "B▸gd" in rows(pilot.app)


@pytest.mark.parametrize(("pressed", "size"), [("6", LOW), ("3", WIDE)])
async def test_a_click_moves_the_start(pressed: str, size: tuple[int, int]) -> None:
    async with descending(pressed, "n", size=size) as (screen, pilot):
        await pilot.click("#relief" if pressed == "6" else "#slope", offset=(30, 4))
        await until(pilot, lambda: screen._descents.start != screen._descents.landscape.start)
        assert screen._descents.step == 0


async def test_digits_and_tab_go_through_all_functions(rows: Rows) -> None:
    async with descending() as (_, pilot):
        for number, landscape in enumerate(LANDSCAPES, 1):
            await pilot.press(str(number))
            await pilot.pause()
            assert f"{number} {landscape.name}" in rows(pilot.app)
        await pilot.press("tab")
        await pilot.pause()
        assert "1 parabola" in rows(pilot.app)
        await pilot.press("shift+tab")
        await pilot.pause()
        assert "9 saddle" in rows(pilot.app)
    named = [key.help for key in keys.DESCENT if key.id.startswith("descent.function_")]
    assert named == [f"Go to the function {landscape.name}." for landscape in LANDSCAPES]


def test_what_is_said_of_a_function_fits_on_the_lowest_screen() -> None:
    for landscape in LANDSCAPES:
        for say in (str, spelled):
            assert len(wrap(say(landscape.lesson), 78)) <= 2, landscape.name
