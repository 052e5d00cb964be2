"""The confusion film, from recordings of real runs, and once from a real worker."""

from collections.abc import Callable

import pytest
from syrupy.assertion import SnapshotAssertion
from textual.app import App

from tests.tui.inside.opened import answered, looking
from tests.tui.recorded import recorded, until
from tui_trainer import Run
from tui_trainer.core import rundir
from tui_trainer.core.control import Stop, send
from tui_trainer.core.recipe import BundledSet, FullyConnected, Recipe, Training
from tui_trainer.tui import launcher
from tui_trainer.tui.screens.run import RunScreen
from tui_trainer.tui.widgets.span_view import SpanView

Rows = Callable[[App[None]], str]
LOW, WIDE = (80, 24), (160, 48)
SIZES = pytest.mark.parametrize("size", [LOW, WIDE], ids=lambda size: f"{size[0]}x{size[1]}")


def has_image(picture: SpanView) -> bool:
    return any(span.role == "pixel" for line in picture.lines for span in line)


@SIZES
@pytest.mark.parametrize("name", ["film-digits", "film-cancer", "film-iris"])
async def test_looks(name: str, size: tuple[int, int], rows: Rows, snapshot: SnapshotAssertion) -> None:
    async with looking(recorded(name), "film", size=size) as pilot:
        assert rows(pilot.app) == snapshot


@SIZES
@pytest.mark.parametrize("name", ["film-digits", "film-cancer", "film-iris"])
async def test_samples_look(
    name: str,
    size: tuple[int, int],
    rows: Rows,
    snapshot: SnapshotAssertion,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")  # shades are characters then
    with answered(name, monkeypatch) as run:
        async with looking(run, "film", "w", size=size) as pilot:
            await until(pilot, lambda: not any(word in rows(pilot.app) for word in ("asking", "loading")))
            assert rows(pilot.app) == snapshot


async def test_time_goes_by_keys_and_what_changed_is_shown(rows: Rows, snapshot: SnapshotAssertion) -> None:
    async with looking(recorded("film-digits"), "film", "home") as pilot:
        assert "evaluation 1 of 5" in rows(pilot.app)
        await pilot.press("right", "d")
        assert rows(pilot.app) == snapshot
        await pilot.press("left", "left", "left", "space")
        await until(pilot, lambda: "evaluation 5 of 5" in rows(pilot.app))


async def test_the_cursor_goes_over_the_classes_as_they_are_sorted(rows: Rows) -> None:
    async with looking(recorded("film-digits"), "film", "home", "s") as pilot:
        confused = [line for line in rows(pilot.app).split("\n") if "true \\ predicted" in line]
        first, second = confused[0].split()[3:5]
        assert (first, second) != ("0", "1")
        assert f" {first}, taken for {second}: " in rows(pilot.app) or (
            f" {second}, taken for {first}: " in rows(pilot.app)
        )
        await pilot.press("k", "k", "h", "h")
        assert f" {first}, found: " in rows(pilot.app)
        await pilot.press("j")
        assert f" {second}, taken for {first}: " in rows(pilot.app)


async def test_a_cell_opens_on_the_samples_behind_it(rows: Rows, monkeypatch: pytest.MonkeyPatch) -> None:
    with answered("film-digits", monkeypatch) as run:
        async with looking(run, "film") as pilot:
            said = next(line for line in rows(pilot.app).split("\n") if "taken for" in line)
            cell, _, count = said.strip().partition(": ")
            await pilot.press("enter")
            number = count.split()[0]
            assert f"{cell}  1" in rows(pilot.app)
            assert f"of {number} " in rows(pilot.app)
            picture = pilot.app.screen.query_one("#picture", SpanView)
            await until(pilot, lambda: has_image(picture))
            assert "probabilities recorded at epoch 4" in rows(pilot.app)
            before = rows(pilot.app)
            await pilot.press("left")
            assert "probabilities recorded at epoch 3" in rows(pilot.app)
            await pilot.press("right")
            assert rows(pilot.app) == before
            await pilot.press("escape")
            assert "true \\ predicted" in rows(pilot.app)


async def test_where_no_probabilities_were_recorded_the_network_is_asked(rows: Rows) -> None:
    recipe = Recipe(
        data=BundledSet(kind="digits"),
        architecture=FullyConnected(hidden=(8,)),
        training=Training(epochs=1, probes="none"),
    )
    run = rundir.create(recipe)
    launcher.start(run).wait()
    async with looking(run, "film") as pilot:
        try:
            await pilot.press("enter")
            assert "loading PyTorch" in rows(pilot.app)
            picture = pilot.app.screen.query_one("#picture", SpanView)
            await until(pilot, lambda: has_image(picture), seconds=180)
            assert "probabilities asked for at epoch 1" in rows(pilot.app)
            assert "▸" in rows(pilot.app)
        finally:
            send(run.inspection, Stop(attempt=1))


async def test_a_loop_of_ones_own_has_the_matrix_and_says_why_there_is_no_more(rows: Rows) -> None:
    with Run("by hand") as run:
        run.log(10, val_loss=0.5)
        run.confusion(10, [[40, 2], [3, 55]], ["out", "in"])
    assert run.dir is not None
    async with looking(run.dir, "film", "d") as pilot:
        assert "in, taken for out: 3 of 58" in rows(pilot.app)
        await pilot.press("enter")
        assert "keeps its network to itself" in next(iter(pilot.app._notifications)).message
        await pilot.press("2")
        assert "keeps its network to itself" in rows(pilot.app)


async def test_regression_has_no_film(rows: Rows) -> None:
    async with looking(recorded("diabetes"), "film", "s", "enter", "j", "w", "left", "space") as pilot:
        assert "there are no classes" in rows(pilot.app)
        await pilot.press("2", "c", "up", "comma")
        assert "there are no classes" in rows(pilot.app)
        await pilot.press("escape")
        assert isinstance(pilot.app.screen, RunScreen)
