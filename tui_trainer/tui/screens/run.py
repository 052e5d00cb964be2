"""A run: its curves, its confusion matrix, what is known of it; live, finished or told once more."""

import os
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal

from tui_trainer.core import queue
from tui_trainer.core.control import Continue, Pace, Pause, Stop
from tui_trainer.core.events import Split
from tui_trainer.core.rundir import RunDir
from tui_trainer.core.runlog import RunLogError
from tui_trainer.core.text import plain
from tui_trainer.tui import keys, terminal
from tui_trainer.tui.alert import alert
from tui_trainer.tui.clipboard import copy
from tui_trainer.tui.link import LOCAL, ByteRate, Link
from tui_trainer.tui.plot.model import ChartOptions
from tui_trainer.tui.plot.raster import GlyphName
from tui_trainer.tui.plot.spans import Line, Role, Span, clip
from tui_trainer.tui.screens.asking import AskingScreen
from tui_trainer.tui.screens.charting import ChartingScreen
from tui_trainer.tui.screens.steering import SteeringScreen
from tui_trainer.tui.spoken import spoken
from tui_trainer.tui.views import facts, header, lower
from tui_trainer.tui.views.page import Look, Page
from tui_trainer.tui.watch import Watch
from tui_trainer.tui.widgets.chart import LineChart
from tui_trainer.tui.widgets.run_keys import RunKeys
from tui_trainer.tui.widgets.span_view import SpanView

if TYPE_CHECKING:
    from tui_trainer.tui.inside.asking import Asking

_FIGURES_S = 1.0
_VIEW_S = 0.25
"""The lower half and the remarks follow evaluations no faster than one can look."""
_CATCHING_UP_S = 0.25
"""While a long log is read, so long between pictures of what is known by then."""
_URGENT_ROWS: dict[Role, int] = {"bad": 5, "warn": 2, "accent": 2}
"""So many for the first fact, by the role of its mark, however low the screen."""
_ROOM_FOR_BAD = 3
"""So many rows for why a run failed; more are taken from the lower half."""
_FACTS = 3
"""So many where the screen is tall and has no panel for them."""


class RunScreen(ChartingScreen, SteeringScreen, AskingScreen):
    """Two charts above, one of several views below; a second pressed key never loses anything."""

    KEYS: ClassVar[tuple[keys.Key, ...]] = keys.RUN
    HOW_TO_READ: ClassVar[str] = (
        "Above: the loss, and accuracy (for regression R²: 1 is perfect, 0 no better than the mean). A "
        "line is train, points are validation, both measured after an epoch without dropout, so that they "
        "compare; dots behind are the loss of each batch on its way. A dashed line is the trivial answer: "
        "a net that is no better has learned nothing.\n\n"
        "Confusion: a row is the true class, a column what it was taken for. What is right is on the "
        "diagonal; · is none. Recall: how much of a class was found. Precision: how much of what was "
        "taken for a class is of it.\n\n"
        "What is going on: ✓ is good, ! is an alarm, · is worth knowing; after the semicolon stands what the "
        "course would try. Before it can be told from noise nothing is said.\n\n"
        "Everything is read from the run's log: closing this screen stops nothing."
    )
    BINDINGS: ClassVar[list[BindingType]] = [*keys.bindings(keys.RUN)]
    DEFAULT_CSS = """
    RunScreen {
        #header { height: 2; padding: 0 1; }
        #charts { height: 1fr; }
        #loss { padding: 0 1 0 1; }
        #metric { padding: 0 1 0 0; border-left: solid $panel; }
        #tabs { height: 1; background: $surface; }
        #view { width: 1fr; height: 1fr; padding: 0 1; }
        #lower { height: 11; }
        #side { display: none; width: 42%; height: 1fr; padding: 0 1; border-left: solid $panel; }
        #facts { height: 1; padding: 0 1; }
        RunKeys { height: 1; padding: 0 1; background: $surface; color: $text-muted; }
        &.-full #charts { display: none; }
        &.-tall #charts { height: 46%; }
        &.-bad #lower { height: 9; }
        &.-long #lower { height: 7; }
        &.-full #lower, &.-tall #lower { height: 1fr; }
        &.-tall #view { padding: 1 1 0 1; }
        &.-tall.-wide #side { display: block; padding: 1 1 0 1; }
        &.-tall.-wide #facts { display: none; }
    }
    """

    def __init__(
        self,
        run: RunDir,
        *,
        glyphs: GlyphName = "braille",
        clock: Callable[[], float] = time.time,
        link: Link = LOCAL,
        bytes_written: Callable[[], int] = int,
    ) -> None:
        super().__init__()
        self._clock = clock
        self._link = link
        self._bytes_written = bytes_written
        self._rate = ByteRate()
        self._watch = Watch(run)
        self._options = ChartOptions(glyphs=glyphs)
        self._look = Look(colour=terminal.color_system(os.environ) != "none")
        self._view = 0
        self._page = Page(())
        self._figures = header.Figures((), ((),))
        self._is_covered = False
        """Whether a look into the network lies over all of it, and reads the run meanwhile."""
        self._asking: Asking | None = None
        self._told_at = 0.0
        self._viewed_at = 0.0
        self._viewed = 0
        """How many evaluations there were when the lower half was drawn."""

    def compose(self) -> ComposeResult:
        """Header, charts, views, keys."""
        yield SpanView(id="header")
        with Horizontal(id="charts"):
            yield LineChart(id="loss")
            yield LineChart(id="metric")
        yield SpanView(id="tabs")
        with Horizontal(id="lower"):
            yield SpanView(id="view")
            yield SpanView(id="side")
        yield SpanView(id="facts")
        yield RunKeys()

    def on_mount(self) -> None:
        """Begin to follow the run; what is there by now is read before any of it is drawn."""
        self._look = replace(self._look, language=spoken(self))
        self._told_at = time.monotonic()
        self.set_interval(self._link.tick_s, self._look_again)
        self.call_after_refresh(self._tick)

    def expect(self, attempt: int, lives: Callable[[], bool]) -> None:
        """A worker was begun for it: see `Watch.expect`."""
        self._watch.expect(attempt, lives)

    @on(SpanView.Resized)
    def _fit(self, message: SpanView.Resized) -> None:
        """Draw for the new size of a part of the screen; charts see to theirs themselves."""
        if message.view.id in ("view", "tabs"):
            self._draw_view()
        else:
            self._draw_texts()

    # Following

    def _look_again(self) -> None:
        """Unless there is more to be read at once: then a tick follows a tick already."""
        if not self._watch.more and not self._is_covered:
            self._tick()

    def on_unmount(self) -> None:
        """Nobody looks inside any more."""
        if self._asking is not None:
            self._asking.close()

    def on_screen_resume(self) -> None:
        """Show what happened while the screen was covered."""
        if self._is_covered:
            self._is_covered = False
            self._draw()

    def _tick(self) -> None:
        """Read what is new, and draw what it changes: charts at once, figures once a second."""
        watch, now = self._watch, time.monotonic()
        changed = watch.read_new()
        if watch.more:
            self.call_after_refresh(self._tick)
            if now - self._told_at >= _CATCHING_UP_S:
                self._draw()
            return
        changed |= watch.advance(self._link.tick_s)
        turned = self._judge()
        if changed or turned:
            self._draw_charts()
        is_ticking = watch.is_live or watch.is_replay or self._link.is_remote
        if turned or (is_ticking and now - self._told_at >= _FIGURES_S):
            self._draw_texts()
            self._draw_view()
        elif self._num_evaluations != self._viewed and now - self._viewed_at >= _VIEW_S:
            self._draw_view()
            self._draw_remarks()

    @property
    def _num_evaluations(self) -> int:
        return sum(map(len, self._watch.history.evaluations.values()))

    def _judge(self) -> bool:
        watch = self._watch
        known = watch.since is not None
        turned = watch.judge(self._clock())
        if turned and known and not watch.is_live:
            reason = plain(watch.history.reason)
            alert(self.app, f"{watch.name} {watch.state}{': ' + reason if reason else ''}")
        has_log = watch.own is None or watch.run.worker_log.exists()
        if turned and watch.state in ("failed", "crashed") and self._view == 0 and has_log:
            self._view = lower.WORKER_LOG
        return turned

    # Drawing

    def _draw(self) -> None:
        self._draw_charts()
        self._draw_below()

    def _draw_below(self) -> None:
        self._draw_view()
        self._draw_texts()

    def _draw_view(self) -> None:
        """The lower half, and its name above it."""
        self._viewed, self._viewed_at = self._num_evaluations, time.monotonic()
        area, bar = self.query_one("#view", SpanView), self.query_one("#tabs", SpanView)
        self._look = replace(
            self._look,
            step=self._cursor_step(),
            glyphs=self._options.glyphs,
            is_wide=self.size.width >= terminal.WIDE,
        )
        if area.content_size:
            self._page = lower.VIEWS[self._view](self._watch, self._look, *area.content_size)
        area.show(self._page.lines)
        bar.show([lower.tabs(self._watch, self._view, self._page.caption, bar.content_size.width)])

    def _draw_texts(self) -> None:
        """Header, facts and keys: all that has figures in it."""
        watch = self._watch
        self._told_at = time.monotonic()
        rate = self._rate.measured(self._bytes_written(), self._told_at) if self._link.is_remote else None
        self._figures = header.Figures.of(watch, self._clock(), rate)
        self._draw_remarks()
        is_full = self.has_class("-full")
        self.query_one(RunKeys).show(watch, has_cursor=self._look.step is not None, is_full=is_full)

    def _draw_remarks(self) -> None:
        """What an evaluation changes of the texts: the best value and what is going on."""
        head = self.query_one("#header", SpanView)
        head.show(header.lines(self._watch, self._figures, head.content_size.width))
        told = self._told()
        self._draw_facts(told)
        self._draw_side(told)

    def _draw_facts(self, told: list[Line]) -> None:
        """The most urgent fact; where there is something to try, that too."""
        below = self.query_one("#facts", SpanView)
        width = below.content_size.width
        rows = _FACTS if self.has_class("-tall") else 1
        role = told[0][0].role if told else "text"
        lines = facts.fold(told[0], width, _URGENT_ROWS[role]) if role in _URGENT_ROWS else []
        self.set_class(role == "bad", "-bad")
        self.set_class(role == "bad" and len(lines) > _ROOM_FOR_BAD, "-long")
        begun = 1 if lines else 0
        lines += [clip(line, width) for line in told[begun : begun + max(0, rows - len(lines))]]
        below.styles.height = max(rows, len(lines))
        below.show(lines)

    def _draw_side(self, told: list[Line]) -> None:
        side = self.query_one("#side", SpanView)
        width, height = side.content_size
        if not side.display or not width:
            return
        happened = facts.marks(self._watch)
        lines = [folded for line in told for folded in facts.fold(line, width)]
        room = max(0, height - len(lines) - 2)
        if happened and room:
            lines += [(), (Span("marks", "quiet"),), *(clip(line, width) for line in happened[:room])]
        side.show(lines)

    def _told(self) -> list[Line]:
        """What there is to say; a question that waits for an answer first."""
        return [*self._asked, *facts.facts(self._watch, self._look)]

    # The run

    def action_play(self) -> None:
        """Pause a live run or let it go on; replay one that has ended."""
        watch = self._watch
        if not watch.is_live:
            watch.play()
            self._draw()
        elif watch.state == "paused":
            self._send(Continue(attempt=watch.attempt))
        else:
            self._send(Pause(attempt=watch.attempt))

    def action_faster(self) -> None:
        """Full speed."""
        if self._watch.is_replay:
            self._watch.stop_replay()
            self._draw()
        elif self._watch.is_live:
            self._send(Pace(attempt=self._watch.attempt, updates_per_s=None))

    def action_stop(self) -> None:
        """Ask, then stop the run cleanly."""
        if not self._watch.is_live:
            self._ask("This run has ended: there is nothing to stop.")
        elif self._is_asked and self._withdraw():
            self._ask("taken out of the queue: tui-trainer resume trains it")
        elif self._is_asked:
            self._send(Stop(attempt=self._watch.attempt))
            started = self._watch.recorded.started
            if self._watch.state == "stalled" and started is not None:
                self._ask(f"asked to stop; if it does not answer, kill -9 {started.pid} ends it for good")
            else:
                self._ask("stopping: it ends after this step and keeps what was recorded")
        else:
            kept = "what it logged is kept" if self._watch.own else "tui-trainer resume goes on from there"
            self._ask(f"x again stops the run; {kept}")

    def _withdraw(self) -> bool:
        """Stop a run that no worker has taken from its queue yet; whether it was such a run."""
        try:
            return self._watch.state == "queued" and queue.withdraw(self._watch.run)
        except (OSError, RunLogError) as error:
            self.notify(plain(str(error)), severity="error", markup=False)
            return False

    # Views

    def _show(self, look: Look) -> None:
        self._look = look
        self._draw_below()

    def action_view(self, number: int) -> None:
        """Show a view by its number."""
        self._view = number - 1
        self._show(replace(self._look, top=None, column=0))

    def action_step_view(self, by: int) -> None:
        """Show the next view or the one before."""
        self.action_view((self._view + by) % len(lower.VIEWS) + 1)

    def action_full(self) -> None:
        """Give the view the whole screen, or the charts their place back."""
        self.toggle_class("-full")
        self._draw_charts()
        self._draw_texts()

    def action_scroll(self, rows: int) -> None:
        """Scroll the view; a log that is at its end follows again."""
        top = min(max(0, self._page.top + rows), self._page.last_top)
        follows = self._view == lower.WORKER_LOG and top == self._page.last_top
        self._show(replace(self._look, top=None if follows else top))

    def action_columns(self, columns: int) -> None:
        """Scroll a matrix sideways."""
        column = min(max(0, self._look.column + columns), self._page.last_column)
        self._show(replace(self._look, column=column))

    def action_split(self) -> None:
        """Show the next split that was measured."""
        splits: list[Split] = ["validation", "train"]
        if self._watch.evaluation("test"):
            splits.append("test")
        at = splits.index(self._look.split) if self._look.split in splits else -1
        self._show(replace(self._look, split=splits[(at + 1) % len(splits)]))

    def action_percent(self) -> None:
        """Counts, or percent of each row."""
        self._show(replace(self._look, cells="counts" if self._look.cells == "percent" else "percent"))

    def action_inside(self) -> None:
        """Look into the network."""
        from tui_trainer.tui.inside.asking import Asking
        from tui_trainer.tui.inside.screen import Sight, view_at

        self._asking = self._asking or Asking(self._watch)
        self._is_covered = True
        sight = Sight(
            self._watch, self._asking, self._clock, self._link, self._options.glyphs, self._look.colour
        )
        self.app.push_screen(view_at(0)(sight))

    def action_code(self) -> None:
        """Show the recipe as a script, where there is one that can be trained."""
        from tui_trainer.tui.screens.code import CodeScreen

        recipe = self._watch.recipe
        if self._watch.own is not None:
            self.notify("A loop of one's own is a script already.", severity="warning", markup=False)
        elif recipe is None or self._watch.refused:
            problem = self._watch.refused or self._watch.problem
            self.notify(f"There is no script: {problem}", severity="warning", markup=False)
        else:
            self.app.push_screen(CodeScreen(recipe))

    def action_copy(self) -> None:
        """Copy the values under the cursor; without one, the command line that repeats the run."""
        values = [values for chart in self.query(LineChart) if (values := chart.under_cursor)]
        if values or self._watch.command:
            copy(self.app, "; ".join(values) or self._watch.command)
        else:
            problem = self._watch.problem or "a loop of one's own is repeated by its script."
            self.notify(f"There is no command line: {problem}", severity="warning", markup=False)

    def action_back(self) -> None:
        """Leave what was entered last, and the screen at the end."""
        if self.query_one("#loss", LineChart).cursor_x is not None:
            self._hide_cursor()
            self._draw()
        elif self.has_class("-full"):
            self.action_full()
        elif self._watch.is_replay:
            self._watch.stop_replay()
            self._draw()
        else:
            self.app.pop_screen()
