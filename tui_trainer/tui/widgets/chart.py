"""A line chart: shows a model, repaints what changed and nothing else."""

from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.color import Color
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tui_trainer.tui.plot.drawing import Drawing, Ink
from tui_trainer.tui.plot.lineplot import Plot, lay_out
from tui_trainer.tui.plot.model import ChartModel, ChartOptions
from tui_trainer.tui.plot.palette import palette_for
from tui_trainer.tui.plot.titles import reading

_FAINT = 0.5
"""How much of its colour a curve in the background keeps."""


class LineChart(Widget):
    """Draws a ``ChartModel`` by Textual's line API.

    The screen owns the keys: it calls ``show`` with what it builds, and the methods that move the cursor.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "line-chart--title",
        "line-chart--label",
        "line-chart--axis",
        "line-chart--baseline",
        "line-chart--mark",
        "line-chart--bad",
        "line-chart--cursor",
    }
    DEFAULT_CSS = """
    LineChart {
        height: 1fr;
        width: 1fr;
        & > .line-chart--title { text-style: bold; }
        & > .line-chart--label { color: $text-muted; }
        & > .line-chart--axis { color: $text-muted; }
        & > .line-chart--baseline { color: $text-muted; }
        & > .line-chart--mark { color: $text-accent; }
        & > .line-chart--bad { color: $text-error; text-style: bold; }
        & > .line-chart--cursor { color: $text; }
    }
    """

    def __init__(self, *, name: str | None = None, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(name=name, id=id, classes=classes)
        self._model = ChartModel("")
        self._options = ChartOptions()
        self._cursor_x: float | None = None
        self._plot: Plot | None = None
        self._drawing: Drawing | None = None
        self._styles_of_inks: dict[Ink, Style] = {}

    @property
    def model(self) -> ChartModel:
        """What is shown."""
        return self._model

    @property
    def options(self) -> ChartOptions:
        """How it is looked at."""
        return self._options

    @property
    def cursor_x(self) -> float | None:
        """X of the cursor; None while it is hidden."""
        return self._cursor_x

    @property
    def under_cursor(self) -> str:
        """What the chart says at the cursor, as text; empty where that is nothing."""
        return "" if self._cursor_x is None else reading(self._model, self._cursor_x)

    def show(self, model: ChartModel, options: ChartOptions | None = None) -> None:
        """Show a model from now on; what it draws as before is not painted again."""
        self._model = model
        if options is not None:
            self._options = options
        self._plot = None
        self._redraw()

    # Cursor

    def move_cursor(self, cells: int) -> None:
        """Move the cursor by so many columns; it first appears at the last value."""
        body = self._laid_out().body
        if body is None:
            return
        cell = body.area.cell_of(self._last_x() if self._cursor_x is None else self._cursor_x) or 0
        self.put_cursor(body.x_of_cell(cell if self._cursor_x is None else cell + cells))

    def cursor_home(self) -> None:
        """Move the cursor to the left end."""
        self.put_cursor(self._model.x_range[0])

    def cursor_end(self) -> None:
        """Move the cursor to the last value."""
        self.put_cursor(self._last_x())

    def hide_cursor(self) -> None:
        """Take the cursor away; the title shows the last values again."""
        self.put_cursor(None)

    def put_cursor(self, x: float | None) -> None:
        """Put the cursor at ``x``, as near as the axis reaches; None takes it away."""
        if x is not None:
            low, high = self._model.x_range
            x = min(max(x, low), high)
        self._cursor_x = x
        self._redraw()

    def on_click(self, event: events.Click) -> None:
        """A click puts the cursor there."""
        body, offset = self._laid_out().body, event.get_content_offset(self)
        if body is None or offset is None:
            return
        cell = offset.x - (self.content_size.width - body.area.width)
        if 0 <= cell < body.area.num_cells:
            self.put_cursor(body.x_of_cell(cell))

    def _last_x(self) -> float:
        """The largest x in sight that has a value."""
        low, high = self._model.x_range
        own = [curve for curve in self._model.curves if curve.style != "dashed"]
        steps = [(curve, curve.series.last_step) for curve in own]
        xs = [float(curve.axis.xs_of(step)) for curve, step in steps if step is not None]
        return min(max(xs, default=low), high)

    # Painting

    def render_line(self, y: int) -> Strip:
        """Row ``y`` of the drawing."""
        width, height = self.content_size
        if self._drawing is None or self._drawing.chars.shape != (height, width):
            self._drawing = self._laid_out().draw(self._cursor_x)
        if y >= height:
            return Strip.blank(width, self.rich_style)
        return Strip([Segment(text, self._style_of(ink)) for text, ink in self._drawing.row(y)], width)

    def notify_style_update(self) -> None:
        """Forget styles that came from the theme before."""
        self._styles_of_inks.clear()
        super().notify_style_update()

    def _laid_out(self) -> Plot:
        """The plot for the present size."""
        plot = self._plot
        if plot is None or (plot.width, plot.height) != self.content_size:
            plot = self._plot = lay_out(self._model, self._options, *self.content_size)
        return plot

    def _redraw(self) -> None:
        """Draw, and have repainted what came out different."""
        if not self.is_attached or not self.content_size:
            return
        before, self._drawing = self._drawing, self._laid_out().draw(self._cursor_x)
        spans = self._drawing.changes(before)
        if spans:
            self.refresh(*(Region(span.x, span.y, span.width, 1) for span in spans))

    def _style_of(self, ink: Ink) -> Style:
        style = self._styles_of_inks.get(ink)
        if style is None:
            style = self._styles_of_inks[ink] = self._make_style(ink)
        return style

    def _make_style(self, ink: Ink) -> Style:
        base = self.rich_style
        if ink.role == "blank":
            return base
        if ink.color < 0:
            return self.get_component_rich_style(f"line-chart--{ink.role}")
        theme = self.app.current_theme
        color = Color.parse(palette_for(dark=theme.dark, ansi=theme.ansi)[ink.color])
        if ink.role == "thin" and not theme.ansi:
            color = self.background_colors[1].blend(color, _FAINT)
        dim = ink.role == "thin" and theme.ansi
        return base + Style(color=color.rich_color, bold=ink.role == "points", dim=dim)
