"""Weights as images, as filters or as bars, and the feature maps of one sample."""

from collections.abc import Sequence
from functools import partial
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from textual.binding import BindingType

from tui_trainer.core.facts import facts
from tui_trainer.core.figures import value
from tui_trainer.core.inside.questions import MapsOfSample
from tui_trainer.core.inside.weights import FeatureMaps, Weights
from tui_trainer.core.runlog import RunLogError
from tui_trainer.core.text import plain
from tui_trainer.tui import keys
from tui_trainer.tui.inside import maps
from tui_trainer.tui.inside.asking import Reply, picture_of
from tui_trainer.tui.inside.followed import Followed
from tui_trainer.tui.inside.moments import Moment
from tui_trainer.tui.inside.screen import Sight
from tui_trainer.tui.inside.tinting import paint_of
from tui_trainer.tui.inside.units import Gallery, UnitsScreen
from tui_trainer.tui.plot import bars, blocks, gallery
from tui_trainer.tui.plot.blocks import Paint
from tui_trainer.tui.plot.gallery import Tile
from tui_trainer.tui.plot.spans import Line, Span, clip
from tui_trainer.tui.views.page import Page


class WeightsScreen(UnitsScreen):
    """The first layer's weights, a picture a unit."""

    KEYS: ClassVar[tuple[keys.Key, ...]] = (*keys.WEIGHTS, *keys.INSIDE)
    BINDINGS: ClassVar[list[BindingType]] = [*keys.bindings(KEYS)]
    HOW_TO_READ: ClassVar[str] = (
        "Each picture holds the weights of one unit of the first layer, put where the pixels are that they "
        "are multiplied by: orange is positive, a bright pixel there speaks for the unit; blue is negative, "
        "it speaks against; white is about 0, the pixel is ignored. Without colours positive weights are "
        "shades and negative ones lines. Each unit has a scale of its own, told with the chosen one.\n\n"
        "A network of a single layer has one picture a class: its template. Hidden units of a larger network "
        "look for strokes, edges and spots. Before training they are noise; a picture that stays noise "
        "belongs to a unit that has learned nothing, or to too strong a memory of single samples.\n\n"
        "Of a convolutional network these are the filters of the first layer. f shows the feature maps: what "
        "comes out of each layer for one sample of validation; n and b go through the samples. Early layers "
        "keep the shape and light up at edges, later ones are coarse and answer to parts. A map that is dark "
        "for every sample is dead.\n\n"
        "Of a table the weights are bars, the largest first: inputs are standardized, so that lengths "
        "compare. In a logistic regression each is how much a deviation of its column adds to the evidence."
    )

    def __init__(self, sight: Sight) -> None:
        super().__init__(sight)
        self._gallery: Gallery = Gallery()
        self._is_asking = False
        """Whether feature maps are shown in place of weights."""
        self._index = 0
        """Which sample of validation."""
        self._followed = Followed(sight)

    # What there is

    def moments(self) -> Sequence[Moment]:
        """When the weights were pictured."""
        return self.sight.watch.history.pictures.get("weights", [])

    def seen(self) -> object:
        """The moment, and the answer to what was asked."""
        return super().seen(), self._followed.state() if self._is_asking else None

    @property
    def _has_maps(self) -> bool:
        return any(layer.kind == "conv" for layer in self.sight.watch.layers)

    # The picture

    def draw(self, width: int, height: int) -> Page:
        """Feature maps, or the weights and when they were so."""
        try:
            if self._is_asking:
                return Page(tuple(clip(line, width) for line in self._maps(width, height)[:height]))
            pictured = self.chosen(self.sight.watch.history.pictures.get("weights", []))
            picture = picture_of(self.sight.watch.run, pictured.offset) if pictured else None
            if not isinstance(picture, Weights):
                return self.said(*self._why_nothing())
            lines = self._weights(picture, width, height - 1)
        except (RunLogError, ValueError) as error:
            return self.said(f"This picture cannot be read: {error}")
        lines = [clip(line, width) for line in lines[: height - 1]]
        lines += [()] * (height - 1 - len(lines))
        return Page((*lines, self.time_line(width)))

    def _why_nothing(self) -> Sequence[str]:
        recipe = self.sight.watch.recipe
        if recipe is not None and not {"all", "weights"} & set(recipe.training.probes.split(",")):
            return ["Weights were not pictured: training.probes = all (or weights) turns that on."]
        if self.sight.watch.is_live:
            return ["The first picture comes before the first update."]
        return ["No picture of the weights was recorded."]

    def _weights(self, picture: Weights, width: int, height: int) -> list[Line]:
        parts, scales = picture.arrays()
        paint = paint_of(self.app, self.sight)
        unit = min(self._gallery.unit, len(parts) - 1)
        names = self._names(picture, len(parts))
        if picture.form == "columns":
            shown = parts[unit].reshape(-1).astype(np.float64) * float(scales[unit])
            head = Span(f"weights of {plain(picture.layer)} into {names[unit]}  ")
            more = Span("↑↓ another unit" if len(parts) > 1 else "", "quiet")
            ascii_only = self.sight.glyphs == "ascii"
            columns = self._columns(len(shown))
            return [(head, more), *bars.draw(shown, columns, width, height - 1, ascii_only=ascii_only)]
        what = "filters" if picture.form == "filter" else "weights"
        first = f"first {len(parts)} of " if len(parts) < picture.of else ""
        reach = value(float(scales[unit]))
        head_line: Line = (
            Span(f"{what} of {plain(picture.layer)}: {first}{picture.of} units  "),
            Span(f"{names[unit]}: ", "accent"),
            *blocks.signed_key(paint, f"-{reach}", reach),
        )
        high, wide = parts.shape[-2:]
        if self._gallery.is_large:
            size = blocks.fitting(high, wide, columns=width, rows=height - 1)
            return [head_line, *drawn(parts[unit], paint, *size)]
        tiles = [
            Tile(name, "quiet", partial(drawn, part, paint)) for name, part in zip(names, parts, strict=True)
        ]
        layout = gallery.lay_out(len(tiles), high, wide, width, height - 1)
        return [head_line, *gallery.draw(tiles, unit, layout, height - 1)]

    def _names(self, picture: Weights, count: int) -> list[str]:
        """Of units: the classes that outputs stand for, else numbers."""
        started = self.sight.watch.history.started
        classes = [plain(name) for name in started.classes] if started else []
        if picture.is_output and count == len(classes):
            return classes
        if picture.is_output and count == 1:
            return [classes[1] if len(classes) == 2 else plain(started.target) if started else "output"]
        return [f"unit {number}" for number in range(1, count + 1)]

    def _columns(self, count: int) -> list[str]:
        recipe = self.sight.watch.recipe
        names = [plain(name) for name in facts(recipe.data).features] if recipe else []
        return names if len(names) == count else [f"x{number}" for number in range(1, count + 1)]

    def _maps(self, width: int, height: int) -> list[Line]:
        if not self._has_maps:
            return [
                (
                    Span(
                        "Only a network with convolutions has feature maps: lenet, cnn, vgg16, resnet18.",
                        "quiet",
                    ),
                )
            ]
        reply = self._reply()
        if reply.problem:
            return [(Span(plain(reply.problem), "bad"),)]
        if not isinstance(reply.picture, FeatureMaps):
            waits = f"feature maps of sample {self._index}: {self._followed.waits_for}"
            return [(Span(waits, "quiet"),)]
        picture = reply.picture
        started = self.sight.watch.history.started
        classes = [plain(name) for name in started.classes] if started else []
        moment = self.sight.watch.history.moment(reply.step)
        paint = paint_of(self.app, self.sight)
        return maps.lines(picture, classes, moment, self._gallery, paint, width, height)

    def _reply(self) -> Reply:
        return self._followed.reply(MapsOfSample(split="validation", index=self._index))

    # Keys

    def action_maps(self) -> None:
        """Feature maps, or the weights again."""
        self._is_asking, self._gallery = not self._is_asking, Gallery()
        self.redraw()

    def action_sample(self, by: int) -> None:
        """Feature maps of another sample."""
        if self._is_asking:
            started = self.sight.watch.history.started
            self._index = (self._index + by) % max(1, started.num_validation if started else 1)
            self.redraw()

    def counts(self) -> list[int]:
        """The units that are shown, or the maps of each layer."""
        if self._is_asking:
            picture = self._reply().picture if self._has_maps else None
            return [len(each.maps) for each in picture.layers] if isinstance(picture, FeatureMaps) else []
        if pictured := self.chosen(self.sight.watch.history.pictures.get("weights", [])):
            picture = picture_of(self.sight.watch.run, pictured.offset)
            return [len(picture.scales) // 4] if isinstance(picture, Weights) else []
        return []

    def action_enlarge(self) -> None:
        """One unit, or all again."""
        self._gallery = self._gallery.enlarged()
        self.redraw()

    def action_back(self) -> None:
        """Out of one thing at a time."""
        if self._gallery.is_large:
            self.action_enlarge()
        elif self._is_asking:
            self.action_maps()
        else:
            super().action_back()


def drawn(part: NDArray[np.float64], paint: Paint, height: int, width: int) -> Sequence[Line]:
    """A unit's weights (channels, height, width), the largest being 1."""
    if len(part) == 3 and paint == "halves":
        pixels = np.rint((np.moveaxis(part, 0, -1) + 1) / 2 * 255).astype(np.uint8)
        return blocks.image(blocks.resized(pixels, height, width), paint)
    flat = part.mean(axis=0)
    if height < flat.shape[0]:
        return blocks.signed(blocks.averaged(flat, height, width), paint)
    return blocks.signed(blocks.resized(flat, height, width), paint)
