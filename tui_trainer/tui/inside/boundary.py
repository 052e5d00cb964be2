"""What is predicted for every place: class regions over the plane, a fitted curve, what it leaves over."""

from collections.abc import Sequence
from itertools import pairwise
from typing import ClassVar, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from textual.binding import BindingType

from tui_trainer.core.events import Evaluated
from tui_trainer.core.inside.boundary import (
    Boundary,
    HiddenUnits,
    Points,
    PrincipalPlane,
    is_straight,
)
from tui_trainer.core.inside.packed import unpack
from tui_trainer.core.inside.pictures import Picture
from tui_trainer.core.inside.questions import ThePlane
from tui_trainer.core.runlog import RunLogError
from tui_trainer.core.text import plain
from tui_trainer.tui import keys
from tui_trainer.tui.inside import fitting, hidden
from tui_trainer.tui.inside.asking import picture_of
from tui_trainer.tui.inside.followed import Followed
from tui_trainer.tui.inside.moments import Moment
from tui_trainer.tui.inside.screen import Sight
from tui_trainer.tui.inside.tinting import paint_of, tints_of
from tui_trainer.tui.inside.units import Gallery, UnitsScreen
from tui_trainer.tui.plot import regions
from tui_trainer.tui.plot.frame import Frame
from tui_trainer.tui.plot.regions import Regions, Samples, Shown, Style
from tui_trainer.tui.plot.spans import Line, Span, clip, spread
from tui_trainer.tui.views.page import Page

Way: TypeAlias = Literal["everywhere", "against actual", "residuals"]
_WAYS: tuple[Way, ...] = ("everywhere", "against actual", "residuals")
_SHOWN: tuple[Shown, ...] = ("both", "validation", "none")


class BoundaryScreen(UnitsScreen):
    """Regions of classes, or how well a number is fitted."""

    KEYS: ClassVar[tuple[keys.Key, ...]] = (*keys.BOUNDARY, *keys.INSIDE)
    BINDINGS: ClassVar[list[BindingType]] = [*keys.bindings(KEYS)]
    HOW_TO_READ: ClassVar[str] = (
        "The plane of both inputs, in the units of the data. Each place is coloured by the class that the "
        "network takes it for (without colours: by a pattern); the line between is the decision boundary. "
        "Samples lie on top in the colour of their true class: a sample of train is a point, one of "
        "validation a ring, and a cross is one in the wrong region. Without colours a sample is the "
        "letter of its class, a capital for validation, and x is wrong.\n\n"
        "A network without activations, or with a single layer, can only draw a straight line. A boundary "
        "that winds around single samples of train while those of validation are crosses is overfitting. c "
        "shades each region by the probability of its class: it is palest where the network is unsure.\n\n"
        "h shows the hidden units: the activation of each over the plane. Units of the first layer fold "
        "the plane along one line each; later layers combine those. A unit that is the same everywhere tells "
        "nothing: a dead ReLU is 0 for all places, a saturated sigmoid 0 or 1.\n\n"
        "Data of more inputs can be cut: Enter shows the plane of the first two principal components. The "
        "regions are what the network says in it; samples are moved into it, but predicted where they "
        "are, so that a right one may lie in another region.\n\n"
        "Of numbers: the fitted curve over the samples, or the predicted value over the plane. v leads to "
        "predicted against actual values (perfect ones lie on the diagonal) and to the residuals: what is "
        "left of the actual value, over the predicted one. They should lie about 0 in a band that is equally "
        "wide everywhere; a bend in it is something that the model could not represent."
    )

    def __init__(self, sight: Sight) -> None:
        super().__init__(sight)
        self._way: Way = "everywhere"
        self._shaded = False
        self._shown: Shown = "both"
        self._gallery: Gallery | None = None
        """What of the hidden units is shown; None while the plane is."""
        self._asks = False
        """Whether a plane that was not recorded is to be asked for."""
        self._followed = Followed(sight)
        self._regions: tuple[Boundary, Regions] | None = None
        """Of the picture that was drawn last: interpolating them is most of the drawing."""

    # What there is

    @property
    def _is_regression(self) -> bool:
        started = self.sight.watch.history.started
        return started is not None and started.task == "regression"

    def moments(self) -> Sequence[Moment]:
        """Pictures of the plane, or the evaluations that recorded predictions."""
        history = self.sight.watch.history
        if self._gallery is not None:
            return history.pictures.get("hidden_units", [])
        if self._way != "everywhere":
            return self._evaluations()
        kinds = ("boundary", "fitted_curve", "fitted_plane")
        return next((history.pictures[kind] for kind in kinds if kind in history.pictures), [])

    def _evaluations(self) -> list[Evaluated]:
        validated = self.sight.watch.history.evaluations["validation"]
        return [each for each in validated if each.predictions is not None]

    def _ways(self) -> Sequence[Way]:
        history = self.sight.watch.history
        if not self._is_regression:
            return _WAYS[:1]
        has_plane = any(kind in history.pictures for kind in ("fitted_curve", "fitted_plane"))
        return _WAYS if has_plane else _WAYS[1:]

    def _picture(self, kind: str) -> Picture | None:
        pictured = self.sight.watch.history.pictures.get(kind, [])
        chosen = self.chosen(pictured)
        return picture_of(self.sight.watch.run, chosen.offset) if chosen else None

    def seen(self) -> object:
        """The moment, and the answer where the plane was asked for."""
        return super().seen(), self._followed.state()

    @property
    def _can_be_asked(self) -> bool:
        """Whether there is a plane of classes that was not recorded: of more than two inputs, or no probe."""
        history = self.sight.watch.history
        started = history.started
        return (
            started is not None
            and started.task != "regression"
            and self._gallery is None
            and "boundary" not in history.pictures
        )

    # The picture

    def draw(self, width: int, height: int) -> Page:
        """The plane, the curve or the residuals; below it when that was."""
        if self._way not in self._ways():
            self._way = self._ways()[0]
        try:
            if self._asks and self._can_be_asked:
                return Page(tuple(clip(line, width) for line in self._asked(width, height)))
            if not self.moments():
                return self.said(*self._why_nothing())
            lines = self._lines(width, height - 1)
        except (RunLogError, ValueError) as error:
            return self.said(f"This picture cannot be read: {error}")
        lines = [clip(line, width) for line in lines[: height - 1]]
        lines += [()] * (height - 1 - len(lines))
        return Page((*lines, self.time_line(width)))

    def _lines(self, width: int, height: int) -> Sequence[Line]:
        sight = self.sight
        paint, tints = paint_of(self.app, sight), tints_of(self.app)
        if self._gallery is not None:
            seen = self._picture("hidden_units")
            assert isinstance(seen, HiddenUnits)
            return hidden.lines(seen, self._gallery, paint, sight.glyphs, width, height)
        if self._way != "everywhere":
            evaluation = self.chosen(self._evaluations())
            values = sight.watch.predictions(evaluation) if evaluation else None
            return fitting.of_predictions(values, self._way, sight, width, height)
        points = self._picture("points")
        samples = points if isinstance(points, Points) and self._shown != "none" else None
        if self._is_regression:
            kinds = ("fitted_curve", "fitted_plane")
            fitted = next(found for kind in kinds if (found := self._picture(kind)) is not None)
            return fitting.of_fitted(fitted, samples, self._shown, paint, sight, width, height)
        boundary = self._picture("boundary")
        assert isinstance(boundary, Boundary)
        style = Style(paint, tints, self._shaded, self._shown)
        points = points if isinstance(points, Points) else None
        return self._plane(boundary, points, style, ("x1", "x2"), width, height)

    def _asked(self, width: int, height: int) -> Sequence[Line]:
        """The plane of most of the data, by question."""
        reply = self._followed.reply(ThePlane())
        if reply.problem:
            return [(Span(plain(reply.problem), "bad"),)]
        plane = reply.picture
        if not isinstance(plane, PrincipalPlane):
            return [
                (
                    Span(
                        f"the plane of both inputs, or of most of the data: {self._followed.waits_for}",
                        "quiet",
                    ),
                )
            ]
        style = Style(paint_of(self.app, self.sight), tints_of(self.app), self._shaded, self._shown)
        moment = Span(f"{self.sight.watch.history.moment(reply.step)}  ", "strong")
        if not plane.explained:
            lines = self._plane(plane.boundary, plane.points, style, ("x1", "x2"), width, height - 1)
            return [*lines, (moment, Span("by question: no pictures were recorded", "quiet"))]
        first, second = plane.explained
        told = f"slice by principal components, {first:.0%} and {second:.0%} of the variance"
        lines = self._plane(plane.boundary, plane.points, style, ("PC1", "PC2"), width, height - 1)
        return [*lines, (moment, Span(told, "quiet"))]

    def _plane(
        self,
        boundary: Boundary,
        points: Points | None,
        style: Style,
        labels: tuple[str, str],
        width: int,
        height: int,
    ) -> Sequence[Line]:
        started = self.sight.watch.history.started
        names = [plain(name) for name in started.classes] if started else []
        if self._regions is None or self._regions[0] is not boundary:
            classes, confidence = boundary.regions()
            self._regions = boundary, Regions(classes, confidence, max(len(names), int(classes.max()) + 1))
        places = self._regions[1]
        samples = _samples(boundary, points) if points else None
        window = boundary.window
        x, y = ((window.low[i], window.high[i]) for i in (0, 1))
        frame = Frame(width, height - 2, x, y, self.sight.glyphs, least_label=len(labels[1]))
        shown = regions.draw(places, samples, frame, style, labels)
        legend = spread(_legend(names, style, width), self._silent(), width)
        return [legend, *shown, _told(places.classes, samples, names)]

    def _silent(self) -> Line:
        """How many hidden units say the same everywhere."""
        seen = self._picture("hidden_units")
        if not isinstance(seen, HiddenUnits):
            return ()
        states = hidden.states_of(seen)
        counts = {state: states.count(state) for state in ("dead", "flat") if state in states}
        told = " and ".join(f"{count} {state}" for state, count in counts.items())
        return (Span(f"hidden units: {told} of {len(states)}", "warn"),) if told else ()

    def _why_nothing(self) -> Sequence[str]:
        watch = self.sight.watch
        started, recipe = watch.history.started, watch.recipe
        if started is None:
            return ["The run has not begun: its data are loaded first."]
        if self._gallery is not None:
            return ["Hidden units were not pictured: that is done for up to 96 of them, over two inputs."]
        if self._is_regression:
            return ["No prediction was recorded yet: the first comes with the first evaluation."]
        inputs = int(np.prod(started.input_shape)) if started.input_shape else 0
        if inputs != 2:
            return [
                f"A sample has {inputs:,} inputs: it lies in no plane whose regions one could draw.",
                "moons, circles, spirals, blobs and xor have two inputs, and a boundary.",
                "",
                "Enter shows a slice: the plane of the first two principal components of train.",
            ]
        if recipe is not None and not {"all", "boundary"} & set(recipe.training.probes.split(",")):
            why = "The boundary was not pictured: training.probes = all (or boundary) turns that on."
        elif watch.is_live:
            return ["The first picture comes before the first update."]
        else:
            why = "No picture of the boundary was recorded."
        return [why, "Enter asks the network for it, as it is now."]

    # Keys

    def action_way(self) -> None:
        """Predicted everywhere, against actual values, residuals."""
        ways = self._ways()
        if len(ways) > 1:
            following = dict(pairwise([*ways, ways[0]]))
            self._way, self._gallery = following.get(self._way, ways[0]), None
            self.redraw()

    def action_hidden(self) -> None:
        """The hidden units, or the plane again."""
        self._gallery = Gallery() if self._gallery is None else None
        self.redraw()

    def action_confidence(self) -> None:
        """Shade regions by how sure the network is."""
        self._shaded = not self._shaded
        self.redraw()

    def action_samples(self) -> None:
        """Samples of both splits, of validation, none."""
        self._shown = _SHOWN[(_SHOWN.index(self._shown) + 1) % len(_SHOWN)]
        self.redraw()

    def counts(self) -> list[int]:
        """The hidden units of each layer, while they are shown."""
        seen = self._picture("hidden_units") if self._gallery is not None else None
        return [len(each.units) for each in seen.layers] if isinstance(seen, HiddenUnits) else []

    def action_enlarge(self) -> None:
        """One hidden unit, or all again; a plane that was not recorded is asked for."""
        if self._gallery is not None:
            self._gallery = self._gallery.enlarged()
        elif self._can_be_asked:
            self._asks = True
        self.redraw()

    def action_back(self) -> None:
        """Out of one thing at a time: an enlarged unit, the hidden units, the view."""
        if self._gallery is None:
            super().action_back()
            return
        self._gallery = self._gallery.enlarged() if self._gallery.is_large else None
        self.redraw()


def _samples(boundary: Boundary, points: Points) -> Samples:
    inputs, targets = points.arrays()
    classes = targets.astype(np.int64)
    predicted = unpack(boundary.predicted, (len(targets),))
    is_train = np.arange(len(targets)) < points.num_train
    return Samples(inputs[:, 0], inputs[:, 1], classes, is_train, predicted != classes)


def _legend(names: Sequence[str], style: Style, width: int) -> Line:
    """Classes and how samples are drawn."""
    spans: list[Span] = []
    for number, name in enumerate(names):
        mark = "●" if style.paint == "halves" else regions.LETTERS[number % len(regions.LETTERS)]
        spans += [Span(f"{mark} ", "curve", number), Span(f"{name}  ")]
    if style.paint == "halves":
        rest = f"{regions.TRAIN} train {regions.VALIDATION} validation {regions.WRONG} wrong"
    else:
        rest = "capital: validation  x: wrong"
    return clip((*spans, Span(rest, "quiet")), width)


def _told(classes: NDArray[np.uint8], samples: Samples | None, names: Sequence[str]) -> Line:
    """What one could miss in the picture."""
    spans: list[Span] = []
    if samples is not None:
        splits = (("train", samples.is_train), ("validation", ~samples.is_train))
        counts = [f"{int(samples.is_wrong[of].sum()):,}/{int(of.sum()):,} {split}" for split, of in splits]
        spans.append(Span(f"wrong: {', '.join(counts)}   "))
    present = np.unique(classes)
    if len(present) == 1:
        name = names[int(present[0])] if int(present[0]) < len(names) else str(present[0])
        spans.append(Span(f"all is taken for {name}: no boundary", "warn"))
    elif is_straight(classes):
        spans.append(Span("the boundary is a straight line", "warn"))
    return tuple(spans)
