"""The charts of a screen that shows a run: what is in them, and the keys that change their look."""

from dataclasses import replace

from textual.screen import Screen

from tui_trainer.tui.plot.curves import Beside, metric_curves
from tui_trainer.tui.plot.model import ChartModel, ChartOptions, Mark
from tui_trainer.tui.views import header
from tui_trainer.tui.watch import Watch
from tui_trainer.tui.widgets.chart import LineChart


class ChartingScreen(Screen[None]):
    """A screen with two charts, ``#loss`` and ``#metric``, that share a cursor."""

    _watch: Watch
    _options: ChartOptions
    _metric = ""
    """What was chosen for the second chart; empty for the headline."""

    def _draw(self) -> None:
        """Draw all there is."""
        raise NotImplementedError

    def _draw_below(self) -> None:
        """Draw what follows the cursor."""
        raise NotImplementedError

    # Drawing

    def _draw_charts(self) -> None:
        if self.has_class("-full"):
            return
        watch, shown = self._watch, self._second_metric
        loss, metric = self._curves(watch.main_metric), self._curves(shown)
        self.query_one("#loss", LineChart).show(loss, self._options)
        if shown == watch.main_metric:
            metric = replace(metric, title="", curves=(), empty="no other metric is logged")
        metric = replace(metric, title=header.name_of(metric.title))
        self.query_one("#metric", LineChart).show(metric, self._options)

    def _curves(self, metric: str) -> ChartModel:
        """One metric; of a fork, with where that was and what its parent came to."""
        watch = self._watch
        return metric_curves(
            watch.history,
            self._options,
            metric,
            marks=(Mark(watch.parent.step, "fork"),) if watch.parent else (),
            is_over=not watch.is_live and not watch.is_replay,
            beside=Beside(watch.outline, "parent") if watch.outline else None,
        )

    @property
    def _second_metric(self) -> str:
        """The chosen metric, while there is one."""
        known = self._watch.history.metrics()
        return self._metric if self._metric in known else self._watch.headline

    # Cursor

    def _cursor_step(self) -> float | None:
        chart = self.query_one("#loss", LineChart)
        if chart.cursor_x is None or not chart.model.curves:
            return None
        return float(chart.model.curves[0].axis.steps_of(chart.cursor_x))

    def action_cursor(self, cells: int) -> None:
        """Move the cursor of both charts; the view below follows it."""
        loss, metric = self.query(LineChart)
        loss.move_cursor(cells)
        if loss.cursor_x is not None:
            metric.put_cursor(loss.cursor_x)
        self._draw_below()

    def _change(self, options: ChartOptions) -> None:
        if options.x_axis != self._options.x_axis:
            self._hide_cursor()
        self._options = options
        self._draw()

    def _hide_cursor(self) -> None:
        for chart in self.query(LineChart):
            chart.hide_cursor()

    def action_log(self) -> None:
        """Linear or logarithmic y."""
        self._change(self._options.toggle_log())

    def action_smooth(self) -> None:
        """More smoothing, or none again."""
        self._change(self._options.next_smoothing())

    def action_x_axis(self) -> None:
        """Another x."""
        self._change(self._options.next_x_axis())

    def action_window(self) -> None:
        """The whole run, or what is recent."""
        self._change(self._options.next_window())

    def action_metric(self) -> None:
        """The next metric in the second chart."""
        watch = self._watch
        others = [name for name in watch.history.metrics() if name != watch.main_metric]
        if others:
            at = others.index(self._second_metric) if self._second_metric in others else -1
            self._metric = others[(at + 1) % len(others)]
            self._draw_charts()

    def action_glyphs(self) -> None:
        """Other characters to draw with."""
        self._change(self._options.next_glyphs())
