"""How the layers do: gradients, weights, updates, and units that no longer answer."""

import math
from typing import ClassVar

from tui_trainer.core.figures import value
from tui_trainer.core.text import plain
from tui_trainer.tui.inside.screen import InsideScreen
from tui_trainer.tui.plot.spans import Line, Span, clip, left, right
from tui_trainer.tui.views.page import Page


class LayersScreen(InsideScreen):
    """A row a layer."""

    HOW_TO_READ: ClassVar[str] = "A row is a layer, from input to output."

    def seen(self) -> object:
        """How often the layers were measured."""
        return len(self.sight.watch.history.layers)

    def draw(self, width: int, height: int) -> Page:
        """The latest figures."""
        measured = self.sight.watch.history.layers
        if not measured:
            return self.said("The layers have not been measured: training.probes turns that on.")
        last = measured[-1]
        head = "".join(right(name, 12) for name in ("gradient", "weights", "update", "saturated", "dead"))
        lines: list[Line] = [(Span(left("layer", 16), "quiet"), Span(head, "quiet"))]
        for i, name in enumerate(last.layers):
            of = (last.gradient_norms, last.weight_norms, last.update_ratios, last.saturated, last.dead)
            cells = "".join(right("–" if math.isnan(v[i]) else value(v[i]), 12) for v in of)
            lines.append(clip((Span(left(plain(name), 16)), Span(cells)), width))
        return Page(tuple(lines[:height]), self.sight.watch.history.moment(last.step))
