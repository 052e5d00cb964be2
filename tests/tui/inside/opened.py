"""A recorded run with one of the looks into its network on screen."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import pytest
from textual.pilot import Pilot

from tests.data.record import ASKED
from tests.tui.recorded import NOW, recorded, until
from tui_trainer.core.lock import WorkerLock
from tui_trainer.core.rundir import RunDir
from tui_trainer.tui.app import AppOptions, TrainerApp
from tui_trainer.tui.inside.screen import VIEWS, InsideScreen
from tui_trainer.tui.screens.run import RunScreen

LOW, WIDE = (80, 24), (160, 48)


@contextmanager
def answered(name: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunDir]:
    """A recorded run that is being inspected, by somebody who has answered whatever is asked."""
    run = recorded(name)
    monkeypatch.setattr("tui_trainer.tui.inside.asking.token_hex", lambda _: ASKED)
    with WorkerLock(run.inspection.lock):
        yield run


@asynccontextmanager
async def looking(
    run: RunDir | str, view: str, *keys: str, size: tuple[int, int] = LOW, options: AppOptions | None = None
) -> AsyncIterator[Pilot[None]]:
    """``view`` of a run, or of a recording by its name, after some keys."""
    app = TrainerApp(options)
    async with app.run_test(size=size) as pilot:
        glyphs = "ascii" if options is not None and options.ascii else "braille"
        screen = RunScreen(recorded(run) if isinstance(run, str) else run, clock=lambda: NOW, glyphs=glyphs)
        app.push_screen(screen)
        await until(pilot, lambda: screen._watch.since is not None)
        number = next(place for place, each in enumerate(VIEWS, 1) if each[0] == view)
        await pilot.press("i")
        await until(pilot, lambda: isinstance(app.screen, InsideScreen))
        await pilot.press(str(number), *keys)
        await pilot.pause()
        yield pilot
