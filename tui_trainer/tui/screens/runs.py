"""Runs: what was trained here, newest first; live ones go on before one's eyes."""

import time
from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.css.scalar import Scalar
from textual.screen import Screen
from textual.widgets import Input

from tui_trainer.core import index, rundir
from tui_trainer.core.rundir import RunDir, RunHomeError, RunIsLive, RunNotFound
from tui_trainer.core.summary import Summaries, Summary
from tui_trainer.core.text import plain
from tui_trainer.tui import keys
from tui_trainer.tui.messages import RunOpened
from tui_trainer.tui.plot.spans import Line, Span, clip
from tui_trainer.tui.views import listing
from tui_trainer.tui.widgets.key_bar import KeyBar
from tui_trainer.tui.widgets.span_view import SpanView
from tui_trainer.tui.widgets.title_bar import TitleBar

_TICK_S = 0.1
_REDRAW_S = 1.0
_LIST_S = 3.0
_NOTHING_YET = "Nothing has been trained here yet. Enter on New trains first-steps (about 15 s)."


class RunsScreen(Screen[None]):
    """A list with a cursor, a search, and the way into each run."""

    KEYS: ClassVar[tuple[keys.Key, ...]] = keys.RUNS
    HOW_TO_READ: ClassVar[str] = (
        "Every training of this machine, from the app or the command line, newest first. Best is the "
        "validation that the recipe's select_by chose, and its epoch.\n\n"
        "/ shows only runs whose line holds all the words you type: digits adam finished."
    )
    BINDINGS: ClassVar[list[BindingType]] = [*keys.bindings(keys.RUNS)]
    AUTO_FOCUS = ""
    DEFAULT_CSS = """
    RunsScreen {
        #find { display: none; padding: 0 1; background: $panel; }
        &.-finding #find { display: block; }
        #runs { height: 1fr; padding: 1 1 0 1; }
        #chosen { height: 1; padding: 0 1; }
    }
    """

    def __init__(self, *, clock: Callable[[], float] = time.time) -> None:
        super().__init__()
        self._clock = clock
        self._summaries = Summaries(index.path())
        self._runs: list[RunDir] = []
        self._shown: list[Summary] = []
        self._at: RunDir | None = None
        self._top = 0
        self._more = True
        self._listed_at = 0.0
        self._drawn_at = 0.0
        self._problem = ""
        self._to_delete: RunDir | None = None

    def compose(self) -> ComposeResult:
        """Title, search, list, the chosen run, keys."""
        yield TitleBar("runs")
        yield Input(placeholder="find", compact=True, id="find")
        yield SpanView(id="runs")
        yield SpanView(id="chosen")
        yield KeyBar(self.KEYS)

    def on_mount(self) -> None:
        """Begin to read."""
        self.query_one("#find", Input).cursor_blink = False
        self.set_interval(_TICK_S, self._tick)

    def on_screen_resume(self) -> None:
        """Look what there is: a run may have been trained meanwhile."""
        self._listed_at = -_LIST_S
        self.call_after_refresh(self._tick)

    @on(SpanView.Resized)
    def _fit(self) -> None:
        """Draw for the new size of the list."""
        self._draw()

    # Reading

    def _tick(self) -> None:
        """Read a slice of what is new; draw when all was read, and then once a second."""
        if not self.is_current:
            return
        now = time.monotonic()
        fresh = now - self._listed_at >= _LIST_S
        if fresh:
            self._list()
        due = now - self._drawn_at >= _REDRAW_S
        if fresh or due or self._more:
            before, self._more = self._more, self._summaries.read_new(self._runs)
            if due or fresh or before != self._more:
                self._draw()
            if not self._more:
                self._summaries.keep()

    def _list(self) -> None:
        self._listed_at = time.monotonic()
        try:
            self._runs, self._problem = rundir.list_runs(), ""
        except RunHomeError as error:
            self._runs, self._problem = [], plain(str(error))
        self.query_one(TitleBar).recount()

    # Drawing

    def _draw(self) -> None:
        self._drawn_at, now = time.monotonic(), self._clock()
        wanted = self.query_one("#find", Input).value.lower().split()
        known = [summary for run in self._runs if (summary := self._summaries.get(run, now))]
        self._shown = [each for each in known if all(word in listing.words(each) for word in wanted)]
        area, chosen = self.query_one("#runs", SpanView), self.query_one("#chosen", SpanView)
        width, height = area.content_size
        if not self._shown:
            area.show([(Span(self._nothing(), "quiet"),)])
            chosen.show([])
            return
        below = self._below(at := self._place(), chosen.content_size.width)
        if chosen.styles.height != Scalar.from_number(len(below)):
            chosen.styles.height = len(below)  # the list is drawn anew at its new size
        chosen.show(below)
        lines = listing.lines(self._shown, now, width - 2)
        room = max(1, height - 1)
        self._top = min(max(self._top, at - room + 1), at, max(0, len(self._shown) - room))
        shown = [lines[0], *lines[1 + self._top : 1 + self._top + room]]
        row = 1 + at - self._top
        marked = [(Span("▸ " if i == row else "  ", "accent"), *line) for i, line in enumerate(shown)]
        area.show([clip(line, width) for line in marked], chosen=row)

    def _nothing(self) -> str:
        if self._problem:
            return self._problem
        if self._more:
            return "reading…"
        return "No run's line holds these words: Esc shows all." if self._runs else _NOTHING_YET

    def _below(self, at: int, width: int) -> list[Line]:
        if self._to_delete is not None and self._to_delete == self._shown[at].run:
            name = plain(self._to_delete.id)
            question = f"d again deletes {name} for good, Esc keeps it"
            return [clip((Span("? ", "accent"), Span(question, "strong")), width)]
        return listing.detail(self._shown[at], width)

    def _place(self) -> int:
        """Where the cursor is: on its run wherever that went, else on the newest."""
        places = [i for i, summary in enumerate(self._shown) if summary.run == self._at]
        at = places[0] if places else 0
        self._at = self._shown[at].run
        return at

    # Keys

    def action_look(self, by: int) -> None:
        """Move the cursor."""
        if self._shown:
            self._to_delete = None
            self._at = self._shown[min(max(0, self._place() + by), len(self._shown) - 1)].run
            self._draw()

    def action_open(self) -> None:
        """Watch the chosen run."""
        if self._shown:
            self.post_message(RunOpened(self._shown[self._place()].run))

    def action_find(self) -> None:
        """Search by words."""
        self.add_class("-finding")
        self.set_focus(self.query_one("#find", Input))

    @on(Input.Changed, "#find")
    def _filter(self) -> None:
        self._top = 0
        self._draw()

    @on(Input.Submitted, "#find")
    def _found(self) -> None:
        self.set_focus(None)

    def action_back(self) -> None:
        """Keep the run; leave the search."""
        self._to_delete = None
        self.query_one("#find", Input).value = ""
        self.remove_class("-finding")
        self.set_focus(None)
        self._draw()

    def action_delete(self) -> None:
        """Ask, then delete the chosen run."""
        if not self._shown:
            return
        run = self._shown[at := self._place()].run
        if self._to_delete != run:
            self._to_delete = run
        else:
            self._to_delete = None
            neighbours = [*self._shown[at + 1 : at + 2], *self._shown[max(0, at - 1) : at]]
            try:
                rundir.delete(run)
            except (RunIsLive, RunNotFound, RunHomeError) as error:
                self.notify(plain(str(error)), severity="warning", markup=False)
            else:
                self._at = neighbours[0].run if neighbours else None
                self._list()
        self._draw()
