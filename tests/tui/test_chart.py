"""The chart as a widget: what it repaints, and its cursor."""

from dataclasses import replace

import numpy as np
import pytest
from textual.app import App, ComposeResult
from textual.geometry import Region

from tests.tui.recorded import settled
from tui_trainer.core.series import Series
from tui_trainer.tui.plot.lineplot import draw
from tui_trainer.tui.plot.model import ChartModel, ChartOptions, Curve, Uniform
from tui_trainer.tui.widgets.chart import LineChart

WIDTH, HEIGHT = 60, 12
EPOCH = Uniform(40.0)


def run_of(num_steps: int) -> ChartModel:
    batch, validation = Series(), Series()
    batch.append_block(1, np.exp(-np.arange(num_steps) / 200))
    for step in range(0, num_steps + 1, 40):
        validation.append_point(step, float(np.exp(-step / 200)) + 0.1)
    curves = (
        Curve("batch", batch, "thin", 2, EPOCH, "train (batch)"),
        Curve("val", validation, "points", 1, EPOCH, "val"),
    )
    return ChartModel("loss", curves, x_label="epoch", x_range=(0.0, 20.0))


class Watched(LineChart):
    """Notes what it asks to have repainted."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[Region, ...]] = []

    def refresh(self, *regions: Region, **options: bool) -> "Watched":
        self.asked.append(regions)
        return super().refresh(*regions, **options)


class ChartApp(App[None]):
    CSS = "LineChart { width: 60; height: 12; }"

    def compose(self) -> ComposeResult:
        yield Watched()

    @property
    def chart(self) -> Watched:
        return self.query_one(Watched)

    def painted(self) -> str:
        """What is on screen, as text."""
        lines = self.screen._compositor.render_strips()[:HEIGHT]
        return "\n".join(strip.text[:WIDTH].rstrip() for strip in lines)


@pytest.fixture
async def app():
    app = ChartApp()
    async with app.run_test(size=(80, 20)) as pilot:
        await pilot.pause()
        app.pilot = pilot
        yield app


async def shown(app: ChartApp, model: ChartModel, options: ChartOptions | None = None) -> list[Region]:
    """Show a model, and return the regions that were repainted for it."""
    app.chart.asked.clear()
    app.chart.show(model, options)
    asked = list(app.chart.asked)
    await app.pilot.pause()
    assert len(asked) <= 1
    return list(asked[0]) if asked else []


async def test_what_is_painted_is_what_was_drawn(app):
    model = run_of(400)
    await shown(app, model)
    assert app.painted() == draw(model, ChartOptions(), WIDTH, HEIGHT).text()


async def test_an_equal_model_repaints_nothing(app):
    await shown(app, run_of(400))
    assert await shown(app, run_of(400)) == []
    assert app.chart.asked == []


async def test_new_values_repaint_their_own_cells_only(app):
    await shown(app, run_of(400))
    regions = await shown(app, run_of(410))
    assert regions
    assert all(region.height == 1 for region in regions)
    assert sum(region.width for region in regions) < 30
    assert app.painted() == draw(run_of(410), ChartOptions(), WIDTH, HEIGHT).text()


async def test_a_resized_chart_is_drawn_for_its_new_size(app):
    await shown(app, run_of(400))
    await app.pilot.resize_terminal(40, 9)
    app.chart.styles.width, app.chart.styles.height = 40, 9
    assert await settled(app.pilot) == draw(run_of(400), ChartOptions(), 40, 9).text()


async def test_the_cursor_appears_at_the_last_value_and_reads_evaluations(app):
    await shown(app, run_of(400))
    app.chart.move_cursor(-1)
    assert app.chart.cursor_x == 10.0
    seen = []
    for _ in range(20):
        app.chart.move_cursor(-1)
        seen.append(app.chart.cursor_x)
    assert seen == sorted(seen, reverse=True)
    assert len(set(seen)) == len(seen)
    # Wherever an evaluation is shown in the cursor's column, the cursor stands exactly on it.
    assert {9.0, 8.0, 7.0, 6.0, 5.0} <= set(seen)


async def test_the_cursor_stays_in_the_plot(app):
    await shown(app, run_of(400))
    app.chart.move_cursor(1)
    app.chart.move_cursor(1000)
    assert app.chart.cursor_x == pytest.approx(20, abs=0.3)
    app.chart.cursor_home()
    app.chart.move_cursor(-1)
    assert app.chart.cursor_x == 0
    app.chart.cursor_end()
    assert app.chart.cursor_x == 10.0


async def test_moving_the_cursor_repaints_two_columns_and_the_title(app):
    await shown(app, run_of(400))
    app.chart.put_cursor(2.0)
    await app.pilot.pause()
    app.chart.asked.clear()
    app.chart.move_cursor(1)
    (regions,) = app.chart.asked
    assert all(region.width <= 6 for region in regions if region.y > 0)
    await app.pilot.pause()
    assert app.painted().startswith("loss at epoch 2.")


async def test_hiding_the_cursor_brings_the_last_values_back(app):
    await shown(app, run_of(400))
    before = app.painted()
    app.chart.move_cursor(-1)
    await app.pilot.pause()
    assert app.painted() != before
    app.chart.hide_cursor()
    await app.pilot.pause()
    assert app.painted() == before


async def test_a_click_puts_the_cursor_there(app):
    await shown(app, run_of(400))
    await app.pilot.click(LineChart, offset=(30, 5))
    column = draw(run_of(400), ChartOptions(), WIDTH, HEIGHT, app.chart.cursor_x).chars[:, 30]
    assert "│" in column


async def test_without_values_there_is_a_sentence_and_no_cursor(app):
    await shown(app, ChartModel("loss", empty="loading PyTorch…"))
    app.chart.move_cursor(1)
    assert app.chart.cursor_x is None
    assert "loading PyTorch…" in app.painted()


@pytest.mark.parametrize("theme", ["textual-dark", "textual-light", "ansi-dark"])
async def test_curves_have_colours_of_the_theme(app, theme):
    app.theme = theme
    await shown(app, run_of(400))
    await app.pilot.pause()
    strips = app.screen._compositor.render_strips()[:HEIGHT]
    colors = {segment.style.color for strip in strips for segment in strip if "●" in segment.text}
    backgrounds = {segment.style.bgcolor for strip in strips for segment in strip if "●" in segment.text}
    assert len(colors) == 1
    assert colors.isdisjoint(backgrounds)


async def test_options_change_what_is_painted(app):
    await shown(app, run_of(400))
    ascii_only = replace(ChartOptions(), glyphs="ascii")
    await shown(app, run_of(400), ascii_only)
    assert app.painted().isascii()
    assert app.chart.options == ascii_only
