"""Several recipes in one chart: the mean of each over its seeds, every seed thin behind it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tui_trainer.core.events import Baseline
from tui_trainer.core.series import Series
from tui_trainer.tui.plot.drawing import NUM_COLORS
from tui_trainer.tui.plot.model import SMOOTHING_SHARE, Axis, ChartModel, ChartOptions, Curve, Floats

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_MARKS = 4
"""So often the letter of a curve stands on it."""
_BAND_POINTS = 400
_LEAST_SHARE = 0.5
"""A mean is drawn while so many of its seeds have a value: one alone is no mean."""


@dataclass(frozen=True, eq=False)
class SeedCurve:
    """One run: its values and the x of their steps."""

    series: Series
    axis: Axis


@dataclass(frozen=True, eq=False)
class Lane:
    """One recipe."""

    place: int
    label: str
    seeds: tuple[SeedCurve, ...]

    @property
    def name(self) -> str:
        """``A adam``."""
        return f"{letter(self.place)} {self.label}"

    @property
    def color(self) -> int:
        """Which of the palette."""
        return self.place % NUM_COLORS


def letter(place: int) -> str:
    """What the entrant at ``place`` is called; more than 52 share letters."""
    return _LETTERS[place % len(_LETTERS)]


def overlay(
    title: str,
    lanes: Sequence[Lane],
    options: ChartOptions,
    *,
    x_label: str,
    x_high: float,
    baselines: Sequence[Baseline] = (),
    chosen: int | None = None,
    empty: str = "no values yet",
) -> ChartModel:
    """A chart of ``lanes``; the one at place ``chosen`` has a band from its lowest seed to its highest."""
    smoothing = SMOOTHING_SHARE[options.smoothing] * x_high
    bands: list[Curve] = []
    seeds: list[Curve] = []
    means: list[Curve] = []
    letters: list[Curve] = []
    for turn, lane in enumerate(lanes):
        curves = [each for each in lane.seeds if len(each.series)]
        if not curves:
            continue
        if len(curves) > 1:
            seeds += [Curve("", each.series, "thin", lane.color, each.axis) for each in curves]
        xs, low, mean, high = _over_seeds(curves)
        if not len(xs):
            continue
        if lane.place == chosen and len(curves) > 1:
            bands.append(_band(xs, low, high, lane.color))
        drawn = Curve.of(lane.name, xs, mean, "line", lane.color)
        means.append(Curve(drawn.name, drawn.series, "line", lane.color, drawn.axis, smoothing=smoothing))
        at = _marked(xs, x_high, turn, len(lanes))
        marked = Curve.of("", xs[at], mean[at], "points", lane.color)
        letters.append(Curve("", marked.series, "points", lane.color, marked.axis, glyph=letter(lane.place)))
    return ChartModel(
        title=title,
        curves=(*bands, *seeds, *means, *letters),
        baselines=tuple(baselines),
        x_label=x_label,
        x_range=(0.0, x_high),
        x_whole=x_high >= 2 and x_label != "s",
        empty=empty,
    )


def _over_seeds(curves: Sequence[SeedCurve]) -> tuple[Floats, Floats, Floats, Floats]:
    """x, lowest, mean and highest over seeds, each (n,), at the steps that enough of them have."""
    steps = np.unique(np.concatenate([curve.series.steps for curve in curves]))
    values = np.full((len(curves), len(steps)), np.nan)
    xs = np.full_like(values, np.nan)
    for row, curve in enumerate(curves):
        own = curve.series.steps
        at = np.searchsorted(steps, own)
        own_values = np.asarray(curve.series.values, np.float64)
        values[row, at] = np.where(np.isfinite(own_values), own_values, np.nan)
        xs[row, at] = curve.axis.xs_of(own)
    count = np.isfinite(values).sum(axis=0)
    enough = count >= max(1, math.ceil(_LEAST_SHARE * len(curves)))
    values, xs, count = values[:, enough], xs[:, enough], count[enough]
    known = np.isfinite(values)
    means = np.where(known, values, 0.0).sum(axis=0) / np.maximum(count, 1)
    x = np.where(known, xs, 0.0).sum(axis=0) / np.maximum(count, 1)
    low, high = np.where(known, values, np.inf).min(axis=0), np.where(known, values, -np.inf).max(axis=0)
    return np.maximum.accumulate(x) if len(x) else x, low, means, high


def _band(xs: Floats, low: Floats, high: Floats, color: int) -> Curve:
    """Up and down so often that every dot column is filled from the lowest to the highest."""
    dense = np.linspace(xs[0], xs[-1], _BAND_POINTS) if len(xs) > 1 else xs
    both = np.stack([np.interp(dense, xs, low), np.interp(dense, xs, high)], axis=1)
    return Curve.of("", np.repeat(dense, 2), both.reshape(-1), "thin", color)


def _marked(xs: Floats, x_high: float, turn: int, turns: int) -> list[int]:
    """Where along a curve its letter stands: every curve elsewhere, so that they do not hide each other."""
    apart = x_high / _MARKS
    wanted = (np.arange(_MARKS) + (turn + 0.5) / max(turns, 1)) * apart
    found = [int(np.argmin(np.abs(xs - x))) for x in wanted if x <= xs[-1]]
    return sorted(set(found)) or [len(xs) - 1]
