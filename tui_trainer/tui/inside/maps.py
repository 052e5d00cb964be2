"""Feature maps of one sample: the sample, and what a layer makes of it."""

from collections.abc import Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from tui_trainer.core.figures import value
from tui_trainer.core.inside.weights import FeatureMaps
from tui_trainer.core.text import plain
from tui_trainer.tui.inside import hidden
from tui_trainer.tui.inside.units import Gallery
from tui_trainer.tui.plot import blocks, gallery
from tui_trainer.tui.plot.blocks import Paint
from tui_trainer.tui.plot.gallery import Tile
from tui_trainer.tui.plot.spans import Line, Span

_SAMPLE_ROWS = 8
"""The sample stands beside the maps, no higher than this."""


def lines(
    picture: FeatureMaps,
    classes: Sequence[str],
    moment: str,
    chosen: Gallery,
    paint: Paint,
    width: int,
    height: int,
) -> list[Line]:
    """The maps of the chosen layer in so many cells."""
    layer = picture.layers[min(chosen.layer, len(picture.layers) - 1)]
    place = min(chosen.layer, len(picture.layers) - 1) + 1
    fields = layer.maps.arrays((layer.height, layer.width))
    scale = hidden.scale_of(layer.activation, fields)
    states = [hidden.state_of(field, layer.activation, scale) for field in fields]
    unit = min(chosen.unit, len(fields) - 1)
    is_right = picture.actual == picture.predicted
    names = [classes[at] if at < len(classes) else str(at) for at in (picture.actual, picture.predicted)]
    about: Line = (
        Span(f"sample {picture.index} of {picture.split}: {names[0]}, taken for "),
        Span(f"{names[1]} ({picture.probability:.0%})", "good" if is_right else "bad"),
        Span(f"  {moment}  n b another", "quiet"),
    )
    first = f"{len(fields)} of " if len(fields) < layer.of else ""
    low, high = (value(edge) for edge in scale)
    key = blocks.signed_key if scale[0] < 0 else blocks.rising_key
    name = f"{plain(layer.name)} {plain(layer.activation)}".strip()
    what = f"layer {place} of {len(picture.layers)} (PgUp PgDn): {name}, {first}{layer.of} maps "
    head: Line = (Span(what), Span(f" {layer.height}×{layer.width}  ", "quiet"), *key(paint, low, high))
    sample = _sample(picture)
    rows = min(_SAMPLE_ROWS, (height - 2) // 2)
    sample_size = blocks.fitting(*sample.shape[:2], columns=width // 3, rows=rows)
    shown = [(Span("sample", "quiet"),), *blocks.image(blocks.resized(sample, *sample_size), paint)]
    beside = max(sample_size[1], len("sample"))
    room, below = width - beside - 2, height - 2
    if chosen.is_large:
        size = blocks.fitting(layer.height, layer.width, columns=room, rows=below - 1)
        title = (Span(f"map {unit + 1} {states[unit]}".strip(), "accent"),)
        drawn = [title, *_map(fields[unit], scale, paint, *size)]
    else:
        tiles = [
            Tile(
                f"{number} {state}".strip(), "warn" if state else "quiet", partial(_map, field, scale, paint)
            )
            for number, (field, state) in enumerate(zip(fields, states, strict=True), 1)
        ]
        layout = gallery.lay_out(len(tiles), layer.height, layer.width, room, below)
        drawn = list(gallery.draw(tiles, unit, layout, below))
    return [about, head, *blocks.beside([shown, drawn], [beside, room], gap=2)]


def _sample(picture: FeatureMaps) -> NDArray[np.uint8]:
    """The sample in grey (H, W) or in colour (H, W, 3), from its least number to its greatest."""
    values = np.frombuffer(picture.sample, "<f4").reshape(picture.shape)
    low, high = float(values.min()), float(values.max())
    pixels = np.rint((values - low) / ((high - low) or 1.0) * 255).astype(np.uint8)
    return np.moveaxis(pixels, 0, -1) if len(pixels) == 3 else pixels[0]


def _map(
    field: NDArray[np.float64], scale: tuple[float, float], paint: Paint, height: int, width: int
) -> Sequence[Line]:
    known = np.nan_to_num(field)
    resize = blocks.averaged if height < known.shape[0] else blocks.resized
    return hidden.painted(np.asarray(resize(known, height, width)), scale, paint)
