"""The page with the script: from New and from a run, read, scrolled, saved."""

from collections.abc import Callable
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion
from textual.app import App

from tests.tui.recorded import recorded
from tui_trainer.core.compose import Choices, compose
from tui_trainer.core.presets import Library
from tui_trainer.core.recipe import Recipe
from tui_trainer.core.script import script
from tui_trainer.tui.app import AppOptions, TrainerApp
from tui_trainer.tui.screens.code import CodeScreen
from tui_trainer.tui.screens.new import NewScreen
from tui_trainer.tui.screens.run import RunScreen
from tui_trainer.tui.widgets.outlook import Outlook

Rows = Callable[[App[None]], str]
NARROW = (80, 24)


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder the app was started from."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setattr(TrainerApp, "_prepare_to_train", lambda app: None)
    return folder


async def test_new_shows_what_it_would_train(rows: Rows, snapshot: SnapshotAssertion) -> None:
    app = TrainerApp(AppOptions())
    async with app.run_test(size=NARROW) as pilot:
        await pilot.press("c")
        await pilot.pause()
        assert rows(app) == snapshot(name="top")
        await pilot.press("pagedown", "pagedown")
        await pilot.pause()
        assert rows(app) == snapshot(name="further")
        await pilot.press("escape")
        assert isinstance(app.screen, NewScreen)


async def test_no_line_is_cut_on_a_narrow_screen(rows: Rows) -> None:
    app = TrainerApp(AppOptions(choices=Choices(parts={"regularization": ("l1", "l2")})))
    async with app.run_test(size=NARROW) as pilot:
        await pilot.press("c")
        seen: set[str] = set()
        for _ in range(8):
            await pilot.pause()
            seen |= {line.rstrip("▁▂▃▄▅▆▇█ ").lstrip() for line in rows(app).split("\n")}
            await pilot.press("pagedown")
    shown = compose(Library.load(), Choices(parts={"regularization": ("l1", "l2")})).recipe
    assert {line.strip() for line in script(shown).split("\n")} <= seen


async def test_s_saves_it_beside_what_is_there_and_says_where(elsewhere: Path, rows: Rows) -> None:
    app = TrainerApp(AppOptions())
    async with app.run_test(size=(160, 48)) as pilot:
        await pilot.press("c", "s", "s")
        await pilot.pause()
        assert str(elsewhere / "first-steps-2.py") in [
            note.message.removeprefix("Saved: ") for note in app._notifications
        ]
    text = script(compose(Library.load()).recipe)
    assert {file.name: file.read_text() for file in elsewhere.iterdir()} == {
        "first-steps.py": text,
        "first-steps-2.py": text,
    }


async def test_a_folder_that_cannot_be_written_to_is_told(elsewhere: Path) -> None:
    app = TrainerApp(AppOptions())
    async with app.run_test(size=NARROW) as pilot:
        await pilot.press("c")
        elsewhere.rmdir()
        await pilot.press("s")
        await pilot.pause()
        assert [note.severity for note in app._notifications] == ["error"]
        assert isinstance(app.screen, CodeScreen)


async def test_what_cannot_be_trained_has_no_script() -> None:
    app = TrainerApp(AppOptions(choices=Choices(parts={"data": "moons", "architecture": "lenet"})))
    async with app.run_test(size=NARROW) as pilot:
        await pilot.press("c")
        await pilot.pause()
        assert isinstance(app.screen, NewScreen)
        assert any("reverse" in str(line.spans) for line in app.screen.query_one(Outlook).lines(80))


async def test_while_a_text_is_typed_c_is_a_letter() -> None:
    app = TrainerApp(AppOptions())
    async with app.run_test(size=NARROW) as pilot:
        await pilot.press("slash", "c")
        assert isinstance(app.screen, NewScreen)


async def test_a_run_shows_the_script_of_its_recipe(rows: Rows, snapshot: SnapshotAssertion) -> None:
    app = TrainerApp(AppOptions())
    async with app.run_test(size=NARROW) as pilot:
        await app.push_screen(RunScreen(recorded("diabetes")))
        await pilot.pause()
        await pilot.press("c")
        await pilot.pause()
        assert rows(app) == snapshot
        await pilot.press("escape")
        assert isinstance(app.screen, RunScreen)


async def test_a_hostile_name_is_text_and_nothing_else(rows: Rows) -> None:
    app = TrainerApp(AppOptions())
    async with app.run_test(size=NARROW) as pilot:
        await app.push_screen(CodeScreen(Recipe(name="[red]\x1b[2J@click=app.quit [/]")))
        await pilot.pause()
        assert "# Recipe: [red]@click=app.quit [/]" in rows(app)
