"""View 1 and 2: what was taken for what, and the scores that come of it."""

from collections.abc import Sequence

import numpy as np

from tui_trainer.core import figures
from tui_trainer.core.confusion import accuracy, per_class
from tui_trainer.core.events import Split
from tui_trainer.tui.plot import matrix, scatter
from tui_trainer.tui.plot.matrix import Counts
from tui_trainer.tui.plot.spans import Line, Span
from tui_trainer.tui.plot.table import Column, table, window
from tui_trainer.tui.views.header import name_of
from tui_trainer.tui.views.page import Look, Page, moment, not_yet, said
from tui_trainer.tui.watch import Watch, counts_of

_SPLITS: tuple[Split, ...] = ("train", "validation", "test")


def confusion(watch: Watch, look: Look, width: int, height: int) -> Page:
    """The confusion matrix, or predicted against actual values for regression."""
    evaluation = watch.evaluation(look.split, look.step)
    if evaluation is None:
        return not_yet(watch, look)
    caption = moment(watch, evaluation, long=look.is_wide)
    if watch.is_regression:
        pairs = watch.predictions(evaluation)
        if pairs is None:
            return said(f"No predictions were recorded for the {look.split} split: v shows another.")
        target = watch.history.started.target if watch.history.started else ""
        return Page(scatter.draw(*pairs, width, height, target=target, glyphs=look.glyphs), caption)
    counts = counts_of(evaluation)
    if counts is None:
        return not_yet(watch, look) if watch.own else said("This evaluation recorded no confusion matrix.")
    view = matrix.View(look.cells, look.top or 0, look.column, look.colour)
    picture = matrix.draw(counts, watch.classes, view, width, height)
    top = min(look.top or 0, picture.last_row)
    if look.cells == "percent":
        caption += " · percent of row" if look.is_wide else ", %"
    return Page(picture.lines, caption, top, picture.last_row, picture.last_column)


def scores(watch: Watch, look: Look, width: int, height: int) -> Page:
    """Precision, recall and F1 a class; for regression the errors of each split in original units."""
    if watch.is_regression:
        return _regression(watch, look, width, height)
    evaluation = watch.evaluation(look.split, look.step)
    counts = counts_of(evaluation) if evaluation else None
    if evaluation is None or counts is None:
        return not_yet(watch, look)
    each = per_class(counts)
    names = [*watch.classes, *map(str, range(len(watch.classes), len(counts)))]
    columns = [Column("class", "left", 24), *map(Column, ("precision", "recall", "F1", "samples"))]
    rows: list[list[str | Span]] = [
        [
            names[i],
            *(_score(values[i]) for values in (each.precision, each.recall, each.f1)),
            f"{each.support[i]:,}",
            _taken_for(counts, names, i),
        ]
        for i in range(len(counts))
    ]
    with np.errstate(invalid="ignore"):
        means = [_mean(values) for values in (each.precision, each.recall, each.f1)]
    rows.append([Span("mean of classes", "quiet"), *means, f"{each.support.sum():,}", ""])
    lines = table([*columns, Column("most often taken for", "left")], rows, width)
    extra = f"accuracy {_score(accuracy(counts))}"
    if "roc_auc" in evaluation.metrics:
        extra += f"   ROC AUC {figures.value(evaluation.metrics['roc_auc'])}"
    return _scrolled(
        [*lines, (Span(extra, "quiet"),)], look, height, moment(watch, evaluation, long=look.is_wide)
    )


def _regression(watch: Watch, look: Look, width: int, height: int) -> Page:
    started = watch.history.started
    if started is None:
        return not_yet(watch, look)
    columns = [Column("split", "left"), *map(Column, ("R²", "MAE", "RMSE", "loss", "samples"))]
    metrics = ("r2", "mae", "rmse", "loss")
    rows: list[list[str | Span]] = []
    for split in _SPLITS:
        evaluation = watch.evaluation(split, look.step)
        if evaluation is not None:
            name = split if evaluation.weights == "last" else f"{split}, best weights"
            values = [figures.value(evaluation.metrics.get(metric)) for metric in metrics]
            rows.append([name, *values, f"{evaluation.num_samples:,}"])
    if not rows:
        return not_yet(watch, look)
    trivial = [
        figures.value(started.baselines[metric].value) if metric in started.baselines else "–"
        for metric in metrics
    ]
    label = next((b.label for b in started.baselines.values()), "trivial answer")
    rows.append([Span(label, "quiet"), *(Span(value, "quiet") for value in trivial), ""])
    lines = list(table(columns, rows, width))
    if started.target:
        lines += [
            (),
            (Span(f"{name_of('mae')} and {name_of('rmse')} in the unit of {started.target}", "quiet"),),
        ]
    validation = watch.evaluation("validation", look.step)
    return _scrolled(lines, look, height, moment(watch, validation, long=False) if validation else "")


def _scrolled(lines: list[Line], look: Look, height: int, caption: str) -> Page:
    shown, last = window(lines, look.top or 0, height, head=1)
    return Page(shown, caption, min(look.top or 0, last), last)


def _score(value: float) -> str:
    return "–" if np.isnan(value) else f"{value:.3f}"


def _mean(values: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> str:
    """Over the classes that have the score."""
    known = values[~np.isnan(values)]
    return _score(float(known.mean())) if len(known) else "–"


def _taken_for(counts: Counts, names: Sequence[str], true: int) -> Span:
    """The class that samples of this one are most often mistaken for, and how often."""
    errors = counts[true].copy()
    errors[true] = 0
    predicted = int(errors.argmax())
    return Span(f"{names[predicted]}  ×{errors[predicted]:,}" if errors[predicted] else "·", "quiet")
