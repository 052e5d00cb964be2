"""A run as text: what it is, its curves, its confusion matrix, its scores."""

import shutil
import sys
from collections.abc import Iterator, Sequence

import numpy as np

from tui_trainer.cli.output import columns
from tui_trainer.cli.results import Result, result_lines
from tui_trainer.core.confusion import per_class
from tui_trainer.core.diagnosis import beside_reason, diagnose
from tui_trainer.core.events import Evaluated, Split
from tui_trainer.core.figures import value
from tui_trainer.core.history import History
from tui_trainer.core.metrics import headline_of
from tui_trainer.core.outline import Outline
from tui_trainer.core.own_record import OwnLoop
from tui_trainer.core.recipe import Recipe
from tui_trainer.core.rundir import RunDir
from tui_trainer.core.text import plain
from tui_trainer.core.titles import title
from tui_trainer.core.verdicts import MARKS
from tui_trainer.tui.plot import lineplot, matrix
from tui_trainer.tui.plot.model import ChartModel, ChartOptions, Curve, Style, Uniform
from tui_trainer.tui.plot.raster import GlyphName
from tui_trainer.tui.plot.spans import text_of

_CHART_HEIGHT = 10
_MAX_WIDTH = 100
_ENOUGH = 1000  # rows: a matrix is printed whole


def picture(run: RunDir, result: Result, recipe: Recipe, history: History) -> Iterator[str]:
    """All there is to say of a run, line by line, safe for a terminal."""
    yield f"{plain(recipe.name)}   {plain(' · '.join(title(recipe)))}"
    parent, parent_run, beside = run.parent, run.parent_run, None
    if parent is not None:
        yield f"{parent}{'' if parent_run else ', which is deleted'}"
    if parent is not None and parent_run is not None:
        beside = Outline(parent_run, parent.step)
        beside.read_all()
    yield from _drawn(result, history, beside)
    for diagnosis in beside_reason(diagnose(history, recipe), history):
        yield f"{MARKS[diagnosis.severity]} {diagnosis.told}"
    yield from result_lines(result)


def own_picture(result: Result, own: OwnLoop, history: History) -> Iterator[str]:
    """The same for a loop of one's own, with what it remarked and its config."""
    yield f"{plain(own.name)}   {own.title}"
    yield from _drawn(result, history)
    yield from (f"! {plain(note.text)}" for note in history.notes)
    yield from result_lines(result)
    yield from columns([[key, plain(str(setting), limit=80)] for key, setting in own.settings()])


def _drawn(result: Result, history: History, beside: Outline | None = None) -> Iterator[str]:
    """Why it ended, curves, and the confusion matrix of the best step or the last before."""
    width = min(shutil.get_terminal_size().columns, _MAX_WIDTH)
    ascii_only = "utf" not in sys.stdout.encoding.lower()
    if result["reason"]:
        yield plain(result["reason"])
    if history.started is not None:
        for metric in dict.fromkeys(["loss", headline_of(history.started.task, history.metrics())]):
            yield ""
            yield from _chart(history, beside, metric, width, "ascii" if ascii_only else "braille")
        best = history.step if result["best_step"] is None else result["best_step"]
        validation = history.confusion_at("validation", best)
        if validation is not None:
            yield ""
            yield from _confusion(validation, history, width)
    yield ""


def _chart(
    history: History, beside: Outline | None, metric: str, width: int, glyphs: GlyphName
) -> Iterator[str]:
    kinds: tuple[tuple[Split, Style, str], ...] = (
        ("train", "line", "train"),
        ("validation", "points", "val"),
    )
    axis = Uniform(float(history.steps_per_epoch))
    curves = [
        Curve(name, series, style, axis=axis, label=name)
        for split, style, name in kinds
        if (series := history.curves.get((split, metric)))
    ]
    batch = history.batch.get(metric)
    if batch and not curves:  # a loop of one's own need not evaluate anything
        curves = [Curve("train", batch, "line", axis=axis, label="train (batch)")]
    parent = beside.curves.get(("validation", metric)) if beside else None
    if parent:
        curves.append(Curve("parent", parent, "dashed", axis=axis))
    baselines = history.started.baselines if history.started else {}
    model = ChartModel(
        title=metric,
        curves=tuple(curves),
        baselines=(baselines[metric],) if metric in baselines else (),
        x_label="epoch" if history.has_epochs else "step",
        x_range=(0.0, max(history.epoch_of(history.step), 1.0)),
    )
    yield from lineplot.draw(model, ChartOptions(glyphs=glyphs), width, _CHART_HEIGHT).text().splitlines()


def _confusion(validation: Evaluated, history: History, width: int) -> Iterator[str]:
    assert history.started is not None
    counts = np.asarray(validation.confusion, np.int64)
    names = [plain(name) for name in history.started.classes]
    yield f"confusion matrix: validation, {history.moment(validation.step)}; right ones in brackets"
    drawn = matrix.draw(counts, names, matrix.View(colour=False), width, _ENOUGH)
    yield from (text_of(line).rstrip() for line in drawn.lines)
    yield ""
    yield from _per_class(counts, names)


def _per_class(counts: np.ndarray[tuple[int, ...], np.dtype[np.int64]], names: Sequence[str]) -> list[str]:
    scores = per_class(counts)
    rows = [["class", "precision", "recall", "F1", "samples"]]
    for i, name in enumerate(names):
        figures = [value(float(score[i])) for score in (scores.precision, scores.recall, scores.f1)]
        rows.append(
            [name, *("–" if figure == "NaN" else figure for figure in figures), str(scores.support[i])]
        )
    return columns(rows, numbers=(1, 2, 3, 4))
