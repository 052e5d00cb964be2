"""The batch microscope, from recorded answers."""

from collections.abc import Callable

import pytest
from syrupy.assertion import SnapshotAssertion
from textual.app import App

from tests.tui.inside.answering import answer_of, looking
from tests.tui.recorded import RUNS, caught, events_of, until
from tui_trainer.core.checkpoint_files import path_of
from tui_trainer.core.control import Ask, Continue, ControlReader, Pause, Step
from tui_trainer.core.events import Answered, AnyEvent, PhaseChanged
from tui_trainer.core.inside.questions import NextBatch
from tui_trainer.core.runlog import LogWriter
from tui_trainer.tui.app import AppOptions, TrainerApp
from tui_trainer.tui.inside.asking import Asking
from tui_trainer.tui.inside.microscope import MicroscopeScreen
from tui_trainer.tui.inside.screen import Sight
from tui_trainer.tui.watch import Watch

Rows = Callable[[App[None]], str]
LOW, WIDE = (80, 24), (160, 48)
SIZES = pytest.mark.parametrize("size", [LOW, WIDE], ids=lambda size: f"{size[0]}x{size[1]}")


@SIZES
@pytest.mark.parametrize("face", ["f", "b", "u", "l"])
@pytest.mark.parametrize("name", ["net", "digits"])
async def test_looks(
    name: str, face: str, size: tuple[int, int], rows: Rows, snapshot: SnapshotAssertion
) -> None:
    async with looking(MicroscopeScreen, name, face, size=size) as (pilot, _):
        assert rows(pilot.app) == snapshot


async def test_keys_go_through_layers_and_samples(rows: Rows) -> None:
    async with looking(MicroscopeScreen, "net", "b") as (pilot, _):
        assert "dl/dz2 = y^ - y" in rows(pilot.app)
        assert "sample 1 of 20" in rows(pilot.app)
        await pilot.press("down", "right")
        assert "sample 2 of 20" in rows(pilot.app)
        assert "l = -(y ln y^" not in rows(pilot.app)
        assert "dl/dz1 = dl/dh1 * h1 (1 - h1)" in rows(pilot.app)
        await pilot.press("up", "left", "left")
        assert "sample 16 of 20" in rows(pilot.app)


async def test_in_ascii_nothing_is_lost(rows: Rows) -> None:
    async with looking(MicroscopeScreen, "net", "u", options=AppOptions(ascii=True)) as (pilot, _):
        shown = rows(pilot.app)
        assert "m < b1 m + (1 - b1) g       m^ = m / (1 - b1^t)" in shown
        assert shown.isascii()


async def test_an_ended_run_is_looked_at_as_another_checkpoint_has_it() -> None:
    async with looking(MicroscopeScreen, "net") as (pilot, inspection):
        run = pilot.app.screen.sight.watch.run
        run.checkpoints.mkdir(exist_ok=True)
        for step in (7, 21, 42):
            path_of(run, step).touch()
        await pilot.press("<")
        await until(pilot, lambda: [ask.at_step for ask in inspection.asked] == [None, 21])
        await until(pilot, lambda: pilot.app.screen._reply.step == 21)
        await pilot.press("<", "<", ">")
        await until(pilot, lambda: inspection.asked[-1].at_step == 21)
        await pilot.press("space", "full_stop")
        assert not run.control.exists()


async def test_a_live_run_is_held_and_makes_the_step_that_is_shown(rows: Rows) -> None:
    events: list[AnyEvent] = [
        event for event in events_of("net") if not (isinstance(event, PhaseChanged) and event.step > 0)
    ]
    app = TrainerApp()
    with caught("net", events) as (run, say):
        pictures = LogWriter(run.pictures)
        control = ControlReader(run.control, 1)
        heard: list[object] = []

        def worker_answers() -> bool:
            for request in control.poll():
                heard.append(request)
                if isinstance(request, Ask):
                    offset = pictures.append(answer_of("net", NextBatch()))
                    say(Answered(attempt=1, elapsed_s=9.0, request=request.id, step=42, offset=offset))
            return "layer 1" in rows(app)

        async with app.run_test(size=LOW) as pilot:
            watch = Watch(run)
            while watch.more or watch.since is None:
                watch.read_new()
                watch.judge(1_800_000_300.0)
            app.push_screen(MicroscopeScreen(Sight(watch, Asking(watch), lambda: 1_800_000_300.0)))
            await until(pilot, worker_answers)
            assert "Space holds the run here" in rows(app)
            await pilot.press("space")
            await until(pilot, lambda: worker_answers() and Pause(attempt=1) in heard)
            say(PhaseChanged(attempt=1, elapsed_s=9.0, phase="paused", step=42))
            await until(pilot, lambda: ". makes this step" in rows(app))
            await pilot.press("full_stop", "space")
            await until(pilot, lambda: worker_answers() and Continue(attempt=1) in heard)
            assert Step(attempt=1, batches=1) in heard
            assert sum(isinstance(request, Ask) for request in heard) == 1, "the batch was held where it was"
        pictures.close()


def test_recordings_are_small() -> None:
    files = [path for path in (RUNS.parent / "answers").rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 64 * 1024
