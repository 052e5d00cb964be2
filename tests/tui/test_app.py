"""The app around its screens: switching, leaving, keys of one's own, terminals that are too small."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.app import App
from textual.pilot import Pilot

from tests.tui.recorded import recorded
from tui_trainer.core import rundir
from tui_trainer.core.history import load
from tui_trainer.tui import keys
from tui_trainer.tui.app import AppOptions, TrainerApp
from tui_trainer.tui.screens.new import NewScreen
from tui_trainer.tui.screens.quit import QuitScreen
from tui_trainer.tui.screens.run import RunScreen
from tui_trainer.tui.screens.runs import RunsScreen

Rows = Callable[[App[None]], str]


async def until(pilot: Pilot[None], condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not condition():
            await pilot.pause(0.02)


@pytest.mark.parametrize(
    "own",
    [
        keys.NEW,
        keys.RUN,
        keys.RUNS,
        keys.DESCENT,
        keys.READER,
        keys.QUIT,
        (*keys.MICROSCOPE, *keys.INSIDE),
        (*keys.POKE, *keys.INSIDE),
    ],
    ids=["new", "run", "runs", "descent", "reader", "quit", "batch", "poke"],
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
        await until(pilot, lambda: "[Compare]" in rows(pilot.app))


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
        assert [live.run for live in app.live_runs] == [run]

        await pilot.press("ctrl+c")
        await until(pilot, lambda: isinstance(app.screen, QuitScreen))
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(app.screen, QuitScreen))
        assert app.is_running

        await pilot.press("q")
        await until(pilot, lambda: isinstance(app.screen, QuitScreen))
        await pilot.press("down", "enter")
        await until(pilot, lambda: not app.is_running)
    assert load(run).phase == "stopped"


@pytest.mark.parametrize("options", [AppOptions(), AppOptions(ascii=True)], ids=["unicode", "ascii"])
async def test_without_colour_the_question_shows_its_answer_and_its_keys(
    options: AppOptions, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    mark, arrows = (">", "Up/Down") if options.ascii else ("▸", "↑↓")
    app = TrainerApp(options)
    async with app.run_test() as pilot:
        app.push_screen(QuitScreen([]))
        await until(pilot, lambda: f" {mark} leave, and keep training" in rows(app))
        await pilot.press("down")
        await until(pilot, lambda: f" {mark} stop cleanly" in rows(app))
        assert f" {mark} leave" not in rows(app)
        assert f"{arrows} look   Enter answer   Esc stay" in rows(app)


async def test_too_small_a_terminal_is_told_so_and_the_screen_comes_back(rows: Rows) -> None:
    async with TrainerApp().run_test(size=(80, 24)) as pilot:
        await pilot.press("4")
        await pilot.resize_terminal(79, 24)
        await until(pilot, lambda: "needs 80×24; this terminal has 79×24" in rows(pilot.app))
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: "▸4 Optimizer" in rows(pilot.app))


async def test_a_key_pressed_just_before_leaving_starts_no_worker() -> None:
    app = TrainerApp()
    async with app.run_test():
        pass
    app._prepare_to_train()  # as the timer of that key does, too late
    assert app._waiting is None


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


RUN = "home/runs/20270115-080000-digits-000"
JUNK = b"\x00\xff[junk\n" * 200
ODD = b'"new.find" = "ctrl+,"\n"run.stop" = "]"\n"app.quit" = ["q"]\nschema = 99\nname = 7\n'


@pytest.mark.parametrize(
    ("paths", "content"),
    [
        *(
            (
                ["config/keys.toml", "config/presets/recipes/mine.toml", f"{RUN}/recipe.toml", "home/data"],
                content,
            )
            for content in (JUNK, ODD, None)
        ),
        (["config/presets/recipes", RUN], JUNK),
        (["config/presets", "home/runs"], JUNK),
        (["config", "home"], JUNK),
    ],
    ids=["junk", "odd", "folders", "presets of a kind", "presets", "config"],
)
async def test_nothing_that_was_left_behind_keeps_the_app_from_starting(
    paths: list[str], content: bytes | None, tmp_path: Path, rows: Rows
) -> None:
    for path in (tmp_path / path for path in paths):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.mkdir() if content is None else path.write_bytes(content)
    app = TrainerApp()
    async with app.run_test(size=(80, 24)) as pilot:
        assert "first-steps" in rows(app)
        await pilot.press("]")
        await until(pilot, lambda: isinstance(app.screen, RunsScreen) and app.screen._drawn_at > 0)


async def test_the_palette_finds_every_command_by_name() -> None:
    app = TrainerApp()
    async with app.run_test() as pilot:
        on_new = {command.title for command in app.get_system_commands(app.screen)}
        app.push_screen(RunScreen(recorded("digits")))
        await pilot.pause()
        on_run = {command.title for command in app.get_system_commands(app.screen)}
    assert {"download (d)", "mistakes (p)", "optimizer (4)", "train (Enter)", "help (?)"} <= on_new
    charts = {"log y (y)", "smoothing (m)", "x axis (e)", "window (w)", "glyphs (g)", "percent (p)"}
    views = {"confusion (1)", "scores (2)", "layers (3)", "worker log (4)", "recipe (5)"}
    assert charts | views | {"stop (x)", "split (v)"} <= on_run


async def test_a_long_page_scrolls_by_lines_and_pages_and_no_key_is_lost(rows: Rows) -> None:
    app = TrainerApp()
    async with app.run_test() as pilot:
        await pilot.press("?")
        await until(pilot, lambda: "How to read this screen" in rows(app))
        page = app.screen.query_one("#page")
        for _ in range(3):
            app.screen.action_scroll(1)
        assert page.scroll_y == 3
        await pilot.press("pagedown")
        assert page.scroll_y == 2 + page.content_size.height
        await pilot.press("end")
        assert page.scroll_y == page.max_scroll_y > 0
        await pilot.press("pageup", "home")
        assert page.scroll_y == 0
        assert "PgUp/PgDn page" in rows(app)


async def test_in_ascii_keys_go_by_name(rows: Rows) -> None:
    app = TrainerApp(AppOptions(ascii=True))
    async with app.run_test(size=(80, 80)) as pilot:
        assert "Up/Down look" in rows(app)
        app.push_screen(RunScreen(recorded("digits")))
        await until(pilot, lambda: "Left/Right values" in rows(app))
        assert rows(app).endswith("Esc back   ? help")
        await pilot.press("5")
        await until(pilot, lambda: "  Up/Down" in rows(app))
        await pilot.press("?", "end", "up", "up")
        await until(pilot, lambda: "  Down  Scroll the lower half down." in rows(app))
        assert "      <  Scroll a wide matrix to the left." in rows(app)


async def test_the_palette_offers_what_the_screen_below_can_do(rows: Rows) -> None:
    async with TrainerApp().run_test() as pilot:
        await pilot.press(":")
        await until(pilot, lambda: "Light colours" in rows(pilot.app))
        await pilot.press(*"light", "enter")
        await until(pilot, lambda: pilot.app.theme == "day")
