"""What a chart shows, as values: curves over steps and their x, trivial answers, marks, ways to look."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple, Protocol, TypeAlias, TypeVar, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tui_trainer.core.events import Baseline
from tui_trainer.core.series import Series
from tui_trainer.tui.plot.raster import GLYPH_NAMES, GlyphName

Floats: TypeAlias = NDArray[np.float64]
Style: TypeAlias = Literal["line", "thin", "points", "dashed"]
"""A solid line; a dotted one behind all others, for noise; one glyph a value; a dashed line behind even the
dotted ones, for another run."""
XAxis: TypeAlias = Literal["step", "epoch", "time"]
Window: TypeAlias = Literal["all", "recent"]
Smoothing: TypeAlias = Literal["off", "light", "strong"]

_Choice = TypeVar("_Choice")

SMOOTHING_SHARE: dict[Smoothing, float] = {"off": 0.0, "light": 0.02, "strong": 0.1}
"""A smoothed curve is the mean of the last values, over this share of the x axis."""


@dataclass(frozen=True)
class ChartOptions:
    """How charts are looked at. A screen replaces the whole; ``next_…`` give what a key leads to."""

    x_axis: XAxis = "epoch"
    window: Window = "all"
    smoothing: Smoothing = "off"
    log_y: bool = False
    glyphs: GlyphName = "braille"
    title: bool = True
    """Whether the chart has a line of its own for title and values; without, a border says them."""

    def toggle_log(self) -> "ChartOptions":
        """Linear to logarithmic y, and back."""
        return replace(self, log_y=not self.log_y)

    def next_x_axis(self) -> "ChartOptions":
        """Step, epoch, time, step, …"""
        return replace(self, x_axis=_after(self.x_axis, get_args(XAxis)))

    def next_window(self) -> "ChartOptions":
        """The whole run, what is recent, the whole run, …"""
        return replace(self, window=_after(self.window, get_args(Window)))

    def next_smoothing(self) -> "ChartOptions":
        """Off, light, strong, off, …"""
        return replace(self, smoothing=_after(self.smoothing, get_args(Smoothing)))

    def next_glyphs(self) -> "ChartOptions":
        """Braille, blocks, ASCII, braille, …"""
        return replace(self, glyphs=_after(self.glyphs, GLYPH_NAMES))


def _after(value: _Choice, choices: Sequence[_Choice]) -> _Choice:
    return choices[(choices.index(value) + 1) % len(choices)]


class Axis(Protocol):
    """The x of every step; increasing, and defined between steps and beyond them."""

    def xs_of(self, steps: ArrayLike) -> Floats:
        """The x of each of ``steps``, any shape."""

    def steps_of(self, xs: ArrayLike) -> Floats:
        """The inverse: steps with fractions."""


@dataclass(frozen=True)
class Uniform:
    """x in units of ``steps_per_x`` steps: 1 for steps, the steps of an epoch for epochs."""

    steps_per_x: float = 1.0

    def xs_of(self, steps: ArrayLike) -> Floats:
        """The x of each of ``steps``, any shape."""
        return np.asarray(steps, np.float64) / self.steps_per_x

    def steps_of(self, xs: ArrayLike) -> Floats:
        """The inverse: steps with fractions."""
        return np.asarray(xs, np.float64) * self.steps_per_x


@dataclass(frozen=True, eq=False)
class Knots:
    """x by straight lines between known (step, x), both (n,) and never decreasing; constant beyond them."""

    steps: Floats
    xs: Floats

    def xs_of(self, steps: ArrayLike) -> Floats:
        """The x of each of ``steps``, any shape."""
        return np.asarray(np.interp(np.asarray(steps, np.float64), self.steps, self.xs))

    def steps_of(self, xs: ArrayLike) -> Floats:
        """The inverse: steps with fractions; half a step outside where ``xs`` lie beyond the knots."""
        xs = np.asarray(xs, np.float64)
        inside = np.interp(xs, self.xs, self.steps)
        return np.asarray(inside + 0.5 * (xs > self.xs[-1]) - 0.5 * (xs < self.xs[0]))


@dataclass(frozen=True, eq=False)
class Curve:
    """One series, drawn as it is at the time of drawing."""

    name: str
    """Stands at its right end; empty for none."""
    series: Series
    style: Style = "line"
    color: int = 0
    """Which colour of the palette."""
    axis: Axis = Uniform()
    label: str = ""
    """Stands beside its last value in the title; empty for none."""
    smoothing: float = 0.0
    """Width of the trailing mean in x that is drawn over the faded curve; 0 for none. Points never are."""
    glyph: str = ""
    """What a point is drawn with; empty for a shape that no other point curve has."""

    @property
    def is_behind(self) -> bool:
        """Whether it lies in the background: its values are told only where they are asked for."""
        return self.style in ("thin", "dashed")

    @classmethod
    def of(
        cls, name: str, xs: ArrayLike, ys: ArrayLike, style: Style = "line", color: int = 0, label: str = ""
    ) -> "Curve":
        """A curve through any points (n,) with increasing ``xs``, n ≥ 1."""
        series = Series()
        series.append_block(0, ys)
        xs = np.asarray(xs, np.float64)
        return cls(name, series, style, color, Knots(np.arange(len(xs), dtype=np.float64), xs), label)


class Note(NamedTuple):
    """How a chart is looked at, where that is not the plain way."""

    text: str
    """``recent``, ``mean of 40 steps``."""
    short: str
    """For charts with little room."""


@dataclass(frozen=True)
class Mark:
    """Something that happened at an x: a vertical dotted line with a word."""

    x: float
    text: str


@dataclass(frozen=True, eq=False)
class ChartModel:
    """All that one chart shows. Later curves lie over earlier ones; those in the background behind all."""

    title: str
    curves: tuple[Curve, ...] = ()
    baselines: tuple[Baseline, ...] = ()
    """Trivial answers, dashed and named."""
    marks: tuple[Mark, ...] = ()
    x_label: str = "step"
    x_range: tuple[float, float] = (0.0, 1.0)
    x_whole: bool = True
    """Whether x counts something, so that its ticks are whole numbers."""
    x_log: bool = False
    """Whether x is the decimal logarithm of what its ticks say."""
    notes: tuple[Note, ...] = ()
    """The most important first."""
    empty: str = "no values yet"
    """Said in place of curves while there is none."""
