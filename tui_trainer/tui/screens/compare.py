"""Compare: which recipe is better, live or finished, and whether that can be told."""

import os
import time
from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.css.scalar import Scalar
from textual.widget import Widget

from tui_trainer.core import comparison as comparisons
from tui_trainer.core.comparison import Comparison
from tui_trainer.core.rundir import RunHomeError
from tui_trainer.core.tally import SORTS
from tui_trainer.core.text import plain
from tui_trainer.tui import keys, terminal
from tui_trainer.tui.ascii import only_ascii
from tui_trainer.tui.contest import Contest
from tui_trainer.tui.link import LOCAL, Link
from tui_trainer.tui.messages import RunOpened
from tui_trainer.tui.plot.model import ChartOptions
from tui_trainer.tui.plot.raster import GlyphName
from tui_trainer.tui.plot.spans import Span, clip
from tui_trainer.tui.plot.table import window
from tui_trainer.tui.screens.overlaid import OverlaidScreen, View
from tui_trainer.tui.views import contest as views
from tui_trainer.tui.views.confusions import confusions
from tui_trainer.tui.views.contest import Choice
from tui_trainer.tui.widgets.chart import LineChart
from tui_trainer.tui.widgets.key_bar import KeyBar
from tui_trainer.tui.widgets.span_view import SpanView
from tui_trainer.tui.widgets.title_bar import TitleBar

_LEAST_TICK_S = 0.2
"""Charts follow no faster than one can look."""
_FIGURES_S = 1.0
_VERDICT_LINES, _TALL_VERDICT_LINES = 6, 9
_TABLE_ROWS, _TABLE_ROWS_BESIDE_VIEW = 7, 4
"""So many on a low screen."""
_TABLE_SHARE = 0.35
_NOTHING_YET = (
    "Choose a recipe in New and press a, then A; or in a shell: "
    "tui-trainer compare first-steps --vary optimizer=adam,sgd"
)


class CompareScreen(OverlaidScreen):
    """Curves above, a recipe a row below, and what may be said of it."""

    KEYS: ClassVar[tuple[keys.Key, ...]] = keys.COMPARE
    HOW_TO_READ: ClassVar[str] = (
        "Each recipe has a letter and a colour. Its line is the mean over its seeds (same seeds for all, so "
        "that they pair: equal split, equal order of samples); the thin ones behind are the seeds, and the "
        "recipe at the cursor has a band from its lowest seed to its highest. A mean is drawn while half of "
        "the seeds have got that far. Dashed: what needs no network, the majority class, the mean, a linear "
        "model. All values are of validation; test samples choose nothing.\n\n"
        "Best is the mean over seeds at the evaluation that each recipe's select_by chose, ± the standard "
        "deviation. Updates are optimizer steps, s/run is active training time of one run, without the turns "
        "of others.\n\n"
        "Better or not: the differences of runs with the same seed are averaged, with a t interval. A claim "
        "is made only where the interval leaves out 0, all runs have ended and there are three seeds or "
        "more. Cannot tell is an answer: the difference is as large as chance makes it. + trains five more "
        "seeds; looking again counts, so the interval then gets a little wider. The best of many is named "
        "only where it beats every other.\n\n"
        "In A - B of the confusion matrices, green is better for A: more on the diagonal, less beside it. "
        "Rows are the true class, columns the predicted one."
    )
    BINDINGS: ClassVar[list[BindingType]] = [*keys.bindings(keys.COMPARE)]
    AUTO_FOCUS = ""
    DEFAULT_CSS = """
    CompareScreen {
        #head { height: 1; padding: 0 1; }
        #charts { height: 1fr; min-height: 5; padding: 0 1 0 0; }
        #second { display: none; margin-left: 1; }
        #view { display: none; height: 1fr; padding: 0 1; }
        #table { height: 8; padding: 0 1; }
        #verdict { height: 4; padding: 0 1; }
        &.-wide.-tall #second { display: block; }
        &.-tall #charts, &.-tall #view { margin-top: 1; }
        &.-tall #verdict { margin-top: 1; }
        &.-viewing #charts { display: none; }
        &.-viewing #view { display: block; }
        &.-empty #charts, &.-empty #table, &.-empty #verdict { display: none; }
    }
    """

    def __init__(
        self,
        *,
        glyphs: GlyphName = "braille",
        clock: Callable[[], float] = time.time,
        link: Link = LOCAL,
        shown: Comparison | None = None,
    ) -> None:
        super().__init__()
        self._clock = clock
        self._link = link
        self._tick_s = max(_LEAST_TICK_S, link.tick_s)
        self._options = ChartOptions(glyphs=glyphs)
        self._tops = {"table": 0, "view": 0}
        self._told_at = 0.0
        self._is_stale = False
        """Whether anything turned since figures were drawn."""
        self._is_read = False
        """Whether what is shown was read to its end once."""
        self._listed: list[Comparison] = []
        self._unsaved = shown
        """Runs that were marked, no comparison on disk."""
        self._stamp: float | None = None

    def compose(self) -> ComposeResult:
        """Title, header, curves or a view, table, verdict, keys."""
        yield TitleBar("compare")
        yield SpanView(id="head")
        with Horizontal(id="charts"):
            yield LineChart(id="first")
            yield LineChart(id="second")
        yield SpanView(id="view")
        yield SpanView(id="table")
        yield SpanView(id="verdict")
        yield KeyBar(self.KEYS)

    def on_mount(self) -> None:
        """Begin to follow the newest comparison."""
        self.set_interval(self._tick_s, self._tick)

    def on_screen_resume(self) -> None:
        """Look what there is: a comparison may have been made meanwhile."""
        self._list()
        if self._contest is None:
            self.show(self._unsaved or next(iter(self._listed), None))
        self.query_one(TitleBar).recount()
        self.call_after_refresh(self._tick)

    @on(SpanView.Resized)
    def _fit(self) -> None:
        """Draw for the new size."""
        self._draw_texts()
        self._draw_charts()

    # Which comparison

    def show(self, comparison: Comparison | None) -> None:
        """Show ``comparison`` from now on."""
        self.set_class(comparison is None, "-empty")
        self._contest = Contest(comparison) if comparison else None
        self._choice = Choice()
        self._tops = {"table": 0, "view": 0}
        self._stamp, self._is_read = None, False
        self._look_at("curves")
        self.call_after_refresh(self._tick)

    def _list(self) -> None:
        try:
            self._listed = comparisons.list_comparisons()
        except RunHomeError as error:
            self._listed = []
            self.notify(plain(str(error)), severity="error", markup=False)

    def action_step(self, by: int) -> None:
        """Show a newer comparison, or an older one."""
        self._list()
        if not self._listed:
            return
        at = self._number() + by
        if 0 <= at < len(self._listed):
            self.show(self._listed[at])

    def _number(self) -> int:
        """Which of the recorded ones is shown; -1 for none of them."""
        shown = self._contest.comparison.id if self._contest else ""
        return next((i for i, each in enumerate(self._listed) if each.id == shown), -1)

    def _read_record(self, contest: Contest) -> None:
        """Somebody else may have added seeds."""
        path = comparisons.comparisons_root() / f"{contest.comparison.id}.toml"
        try:
            stamp = path.stat().st_mtime
            if stamp != self._stamp and self._stamp is not None:
                contest.update(comparisons.load(path))
            self._stamp = stamp
        except (OSError, comparisons.ComparisonDamaged):
            pass

    # Following

    def _tick(self) -> None:
        """Read what is new for a moment, and draw what it changes: curves at once, figures once a second."""
        contest = self._contest
        if not self.is_current:
            return
        if contest is None:
            self._draw_texts()
            return
        self._are_curves_stale |= contest.read_new()
        if contest.more:
            self.call_after_refresh(self._tick)
        now = time.monotonic()
        is_due = now - self._told_at >= _FIGURES_S or (not contest.more and not self._is_read)
        self._is_read |= not contest.more
        if is_due and contest.comparison.id:
            self._read_record(contest)
        if is_due or not contest.rows or (self._are_curves_stale and not contest.more):
            is_first = not contest.rows
            turned = contest.judge(self._clock())
            self._is_stale |= turned or is_first
            if self._are_curves_stale or turned:
                self._draw_charts()
            if is_first or (is_due and (self._is_stale or contest.is_live)):
                self._draw_texts()

    # Drawing

    def _draw(self) -> None:
        self._draw_charts()
        self._draw_texts()

    def _draw_texts(self) -> None:
        """Header, table, verdict, and the view in place of the curves."""
        self._told_at, self._is_stale = time.monotonic(), False
        head, contest = self.query_one("#head", SpanView), self._contest
        width = head.content_size.width
        if contest is None:
            head.show([clip((Span(_NOTHING_YET, "quiet"),), width)])
            return
        number, of = self._number() + 1, len(self._listed)
        head.show([views.header(contest, number, of if number else 0, width)])
        if not contest.rows:
            return
        self._draw_table(contest)
        self._draw_verdict(contest)
        self._draw_view(contest)

    def _draw_table(self, contest: Contest) -> None:
        area = self.query_one("#table", SpanView)
        width = area.content_size.width
        lines, at = views.entrants(contest, self._choice, width - 2, ascii_only=only_ascii(self))
        most = _TABLE_ROWS if self._view == "curves" else _TABLE_ROWS_BESIDE_VIEW
        if self.has_class("-tall"):
            most = int(self.size.height * _TABLE_SHARE)
        height = min(len(lines), most)
        _resize(area, height)
        shown, row, self._tops["table"] = views.fitting(lines, at, self._tops["table"], height)
        marked = [(Span("▸ " if i == row else "  ", "accent"), *line) for i, line in enumerate(shown)]
        area.show([clip(line, width) for line in marked], chosen=row)

    def _draw_verdict(self, contest: Contest) -> None:
        area = self.query_one("#verdict", SpanView)
        most = _TALL_VERDICT_LINES if self.has_class("-tall") else _VERDICT_LINES
        question = self._asked
        told = views.verdict(contest, self._choice, area.content_size.width, most - len(question))
        _resize(area, most if not self.has_class("-tall") else len(told) + len(question))
        area.show([*question, *told])

    def _draw_view(self, contest: Contest) -> None:
        area = self.query_one("#view", SpanView)
        width, height = area.content_size
        if self._view == "curves" or not width:
            return
        if self._view == "differences":
            lines = views.differences(contest, self._choice, width)
        else:
            rival = views.rival_of(contest, self._choice)
            colour = terminal.color_system(os.environ) != "none"
            lines = confusions(contest, self._choice.place, rival, width, colour=colour)
        shown, last = window(lines, self._tops["view"], height)
        self._tops["view"] = min(self._tops["view"], last)
        if last:
            shown = (*shown[:-1], tuple(span._replace(text=_paged(span.text)) for span in shown[-1]))
        area.show(shown)

    # The cursor

    def _choose(self, choice: Choice) -> None:
        moved = choice.place != self._choice.place or choice.hidden != self._choice.hidden
        self._choice = choice
        if moved:
            self._draw_charts()
        self._draw_texts()

    def action_look(self, by: int) -> None:
        """Go to another recipe."""
        if self._contest is None or not self._contest.tallies:
            return
        places = [each.place for each in views.in_order(self._contest, self._choice)]
        at = min(max(0, places.index(self._choice.place) + by), len(places) - 1)
        self._choose(replace(self._choice, place=places[at], seed=0))

    def action_page(self, by: int) -> None:
        """Go far up or down; scroll a view."""
        if self._view == "curves":
            self.action_look(10 * by)
        else:
            self._tops["view"] = max(0, self._tops["view"] + 5 * by)
            self._draw_texts()

    def action_seed(self, by: int) -> None:
        """Choose another run of the recipe."""
        if self._contest is not None and (number := len(self._contest.comparison.seeds)):
            self._choose(replace(self._choice, seed=(self._choice.seed + by) % number))

    def action_hide(self) -> None:
        """Show or hide the curves of the recipe."""
        self._choose(replace(self._choice, hidden=self._choice.hidden ^ {self._choice.place}))

    def action_rival(self) -> None:
        """Compare others with this recipe from now on; with the leader again, if they are already."""
        place = self._choice.place
        self._choose(replace(self._choice, rival=None if self._choice.rival == place else place))

    def action_sort(self) -> None:
        """Sort by the next column that the table has."""
        choice = self._choice.next_sort()
        has_target = self._contest is not None and self._contest.comparison.target
        if choice.by == "to target" and not has_target:
            choice = choice.next_sort()
        assert choice.by in SORTS
        self._choose(choice)

    def action_reverse(self) -> None:
        """Sort the other way round."""
        self._choose(replace(self._choice, backwards=not self._choice.backwards))

    def action_open(self) -> None:
        """Watch the chosen run."""
        row = views.chosen_run(self._contest, self._choice) if self._contest else None
        if row is not None and row.run is not None:
            self.post_message(RunOpened(row.run))

    def action_inside(self) -> None:
        """Look into the network of the chosen run."""
        from tui_trainer.tui.inside.opening import first_view

        row = views.chosen_run(self._contest, self._choice) if self._contest else None
        if row is not None and row.run is not None:
            glyphs = self._options.glyphs
            self.app.push_screen(first_view(row.run, clock=self._clock, link=self._link, glyphs=glyphs))

    # How it is looked at

    def _look_at(self, view: View) -> None:
        self._view = view
        self._tops["view"] = 0
        self.set_class(view != "curves", "-viewing")
        self.call_after_refresh(self._draw)

    def action_view(self, view: View) -> None:
        """Show matrices or settings in place of the curves, or the curves again."""
        if self._contest is not None:
            self._look_at("curves" if self._view == view else view)

    def action_back(self) -> None:
        """Back to the curves."""
        self._look_at("curves")


def _resize(area: Widget, height: int) -> None:
    if area.styles.height != Scalar.from_number(height):
        area.styles.height = height


def _paged(text: str) -> str:
    """Arrows choose recipes here."""
    return text.replace("↑↓", "PgUp PgDn")
