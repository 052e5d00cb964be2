"""A landscape from above: shows paths over it, repaints what changed and nothing else."""

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.color import Color
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tui_trainer.tui.ascii import only_ascii
from tui_trainer.tui.plot.contour import NO_GROUND, NUM_BANDS, Relief, Shading, Sheet, Terrain, Trail, lay_out
from tui_trainer.tui.plot.drawing import Ink
from tui_trainer.tui.plot.palette import palette_for
from tui_trainer.tui.plot.raster import GlyphName
from tui_trainer.tui.widgets.chart import LineChart

_DARK, _LIGHT = ("#0a1830", "#4d525c"), ("#a9c6e4", "#fbfaf4")
"""The lowest ground and the highest: both get lighter upwards, so that no colour needs to be told apart."""


class Picked(Message):
    """A place was clicked: parameters, one or two."""

    def __init__(self, theta: Sequence[float]) -> None:
        super().__init__()
        self.theta = tuple(theta)


class SlopeChart(LineChart):
    """A curve whose places can be picked."""

    def on_click(self, event: events.Click) -> None:
        """A click picks a place instead of moving a cursor."""
        event.prevent_default()
        body, offset = self._laid_out().body, event.get_content_offset(self)
        if body is None or offset is None:
            return
        cell = offset.x - (self.content_size.width - body.area.width)
        if 0 <= cell < body.area.num_cells:
            self.post_message(Picked([body.area.x_of_cell(cell)]))


class ReliefView(Widget):
    """Draws a ``Terrain`` and ``Trail``s by Textual's line API."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "relief--label",
        "relief--axis",
        "relief--mark",
        "relief--cursor",
    }
    DEFAULT_CSS = """
    ReliefView {
        height: 1fr;
        width: 1fr;
        & > .relief--label { color: $text-muted; }
        & > .relief--axis { color: $text-muted; }
        & > .relief--mark { color: $text; text-style: bold; }
        & > .relief--cursor { color: $text; text-style: bold; }
    }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._terrain: Terrain | None = None
        self._trails: tuple[Trail, ...] = ()
        self._start: tuple[float, ...] = (0.0, 0.0)
        self._sheet: Sheet | None = None
        self._relief: Relief | None = None
        self._styles: dict[tuple[Ink, int, int], Style] = {}

    def show(self, terrain: Terrain, trails: Sequence[Trail], start: tuple[float, ...]) -> None:
        """Show these paths from now on."""
        if terrain is not self._terrain:
            self._sheet = None
        self._terrain, self._trails, self._start = terrain, tuple(trails), start
        if not self.is_attached or not self.content_size:
            return
        before, self._relief = self._relief, self._drawn()
        if self._relief is None:
            self.refresh()
            return
        spans = self._relief.changes(before)
        if spans:
            self.refresh(*(Region(span.x, span.y, span.width, 1) for span in spans))

    def on_click(self, event: events.Click) -> None:
        """A click picks a place."""
        offset = event.get_content_offset(self)
        if self._sheet and offset and (place := self._sheet.place_at(offset.x, offset.y)):
            self.post_message(Picked(place))

    def render_line(self, y: int) -> Strip:
        """Row ``y`` of the picture."""
        width, height = self.content_size
        if self._relief is None or self._relief.ground.shape[:2] != (height, width):
            self._relief = self._drawn()
        if self._relief is None or y >= height:
            return Strip.blank(width, self.rich_style)
        pieces = self._relief.row(y)
        return Strip(
            [Segment(text, self._style_of(ink, upper, lower)) for text, ink, upper, lower in pieces], width
        )

    def notify_style_update(self) -> None:
        """Forget styles and shading that came from the theme before."""
        self._styles.clear()
        self._sheet = self._relief = None
        super().notify_style_update()

    def _drawn(self) -> Relief | None:
        """The picture for the present size; None while there is nothing to draw, or no room."""
        if self._terrain is None:
            return None
        size = self.content_size
        if self._sheet is None or self._sheet.empty.ground.shape[:2] != (size.height, size.width):
            glyphs: GlyphName = "ascii" if only_ascii(self) else "braille"
            self._sheet = lay_out(self._terrain, *size, shading=self._shading, glyphs=glyphs)
        return self._sheet.draw(self._trails, self._start) if self._sheet else None

    @property
    def _shading(self) -> Shading:
        if self.app.no_color or only_ascii(self):
            return "lettered"
        return "dotted" if self.app.current_theme.ansi else "filled"

    def _style_of(self, ink: Ink, upper: int, lower: int) -> Style:
        key = (ink, upper, lower)
        style = self._styles.get(key)
        if style is None:
            style = self._styles[key] = self._make_style(*key)
        return style

    def _make_style(self, ink: Ink, upper: int, lower: int) -> Style:
        base = self.rich_style
        theme = self.app.current_theme
        if lower != NO_GROUND:
            base += Style(bgcolor=self._ground(lower).rich_color)
        if ink.role == "blank":
            return base if upper == NO_GROUND else base + Style(color=self._ground(upper).rich_color)
        if ink.color >= 0:
            color = Color.parse(palette_for(dark=theme.dark, ansi=theme.ansi)[ink.color])
            return base + Style(color=color.rich_color, bold=ink.role == "points")
        own = self.get_component_rich_style(f"relief--{ink.role}")
        return base + Style(color=own.color, bold=own.bold)

    def _ground(self, band: int) -> Color:
        low, high = map(Color.parse, _DARK if self.app.current_theme.dark else _LIGHT)
        return low.blend(high, band / (NUM_BANDS - 1))
