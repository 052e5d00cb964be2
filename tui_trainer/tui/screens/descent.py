"""Descent: how optimizers go down functions of one and two parameters, step by step."""

from textwrap import wrap
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.screen import Screen

from tui_trainer.core.landscapes import LANDSCAPES, Landscape
from tui_trainer.core.recipe import Recipe
from tui_trainer.tui import keys
from tui_trainer.tui.ascii import only_ascii, wording
from tui_trainer.tui.descents import Descents
from tui_trainer.tui.link import LOCAL, Link
from tui_trainer.tui.plot.contour import Terrain, survey
from tui_trainer.tui.plot.model import ChartOptions
from tui_trainer.tui.plot.spans import Span
from tui_trainer.tui.views import descent as views
from tui_trainer.tui.widgets.chart import LineChart
from tui_trainer.tui.widgets.key_bar import KeyBar
from tui_trainer.tui.widgets.relief import Picked, ReliefView, SlopeChart
from tui_trainer.tui.widgets.span_view import SpanView
from tui_trainer.tui.widgets.title_bar import TitleBar


class DescentScreen(Screen[None]):
    """The landscape, the losses beside it, a row an optimizer below, and the chosen one's formulas."""

    KEYS: ClassVar[tuple[keys.Key, ...]] = keys.DESCENT
    HOW_TO_READ: ClassVar[str] = (
        "A loss is a function of the weights; here there are one or two of them, so that it can be seen. "
        "With one, θ goes to the right and f(θ) up. With two, x goes to the right, y up, and one looks "
        "down: each band is a range of heights, darker is lower (where there is no ground to colour, every "
        "other band is dotted). o is the start, + a lowest place, and a capital letter is where an "
        "optimizer is; its way is drawn in its colour.\n\n"
        "A is the optimizer of the recipe in New, with its settings (marked *) but for its schedule: rates "
        "are constant. The others have the usual settings and a learning rate that suits the function. The "
        "gradient g is exact, as if all samples were used; only sgd gets what mini-batches bring: noise, the "
        "same each time. To min is the distance to the nearest lowest place; the chart shows how high above "
        "it each is. The formulas are those of the course, with the numbers of the last step, a column a "
        "parameter.\n\n"
        "Learning rate too small: it creeps. Too large: it jumps across the valley, and from some rate on it "
        "climbs: diverged. For f = cθ² that is η > 1/c, so the steepest direction limits η.\n\n"
        "Ravine: steep across, flat along. What the steep walls allow is little along the floor. Momentum "
        "adds up gradients: across they change sign and cancel, along they agree and add up to 1/(1-γ) times "
        "as much. The price: it overshoots.\n\n"
        "adagrad divides by the root of the sum of all squared gradients of a weight, so steep and flat "
        "directions get equal steps; the sum only grows, so its steps only get shorter. rmsprop and adam "
        "forget old gradients instead and keep going; at a constant rate they then hover about the "
        "minimum.\n\n"
        "Local minimum: going down, gd ends in the valley it started in, and at a saddle or a plateau, where "
        "the gradient is almost 0, it lingers. Momentum can carry it on, noise can push it off. At rest "
        "means: the gradient is almost 0, and no lowest place is near."
    )
    BINDINGS: ClassVar[list[BindingType]] = [*keys.bindings(keys.DESCENT)]
    AUTO_FOCUS = ""
    DEFAULT_CSS = """
    DescentScreen {
        #head { height: 1; padding: 0 1; }
        #pictures { height: 1fr; min-height: 5; padding: 0 1 0 0; }
        #relief, #slope { width: 3fr; }
        #slope { display: none; }
        &.-curve #slope { display: block; }
        &.-curve #relief { display: none; }
        #losses { width: 2fr; margin-left: 1; }
        #figures { height: 6; padding: 0 1; }
        #table { width: 43; }
        #formulas { width: 1fr; margin-left: 1; }
        #lesson { height: 2; padding: 0 1; }
        &.-tall #figures { height: 10; margin-top: 1; }
        &.-tall #lesson { margin: 1 0; }
        &.-wide #table { width: 3fr; }
        &.-wide #formulas { width: 2fr; }
    }
    """

    def __init__(self, recipe: Recipe, *, link: Link = LOCAL) -> None:
        super().__init__()
        self._descents = Descents(recipe)
        self._tick_s = link.tick_s
        self._terrains: dict[str, Terrain] = {}

    def compose(self) -> ComposeResult:
        """Pictures above, figures below."""
        yield TitleBar()
        yield SpanView(id="head")
        with Horizontal(id="pictures"):
            yield ReliefView(id="relief")
            yield SlopeChart(id="slope")
            yield LineChart(id="losses")
        with Horizontal(id="figures"):
            yield SpanView(id="table")
            yield SpanView(id="formulas")
        yield SpanView(id="lesson")
        yield KeyBar(self.KEYS)

    def on_mount(self) -> None:
        """Wait for a key."""
        self._clock = self.set_interval(self._tick_s, self._tick, pause=True)

    @on(SpanView.Resized)
    def _fit(self) -> None:
        self._draw()

    def on_screen_suspend(self) -> None:
        """Nothing rolls on unseen."""
        self._descents.is_playing = False
        self._clock.pause()

    def on_screen_resume(self) -> None:
        """Say that it was paused."""
        self._draw()

    def _tick(self) -> None:
        self._descents.play(self._tick_s)
        self._draw()

    # Drawing

    def _draw(self) -> None:
        descents = self._descents
        if not descents.is_playing:
            self._clock.pause()
        landscape = descents.landscape
        self.set_class(landscape.num_parameters == 1, "-curve")
        options = ChartOptions(glyphs="ascii" if only_ascii(self) else "braille", title=False)
        if landscape.num_parameters == 1:
            self.query_one(SlopeChart).show(views.slope(descents, self._say), options)
        else:
            self.query_one(ReliefView).show(self._terrain(landscape), views.trails(descents), descents.start)
        losses = ChartOptions(glyphs=options.glyphs, log_y=True)
        self.query_one("#losses", LineChart).show(views.losses(descents), losses)
        self._draw_texts()

    def _draw_texts(self) -> None:
        descents = self._descents
        head, table = self.query_one("#head", SpanView), self.query_one("#table", SpanView)
        head.show([views.head(descents, head.content_size.width, self._say)])
        lines, chosen = views.table(descents, *table.content_size, self._say)
        table.show(lines, chosen=chosen)
        formulas = self.query_one("#formulas", SpanView)
        formulas.show(views.formulas(descents, *formulas.content_size, self._say))
        lesson = self.query_one("#lesson", SpanView)
        text = wording(self)(descents.landscape.lesson)
        lesson.show([(Span(row, "quiet"),) for row in wrap(text, max(lesson.content_size.width, 20))])

    @property
    def _say(self) -> views.Say:
        return views.typed if only_ascii(self) else str

    def _terrain(self, landscape: Landscape) -> Terrain:
        """The bands of a landscape of two parameters, looked for once."""
        if landscape.name not in self._terrains:
            first, second = landscape.window
            self._terrains[landscape.name] = survey(landscape.value, (first, second), landscape.minima)
        return self._terrains[landscape.name]

    # Keys

    def action_play(self) -> None:
        """Let time pass, or stop it; what is over begins again."""
        descents = self._descents
        if descents.is_over and not descents.is_playing:
            descents.begin_at(descents.start)
        descents.is_playing = not descents.is_playing
        self._clock.resume() if descents.is_playing else self._clock.pause()
        self._draw()

    def action_move(self, steps: int) -> None:
        """Go on or back by so many steps, and pause."""
        self._descents.is_playing = False
        self._descents.move(steps)
        self._draw()

    def action_faster(self) -> None:
        """Roll faster."""
        self._descents.faster()
        self._draw()

    def action_restart(self) -> None:
        """Back to the start; what played plays on."""
        self._descents.begin_at(self._descents.start)
        self._draw()

    def action_choose(self, by: int) -> None:
        """Go to another optimizer."""
        self._descents.choose(by)
        self._draw()

    def action_show(self) -> None:
        """Show the chosen optimizer, or hide it."""
        self._descents.toggle()
        self._draw()

    def action_rate(self, direction: int) -> None:
        """Give the chosen optimizer another learning rate."""
        self._descents.scale_rate(direction)
        self._draw()

    def action_turn(self, by: int) -> None:
        """Go to the next function, or to the one before."""
        self.action_function(self._descents.number + 1 + by)

    def action_function(self, number: int) -> None:
        """Go to a function by its number; nothing moves until a key says so."""
        self._descents.is_playing = False
        self._descents.go_to((number - 1) % len(LANDSCAPES))
        self._draw()

    def action_nudge(self, right: int, up: int) -> None:
        """Move the start."""
        self._descents.nudge(right, up)
        self._draw()

    @on(Picked)
    def _begin_at(self, message: Picked) -> None:
        self._descents.begin_at(message.theta)
        self._draw()
