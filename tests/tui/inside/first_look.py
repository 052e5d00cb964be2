"""A look into the network of a recorded run, and of one that has an answer waiting."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import pytest
from textual.pilot import Pilot

from tests.data.record import ASKED
from tests.tui.recorded import NOW, recorded, until
from tui_trainer.core.lock import WorkerLock
from tui_trainer.core.rundir import RunDir
from tui_trainer.tui.app import TrainerApp
from tui_trainer.tui.inside.screen import InsideScreen
from tui_trainer.tui.screens.run import RunScreen


@contextmanager
def answered(name: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunDir]:
    """A recorded run that is being inspected, by somebody who has answered whatever is asked."""
    run = recorded(name)
    monkeypatch.setattr("tui_trainer.tui.inside.asking.token_hex", lambda _: ASKED)
    with WorkerLock(run.inspection.lock):
        yield run


@asynccontextmanager
async def looking(run: RunDir, *keys: str, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Pilot[None]]:
    """The first look into a run that has been read, then some keys pressed."""
    app = TrainerApp()
    async with app.run_test(size=size) as pilot:
        screen = RunScreen(run, clock=lambda: NOW)
        app.push_screen(screen)
        await until(pilot, lambda: screen._watch.since is not None)
        await pilot.press("i")
        await until(pilot, lambda: isinstance(app.screen, InsideScreen))
        await pilot.press(*keys)
        await pilot.pause()
        yield pilot
