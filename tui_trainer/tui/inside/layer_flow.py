"""What was measured of the layers: the flow of the gradient at one moment, and figures over time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from tui_trainer.core.events import LayersMeasured
from tui_trainer.core.history import History
from tui_trainer.core.inside.layers import unit_factors, weight_factors
from tui_trainer.core.text import plain
from tui_trainer.tui.plot.charted import lines_of, side_by_side
from tui_trainer.tui.plot.flow import ASCII, UNICODE, FlowRow, flow
from tui_trainer.tui.plot.lineplot import draw
from tui_trainer.tui.plot.model import ChartModel, ChartOptions, Curve
from tui_trainer.tui.plot.raster import GlyphName
from tui_trainer.tui.plot.scale import log_scale
from tui_trainer.tui.plot.spans import Line, Span, clip

Floats: TypeAlias = NDArray[np.float64]
Quantity: TypeAlias = Literal["gradient", "weights", "update", "no slope"]
QUANTITIES: tuple[Quantity, ...] = get_args(Quantity)

_MOST_DECADES = 12
_ALL = 0.995
_ALIKE = 1.5
_MOST_NAMES = 6
"""More curves than that have no names but the chosen, the first and the last."""


@dataclass(frozen=True, eq=False)
class Told:
    """All that was measured of the layers, as arrays (moments, layers)."""

    names: tuple[str, ...]
    activations: tuple[str, ...]
    steps: Floats
    """(moments,)"""
    gradients: Floats
    """Root mean square over the weights of a layer."""
    signals: Floats
    """Root mean square over units and samples."""
    weights: Floats
    updates: Floats
    stuck: Floats
    """Share of dead units or of saturated outputs."""

    @classmethod
    def of(cls, measured: Sequence[LayersMeasured]) -> "Told":
        """At least one."""
        last = measured[-1]
        alike = [each for each in measured if len(each.layers) == len(last.layers)]

        def of(field: str) -> Floats:
            return np.array([getattr(each, field) for each in alike], np.float64)

        dead = of("dead")
        return cls(
            names=tuple(plain(name, limit=24) for name in last.layers),
            activations=tuple(plain(kind) for kind in last.activations) or ("identity",) * len(last.layers),
            steps=of("step"),
            gradients=of("gradient_norms") * weight_factors(last),
            signals=of("signal_norms") * unit_factors(last),
            weights=of("weight_norms"),
            updates=of("update_ratios"),
            stuck=np.where(np.isnan(dead), of("saturated"), dead),
        )

    def last_update(self, at: int) -> Floats:
        """The latest update that was measured by a moment (layers,): not every look sees one."""
        known = np.flatnonzero(~np.isnan(self.updates[: at + 1, 0]))
        return self.updates[known[-1]] if len(known) else np.full(len(self.names), np.nan)

    def word(self, layer: int) -> str:
        """What it means that a layer's units have no slope; empty where that means nothing."""
        return {"relu": "dead", "sigmoid": "sat.", "tanh": "sat."}.get(self.activations[layer], "")


# Gradient flow


def flow_picture(
    told: Told, at: int, chosen: int, width: int, height: int, glyphs: GlyphName
) -> tuple[Line, ...]:
    """The layers from output to input at one moment, and in a sentence what they show."""
    known = np.concatenate([told.gradients.ravel(), told.signals.ravel()])
    known = known[np.isfinite(known) & (known > 0)]
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.1, 1.0)
    scale = log_scale(max(low, high / 10**_MOST_DECADES), high, max(2, (width - 60) // 8))
    updates = told.last_update(at)
    order = range(len(told.names) - 1, -1, -1)
    rows = [
        FlowRow(
            told.names[i],
            told.activations[i],
            float(told.gradients[at, i]),
            float(told.signals[at, i]),
            float(updates[i]),
            float(told.stuck[at, i]),
            told.word(i),
            i == chosen,
        )
        for i in order
    ]
    lines = list(flow(rows, scale, width, ASCII if glyphs == "ascii" else UNICODE))
    said = tuple(clip((Span(sentence, "text"),), width) for sentence in sentences(told, at))
    head, body = lines[:2], lines[2:]
    room = height - len(head) - len(said) - 1
    if len(body) > room:
        first = min(max(0, len(rows) - 1 - chosen - room // 2), len(body) - room)
        body = body[first : first + room]
    elif 2 * len(body) - 1 <= room:
        body = [line for row in body for line in (row, ())][:-1]
    return (*head, *body, (), *said)


def sentences(told: Told, at: int) -> list[str]:
    """What the flow at one moment shows, the plainest first."""
    found = []
    first, last = told.gradients[at, 0], told.gradients[at, -1]
    for what, figures in (("weights", told.weights[at]), ("gradient", told.gradients[at])):
        if lost := [name for name, norm in zip(told.names, figures, strict=True) if not np.isfinite(norm)]:
            found.append(f"Not finite, NaN or ∞: the {what} of {', '.join(lost)}.")
            break
    if len(told.names) > 1 and first > 0 and last > 0:
        ratio, of = last / first, f"of the gradient that one of {told.names[-1]} gets."
        part = f"1/{ratio:,.0f} {of}" if ratio >= _ALIKE else f"{1 / ratio:,.0f} times {of[3:]}"
        if 1 / _ALIKE < ratio < _ALIKE:
            part = f"about as large a gradient as one of {told.names[-1]}."
        found.append(f"A weight of {told.names[0]} gets {part}")
    elif len(told.names) > 1 and first == 0:
        found.append(f"No gradient arrives at {told.names[0]}: it does not learn.")
    if gone := [name for name, share in zip(told.names, told.stuck[at], strict=True) if share >= _ALL]:
        what, how = "units", "dead: they give 0 for every sample"
        if told.word(told.names.index(gone[0])) != "dead":
            what, how = "outputs", "saturated: the slope there is next to 0"
        found.append(f"All {what} of {gone[0]} are {how}.")
    hidden = told.activations[:-1]
    if hidden and all(kind == "identity" for kind in hidden):
        found.append("There is no activation between the layers: together they are one linear layer.")
    return found


# Over time


def charts(
    history: History,
    told: Told,
    at: int | None,
    chosen: int,
    quantities: Sequence[Quantity],
    width: int,
    height: int,
    glyphs: GlyphName,
) -> tuple[Line, ...]:
    """Quantities of all layers over time, a chart each; with a cursor ``at`` a moment."""
    per_epoch = history.steps_per_epoch if history.has_epochs else 1
    xs = told.steps / per_epoch
    end = max(float(xs[-1]), history.planned_steps / per_epoch if not history.ended else 0.0, 1e-9)
    cursor = None if at is None else float(xs[at])
    of = {
        "gradient": told.gradients,
        "weights": told.weights,
        "update": told.updates,
        "no slope": told.stuck,
    }
    titles = {
        "gradient": "gradient of a weight",
        "weights": "weight norm",
        "update": "update/weights",
        "no slope": "share without slope",
    }

    def one(quantity: Quantity, width: int, height: int) -> tuple[Line, ...]:
        values = of[quantity]
        curves = tuple(
            _curve(told, i, chosen, xs, values[:, i])
            for i in (*(i for i in range(len(told.names)) if i != chosen), chosen)
            if not np.isnan(values[:, i]).all()
        )
        empty = "no ReLU, sigmoid or tanh here" if quantity == "no slope" else "no values yet"
        model = ChartModel(
            titles[quantity],
            curves,
            x_label="epoch" if history.has_epochs else "step",
            x_range=(0.0, end),
            x_whole=end > 3,
            empty=empty,
        )
        options = ChartOptions(log_y=quantity != "no slope", glyphs=glyphs)
        return lines_of(draw(model, options, width, height, cursor))

    return side_by_side(one, quantities, width, height)


def _curve(told: Told, layer: int, chosen: int, xs: Floats, values: Floats) -> Curve:
    name = told.names[layer]
    is_named = layer in (chosen, 0, len(told.names) - 1) or len(told.names) <= _MOST_NAMES
    known = ~np.isnan(values)
    label = name if layer == chosen else ""
    return Curve.of(name if is_named else "", xs[known], values[known], color=layer, label=label)
