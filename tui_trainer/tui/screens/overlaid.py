"""The charts of Compare: what is in them, and the keys that change their look."""

from typing import Literal, TypeAlias

from tui_trainer.tui.contest import X_BY, Contest, XBy
from tui_trainer.tui.plot.model import ChartOptions
from tui_trainer.tui.plot.overlay import overlay
from tui_trainer.tui.screens.racing import RacingScreen
from tui_trainer.tui.views.header import name_of
from tui_trainer.tui.widgets.chart import LineChart

View: TypeAlias = Literal["curves", "confusion", "differences"]

_NAME_SHARE = 5
"""Names of curves take no more than this part of a chart."""


class OverlaidScreen(RacingScreen):
    """A screen with two charts, ``#first`` and ``#second``; each shows all recipes, of another metric."""

    _options: ChartOptions
    _view: View = "curves"
    _by: XBy = "epoch"
    _metric = ""
    """What was chosen for the first chart; empty for the headline."""
    _are_curves_stale = False

    def _draw_charts(self) -> None:
        self._are_curves_stale = False
        contest = self._contest
        if contest is None or not contest.rows or self._view != "curves":
            return
        first = self._metric or contest.headline
        second = "loss" if first != "loss" else contest.headline
        for id_, metric in (("#first", first), ("#second", second)):
            chart = self.query_one(id_, LineChart)
            if not chart.display or not chart.content_size.width:
                continue
            width = chart.content_size.width
            chart.show(
                overlay(
                    f"validation {name_of(metric)}, {_of_seeds(contest)}",
                    contest.lanes(metric, self._by, self._choice.hidden, max(1, width // _NAME_SHARE - 2)),
                    self._options,
                    x_label={"step": "updates", "seconds": "s"}.get(self._by, self._by),
                    x_high=contest.x_high(self._by),
                    baselines=contest.trivial(metric),
                    chosen=self._choice.place,
                    empty="all are hidden: Space shows them" if self._choice.hidden else "no values yet",
                ),
                self._options,
            )

    def action_metric(self) -> None:
        """The headline, or the loss."""
        if self._contest is not None:
            self._metric = "loss" if self._metric != "loss" else self._contest.headline
            self._draw_charts()

    def action_x_axis(self) -> None:
        """Another x."""
        self._by = X_BY[(X_BY.index(self._by) + 1) % len(X_BY)]
        self._draw_charts()

    def action_smooth(self) -> None:
        """More smoothing, or none again."""
        self._options = self._options.next_smoothing()
        self._draw_charts()

    def action_log(self) -> None:
        """Linear or logarithmic y."""
        self._options = self._options.toggle_log()
        self._draw_charts()


def _of_seeds(contest: Contest) -> str:
    number = len(contest.comparison.seeds)
    return f"mean of {number} seeds" if number > 1 else f"seed {contest.comparison.seeds[0]}"
