"""How the layers do: gradients, weights, updates, and units that no longer answer."""

from typing import ClassVar, Literal, TypeAlias, get_args

import numpy as np
from textual.binding import BindingType

from tui_trainer.core.events import LayersMeasured
from tui_trainer.core.inside.layers import LayerHistograms
from tui_trainer.core.inside.pictures import picture_at
from tui_trainer.core.runlog import RunLogError
from tui_trainer.tui import keys
from tui_trainer.tui.inside.layer_flow import QUANTITIES, Told, charts, flow_picture
from tui_trainer.tui.inside.layer_spread import KINDS, Moment, activation_picture, heat_maps
from tui_trainer.tui.inside.moments import TimedScreen
from tui_trainer.tui.inside.screen import Sight
from tui_trainer.tui.plot.spans import Line, Span, spread
from tui_trainer.tui.views.page import Page

Face: TypeAlias = Literal["gradient flow", "over time", "histograms", "activation"]
FACES: tuple[Face, ...] = get_args(Face)

_ROOM_FOR_CHARTS = 12
"""So many rows left below the gradient flow show how it came to that."""
_MOST_KEPT = 1000
"""Pictures that are kept once they were read."""


class LayersScreen(TimedScreen):
    """Four pictures of the layers, all with a chosen layer and a moment."""

    KEYS: ClassVar[tuple[keys.Key, ...]] = (*keys.LAYERS, *keys.INSIDE)
    BINDINGS: ClassVar[list[BindingType]] = [*keys.bindings(KEYS)]
    HOW_TO_READ: ClassVar[str] = (
        "Gradient flow: a row is a layer, the output above and the input below, the way backpropagation "
        "goes. The bar is the gradient ∂l/∂w of one weight, as root mean square (norm/√n), so that small "
        "layers compare with large ones; the diamond is the signal, ∂l/∂z of one unit. The scale is "
        "logarithmic. Bars that shrink on the way down: the gradient vanishes, and the first layers do not "
        "learn. Bars that grow: it explodes.\n\n"
        "Update/weights: how far the last update moved the weights, as a part of them. About 1e-3 is usual, "
        "the middle of the line; far to the right what was learned is lost, far to the left nothing moves. "
        "No slope: units of a ReLU that give 0 for every sample (dead), or outputs of a sigmoid or tanh "
        "where the slope is below 5 % of its largest (saturated): no gradient gets past them.\n\n"
        "Over time: the same as curves, a layer each. Histograms: of the chosen layer, a column a moment; "
        "the darker, the more numbers lie there. Activation: f and its derivative f', and below where this "
        "layer's z lie: where f' is next to 0 the gradient ends.\n\n"
        "All is measured without dropout on the same samples of train, as often as may be done in 2 % of "
        "the time."
    )

    def __init__(self, sight: Sight) -> None:
        super().__init__(sight)
        self._face: Face = "gradient flow"
        self._layer = -1
        """The chosen one; the last at first."""
        self._only = 0
        """0 for all four of what a picture shows, else which of them alone."""
        self._told: Told | None = None
        self._told_of: object = None
        self._moments: dict[int, LayerHistograms | None] = {}
        """Offset in pictures.log -> what is there."""

    # What is shown

    def moments(self) -> list[LayersMeasured]:
        """Whenever the layers were measured."""
        return self.sight.watch.history.layers

    def seen(self) -> object:
        """How often the layers were measured, and when last: a run that is resumed goes back."""
        measured = self.moments()
        last = measured[-1] if measured else None
        return len(measured), last and (last.step, last.elapsed_s), self.sight.watch.is_live

    def draw(self, width: int, height: int) -> Page:
        """The chosen picture under a line that says which that is."""
        measured = self.moments()
        if not measured:
            return self.said(*self._why_nothing())
        if self._told is None or self._told_of != self.seen():
            self._told, self._told_of = Told.of(measured), self.seen()
        told, at = self._told, self.place_in(measured)
        self._layer = min(self._layer if self._layer >= 0 else len(told.names) - 1, len(told.names) - 1)
        lines = self._picture(told, at, width, height - 1)
        live = "" if self._at_step is None else " (End: now)"
        caption = f"{self.sight.watch.history.moment(measured[at].step)}{live}"
        return Page((self._faces(told, width), *lines)[:height], caption)

    def _why_nothing(self) -> tuple[str, ...]:
        recipe = self.sight.watch.recipe
        wanted = recipe.training.probes if recipe is not None else "all"
        if wanted != "all" and "layers" not in wanted.split(","):
            return (f"This run does not measure its layers: training.probes is {wanted}; all turns it on.",)
        if self.sight.watch.is_live:
            return ("The layers are measured before the first update.",)
        return ("No layers were measured in this run: train it anew to see them.",)

    def _faces(self, told: Told, width: int) -> Line:
        spans = tuple(
            Span(f"[{face}]", "accent") if face == self._face else Span(f" {face} ", "quiet")
            for face in FACES
        )
        kind = told.activations[self._layer]
        name = told.names[self._layer] if kind == "identity" else f"{told.names[self._layer]} {kind}"
        return spread(spans, (Span(name, "strong"),), width)

    def _picture(self, told: Told, at: int, width: int, height: int) -> tuple[Line, ...]:
        glyphs, history = self.sight.glyphs, self.sight.watch.history
        cursor = None if self._at_step is None else at
        match self._face:
            case "gradient flow":
                lines = flow_picture(told, at, self._layer, width, height, glyphs)
                room = height - len(lines) - 1
                if room < _ROOM_FOR_CHARTS:
                    return lines
                below = charts(
                    history, told, cursor, self._layer, ("gradient", "update"), width, room, glyphs
                )
                return (*lines, (), *below)
            case "over time":
                shown = QUANTITIES[self._only - 1 : self._only] if self._only else QUANTITIES
                return charts(history, told, cursor, self._layer, shown, width, height, glyphs)
            case "histograms":
                return self._heat_maps(width, height)
            case "activation":
                moment = self._moment(self.moments()[at])
                if moment is None:
                    return ((Span("The histograms of this moment cannot be read.", "quiet"),),)
                is_last = self._layer == len(told.names) - 1
                kind = told.activations[self._layer]
                return activation_picture(kind, moment.inputs, width, height, glyphs, is_last=is_last)

    def _heat_maps(self, width: int, height: int) -> tuple[Line, ...]:
        """From the first moment to the last; of more than there are columns some are left out."""
        measured, moment_of = self.moments(), self.sight.watch.history.moment
        steps = np.array([each.step for each in measured])
        places = np.unique(np.searchsorted(steps, np.linspace(steps[0], steps[-1], width), "right") - 1)
        found = [self._moment(measured[place]) for place in places.tolist()]
        moments = [each for each in found if each is not None]
        if not moments:
            return ((Span("No histograms were recorded: pictures.log cannot be read.", "quiet"),),)
        kinds = KINDS[self._only - 1 : self._only] if self._only else KINDS
        at_step = None if self._at_step is None else measured[self.place_in(measured)].step
        maps = heat_maps(moments, at_step, kinds, width, height - 1, self.sight.glyphs)
        span = f"Left: {moment_of(moments[0].step)}, right: {moment_of(moments[-1].step)}."
        return (*maps, (Span(span, "quiet"),))

    def _moment(self, measured: LayersMeasured) -> Moment | None:
        """The chosen layer's histograms; None where they cannot be read."""
        offset = measured.histograms
        if offset is None:
            return None
        if offset not in self._moments:
            if len(self._moments) >= _MOST_KEPT:
                self._moments.clear()
            try:
                picture = picture_at(self.sight.watch.run.pictures, offset)
            except RunLogError:
                picture = None
            self._moments[offset] = picture if isinstance(picture, LayerHistograms) else None
        found = self._moments[offset]
        if found is None or self._layer >= len(found.weights):
            return None
        return Moment.of(measured.step, found, self._layer)

    # Keys

    def action_face(self, by: int) -> None:
        """Another picture."""
        self._face = FACES[(FACES.index(self._face) + by) % len(FACES)]
        self.redraw()

    def action_layer(self, by: int) -> None:
        """Choose a layer nearer to the output, or to the input."""
        if self._told is not None:
            self._layer = min(max(self._layer + by, 0), len(self._told.names) - 1)
            self.redraw()

    def action_open(self) -> None:
        """From all layers to the chosen one, and back."""
        self._face = "histograms" if self._face in ("gradient flow", "over time") else "gradient flow"
        self.redraw()

    def action_only(self) -> None:
        """All four of what a picture shows, or one of them alone."""
        self._only = (self._only + 1) % 5
        self.redraw()
