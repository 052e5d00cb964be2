"""What all looks into a network have in common: header, names of the views, a picture, keys."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import Screen

from tui_trainer.core.text import plain
from tui_trainer.tui import keys
from tui_trainer.tui.inside.asking import Asking
from tui_trainer.tui.link import LOCAL, Link
from tui_trainer.tui.plot.raster import GlyphName
from tui_trainer.tui.plot.spans import Line, Span, spread, width_of
from tui_trainer.tui.views import header
from tui_trainer.tui.views.page import Page
from tui_trainer.tui.watch import Watch
from tui_trainer.tui.widgets.key_bar import KeyBar
from tui_trainer.tui.widgets.span_view import SpanView

_DRAWN_S = 1.0
"""Figures in the header change once a second."""
_PAINT_S = 0.03
"""So long a picture that was drawn may wait for its paint."""


@dataclass(frozen=True)
class Sight:
    """What is looked at, and how; the same for all views."""

    watch: Watch
    asking: Asking
    clock: Callable[[], float] = time.time
    link: Link = LOCAL
    glyphs: GlyphName = "braille"
    colour: bool = True


class InsideScreen(Screen[None]):
    """One view. ``draw`` makes its picture, and ``seen`` tells when there is another to be made."""

    NEEDS_NETWORK: ClassVar[bool] = True
    """Whether there is nothing to see of a loop of one's own, which keeps its network to itself."""
    OWN_LOOP: ClassVar[str] = "A loop of one's own keeps its network to itself: there is no looking into it."
    KEYS: ClassVar[tuple[keys.Key, ...]] = keys.INSIDE
    HOW_TO_READ: ClassVar[str] = ""
    BINDINGS: ClassVar[list[BindingType]] = [*keys.bindings(keys.INSIDE)]
    DEFAULT_CSS = """
    InsideScreen {
        #header { height: 1; padding: 0 1; }
        #tabs { height: 1; background: $surface; }
        #picture { height: 1fr; padding: 0 1; }
        KeyBar { height: auto; padding: 0 1; background: $surface; color: $text-muted; }
    }
    """

    def __init__(self, sight: Sight) -> None:
        super().__init__()
        self.sight = sight
        self._page = Page(())
        self._seen: object = None
        self._drawn_at = self._redrawn_at = 0.0

    # What a view is

    def draw(self, width: int, height: int) -> Page:
        """The picture, in so many cells."""
        raise NotImplementedError

    def seen(self) -> object:
        """What the picture was made of: when this is another, it is drawn anew."""
        history = self.sight.watch.history
        return history.step if self.sight.watch.is_live else len(history.layers)

    def begin(self) -> None:
        """The view is shown: ask what it wants to know."""

    # What all views are

    def compose(self) -> ComposeResult:
        """Header, names, picture, keys."""
        yield SpanView(id="header")
        yield SpanView(id="tabs")
        yield SpanView(id="picture")
        yield KeyBar(self.KEYS)

    def on_mount(self) -> None:
        """Begin to look."""
        if not self._is_closed:
            self.begin()
        self.set_interval(self.sight.link.tick_s, self._look)

    @on(SpanView.Resized)
    def _fit(self) -> None:
        self.redraw()

    def _look(self) -> None:
        """Read what is new and draw what it changes; not while what a key has changed waits for paint."""
        watch, now = self.sight.watch, time.monotonic()
        if now - self._redrawn_at < _PAINT_S:
            return
        watch.read_new()
        self.sight.asking.read_new()
        turned = watch.judge(self.sight.clock())
        if turned or self.seen() != self._seen:
            self.redraw()
        elif watch.is_live and now - self._drawn_at >= _DRAWN_S:
            self._draw_header()

    def redraw(self) -> None:
        """Draw all there is."""
        self._redrawn_at = time.monotonic()
        area, bar = self.query_one("#picture", SpanView), self.query_one("#tabs", SpanView)
        self._seen = self.seen()
        if self._is_closed:
            self._page = self.said(
                self.OWN_LOOP, "1 shows its confusion matrices, where run.confusion logs them."
            )
        elif area.content_size:
            self._page = self.draw(*area.content_size)
        area.show(self._page.lines)
        started = self.sight.watch.history.started
        names = [_name(name, "" if started is None else started.task) for name, _, _ in VIEWS]
        bar.show([_tabs(type(self), names, self._page.caption, bar.content_size.width)])
        self._draw_header()

    @property
    def _is_closed(self) -> bool:
        return self.NEEDS_NETWORK and self.sight.watch.own is not None

    def _draw_header(self) -> None:
        self._drawn_at = time.monotonic()
        head, watch = self.query_one("#header", SpanView), self.sight.watch
        figures = header.Figures.of(watch, self.sight.clock(), None)
        head.show(header.lines(watch, figures, head.content_size.width)[:1])

    def said(self, *sentences: str) -> Page:
        """A page that only says something."""
        return Page(tuple((Span(plain(sentence), "quiet"),) for sentence in sentences))

    # Keys

    def action_view(self, number: int) -> None:
        """Show another view."""
        if number <= len(VIEWS):
            view = view_at(number - 1)
            if view is not type(self):
                self.app.switch_screen(view(self.sight))

    def action_step_view(self, by: int) -> None:
        """Show the next view or the one before."""
        at = next(place for place in range(len(VIEWS)) if view_at(place) is type(self))
        self.action_view((at + by) % len(VIEWS) + 1)

    def action_back(self) -> None:
        """Back to the run."""
        self.app.pop_screen()


VIEWS: tuple[tuple[str, str, str], ...] = (
    ("film", "tui_trainer.tui.inside.film", "FilmScreen"),
    ("per class", "tui_trainer.tui.inside.perclass", "PerClassScreen"),
    ("layers", "tui_trainer.tui.inside.layers", "LayersScreen"),
    ("weights", "tui_trainer.tui.inside.weights", "WeightsScreen"),
    ("boundary", "tui_trainer.tui.inside.boundary", "BoundaryScreen"),
    ("surface", "tui_trainer.tui.inside.surface", "SurfaceScreen"),
    ("batch", "tui_trainer.tui.inside.microscope", "MicroscopeScreen"),
    ("poke", "tui_trainer.tui.inside.poke", "PokeScreen"),
)
"""Name, module and class of each view, in the order of their digits."""


def view_at(place: int) -> type[InsideScreen]:
    """The view at a place of ``VIEWS``; only those that are shown are imported."""
    _, module, name = VIEWS[place]
    found: type[InsideScreen] = getattr(import_module(module), name)
    return found


def _name(name: str, task: str) -> str:
    """What a view is called in a run: where numbers are predicted there is no boundary, but a fit."""
    return "fit" if (name, task) == ("boundary", "regression") else name


_SHORT = {"per class": "ROC", "boundary": "plane", "surface": "loss"}
"""What they are called where there is little room."""


def _tabs(chosen: type[InsideScreen], names: Sequence[str], caption: str, width: int) -> Line:
    """The names of all views beside what is shown, as short as it takes; at last digits alone."""
    at = next(place for place, (_, _, class_name) in enumerate(VIEWS) if class_name == chosen.__name__)
    short = [_SHORT.get(name, name) for name in names]
    told = (Span(f"{caption} "),)
    for words, apart in ((names, 2), (names, 1), (short, 1), ([""] * len(names), 1)):
        line = _named([*words[:at], names[at], *words[at + 1 :]], at, apart)
        if width_of(line) + width_of(told) < width:
            break
    return spread(line, told, width)


def _named(words: Sequence[str], at: int, apart: int) -> Line:
    spans: list[Span] = []
    for place, word in enumerate(words):
        number, gap = str(place + 1), " " * (apart - 1)
        if place == at:
            spans += [Span("" if gap or not place else " "), Span(f"[{number} {word}]", "accent"), Span(gap)]
        else:
            spans += [Span(f" {number}", "strong"), Span(f" {word}{gap}" if word else gap, "quiet")]
    return tuple(spans)
