"""The loss around a network's weights: a curve along one direction, or a landscape over two."""

import time
from dataclasses import dataclass, replace
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from tui_trainer.core.checkpoint_files import saved_steps
from tui_trainer.core.figures import duration, value
from tui_trainer.core.inside.questions import Along, Slice
from tui_trainer.core.inside.surface import LossSlice
from tui_trainer.tui import keys
from tui_trainer.tui.inside.screen import InsideScreen, Sight
from tui_trainer.tui.plot import slices
from tui_trainer.tui.plot.contour import Terrain
from tui_trainer.tui.plot.model import ChartOptions
from tui_trainer.tui.plot.spans import Line, Span, clip
from tui_trainer.tui.views.page import Page
from tui_trainer.tui.widgets.chart import LineChart
from tui_trainer.tui.widgets.key_bar import KeyBar
from tui_trainer.tui.widgets.relief import ReliefView
from tui_trainer.tui.widgets.span_view import SpanView

_SPANS = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
_MARGIN = 1.25
"""Along the checkpoints one looks a bit farther than where they lie."""
_POINTS = {1: 61, 2: 25}


@dataclass(frozen=True)
class _Wish:
    """What is to be seen."""

    dimensions: int = 1
    along: Along = "random"
    span: int = _SPANS.index(1.0)
    """Which of ``_SPANS``."""
    seed: int = 0
    at_step: int | None = None
    """Of a checkpoint; None: the weights as they are."""
    number: int = 0
    """Counted up to ask the same again."""

    @property
    def question(self) -> Slice:
        """As it is asked."""
        span = _SPANS[self.span] * (_MARGIN if self.along == "checkpoints" else 1.0)
        points = _POINTS[self.dimensions]
        return Slice(dimensions=self.dimensions, along=self.along, span=span, points=points, seed=self.seed)


class SurfaceScreen(InsideScreen):
    """A slice. One question is on its way at a time; the picture before stays until its answer is there."""

    KEYS: ClassVar[tuple[keys.Key, ...]] = (*keys.SURFACE, *keys.INSIDE)
    BINDINGS: ClassVar[list[BindingType]] = [*keys.bindings(keys.SURFACE), *keys.bindings(keys.INSIDE)]
    HOW_TO_READ: ClassVar[str] = (
        "The loss is a function of all weights θ, thousands of them. Here it is along one direction d1, at "
        "θ + a d1, or over a plane, at θ + a d1 + b d2: a goes to the right, b up, and one looks down. Each "
        "band is a range of losses, darker is lower, and each is the same factor above the last. The loss is "
        "the mean over samples of train, in eval mode and without penalties such as L2; the weights "
        "themselves stay as they are.\n\n"
        "a = 0 is where the weights are: here, or W. o is the first checkpoint, a line the way from it to W, "
        "E the last checkpoint if it comes after W, and + the lowest place that was looked at. If that is "
        "not here, there is still something to be won in this very direction; but training looks for a way "
        "down in all of them.\n\n"
        "Directions are drawn at random, and each filter (the weights of one unit or channel) of a direction "
        "is scaled to the length of the filter that it moves; biases and what batch norm learns are not "
        "moved (Li et al. 2018). Without that, pictures do not compare: with ReLU or batch norm a layer may "
        "have weights ten times as large, the next one smaller ones, and it is the same network, but would "
        "look flatter. With it, a = 1 changes each filter by its own length in every network.\n\n"
        "A sharp minimum: the loss rises steeply on both sides, and a small change of weights spoils the "
        "network. A flat one: a valley floor. Flat minima are often, not always, those that generalize "
        "better; compare a small and a large batch size, or with and without L2, at the same span. Before "
        "training the picture is often a plain slope or a plateau.\n\n"
        "What a slice cannot say: it shows one or two of thousands of directions. That it looks convex does "
        "not make the loss convex, and a minimum of the slice need not be one of the loss. n draws others: "
        "what is seen in all of them is true of most directions. In random directions the way of training "
        "is hardly visible, since nearly all of it leads elsewhere; a takes the two directions in which the "
        "checkpoints lie farthest apart instead (their principal components; of a single other checkpoint "
        "its direction, and one drawn at random across it). There 1 is as far as the farthest checkpoint, so "
        "steepness no longer compares between networks."
    )
    DEFAULT_CSS = """
    SurfaceScreen {
        &.-curve #picture, &.-plane #picture { height: 3; }
        #curve, #relief { height: 1fr; padding: 0 1; display: none; }
        &.-curve #curve { display: block; }
        &.-plane #relief { display: block; }
    }
    """

    def __init__(self, sight: Sight) -> None:
        super().__init__(sight)
        self._wish = _Wish()
        self._asked: _Wish | None = None
        """What the question on its way is about; None while there is none."""
        self._asked_id = ""
        self._asked_at = 0.0
        self._problem = ""
        self._taken: LossSlice | None = None
        self._terrain: Terrain | None = None
        self._log_y = False

    def compose(self) -> ComposeResult:
        """The plot above, what it is of below."""
        yield SpanView(id="header")
        yield SpanView(id="tabs")
        yield LineChart(id="curve")
        yield ReliefView(id="relief")
        yield SpanView(id="picture")
        yield KeyBar(self.KEYS)

    # Asking

    def begin(self) -> None:
        """Ask for a first slice."""
        self._ask()

    def _want(self, wish: _Wish) -> None:
        """Have another picture: at once, or when the question on its way is answered."""
        if wish == self._wish:
            return
        self._wish = wish
        if self._asked is None:
            self._ask()
        self.redraw()

    def _ask(self) -> None:
        self._asked, self._problem = self._wish, ""
        self._asked_at = time.monotonic()
        self._asked_id = self.sight.asking.ask(self._wish.question, at_step=self._wish.at_step)

    def _look(self) -> None:
        """Take an answer, then draw."""
        super()._look()
        if self._asked is None:
            return
        reply = self.sight.asking.reply(self._asked_id)
        if isinstance(reply.picture, LossSlice):
            self._taken, self._problem = reply.picture, ""
            self._terrain = slices.terrain(self._taken) if self._taken.dimensions == 2 else None
        elif reply.problem:
            self._problem = reply.problem
        else:
            return
        self.sight.asking.forget(self._asked_id)
        wanted, self._asked = self._asked, None
        if wanted == self._wish and reply.problem:
            self._wish = self._nearest(wanted)
        if wanted != self._wish:
            self._ask()
        self.redraw()

    def _nearest(self, wish: _Wish) -> _Wish:
        """The same of a checkpoint near by, if that of ``wish`` is gone: a live run keeps only so many."""
        at_step, steps = wish.at_step, saved_steps(self.sight.watch.run)
        if at_step is None or at_step in steps or not steps:
            return wish
        return replace(wish, at_step=min(steps, key=lambda step: abs(step - at_step)))

    def seen(self) -> object:
        """How far the answer is, and what hinders it."""
        if self._asked is None:
            return self.sight.watch.state
        asking = self.sight.asking
        return self.sight.watch.state, round(asking.reply(self._asked_id).done, 2), asking.waits_for

    # Drawing

    def redraw(self) -> None:
        """Draw the plot too."""
        taken = self._taken
        self.set_class(taken is not None and taken.dimensions == 1, "-curve")
        self.set_class(taken is not None and taken.dimensions == 2, "-plane")
        if taken is not None and self._terrain is not None:
            trails = slices.trails(taken)
            start = trails[-1].points[0]
            self.query_one(ReliefView).show(self._terrain, trails, (float(start[0]), float(start[1])))
        elif taken is not None:
            options = ChartOptions(glyphs=self.sight.glyphs, log_y=self._log_y)
            self.query_one(LineChart).show(slices.chart(taken), options)
        super().redraw()

    def draw(self, width: int, height: int) -> Page:
        """What the picture is of, and what is on its way."""
        status = self._status()
        if self._taken is None:
            return Page((clip(status, width),))
        when = self.sight.watch.history.moment(self._taken.step)
        lines = (_figures(self._taken), _facts(self._taken), status)
        return Page(tuple(clip(line, width) for line in lines[:height]), when)

    def _status(self) -> Line:
        if self._asked is None:
            if self._problem:
                return (Span(self._problem, "warn"),)
            return (Span(self._place(), "quiet"),)
        asking = self.sight.asking
        if waits_for := asking.waits_for:
            return (Span(waits_for, "accent"),)
        done, passed = asking.reply(self._asked_id).done, time.monotonic() - self._asked_at
        if not done:
            return (Span("asking for a slice…", "accent"),)
        eta = duration(passed / done * (1 - done))
        return (Span(f"working it out: {done:.0%}, ETA {eta}", "accent"),)

    def _place(self) -> str:
        """Where among the checkpoints the picture is."""
        steps, history = saved_steps(self.sight.watch.run), self.sight.watch.history
        named = f"{len(steps)} checkpoints" if len(steps) != 1 else "1 checkpoint"
        if not steps or self._taken is None:
            return ""
        if self._taken.step in steps:
            return f"checkpoint {steps.index(self._taken.step) + 1} of {len(steps)}, ←→ go through them"
        return f"the weights at {history.moment(self._taken.step)}; ←→ go through {named}"

    # Keys

    def action_dimensions(self) -> None:
        """Along one direction, or along two."""
        self._want(replace(self._wish, dimensions=3 - self._wish.dimensions))

    def action_along(self) -> None:
        """Random directions, or along the checkpoints."""
        along: Along = "random" if self._wish.along == "checkpoints" else "checkpoints"
        self._want(replace(self._wish, along=along, span=_SPANS.index(1.0)))

    def action_other(self) -> None:
        """Other random directions."""
        self._want(replace(self._wish, along="random", seed=self._wish.seed + 1))

    def action_widen(self, by: int) -> None:
        """Look farther or nearer."""
        self._want(replace(self._wish, span=min(max(self._wish.span + by, 0), len(_SPANS) - 1)))

    def action_log(self) -> None:
        """The loss of a curve logarithmic, or linear."""
        self._log_y = not self._log_y
        self.redraw()

    def action_checkpoint(self, by: int) -> None:
        """Go to the checkpoint before, or to the next one; after the last come the weights as they are."""
        steps, is_live = saved_steps(self.sight.watch.run), self.sight.watch.is_live
        if not steps:
            return
        here = self._wish.at_step
        if here is None:  # the last checkpoint, or later
            here = steps[-1] + is_live
        if by < 0:
            at_step = next((step for step in reversed(steps) if step < here), self._wish.at_step)
        else:
            at_step = next((step for step in steps if step > here), None)
        is_present = at_step == steps[-1] and not is_live
        self._want(replace(self._wish, at_step=None if is_present else at_step))

    def action_latest(self) -> None:
        """Go to the weights as they are."""
        self._want(replace(self._wish, at_step=None))

    def action_again(self) -> None:
        """Ask once more, about the weights as they are."""
        self._want(replace(self._wish, at_step=None, number=self._wish.number + 1))


def _figures(taken: LossSlice) -> Line:
    lowest = taken.lowest
    spans = [Span(f"loss {value(taken.loss)} ", "strong"), Span("at W" if taken.dimensions == 2 else "here")]
    if lowest.a or lowest.b:
        place = f"({lowest.a:.2g}, {lowest.b:.2g})" if taken.dimensions == 2 else f"a {lowest.a:.2g}"
        spans.append(Span(f" · lowest {value(lowest.loss)} at {place}"))
    else:
        spans.append(Span(" · no lower place was seen"))
    if taken.dimensions == 2:
        edges = slices.terrain(taken).edges
        spans.append(Span(f" · bands ×{edges[1] / edges[0]:.2g} from {edges[0]:.2g}", "quiet"))
    return tuple(spans)


def _facts(taken: LossSlice) -> Line:
    along = f"random, seed {taken.seed}"
    if taken.along == "checkpoints":
        is_filled_up = taken.dimensions == 2 and len(taken.path) == 1
        along = f"a checkpoint, {along}" if is_filled_up else "along checkpoints"
    places = f"{taken.points}×{taken.points}" if taken.dimensions == 2 else f"{taken.points} places"
    how = f"{taken.num_samples:,} train samples, eval mode, no penalties"
    return (Span(f"{along} · {places} · {how}", "quiet"),)
