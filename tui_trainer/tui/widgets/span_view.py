"""Styled lines on screen: what comes out as before is not painted again."""

from collections.abc import Sequence
from itertools import zip_longest
from typing import ClassVar, TypeAlias

from rich.color import Color as RichColor
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tui_trainer.tui.ascii import only_ascii, with_keys
from tui_trainer.tui.plot.palette import palette_for
from tui_trainer.tui.plot.spans import RGB, Line, Role, Span, width_of

_HIT, _MISS = 0, 5
"""Palette colours of right and wrong: blue and vermilion, which the colour-blind tell apart."""
_STRONGEST_TINT = 0.55
_MAX_REMEMBERED = 8192
"""Styles, and as many pieces of images, which may have any number of colours."""
_PLAIN = Span("")
"""What all other styles are laid on."""
Inks: TypeAlias = tuple[RGB | None, RGB | None] | None


class SpanView(Widget):
    """Shows lines of spans from the top left corner; what does not fit is cut."""

    class Resized(Message):
        """It has another size: whoever draws for it may have other lines now."""

        def __init__(self, view: "SpanView") -> None:
            super().__init__()
            self.view = view

        @property
        def control(self) -> "SpanView":
            """The view, for selectors."""
            return self.view

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "span-view--strong",
        "span-view--quiet",
        "span-view--good",
        "span-view--warn",
        "span-view--bad",
        "span-view--accent",
        "span-view--chosen",
    }
    DEFAULT_CSS = """
    SpanView {
        & > .span-view--strong { text-style: bold; }
        & > .span-view--quiet { color: $text-muted; }
        & > .span-view--good { color: $text-success; }
        & > .span-view--warn { color: $text-warning; }
        & > .span-view--bad { color: $text-error; text-style: bold; }
        & > .span-view--accent { color: $text-primary; text-style: bold; }
        & > .span-view--chosen { background: $panel; text-style: bold; }
    }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._lines: tuple[Line, ...] = ()
        self._chosen: int | None = None
        self._styles: dict[tuple[Role, float, Inks], Style] = {}
        self._pixels: dict[Span, Segment] = {}

    @property
    def lines(self) -> tuple[Line, ...]:
        """What is shown."""
        return self._lines

    def on_resize(self) -> None:
        """Ask for lines that fit."""
        self.post_message(self.Resized(self))

    def show(self, lines: Sequence[Line], *, chosen: int | None = None) -> None:
        """Show ``lines`` from now on, the ``chosen`` one on a ground of its own."""
        if chosen != self._chosen:
            width = self.content_size.width
            self.refresh(*(Region(0, y, width, 1) for y in (chosen, self._chosen) if y is not None))
            self._chosen = chosen
        if only_ascii(self):
            lines = [tuple(span._replace(text=with_keys(span.text)) for span in line) for line in lines]
        before, self._lines = self._lines, tuple(lines)
        changed = [
            Region(start, y, end - start, 1)
            for y, (old, new) in enumerate(zip_longest(before, self._lines, fillvalue=()))
            for start, end in [_difference(old, new)]
            if end > start
        ]
        if changed:
            self.refresh(*changed)

    def render_line(self, y: int) -> Strip:
        """Line ``y``, filled up with blanks."""
        width = self.content_size.width
        line = self._lines[y] if y < len(self._lines) else ()
        segments = [self._segment_of(span) for span in line if span.text]
        strip = Strip(segments).adjust_cell_length(width, self._style_of(_PLAIN))
        if y != self._chosen:
            return strip
        ground = self.get_component_rich_style("span-view--chosen")
        over = Style(bgcolor=ground.bgcolor, bold=True)
        return Strip(Segment.apply_style(strip, post_style=over), width)

    def notify_style_update(self) -> None:
        """Forget styles that came from the theme before."""
        self._styles.clear()
        self._pixels.clear()
        super().notify_style_update()

    def _segment_of(self, span: Span) -> Segment:
        if span.role != "pixel":  # texts hardly ever come again
            return Segment(span.text, self._style_of(span))
        segment = self._pixels.get(span)
        if segment is None:
            if len(self._pixels) >= _MAX_REMEMBERED:
                self._pixels.clear()
            segment = self._pixels[span] = Segment(span.text, self._style_of(span))
        return segment

    def _style_of(self, span: Span) -> Style:
        key = (span.role, span.level, span.inks)
        style = self._styles.get(key)
        if style is None:
            if len(self._styles) >= _MAX_REMEMBERED:
                self._styles.clear()
            style = self._styles[key] = self._make_style(*key)
        return style

    def _make_style(self, role: Role, level: float, inks: Inks) -> Style:
        if role == "text" and inks is None:
            return self.rich_style  # put together from all ancestors whenever it is asked for
        base = self._style_of(_PLAIN)
        if inks is not None:
            return base + Style(color=_rich_color(inks[0]), bgcolor=_rich_color(inks[1]))
        if role == "cursor":
            return base + Style(reverse=True, bold=True)
        theme = self.app.current_theme
        if role == "curve":
            palette = palette_for(dark=theme.dark, ansi=theme.ansi)
            curve = Color.parse(palette[int(level) % len(palette)])
            return base + Style(color=curve.rich_color, bold=True)
        if role not in ("hit", "miss", "point"):
            return self.get_component_rich_style(f"span-view--{role}")
        color = Color.parse(palette_for(dark=theme.dark, ansi=theme.ansi)[_MISS if role == "miss" else _HIT])
        if role == "point":
            return base + Style(color=color.rich_color)
        if theme.ansi:
            # Sixteen colours have no tints: the text itself is coloured.
            return base + Style(color=color.rich_color, bold=level > 0.5)
        ground = self.background_colors[1].blend(color, _STRONGEST_TINT * level)
        return base + Style(bgcolor=ground.rich_color)


def _rich_color(ink: RGB | None) -> RichColor | None:
    return None if ink is None else RichColor.from_rgb(ink >> 16, ink >> 8 & 0xFF, ink & 0xFF)


def _difference(old: Line, new: Line) -> tuple[int, int]:
    """From which cell to which two lines differ, in whole spans; empty where they do not."""
    if old == new:
        return 0, 0
    same = 0
    while same < min(len(old), len(new)) and old[same] == new[same]:
        same += 1
    start, end = width_of(new[:same]), max(width_of(old), width_of(new))
    if width_of(old) == width_of(new):
        tail = 0
        while tail < min(len(old), len(new)) - same and old[-1 - tail] == new[-1 - tail]:
            tail += 1
        end -= width_of(new[len(new) - tail :])
    return start, end
