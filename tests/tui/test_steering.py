"""A run is stepped and changed from its screen, and the charts say what was changed."""

from collections.abc import Callable

from textual.app import App
from textual.widgets import Input

from tests.tui.recorded import caught, events_of, recorded, until_step
from tests.tui.test_run import watching
from tui_trainer.core.control import Change, ControlReader, Step
from tui_trainer.core.events import Edited, PhaseChanged
from tui_trainer.tui.screens.steering import ChangeScreen

Rows = Callable[[App[None]], str]
PAUSED = [
    *until_step(events_of("digits"), 200),
    PhaseChanged(attempt=1, elapsed_s=1.0, phase="paused", step=200),
]


async def test_a_paused_run_makes_a_batch_or_an_epoch() -> None:
    with caught("digits", PAUSED) as (run, _):
        async with watching(run) as pilot:
            await pilot.press("full_stop", "n")
            assert ControlReader(run.control, attempt=1).poll() == [
                Step(attempt=1, batches=1),
                Step(attempt=1, epochs=1),
            ]


async def test_a_setting_is_typed_and_sent_and_a_wrong_one_is_explained(rows: Rows) -> None:
    with caught("digits", PAUSED) as (run, _):
        async with watching(run, "l") as pilot:
            assert "now: lr 0.003, l2 0.0001, epochs 12" in rows(pilot.app)
            await pilot.press(*"-1", "enter")
            assert isinstance(pilot.app.screen, ChangeScreen)
            assert "optimizer.lr = -1" in rows(pilot.app)
            pilot.app.screen.query_one(Input).value = "0.01"
            await pilot.press("enter")
            assert not isinstance(pilot.app.screen, ChangeScreen)
            await pilot.press("l", "escape")
            assert ControlReader(run.control, attempt=1).poll() == [
                Change(attempt=1, setting="optimizer.lr", value=0.01)
            ]


async def test_a_change_is_marked_on_the_chart_and_listed_beside_it(rows: Rows) -> None:
    edit = Edited(attempt=1, elapsed_s=1.0, step=100, setting="optimizer.lr", before=0.001, value=0.01)
    with caught("digits", [*PAUSED, edit]) as (run, _):
        async with watching(run, size=(160, 48)) as pilot:
            assert "lr 0.01" in rows(pilot.app)
            assert "lr 0.01, before 0.001" in rows(pilot.app)


async def test_what_has_ended_cannot_be_stepped_or_changed() -> None:
    run = recorded("digits")
    async with watching(run, "full_stop", "l") as pilot:
        assert not isinstance(pilot.app.screen, ChangeScreen)
        assert not run.control.exists()
