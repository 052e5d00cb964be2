"""Where looks into a network begin, from a screen that shows several runs."""

import os
import time
from collections.abc import Callable

from tui_trainer.core.rundir import RunDir
from tui_trainer.tui import terminal
from tui_trainer.tui.inside.asking import Asking
from tui_trainer.tui.inside.screen import InsideScreen, Sight, view_at
from tui_trainer.tui.link import LOCAL, Link
from tui_trainer.tui.plot.raster import GlyphName
from tui_trainer.tui.watch import Watch

_READ_S = 0.05


def first_view(
    run: RunDir,
    *,
    clock: Callable[[], float] = time.time,
    link: Link = LOCAL,
    glyphs: GlyphName = "braille",
) -> InsideScreen:
    """The first view of a run; what can be read of it in a moment is read before it is drawn."""
    watch = Watch(run)
    watch.read_new(_READ_S)
    watch.judge(clock())
    colour = terminal.color_system(os.environ) != "none"
    return view_at(0)(Sight(watch, Asking(watch), clock, link, glyphs, colour))
