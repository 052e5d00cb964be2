"""Runs: what was trained here, newest first; live ones go on before one's eyes."""

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import ClassVar, Literal, TypeAlias

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.css.scalar import Scalar
from textual.screen import Screen
from textual.widgets import Input

from tui_trainer.core import index, labels, rundir
from tui_trainer.core.ordering import holding, ordered
from tui_trainer.core.rundir import RunDir, RunHomeError
from tui_trainer.core.summary import Summaries, Summary
from tui_trainer.core.text import plain
from tui_trainer.tui import away, keys
from tui_trainer.tui.away import Away
from tui_trainer.tui.clipboard import copy
from tui_trainer.tui.messages import CompareRequested, RunOpened
from tui_trainer.tui.plot.spans import Line, Span, clip
from tui_trainer.tui.views import listing
from tui_trainer.tui.widgets.key_bar import KeyBar
from tui_trainer.tui.widgets.span_view import SpanView
from tui_trainer.tui.widgets.title_bar import TitleBar

_TICK_S = 0.1
_REDRAW_S = 1.0
_LIST_S = 3.0
_NOTHING_YET = "Nothing has been trained here yet. Enter on New trains first-steps (about 15 s)."

Labelled: TypeAlias = Literal["tags", "note"]


class RunsScreen(Screen[None]):
    """A list with a cursor, a search, and the way into each run."""

    KEYS: ClassVar[tuple[keys.Key, ...]] = keys.RUNS
    HOW_TO_READ: ClassVar[str] = (
        "Every training of this machine, from the app or the command line, newest first. Best is the "
        "validation that the recipe's select_by chose, and its epoch; the bars are how validation went.\n\n"
        "/ shows only runs that hold all the words you type in name, recipe, state, tags or note: "
        "digits adam finished.\n\n"
        "◆ is a marked run. Tags are words of your own: +good and good add one, -good takes it away."
    )
    BINDINGS: ClassVar[list[BindingType]] = [*keys.bindings(keys.RUNS)]
    AUTO_FOCUS = ""
    DEFAULT_CSS = """
    RunsScreen {
        Input { display: none; padding: 0 1; background: $panel; }
        &.-finding #find { display: block; }
        &.-labelling #label { display: block; }
        #count { height: 1; padding: 0 1; }
        #runs { height: 1fr; padding: 0 1; }
        #chosen { height: 1; padding: 0 1; }
    }
    """

    def __init__(self, *, clock: Callable[[], float] = time.time) -> None:
        super().__init__()
        self._clock = clock
        self._summaries = Summaries(index.path())
        self._runs: list[RunDir] = []
        self._shown: list[Summary] = []
        self._marked: set[RunDir] = set()
        self._order, self._is_reversed = "age", False
        self._at: RunDir | None = None
        self._top = 0
        self._more = True
        self._listed_at = 0.0
        self._drawn_at = 0.0
        self._problem = ""
        self._to_delete: RunDir | None = None
        self._away = Away()
        self._to_label: Labelled = "tags"

    def compose(self) -> ComposeResult:
        """Title, search, list, the chosen run, keys."""
        yield TitleBar("runs", num_runs=0)  # counted as soon as they are listed
        yield Input(placeholder="find", compact=True, id="find")
        yield SpanView(id="count")
        yield SpanView(id="runs")
        yield SpanView(id="chosen")
        yield Input(compact=True, id="label")
        yield KeyBar(self.KEYS)

    def on_mount(self) -> None:
        """Begin to read; tidy up after a program that ended before it could."""
        for field in self.query(Input):
            field.cursor_blink = False
        self.set_interval(_TICK_S, self._tick)
        self.run_worker(rundir.sweep, thread=True)

    def on_unmount(self) -> None:
        """Now nobody can bring back what was deleted."""
        away.remove(self._away.rest())

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
        if over := self._away.expired():
            self.run_worker(partial(away.remove, over), thread=True)
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
        self._marked &= set(self._runs)
        self.query_one(TitleBar).recount(len(self._runs))

    # Drawing

    def _draw(self) -> None:
        self._drawn_at, now = time.monotonic(), self._clock()
        known = [summary for run in self._runs if (summary := self._summaries.get(run, now))]
        wanted = self.query_one("#find", Input).value.split()
        self._shown = ordered(holding(known, wanted), self._order, reverse=self._is_reversed)
        area, chosen = self.query_one("#runs", SpanView), self.query_one("#chosen", SpanView)
        width, height = area.content_size
        self.query_one("#count", SpanView).show([self._counted(len(known), width)] if self._runs else [])
        if not self._shown:
            area.show([(Span(self._nothing(), "quiet"),)])
            chosen.show(self._below(None, width))
            return
        at = self._place()
        below = self._below(self._shown[at], width)
        if chosen.styles.height != Scalar.from_number(len(below)):
            chosen.styles.height = len(below)  # the list is drawn anew at its new size
        chosen.show(below)
        room = max(1, height - 1)
        self._top = min(max(self._top, at - room + 1), at, max(0, len(self._shown) - room))
        columns = self._columns()
        head = listing.head(columns, width, self._order, reverse=self._is_reversed)
        rows = [
            listing.row(run, now, columns, width, here=run.run == self._at, marked=run.run in self._marked)
            for run in self._shown[self._top : self._top + room]
        ]
        area.show([clip(line, width) for line in (head, *rows)], chosen=1 + at - self._top)

    def _columns(self) -> tuple[listing.Column, ...]:
        width = self.query_one("#runs", SpanView).content_size.width
        return listing.columns(width, tagged=any(run.tags for run in self._shown))

    def _counted(self, known: int, width: int) -> Line:
        offer = " · c compares them" if len(self._marked) > 1 else ""
        line = listing.count(len(self._shown), known, len(self._runs), len(self._marked))
        return clip((*line, Span(offer, "quiet")), width)

    def _nothing(self) -> str:
        if self._problem:
            return self._problem
        if self._more:
            return "reading…"
        return "No run holds all of these words: Esc shows all." if self._runs else _NOTHING_YET

    def _below(self, run: Summary | None, width: int) -> list[Line]:
        if run is not None and self._to_delete == run.run:
            doubt = f"{plain(run.run.id)} may be live elsewhere: d again deletes it, Esc keeps it"
            return [clip((Span("? ", "accent"), Span(doubt, "strong")), width)]
        if self.has_class("-labelling"):
            whose = f"{len(self._marked):,} runs" if self._marked else "this run"
            what = f"Tags of {whose}, +good -draft" if self._to_label == "tags" else f"A note for {whose}"
            return [clip((Span(f"{what}: Enter keeps it, Esc leaves it as it was", "strong"),), width)]
        if count := len(self._away):
            deleted = "1 run" if count == 1 else f"{count:,} runs"
            return [
                clip((Span(f"{deleted} deleted: ", "strong"), Span("u", "accent"), Span(" undoes it")), width)
            ]
        return listing.detail(run, width) if run is not None else []

    def _place(self) -> int:
        """Where the cursor is: on its run wherever that went, else on the first."""
        places = [i for i, summary in enumerate(self._shown) if summary.run == self._at]
        at = places[0] if places else 0
        self._at = self._shown[at].run
        return at

    # Moving, sorting, searching

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

    def action_copy(self) -> None:
        """Copy the name by which the command line knows the chosen run."""
        if self._shown:
            copy(self.app, self._shown[self._place()].run.id)

    def action_sort(self) -> None:
        """Sort by the next column that is shown."""
        offered = listing.orders(self._columns())
        at = offered.index(self._order) if self._order in offered else -1
        self._order, self._is_reversed = offered[(at + 1) % len(offered)], False
        self._draw()

    def action_reverse(self) -> None:
        """Sort the other way round."""
        self._is_reversed = not self._is_reversed
        self._draw()

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
        """Keep the run; leave a line one types in, else marks and search."""
        self._to_delete = None
        if self.has_class("-labelling"):
            self._leave_label()
        else:
            self._marked.clear()
            self.query_one("#find", Input).value = ""
            self.remove_class("-finding")
            self.set_focus(None)
        self._draw()

    # Marks and labels

    def _meant(self) -> list[RunDir]:
        """The marked runs in the order of the list, also those that a search hides; else the chosen one."""
        if self._marked:
            return [run for run in self._runs if run in self._marked]
        return [self._shown[self._place()].run] if self._shown else []

    def action_mark(self) -> None:
        """Mark the chosen run, or unmark it, and go on to the next."""
        if self._shown:
            self._marked ^= {self._shown[self._place()].run}
            self.action_look(1)

    def action_compare(self) -> None:
        """Show the marked runs side by side."""
        if len(self._marked) > 1:
            self.post_message(CompareRequested(self._meant()))

    def action_label(self, what: Labelled) -> None:
        """Type tags or a note for the runs that are meant."""
        if not (runs := self._meant()):
            return
        self._to_label = what
        field = self.query_one("#label", Input)
        known = labels.read(runs[0])
        field.value = "" if self._marked else " ".join(known.tags) if what == "tags" else known.note
        self.add_class("-labelling")
        self.set_focus(field)
        self._draw()

    @on(Input.Submitted, "#label")
    def _label(self, event: Input.Submitted) -> None:
        """Keep what was typed: all tags of one run; of marked ones, what to add and to take away."""
        for run in self._meant():
            known = labels.read(run)
            if self._to_label == "note":
                told = replace(known, note=event.value)
            else:
                told = replace(
                    known, tags=labels.tagged(known.tags if self._marked else (), event.value.split())
                )
            try:
                labels.write(run, told)
            except OSError as error:
                self._warn(f"{run.id}: this cannot be kept ({error.strerror})")
        self._leave_label()
        self._summaries.look_again()
        self._more = self._summaries.read_new(self._runs)
        self._draw()

    def _leave_label(self) -> None:
        self.remove_class("-labelling")
        self.set_focus(None)

    # Deleting

    def action_delete(self) -> None:
        """Delete what is meant; one that may be live where nobody here can tell is asked about first."""
        if not self._shown:
            return
        chosen = self._shown[at := self._place()]
        runs = self._meant()
        if runs == [chosen.run] and chosen.state == "unknown" and self._to_delete != chosen.run:
            self._to_delete = chosen.run
            self._draw()
            return
        self._to_delete = None
        gone = set(runs)
        for refusal in self._away.put(runs):
            self._warn(refusal)
        neighbours = [*self._shown[at:], *reversed(self._shown[:at])]
        self._at = next((each.run for each in neighbours if each.run not in gone or each.run.exists), None)
        self._list()
        self._draw()

    def action_undo(self) -> None:
        """Bring back what was deleted last."""
        try:
            runs = self._away.undo()
        except RunHomeError as error:
            self._warn(str(error))
            return
        if runs:
            self._at = runs[0]
            self._list()
            self._more = self._summaries.read_new(self._runs)
            self._draw()

    def _warn(self, text: str) -> None:
        self.notify(plain(text), severity="warning", markup=False)
