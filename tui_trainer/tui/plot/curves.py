"""The charts of a run: its loss, and one other metric, out of a History and the way it is looked at."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from tui_trainer.core.edits import name_of
from tui_trainer.core.events import Split
from tui_trainer.core.history import History
from tui_trainer.core.outline import Outline
from tui_trainer.core.series import Series
from tui_trainer.core.text import plain
from tui_trainer.tui.plot.model import (
    SMOOTHING_SHARE,
    Axis,
    ChartModel,
    ChartOptions,
    Curve,
    Knots,
    Mark,
    Note,
    Uniform,
)
from tui_trainer.tui.plot.ticks import linear_ticks

TRAIN, VALIDATION, BATCH = 0, 1, 2
"""Colours of a run's curves, the same in every chart."""

_RECENT_SHARE = 0.25
"""What is recent: the last quarter of what has been trained."""


@dataclass(frozen=True)
class _View:
    """Where on x a run is looked at."""

    axis: Axis
    label: str
    low: float
    high: float
    whole: bool
    x_s: float = 0.0
    """Seconds in one x; 0 where x is no time."""


@dataclass(frozen=True)
class Beside:
    """Another run, which is drawn behind."""

    outline: Outline
    name: str
    """What it is to the run: ``parent``."""


def loss_curves(
    history: History, options: ChartOptions, marks: tuple[Mark, ...] = (), *, is_over: bool = False
) -> ChartModel:
    """The loss: train and validation at evaluations, and of every batch, dotted, behind them."""
    return metric_curves(history, options, "loss", marks, is_over=is_over)


def metric_curves(
    history: History,
    options: ChartOptions,
    metric: str,
    marks: tuple[Mark, ...] = (),
    *,
    is_over: bool = False,
    beside: Beside | None = None,
) -> ChartModel:
    """One metric: train as a line and validation as points, at evaluations; what every step recorded behind.

    The x of ``marks`` are steps. ``is_over``: no more will come, also where the worker could not say so.
    ``beside`` is drawn behind all else, as far as the axis of ``history`` reaches.
    """
    is_over = is_over or history.ended
    view = _view(history, options, is_over)
    smoothing = SMOOTHING_SHARE[options.smoothing] * (view.high - view.low)
    curves = []
    batch = history.batch.get(metric)
    if batch:
        curves.append(Curve("batch", batch, "thin", BATCH, view.axis, "train (batch)", smoothing))
    train, validation = history.curves.get(("train", metric)), history.curves.get(("validation", metric))
    if train:
        curves.append(Curve("train", train, "line", TRAIN, view.axis, "train(eval)", smoothing))
    if validation:
        curves.append(Curve("val", validation, "points", VALIDATION, view.axis, "val"))
    if beside is not None:
        curves += _dashed(beside, metric, view)
    baseline = history.started.baselines.get(metric) if history.started else None
    return ChartModel(
        title=metric,
        curves=tuple(curves),
        baselines=(baseline,) if baseline else (),
        marks=tuple(replace(mark, x=float(view.axis.xs_of(mark.x))) for mark in (*marks, *_edits(history))),
        x_label=view.label,
        x_range=(view.low, view.high),
        x_whole=view.whole,
        notes=_notes(options, view, curves, smoothing),
        empty=_empty(history),
    )


def _dashed(beside: Beside, metric: str, view: _View) -> list[Curve]:
    """Train and validation of another run, in the colours of this one's; the steps of both are the same x."""
    outline, axis = beside.outline, view.axis
    if view.x_s and len(outline.elapsed_s):
        elapsed_s = outline.elapsed_s.values.astype(np.float64)
        axis = Knots(outline.elapsed_s.steps.astype(np.float64), elapsed_s / view.x_s)
    kinds: tuple[tuple[Split, str, int], ...] = (("validation", "val", VALIDATION), ("train", "train", TRAIN))
    curves: list[Curve] = []
    for split, short, color in kinds:
        series = outline.curves.get((split, metric))
        if series:
            name = "" if curves else beside.name
            curves.append(Curve(name, series, "dashed", color, axis, f"{beside.name} {short}"))
    return curves


def _edits(history: History) -> list[Mark]:
    """What was changed while it trained."""
    return [Mark(edit.step, plain(f"{name_of(edit)} {edit.value:g}", limit=24)) for edit in history.edits]


def _view(history: History, options: ChartOptions, is_over: bool) -> _View:
    """The axis and its ends: all that is planned, so that curves grow into a picture that stands still.

    When the run has ended, all that was done.
    """
    done = float(history.step)
    planned = done if is_over and done else float(max(history.planned_steps, history.step, 1))
    if not (history.planned_steps or is_over):
        planned = _round_up(planned)
    if options.x_axis == "time":
        return _time_view(history, options, done, is_over)
    per_epoch = float(history.steps_per_epoch)
    epochs = options.x_axis == "epoch" and history.has_epochs
    label = "epoch" if epochs else "step"
    axis = Uniform(per_epoch) if epochs else Uniform()
    unit = per_epoch if epochs else 1.0
    if options.window == "recent" and done:
        low, high = _recent(done / unit)
        return _View(axis, label, low, high, whole=high - low >= 2)
    high = planned / unit
    return _View(axis, label, 0.0, high, whole=high >= 2)


def _time_view(history: History, options: ChartOptions, done: float, is_over: bool) -> _View:
    eta_s = 0.0 if is_over else history.eta_s() or 0.0
    longest = history.elapsed_s + (eta_s if options.window == "all" else 0.0)
    unit, label = next((u, name) for u, name, limit in _TIME_UNITS if longest < limit)
    steps, seconds = history.knots()
    axis = Knots(steps, seconds / unit)
    now = history.elapsed_s / unit
    if options.window == "recent" and done:
        return _View(axis, label, *_recent(now), whole=False, x_s=unit)
    if is_over and now:
        return _View(axis, label, 0.0, now, whole=False, x_s=unit)
    return _View(axis, label, 0.0, _round_up(max(longest / unit, 1.0)), whole=False, x_s=unit)


_TIME_UNITS = ((1.0, "s", 180.0), (60.0, "min", 3 * 3600.0), (3600.0, "h", np.inf))


def _recent(done: float) -> tuple[float, float]:
    """The last quarter, between round numbers, so that the window moves now and then, not always."""
    ticks = linear_ticks(0.0, done, 16)
    low = float(max(ticks[ticks <= (1 - _RECENT_SHARE) * done], default=0.0))
    step = float(ticks[1] - ticks[0]) if len(ticks) > 1 else done
    return low, max(float(np.ceil(done / step) * step), low + step)


def _round_up(value: float) -> float:
    """The next of a row of round numbers about a tenth apart: an estimate that wavers moves no axis."""
    tenth = 10.0 ** np.floor(np.log10(value)) / 10
    round_numbers = (tens * tenth for tens in (*range(10, 30, 2), *range(30, 101, 5)))
    return float(next(number for number in round_numbers if number >= value * (1 - 1e-9)))


def _notes(options: ChartOptions, view: _View, curves: Sequence[Curve], smoothing: float) -> tuple[Note, ...]:
    notes = []
    if options.window == "recent":
        notes.append(Note("recent", "recent"))
    if smoothing:
        start, end = view.axis.steps_of([view.low, view.low + smoothing])
        num_steps = max(round(float(end - start)), 1)
        if any(_has_several(curve.series, num_steps) for curve in curves if curve.smoothing):
            notes.append(Note(f"mean of {num_steps:,} steps", f"mean {num_steps:,}"))
    return tuple(notes)


def _has_several(series: Series, num_steps: int) -> bool:
    """Whether the last values lie so near each other that so many steps hold two or more."""
    last_step = series.last_step
    if last_step is None or len(series) < 2:
        return False
    return int(series.step_at(len(series) - 2)) > last_step - num_steps


def _empty(history: History) -> str:
    if history.phase == "failed":
        return "the run failed before its first value"
    return "waiting for the first value" if not history.ended else "no value was recorded"
