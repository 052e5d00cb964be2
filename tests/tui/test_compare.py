"""The Compare screen, from recordings of real runs."""

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from syrupy.assertion import SnapshotAssertion
from textual.app import App
from textual.pilot import Pilot

from tests.tui.compared import cut_short, finished, tell, waiting
from tests.tui.recorded import NOW, events_of, until
from tui_trainer.core import comparison as comparisons
from tui_trainer.core import queue
from tui_trainer.core.comparison import Comparison
from tui_trainer.core.planning import Job, crews
from tui_trainer.tui.app import AppOptions, TrainerApp
from tui_trainer.tui.inside.screen import InsideScreen
from tui_trainer.tui.messages import CompareRequested
from tui_trainer.tui.screens.compare import CompareScreen
from tui_trainer.tui.screens.run import RunScreen
from tui_trainer.tui.screens.versus import VersusScreen

Rows = Callable[[App[None]], str]
LOW, TALL, WIDE = (80, 24), (120, 40), (160, 48)


class Idle(TrainerApp):
    """The app, but for a note of the comparisons it was to start workers for."""

    def __init__(self, options: AppOptions | None = None) -> None:
        super().__init__(options)
        self.raced: list[Comparison] = []

    def _start_race(self, comparison: Comparison) -> None:
        self.raced.append(comparison)

    def _prepare_to_train(self) -> None:
        """None is needed."""


@asynccontextmanager
async def comparing(
    *keys: str, size: tuple[int, int] = LOW, options: AppOptions | None = None
) -> AsyncIterator[tuple[Idle, Pilot[None]]]:
    """The newest comparison on screen, read and drawn, then some keys pressed."""
    app = Idle(options)
    async with app.run_test(size=size) as pilot:
        screen = CompareScreen(clock=lambda: NOW, glyphs="ascii" if options and options.ascii else "braille")
        app.push_screen(screen)
        await until(pilot, lambda: screen._told_at > 0 and (not screen._contest or is_read(screen)))
        await pilot.press(*keys)
        await pilot.pause()
        yield app, pilot


def is_read(screen: CompareScreen) -> bool:
    """Whether all that is recorded was read and drawn."""
    contest = screen._contest
    return contest is not None and not contest.more and bool(screen.query_one("#table").lines)  # type: ignore[attr-defined]


@pytest.mark.parametrize("size", [LOW, TALL], ids=lambda size: f"{size[0]}x{size[1]}")
async def test_looks(size: tuple[int, int], rows: Rows, snapshot: SnapshotAssertion) -> None:
    finished()
    async with comparing(size=size) as (app, _):
        assert rows(app) == snapshot


@pytest.mark.parametrize(
    ("size", "told"), [(LOW, r" ep \d+  "), (WIDE, r" ep \d+, step \d+ ")], ids=["low", "wide"]
)
async def test_epochs_and_where_there_is_room_updates_to_the_target(
    size: tuple[int, int], told: str, rows: Rows
) -> None:
    finished(target="accuracy=0.9")
    async with comparing(size=size) as (app, _):
        assert re.search(told, rows(app))


@pytest.mark.parametrize("key", ["c", "d"])
async def test_views(key: str, rows: Rows, snapshot: SnapshotAssertion) -> None:
    finished()
    async with comparing(key, size=TALL) as (app, _):
        assert rows(app) == snapshot


async def test_without_colour_and_in_ascii_letters_tell_the_recipes_apart(
    rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    finished()
    async with comparing(size=TALL, options=AppOptions(ascii=True)) as (app, _):
        chart = "\n".join(rows(app).splitlines()[3:20])
        assert chart.isascii()
        for name in ("A adam", "B momentum", "C adagrad"):
            assert name in chart
        assert all(chart.count(letter) > 3 for letter in "ABC")


async def test_says_how_to_begin_where_there_is_nothing(rows: Rows) -> None:
    async with comparing() as (app, _):
        assert "Choose a recipe in New and press a, then A" in rows(app)


async def test_a_verdict_is_about_the_recipe_at_the_cursor_and_the_leader_or_the_marked_one(
    rows: Rows,
) -> None:
    finished()
    async with comparing("down", "down") as (app, pilot):
        assert "adam beats adagrad by 4" in rows(app)
        await pilot.press("up", "b", "down")
        assert "momentum beats adagrad by 2" in " ".join(rows(app).split())
        assert "bB  momentum" in rows(app)


async def test_hides_curves_and_sorts_rows(rows: Rows) -> None:
    finished()
    async with comparing("space", size=TALL) as (app, pilot):
        chart = "\n".join(rows(app).splitlines()[3:20])
        assert "A adam" not in chart
        assert "B momentum" in chart
        await pilot.press("s", "S")
        table = [line.split()[0] for line in rows(app).splitlines() if "0.9" in line and "±" in line]
        assert table == ["C", "B", "▸"]


async def test_draws_over_what_one_asks_for(rows: Rows) -> None:
    finished()
    async with comparing() as (app, pilot):
        shown = []
        for _ in range(4):
            await pilot.press("e")
            shown.append(
                next(word for word in ("updates", "samples", " s", "epoch") if axis(rows(app), word))
            )
        assert shown == ["updates", "samples", " s", "epoch"]
        await pilot.press("a")
        assert "validation loss, mean of 3 seeds" in rows(app)


def axis(shown: str, word: str) -> bool:
    return any(line.rstrip().endswith(word) for line in shown.splitlines() if "└0" in line)


async def test_runs_that_wait_and_that_crashed_are_told_and_go_on_together(rows: Rows) -> None:
    comparison = waiting(optimizers=("adam", "momentum"))
    crashed, ended, *others = comparison.runs()
    cut_short(crashed)
    tell(ended, events_of("digits"))
    async with comparing() as (app, pilot):
        assert "1 of 6 runs done, 4 wait, 1 crashed" in rows(app)
        await pilot.press("r")
        await until(pilot, lambda: bool(app.raced))
        assert queue.is_queued(crashed)
        assert not queue.is_queued(ended)
        await until(pilot, lambda: "1 of 6 runs done, 5 wait" in rows(app))
        await pilot.press("x")
        assert "x again stops 3 runs of adam" in rows(app)
        await pilot.press("X", "X")
        await until(pilot, lambda: "1 of 6 runs done, 5 stopped" in rows(app))
        assert not any(queue.is_queued(run) for run in others)


async def test_a_key_adds_five_seeds_after_asking(rows: Rows) -> None:
    finished(optimizers=("adam", "momentum"))
    async with comparing("plus") as (app, pilot):
        assert "+ again trains 5 more seeds of each: 10 runs" in rows(app)
        await pilot.press("plus")
        await until(pilot, lambda: bool(app.raced))
        assert app.raced[0].rounds == (3, 5)
        await until(pilot, lambda: "6 of 16 runs done, 10 wait" in rows(app))
        assert "10 runs of 16 have not ended" in " ".join(rows(app).split())


async def test_regressions_have_no_confusions_but_a_verdict(rows: Rows) -> None:
    finished("diabetes", recipe="regression-fcnn", optimizers=("adam", "momentum"))
    async with comparing("c") as (app, pilot):
        await until(pilot, lambda: "These recipes predict numbers" in rows(app))
        await pilot.press("escape")
        await until(pilot, lambda: "validation R², mean of 3 seeds" in rows(app))


async def test_goes_to_other_comparisons_and_into_a_run(rows: Rows) -> None:
    finished(optimizers=("adam", "adagrad"))
    waiting()
    async with comparing("full_stop", size=TALL) as (app, pilot):
        await until(pilot, lambda: "6 of 6 runs done" in rows(app))
        await pilot.press("right", "enter")
        await until(pilot, lambda: isinstance(app.screen, RunScreen))
        comparison = comparisons.list_comparisons()[1]
        assert app.screen._watch.run == comparison.run_of(comparison.entrants[0], 1)


async def test_looks_into_the_network_of_the_chosen_run(rows: Rows) -> None:
    finished(optimizers=("adam", "adagrad"))
    async with comparing() as (app, pilot):
        await until(pilot, lambda: "6 of 6 runs done" in rows(app))
        await pilot.press("i")
        await until(pilot, lambda: isinstance(app.screen, InsideScreen))
        await until(pilot, lambda: "true \\ predicted" in rows(app))
        assert "[1 film]" in rows(app)
        await pilot.press("escape")
        assert isinstance(app.screen, CompareScreen)


async def test_runs_that_were_marked_are_compared_too(rows: Rows) -> None:
    comparison = finished()
    app = Idle()
    async with app.run_test(size=TALL) as pilot:
        app.post_message(CompareRequested(comparison.runs()[:2]))
        await until(pilot, lambda: "2 of 2 runs done" in rows(app))
        assert "1 shared seed, and fewer than 3 cannot tell chance from merit" in " ".join(rows(app).split())


async def test_nothing_is_drawn_while_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    finished()
    async with comparing() as (app, pilot):
        drawn: list[object] = []
        for view in app.screen.query("SpanView, LineChart"):
            monkeypatch.setattr(view, "refresh", lambda *regions, **_: drawn.append(regions))
        app.screen._draw()
        await pilot.pause()
        assert drawn == []


# From New


@asynccontextmanager
async def asking(*keys: str, size: tuple[int, int] = LOW) -> AsyncIterator[tuple[Idle, Pilot[None]]]:
    """New, and some keys pressed on it."""
    app = Idle()
    async with app.run_test(size=size) as pilot:
        await pilot.press(*keys)
        await pilot.pause()
        yield app, pilot


async def told(pilot: Pilot[None], rows: Rows, text: str) -> None:
    """Wait until what the choices come to is said."""
    await until(pilot, lambda: text in " ".join(rows(pilot.app).replace("│", " ").split()))


async def test_two_keys_compare_every_activation(rows: Rows) -> None:
    async with asking("A", "2") as (app, pilot):
        await told(pilot, rows, "7 recipes, 21 runs, about")
        await pilot.press("left")
        await told(pilot, rows, "2 seeds each 7 recipes, 14 runs")
        await pilot.press("enter")
        await until(pilot, lambda: bool(app.raced))
        await until(pilot, lambda: "0 of 14 runs done, 14 wait" in rows(app))
        assert app.current_mode == "compare"
        (made,) = comparisons.list_comparisons()
        assert made.seeds == (0, 1)
        assert len(made.runs()) == 14


async def test_recipes_that_were_added_are_compared(rows: Rows) -> None:
    async with asking("a") as (app, pilot):
        assert "to compare: 1 recipe; a takes this one out" in rows(app)
        await pilot.press("4", "up", "space", "a", "A")
        await told(pilot, rows, "2 recipes, 6 runs")
        await pilot.press("enter")
        await until(pilot, lambda: bool(app.raced))
        assert len(app.raced[0].entrants) == 2


async def test_a_grid_is_typed_and_a_mistake_in_it_told(rows: Rows) -> None:
    async with asking("A") as (app, pilot):
        await told(pilot, rows, "One recipe is nothing to compare")
        await pilot.press("enter")
        assert isinstance(app.screen, VersusScreen)
        await pilot.press("4", *"optimiser=sgd")
        await told(pilot, rows, "did you mean")
        await pilot.press(*["backspace"] * 20, *"optimizer=sgd,adam lr=0.1,0.01 seed=4,5")
        await told(pilot, rows, "2 seeds each 4 recipes, 8 runs")
        await pilot.press("enter")
        await until(pilot, lambda: bool(app.raced))
        assert app.raced[0].seeds == (4, 5)


async def test_a_budget_and_a_target_are_typed_and_kept_with_the_comparison(rows: Rows) -> None:
    async with asking("A", "4", *"lr=0.1,0.01", "tab", *"soon") as (app, pilot):
        await told(pilot, rows, "! budget soon: must be a time for all (60s, 5min) or 5epochs")
        await pilot.press(*["backspace"] * 4, *"30s", "tab", *"speed=3")
        await told(pilot, rows, "! speed=3: a target is METRIC=VALUE with one of accuracy, r2, loss")
        await pilot.press("enter")
        assert isinstance(app.screen, VersusScreen)
        await pilot.press(*["backspace"] * 7, *"accuracy=0.9", "enter")
        await until(pilot, lambda: bool(app.raced))
        assert (app.raced[0].budget, app.raced[0].target) == ("30s", "accuracy=0.9")
        num_workers = len(crews([Job.of(run) for run in app.raced[0].runs()]))  # of this machine
        assert app.raced[0].seconds_per_run == pytest.approx(30.0 / 6 * num_workers)
        await until(pilot, lambda: "to target" in rows(app))


async def test_epochs_as_a_budget_are_what_every_run_gets(rows: Rows) -> None:
    async with asking("A", "4", *"epochs=1,2", "tab", *"3epochs") as (app, pilot):
        await told(pilot, rows, "The budget and the grid both name epochs: leave one of them out.")
        await pilot.press("shift+tab", *["backspace"] * 10, *"lr=0.1,0.01", "enter")
        await until(pilot, lambda: bool(app.raced))
        assert {run.recipe().training.epochs for run in app.raced[0].runs()} == {3}
