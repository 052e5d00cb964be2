"""What hidden units see, as a gallery: a layer at a time, or one unit enlarged."""

from collections.abc import Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from tui_trainer.core.figures import value
from tui_trainer.core.inside.boundary import HiddenUnits, SeenByLayer
from tui_trainer.core.text import plain
from tui_trainer.tui.inside.units import Gallery
from tui_trainer.tui.plot import blocks, gallery
from tui_trainer.tui.plot.blocks import Paint
from tui_trainer.tui.plot.frame import Frame
from tui_trainer.tui.plot.gallery import Tile
from tui_trainer.tui.plot.raster import GlyphName
from tui_trainer.tui.plot.spans import Line, Role, Span

Floats = NDArray[np.float64]
_FLAT = 0.02
"""A unit whose activation differs by less than this part of the scale is the same everywhere."""


def lines(
    seen: HiddenUnits, chosen: Gallery, paint: Paint, glyphs: GlyphName, width: int, height: int
) -> Sequence[Line]:
    """The gallery of a layer, or its chosen unit."""
    layer = seen.layers[min(chosen.layer, len(seen.layers) - 1)]
    fields = layer.units.arrays(seen.window.shape)
    scale = scale_of(layer.activation, fields)
    unit = min(chosen.unit, len(fields) - 1)
    states = [state_of(field, layer.activation, scale) for field in fields]
    head = _head(layer, states, seen.layers, scale, paint, chosen)
    if chosen.is_large:
        window = seen.window
        x, y = ((window.low[i], window.high[i]) for i in (0, 1))
        frame = Frame(width, height - 2, x, y, glyphs)
        if frame.is_too_small:
            return [head]
        large = blocks.smooth(np.nan_to_num(fields[unit]), 2 * frame.rows, frame.columns)
        low, high = (value(float(edge)) for edge in layer.units.ranges()[unit])
        title = Span(f"unit {unit + 1} of {len(fields)}: h from {low} to {high}  {states[unit]}", "strong")
        return [head, (title,), *frame.around(painted(large, scale, paint), "x1", "x2")]
    tiles = [
        Tile(titled(number, state), role_of(state), partial(_tile, field, scale, paint))
        for number, (field, state) in enumerate(zip(fields, states, strict=True), 1)
    ]
    layout = gallery.lay_out(len(tiles), *seen.window.shape, width, height - 1, whole=False)
    return [head, *gallery.draw(tiles, unit, layout, height - 1)]


def scale_of(activation: str, fields: Floats) -> tuple[float, float]:
    """From where to where the colours of a layer reach: its activation's own range, where it has one."""
    largest = float(np.nanmax(np.abs(fields))) if np.isfinite(fields).any() else 0.0
    match activation:
        case "sigmoid":
            return 0.0, 1.0
        case "tanh":
            return -1.0, 1.0
        case "relu" | "softplus":
            return 0.0, largest or 1.0
        case _:
            return -(largest or 1.0), largest or 1.0


def state_of(field: Floats, activation: str, scale: tuple[float, float]) -> str:
    """``dead`` or ``flat`` for a unit that tells nothing, else empty."""
    if not np.isfinite(field).any():
        return "not finite"
    if activation == "relu" and np.nanmax(field) <= 0:
        return "dead"
    return "flat" if np.nanmax(field) - np.nanmin(field) < _FLAT * (scale[1] - scale[0]) else ""


def states_of(seen: HiddenUnits) -> list[str]:
    """``dead``, ``flat`` or empty for every hidden unit of all layers."""
    states: list[str] = []
    for layer in seen.layers:
        fields = layer.units.arrays(seen.window.shape)
        scale = scale_of(layer.activation, fields)
        states += [state_of(field, layer.activation, scale) for field in fields]
    return states


def titled(number: int, state: str) -> str:
    """The name of a unit."""
    return f"{number} {state}".strip()


def role_of(state: str) -> Role:
    """How that is written."""
    return "warn" if state else "quiet"


def painted(values: Floats, scale: tuple[float, float], paint: Paint) -> Sequence[Line]:
    """Activations on a scale: from blue to orange where it has two signs, from dark to light where not."""
    low, high = scale
    if low < 0:
        return blocks.signed(values / high, paint)
    return blocks.rising((values - low) / (high - low), paint)


def _tile(field: Floats, scale: tuple[float, float], paint: Paint, height: int, width: int) -> Sequence[Line]:
    return painted(blocks.smooth(np.nan_to_num(field), height, width), scale, paint)


def _head(
    layer: SeenByLayer,
    states: Sequence[str],
    layers: Sequence[SeenByLayer],
    scale: tuple[float, float],
    paint: Paint,
    chosen: Gallery,
) -> Line:
    low, high = (value(edge) for edge in scale)
    place = min(chosen.layer, len(layers) - 1) + 1
    name = f"{plain(layer.name)} {plain(layer.activation)}".strip()
    spans = [Span(f"hidden layer {place} of {len(layers)}: {name}, {len(states)} units ")]
    for state in ("dead", "flat"):
        if count := states.count(state):
            role: Role = "bad" if state == "dead" else "warn"
            spans.append(Span(f" {count} {state} ", role))
    key = blocks.signed_key if scale[0] < 0 else blocks.rising_key
    return (*spans, *key(paint, low, high))
