"""A recorded run with one of the looks into its network on screen."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from textual.pilot import Pilot

from tests.tui.recorded import NOW, recorded, until
from tui_trainer.core.rundir import RunDir
from tui_trainer.tui.app import AppOptions, TrainerApp
from tui_trainer.tui.inside.screen import VIEWS
from tui_trainer.tui.screens.run import RunScreen

LOW, WIDE = (80, 24), (160, 48)


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
        await pilot.press("i", str(number), *keys)
        await pilot.pause()
        yield pilot
