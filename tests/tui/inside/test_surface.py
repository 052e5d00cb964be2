"""The Surface view, from recorded answers (tests/data/record_slices.py), and once with a real worker."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import msgspec
import pytest
from syrupy.assertion import SnapshotAssertion
from textual.app import App
from textual.pilot import Pilot

from tests.tui.inside.answering import ANSWERS, RecordedInspection, looking_live
from tests.tui.recorded import NOW, recorded, until
from tui_trainer.core.checkpoint_files import path_of, saved_steps
from tui_trainer.core.control import Ask, Stop, send
from tui_trainer.core.inside.questions import Slice
from tui_trainer.core.inside.surface import LossSlice
from tui_trainer.core.recipe import BundledSet, FullyConnected, Recipe, Training
from tui_trainer.tui.app import AppOptions, TrainerApp
from tui_trainer.tui.inside.asking import Asking
from tui_trainer.tui.inside.screen import Sight
from tui_trainer.tui.inside.surface import SurfaceScreen
from tui_trainer.tui.watch import Watch

Rows = Callable[[App[None]], str]
LOW, WIDE = (80, 24), (160, 48)
STEPS = range(0, 481, 40)
"""Where the run that answered has its checkpoints."""


class Inspection(RecordedInspection):
    """One that says first that it is at work, and may be held back there."""

    def __init__(self) -> None:
        super().__init__("digits")
        self.holds_back = False
        """Whether it only says that it is at work."""
        self.problem = ""
        self._waiting: list[Ask] = []

    def poll(self) -> None:
        super().poll()
        while self._waiting and not self.holds_back:
            self._answer(self._waiting.pop(0))

    def answer(self, ask: Ask) -> None:
        self._waiting.append(ask)
        self.say(ask, done=0.4)

    def _answer(self, ask: Ask) -> None:
        question = ask.question
        assert isinstance(question, Slice)
        if ask.at_step not in (None, *saved_steps(self._run)):
            self.say(ask, problem=f"there is no checkpoint at step {ask.at_step}")
            return
        if self.problem:
            self.say(ask, problem=self.problem)
            return
        held = (ANSWERS / "digits" / f"slice-{question.dimensions}-{question.along}.msgpack").read_bytes()
        picture = msgspec.msgpack.decode(held, type=LossSlice)
        if ask.at_step is not None:
            picture = msgspec.structs.replace(picture, step=ask.at_step)
        self.say(ask, step=picture.step, offset=self._pictures.append(picture))


@asynccontextmanager
async def looking(
    *keys: str, size: tuple[int, int] = LOW, options: AppOptions | None = None
) -> AsyncIterator[tuple[Pilot[None], SurfaceScreen, Inspection]]:
    """The view of a run that has ended, with its answer there; then some keys, each answered."""
    app, inspection = TrainerApp(options), Inspection()
    run = recorded("digits")
    run.checkpoints.mkdir()
    for step in STEPS:
        path_of(run, step).touch()
    async with app.run_test(size=size) as pilot:
        watch = Watch(run)
        while watch.more or watch.since is None:
            watch.read_new()
            watch.judge(NOW)
        glyphs = "ascii" if options and options.ascii else "braille"
        sight = Sight(watch, Asking(watch, start=inspection), lambda: NOW, glyphs=glyphs)
        view = SurfaceScreen(sight)
        app.push_screen(view)
        await until(pilot, lambda: view._taken is not None and view._asked is None)
        for key in keys:
            await pilot.press(key)
            await until(pilot, lambda: view._asked is None)
        await pilot.pause()
        yield pilot, view, inspection
    inspection.end()


@pytest.mark.parametrize("size", [LOW, WIDE], ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("keys", [[], ["d"], ["d", "a"]], ids=["curve", "plane", "way"])
async def test_looks(keys: list[str], size: tuple[int, int], rows: Rows, snapshot: SnapshotAssertion) -> None:
    async with looking(*keys, size=size) as (pilot, _, _):
        assert rows(pilot.app) == snapshot


@pytest.mark.parametrize("ascii", [False, True], ids=["braille", "ascii"])
async def test_without_colour_bands_are_dotted_and_ways_have_letters(
    ascii: bool, rows: Rows, snapshot: SnapshotAssertion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with looking("d", "a", options=AppOptions(ascii=ascii)) as (pilot, _, _):
        shown = rows(pilot.app)
        assert shown == snapshot
        assert not ascii or shown.isascii()


async def test_keys_say_what_is_asked() -> None:
    async with looking("plus", "minus", "minus", "n", "n", "d", "a", "r") as (_, _, inspection):
        asked = [ask.question for ask in inspection.asked]
        assert [each.span for each in asked] == [1.0, 2.0, 1.0, 0.5, 0.5, 0.5, 0.5, 1.25, 1.25]
        assert [each.seed for each in asked] == [0, 0, 0, 0, 1, 2, 2, 2, 2]
        assert [each.dimensions for each in asked] == [1] * 6 + [2] * 3
        assert [each.along for each in asked] == ["random"] * 7 + ["checkpoints"] * 2
        assert asked[0].points > asked[-1].points


async def test_left_and_right_lead_through_the_checkpoints(rows: Rows) -> None:
    async with looking("left", "left", "right", "left", "end", "left", "right") as (pilot, _, inspection):
        assert [ask.at_step for ask in inspection.asked] == [None, 440, 400, 440, 400, None, 440, None]
        assert "checkpoint 13 of 13" in rows(pilot.app)
        assert "epoch 12" in rows(pilot.app)
        await pilot.press("left")
        await until(pilot, lambda: "checkpoint 12 of 13" in rows(pilot.app))
        assert "epoch 11" in rows(pilot.app)


async def test_one_question_at_a_time_and_the_picture_stays_meanwhile(rows: Rows) -> None:
    async with looking() as (pilot, view, inspection):
        inspection.holds_back = True
        await pilot.press("n", "n", "d", "left", "left")
        await until(pilot, lambda: "working it out: 40%, ETA" in rows(pilot.app))
        assert [ask.question.seed for ask in inspection.asked] == [0, 1]
        assert "train loss" in rows(pilot.app)
        inspection.holds_back = False
        await until(pilot, lambda: view._asked is None)
        assert [(ask.question.seed, ask.at_step) for ask in inspection.asked] == [
            (0, None),
            (1, None),
            (2, 400),
        ]
        assert view._taken is not None
        assert view._taken.dimensions == 2


async def test_what_cannot_be_answered_is_said_below_the_picture(rows: Rows) -> None:
    async with looking() as (pilot, view, inspection):
        inspection.problem = "there is nothing of the kind"
        await pilot.press("a")
        await until(pilot, lambda: view._asked is None)
        assert inspection.problem in rows(pilot.app)
        assert "train loss" in rows(pilot.app)
        inspection.problem = ""
        await pilot.press("a")
        await until(pilot, lambda: view._asked is None)
        assert "nothing of the kind" not in rows(pilot.app)


async def test_when_a_checkpoint_was_dropped_meanwhile_one_near_by_is_asked(rows: Rows) -> None:
    async with looking() as (pilot, view, inspection):
        inspection.holds_back = True
        await pilot.press("left")
        await until(pilot, lambda: [ask.at_step for ask in inspection.asked] == [None, 440])
        path_of(view.sight.watch.run, 440).unlink()
        inspection.holds_back = False
        await until(pilot, lambda: view._asked is None)
        assert [ask.at_step for ask in inspection.asked] == [None, 440, 400]
        assert "checkpoint 11 of 12" in rows(pilot.app)


async def test_a_curve_can_be_seen_logarithmically(rows: Rows) -> None:
    async with looking() as (pilot, _, inspection):
        before = rows(pilot.app)
        await pilot.press("l")
        await until(pilot, lambda: rows(pilot.app) != before)
        assert "log" in rows(pilot.app).splitlines()[2]
        assert len(inspection.asked) == 1


async def test_a_real_run_is_sliced_while_it_trains_and_at_its_checkpoints(rows: Rows) -> None:
    recipe = Recipe(
        data=BundledSet(kind="iris"),
        architecture=FullyConnected(hidden=(8,)),
        training=Training(epochs=100_000, batch_size=1),
    )
    async with looking_live(recipe, "surface") as (run, pilot):
        await until(pilot, lambda: getattr(pilot.app.screen, "_taken", None) is not None)
        view = pilot.app.screen
        assert isinstance(view, SurfaceScreen)
        first = view._taken
        assert first is not None
        assert first.num_samples == 105
        await pilot.press("r")
        await until(pilot, lambda: view._taken is not first)
        assert view._taken.step > first.step
        await pilot.press("d")
        await until(pilot, lambda: view._taken.dimensions == 2)
        await until(pilot, lambda: "25×25" in rows(pilot.app))
        await until(pilot, lambda: bool(saved_steps(run)))
        await pilot.press("left")
        await until(pilot, lambda: view._asked is None and view._taken.step == view._wish.at_step)
        assert "loss" in rows(pilot.app)
    if run.inspection.path.is_dir():
        send(run.inspection, Stop(attempt=1))
