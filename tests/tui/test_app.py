"""The app around its screens: switching, leaving, keys of one's own, terminals that are too small."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.app import App
from textual.pilot import Pilot

from tui_trainer.core import rundir
from tui_trainer.core.history import load
from tui_trainer.tui import keys
from tui_trainer.tui.app import TrainerApp
from tui_trainer.tui.screens.new import NewScreen
from tui_trainer.tui.screens.quit import QuitScreen

Rows = Callable[[App[None]], str]


async def until(pilot: Pilot[None], condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not condition():
            await pilot.pause(0.02)


@pytest.mark.parametrize(
    "own", [keys.NEW, keys.RUN, keys.RUNS, keys.READER], ids=["new", "run", "runs", "reader"]
)
def test_no_key_means_two_things_on_one_screen(own: tuple[keys.Key, ...]) -> None:
    names = [binding.key for key in (*own, *keys.EVERYWHERE) for binding in keys.bindings([key])]
    pressed = [name for names_ in names for name in names_.split(",")]
    assert len(pressed) == len(set(pressed))


def test_every_key_has_an_id_of_its_own_and_a_sentence() -> None:
    assert len({key.id for key in keys.TABLE}) == len(keys.TABLE)
    assert all(key.help.endswith(".") for key in keys.TABLE)


async def test_brackets_switch_screens_and_new_is_as_it_was_left(rows: Rows) -> None:
    async with TrainerApp().run_test() as pilot:
        await pilot.press("4", "]")
        await until(pilot, lambda: "[Runs]" in rows(pilot.app))
        await pilot.press("[")
        await until(pilot, lambda: "▸4 Optimizer" in rows(pilot.app))
        await pilot.press("[")
        await until(pilot, lambda: "[Runs]" in rows(pilot.app))


@pytest.mark.parametrize("key", ["q", "ctrl+q", "ctrl+c"])
async def test_leaving_asks_nothing_where_nothing_would_be_lost(key: str) -> None:
    app = TrainerApp()
    async with app.run_test() as pilot:
        await pilot.press(key)
        await pilot.pause()
        assert not app.is_running


async def test_ctrl_c_leaves_also_while_one_types() -> None:
    app = TrainerApp()
    async with app.run_test() as pilot:
        await pilot.press("4", "tab", "q", "ctrl+c")
        await pilot.pause()
        assert not app.is_running


async def test_a_run_is_started_watched_asked_about_and_stopped() -> None:
    app = TrainerApp()
    async with app.run_test() as pilot:
        await pilot.press("enter", "enter")
        await until(pilot, lambda: not isinstance(app.screen, NewScreen))
        (run,) = rundir.list_runs()
        await until(pilot, lambda: load(run).step > 0)
        assert list(app.live_runs) == [run]

        await pilot.press("ctrl+c")
        await until(pilot, lambda: isinstance(app.screen, QuitScreen))
        await pilot.press("escape")
        assert app.is_running

        await pilot.press("q")
        await until(pilot, lambda: isinstance(app.screen, QuitScreen))
        await pilot.press("down", "enter")
        await until(pilot, lambda: not app.is_running)
    assert load(run).phase == "stopped"


async def test_too_small_a_terminal_is_told_so_and_the_screen_comes_back(rows: Rows) -> None:
    async with TrainerApp().run_test(size=(80, 24)) as pilot:
        await pilot.press("4")
        await pilot.resize_terminal(79, 24)
        await until(pilot, lambda: "needs 80×24; this terminal has 79×24" in rows(pilot.app))
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: "▸4 Optimizer" in rows(pilot.app))


async def test_keys_of_one_s_own_work_and_are_what_the_screen_says(tmp_path: Path, rows: Rows) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "keys.toml").write_text(
        '"new.train" = "ctrl+t"\n"new.trian" = "f"\n"app.quit" = 3\n'
    )
    async with TrainerApp().run_test(size=(160, 48)) as pilot:
        assert "ctrl+t train" in rows(pilot.app)
        assert "Enter train" not in rows(pilot.app)
        assert "! 1 file of yours with mistakes: p lists them" in rows(pilot.app)
        await pilot.press("p")
        assert "new.trian: no such key; did you mean new.train?" in rows(pilot.app)
        assert "app.quit: must be a key" in rows(pilot.app)


async def test_the_palette_offers_what_the_screen_below_can_do(rows: Rows) -> None:
    async with TrainerApp().run_test() as pilot:
        await pilot.press(":")
        await until(pilot, lambda: "Light colours" in rows(pilot.app))
        await pilot.press(*"light", "enter")
        await until(pilot, lambda: pilot.app.theme == "day")
