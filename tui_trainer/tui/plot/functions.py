"""Pictures of functions: an activation with its derivative, a schedule over training."""

import numpy as np

from tui_trainer.core.activations import GRAPHS
from tui_trainer.core.presetfile import Preset
from tui_trainer.core.recipe import Activation, Recipe, Schedule
from tui_trainer.core.schedules import factor
from tui_trainer.tui.plot.lineplot import draw
from tui_trainer.tui.plot.model import ChartModel, ChartOptions, Curve
from tui_trainer.tui.plot.raster import GlyphName

_FAR = 4.0
"""Activations are drawn from minus to plus this."""
_NUM_POINTS = 400


def picture(preset: Preset, recipe: Recipe, width: int, height: int, glyphs: GlyphName = "braille") -> str:
    """What an activation or a schedule looks like, as rows of text; empty for other presets.

    ``recipe`` is one in which ``preset`` is chosen: its settings are drawn.
    """
    if preset.group == "schedules":
        return schedule_picture(recipe.optimizer.schedule, width, height, glyphs)
    if preset.group == "activations":
        return activation_picture(preset.values["architecture"]["activation"], width, height, glyphs)
    return ""


def activation_picture(name: Activation, width: int, height: int, glyphs: GlyphName = "braille") -> str:
    """The activation f as a line, its derivative f' behind it; rows of text."""
    z = np.linspace(-_FAR, _FAR, _NUM_POINTS + 1)
    graph = GRAPHS[name]
    curves = (
        Curve.of("f'", z, graph.slope(z), "thin", color=1),
        Curve.of("f", z, graph.value(z)),
    )
    return _drawn(ChartModel("", curves, x_label="z", x_range=(-_FAR, _FAR)), width, height, glyphs)


def schedule_picture(schedule: Schedule, width: int, height: int, glyphs: GlyphName = "braille") -> str:
    """What the learning rate is multiplied by, over all of training; rows of text."""
    factors = [factor(schedule, step, _NUM_POINTS) for step in range(_NUM_POINTS)]
    curve = Curve.of("", np.linspace(0, 1, _NUM_POINTS), factors)
    zero = Curve.of("", [0.0], [0.0], "thin")  # so that the axis begins there
    model = ChartModel("", (zero, curve), x_label="t/T", x_range=(0, 1), x_whole=False)
    return _drawn(model, width, height, glyphs)


def _drawn(model: ChartModel, width: int, height: int, glyphs: GlyphName) -> str:
    return draw(model, ChartOptions(glyphs=glyphs, title=False), width, height).text()
