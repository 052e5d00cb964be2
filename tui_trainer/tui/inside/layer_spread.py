"""How the numbers of one layer are spread: over time as heat maps, and its z under its activation."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, cast, get_args

import numpy as np
from numpy.typing import NDArray

from tui_trainer.core.activations import GRAPHS
from tui_trainer.core.figures import value
from tui_trainer.core.inside.layers import Histogram, LayerHistograms
from tui_trainer.core.recipe import Activation
from tui_trainer.tui.plot.charted import lines_of, side_by_side
from tui_trainer.tui.plot.heat import LABEL, heat
from tui_trainer.tui.plot.lineplot import Plot, lay_out
from tui_trainer.tui.plot.model import ChartModel, ChartOptions, Curve
from tui_trainer.tui.plot.raster import GlyphName
from tui_trainer.tui.plot.spans import Line, Span, clip

Floats: TypeAlias = NDArray[np.float64]
Kind: TypeAlias = Literal["weights", "gradients", "inputs", "activations"]
KINDS: tuple[Kind, ...] = get_args(Kind)

_TITLES: dict[Kind, str] = {
    "weights": "weights W",
    "gradients": "gradients ∂l/∂W",
    "inputs": "z, into the activation",
    "activations": "h, out of it",
}
_TAILS = 0.002
"""So much at either end of a histogram may lie outside the picture: single numbers would flatten the rest."""


@dataclass(frozen=True)
class Moment:
    """Histograms of one layer at a step."""

    step: int
    weights: Histogram
    gradients: Histogram
    inputs: Histogram
    activations: Histogram

    @classmethod
    def of(cls, step: int, picture: LayerHistograms, layer: int) -> "Moment":
        """Of one layer."""
        return cls(step, *(getattr(picture, kind)[layer] for kind in KINDS))


def heat_maps(
    moments: Sequence[Moment],
    at_step: int | None,
    kinds: Sequence[Kind],
    width: int,
    height: int,
    glyphs: GlyphName,
) -> tuple[Line, ...]:
    """How one layer's numbers were spread from the first moment to the last; a mark is ``at_step``.

    A column shows the last moment by then.
    """
    steps = np.array([moment.step for moment in moments])

    def one(kind: Kind, width: int, height: int) -> tuple[Line, ...]:
        histograms = [getattr(moment, kind) for moment in moments]
        edges = _edges(histograms, height - 1)
        by_moment = np.array([each.shares_in(edges) for each in histograms])
        ends = np.linspace(steps[0], steps[-1], width - LABEL)
        shown = np.searchsorted(steps, ends, "right") - 1
        mark = None if at_step is None else int(np.searchsorted(ends, at_step))
        title = _TITLES[kind] if glyphs != "ascii" else _TITLES[kind].replace("∂", "d")
        return heat(by_moment[shown].T, edges, title, width, mark=mark, ascii_only=glyphs == "ascii")

    return side_by_side(one, kinds, width, height)


def _edges(histograms: Sequence[Histogram], rows: int) -> Floats:
    """Rows + 1 numbers from below that hold nearly all of all histograms."""
    ranges = np.array([each.range_of(_TAILS) for each in histograms])
    ranges = ranges[~np.isnan(ranges[:, 0])]
    low, high = (float(ranges[:, 0].min()), float(ranges[:, 1].max())) if len(ranges) else (0.0, 1.0)
    if not high > low:
        reach = max(abs(low), 1e-12)
        low, high = low - reach, high + reach
    return np.linspace(low, high, rows + 1)


# The activation

_REACH = 4.0
"""The curve is drawn at least from minus to plus this."""
_NUM_POINTS = 200
_FLAT = 0.05
_BARS = " ▁▂▃▄▅▆▇█"


def activation_picture(
    kind: str, z: Histogram, width: int, height: int, glyphs: GlyphName, *, is_last: bool
) -> tuple[Line, ...]:
    """An activation with its derivative, and below it where this layer's z fall."""
    name = cast(Activation, kind if kind in GRAPHS else "identity")
    low, high = z.range_of(_TAILS)
    low, high = (min(-_REACH, low), max(_REACH, high)) if math.isfinite(low) else (-_REACH, _REACH)
    said = _slopes(name, z)
    if is_last and name == "identity":
        said = ("This is the output layer: what follows it is part of the loss.", *said[1:])
    bars = max(3, (height - 5) // 3)
    points = np.linspace(low, high, _NUM_POINTS + 1)
    graph = GRAPHS[name]
    curves = (
        Curve.of("f'", points, graph.slope(points), color=1),
        Curve.of("f", points, graph.value(points), color=0),
    )
    model = ChartModel("", curves, x_label="z", x_range=(low, high), x_whole=False)
    options = ChartOptions(glyphs=glyphs, title=False)
    plot = lay_out(model, options, width, height - bars - len(said) - 2)
    lines = list(lines_of(plot.draw()))
    if plot.body is not None:
        margin = width - plot.body.area.width
        lines.append((Span(" " * margin + "where this layer's z are:", "quiet"),))
        lines += _bars(plot, z, bars, ascii_only=glyphs == "ascii")
    return (*lines, (), *(clip((Span(sentence),), width) for sentence in said))


def _bars(plot: Plot, z: Histogram, height: int, *, ascii_only: bool) -> list[Line]:
    """The histogram under the plot, a bar a cell."""
    assert plot.body is not None
    area = plot.body.area
    margin = plot.width - area.width
    middles: Floats = np.array([area.x_of_cell(cell) for cell in range(area.num_cells)])
    half = (middles[1] - middles[0]) / 2
    shares = np.nan_to_num(z.shares_in(np.append(middles - half, middles[-1] + half)))
    eighths = np.ceil(shares / max(float(shares.max()), 1e-12) * height * 8 - 1e-9).astype(int)
    lines: list[Line] = []
    for row in range(height - 1, -1, -1):
        parts = np.clip(eighths - 8 * row, 0, 8)
        text = "".join(" #"[part > 3] if ascii_only else _BARS[part] for part in parts.tolist())
        lines.append((Span(" " * margin), Span(text, "point")))
    return lines


def _slopes(name: Activation, z: Histogram) -> tuple[str, ...]:
    """What the slope does to a gradient on its way back, from where z lie."""
    counts = z.array().astype(np.float64)
    if not counts.sum():
        return ("No finite z was seen here.",)
    if name == "identity":
        return ("There is no activation here: h is z.", "A gradient passes as it is.")
    width = (z.high - z.low) / len(counts)
    middles = np.asarray(z.low + (np.arange(len(counts)) + 0.5) * width, np.float64)
    slopes = GRAPHS[name].slope(middles)
    mean = float(np.average(slopes, weights=counts))
    steepest = 0.25 if name == "sigmoid" else 1.0
    flat = float(counts[slopes < _FLAT * steepest].sum() / counts.sum())
    return (
        f"A gradient on its way back is multiplied by f': on average by {value(mean)} here.",
        f"{100 * flat:.0f} % of z lie where the slope is next to 0 (below 5 % of its largest).",
    )
