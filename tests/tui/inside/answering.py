"""Looks into recorded runs, answered from recordings (tests/data/record.py makes both)."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Self

import msgspec
from textual.pilot import Pilot

from tests.tui.recorded import NOW, RUNS, recorded, until
from tui_trainer.core import history, rundir
from tui_trainer.core.control import Ask, ControlReader
from tui_trainer.core.events import Answered, PhaseChanged
from tui_trainer.core.inside.pictures import Picture
from tui_trainer.core.inside.questions import NextBatch, Poked, Question
from tui_trainer.core.lock import WorkerLock
from tui_trainer.core.recipe import Recipe
from tui_trainer.core.rundir import RunDir
from tui_trainer.core.runlog import LogWriter
from tui_trainer.tui import launcher
from tui_trainer.tui.app import AppOptions, TrainerApp
from tui_trainer.tui.inside.asking import Asking
from tui_trainer.tui.inside.screen import VIEWS, InsideScreen, Sight
from tui_trainer.tui.screens.run import RunScreen
from tui_trainer.tui.watch import Watch

ANSWERS = RUNS.parent / "answers"


def answer_of(name: str, question: Question) -> Picture:
    """What a recorded run answered to a question of this kind."""
    kind = (
        "batch" if isinstance(question, NextBatch) else "poked" if isinstance(question, Poked) else "samples"
    )
    return msgspec.msgpack.decode((ANSWERS / name / f"{kind}.msgpack").read_bytes(), type=Picture)


class RecordedInspection:
    """What stands for the worker of an inspection: it answers whenever somebody looks whether it lives."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.asked: list[Ask] = []

    def __call__(self, run: RunDir) -> Self:
        own = run.inspection
        own.path.mkdir(exist_ok=True)
        self._lock = WorkerLock(own.lock)
        self._lock.acquire()
        self._run, self._step = run, history.load(run).step
        self._log, self._pictures = LogWriter(own.events), LogWriter(own.pictures)
        self._log.append(PhaseChanged(attempt=1, elapsed_s=0.0, phase="paused"))
        self._control = ControlReader(own.control, 1)
        return self

    def poll(self) -> None:
        """It lives."""
        for request in self._control.poll():
            assert isinstance(request, Ask)
            self.asked.append(request)
            self.answer(request)

    def answer(self, ask: Ask) -> None:
        """Answer at once."""
        step = self._step if ask.at_step is None else ask.at_step
        self.say(ask, step=step, offset=self._pictures.append(answer_of(self.name, ask.question)))

    def say(self, ask: Ask, step: int = 0, **rest: object) -> None:
        self._log.append(Answered(attempt=1, elapsed_s=0.0, request=ask.id, step=step, **rest))

    def end(self) -> None:
        self._log.close()
        self._pictures.close()
        self._lock.release()


@asynccontextmanager
async def looking_live(recipe: Recipe, view: str) -> AsyncIterator[tuple[RunDir, Pilot[None]]]:
    """A view, by its name, of a run that a real worker trains; both end afterwards."""
    run = rundir.create(recipe)
    worker = launcher.start(run)
    app = TrainerApp()
    try:
        async with app.run_test(size=(80, 24)) as pilot:
            screen = RunScreen(run)
            app.push_screen(screen)
            await until(pilot, lambda: screen._watch.state == "training")
            number = next(place for place, (name, _, _) in enumerate(VIEWS, 1) if name == view)
            await pilot.press("i", str(number))
            yield run, pilot
    finally:
        worker.terminate()
        worker.wait()


@asynccontextmanager
async def looking(
    view: Callable[[Sight], InsideScreen],
    name: str,
    *keys: str,
    size: tuple[int, int] = (80, 24),
    options: AppOptions | None = None,
) -> AsyncIterator[tuple[Pilot[None], RecordedInspection]]:
    """A view of a recorded run that has ended, with its answers there; then some keys pressed."""
    app = TrainerApp(options)
    inspection = RecordedInspection(name)
    async with app.run_test(size=size) as pilot:
        watch = Watch(recorded(name))
        while watch.more or watch.since is None:
            watch.read_new()
            watch.judge(NOW)
        asking = Asking(watch, start=inspection)
        glyphs = "ascii" if options and options.ascii else "braille"
        app.push_screen(view(Sight(watch, asking, lambda: NOW, glyphs=glyphs, colour=not app.no_color)))
        await until(pilot, lambda: bool(inspection.asked) and not asking._pending)
        await pilot.pause(0.05)
        for key in keys:
            await pilot.press(key)
        await until(pilot, lambda: not asking._pending)
        await pilot.pause()
        yield pilot, inspection
    inspection.end()
