"""A gallery of units in time: which layer and which unit of it is chosen, and the keys that choose."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tui_trainer.tui.inside.moments import TimedScreen


@dataclass(frozen=True)
class Gallery:
    """Which unit of which layer is chosen, and whether it is seen alone."""

    layer: int = 0
    unit: int = 0
    is_large: bool = False

    def moved(self, counts: Sequence[int], unit: int, layer: int) -> "Gallery":
        """Another unit or layer, of layers with so many units; from the last one to the first and back."""
        at = (min(self.layer, len(counts) - 1) + layer) % len(counts)
        chosen = 0 if layer else (self.unit + unit) % counts[at]
        return replace(self, layer=at, unit=chosen)

    def enlarged(self) -> "Gallery":
        """One instead of all, or all instead of one."""
        return replace(self, is_large=not self.is_large)


class UnitsScreen(TimedScreen):
    """Up and down lead through the units of a layer, page up and down through the layers."""

    _gallery: Gallery | None
    """None while no units are shown."""

    def counts(self) -> list[int]:
        """How many units each layer that is shown has; none while no units are."""
        raise NotImplementedError

    def action_unit(self, by: int) -> None:
        """Choose another unit."""
        self._go(unit=by)

    def action_layer(self, by: int) -> None:
        """Show another layer."""
        self._go(layer=by)

    def _go(self, *, unit: int = 0, layer: int = 0) -> None:
        counts = self.counts()
        if self._gallery is not None and counts:
            self._gallery = self._gallery.moved(counts, unit, layer)
            self.redraw()
