"""The curves of a report: of one run each split, of several their validations over each other."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from statistics import fmean

import numpy as np

from tui_trainer.core.events import Split
from tui_trainer.core.history import History
from tui_trainer.core.report.account import Account
from tui_trainer.core.report.blocks import Chart, Curve
from tui_trainer.core.report.rows import metric_name
from tui_trainer.core.series import Series
from tui_trainer.core.text import plain

_MOST_POINTS = 600
_MOST_METRICS = 12
_SPLITS: tuple[tuple[Split, str], ...] = (("train", "train"), ("validation", "validation"))


def of_run(account: Account) -> Iterator[Chart]:
    """A chart a metric; of a loop of one's own that evaluates nothing, what it logs at its steps."""
    told = account.history
    for metric in _ordered(told.metrics(), account.headline):
        found = [
            Curve(name, look, _points(told, series), has_points=split != "train")
            for look, (split, name) in enumerate(_SPLITS)
            if (series := told.curves.get((split, metric)))
        ]
        batch = told.batch.get(metric)
        if not found and batch:
            found = [Curve("each step", 0, _points(told, batch), has_points=False)]
        if found:
            baseline = told.started.baselines.get(metric) if told.started else None
            known = ((baseline.value, plain(baseline.label)),) if baseline else ()
            yield Chart(metric_name(metric), _x_label([account]), tuple(found), known)


def of_runs(groups: Mapping[str, Sequence[Account]]) -> Iterator[Chart]:
    """A chart a validation metric; the runs of a group are drawn thin behind their mean."""
    accounts = [each for group in groups.values() for each in group]
    metrics = dict.fromkeys(metric for each in accounts for metric in each.history.validated())
    for metric in _ordered(metrics, accounts[0].headline):
        curves: list[Curve] = []
        for look, (label, group) in enumerate(groups.items()):
            found = [
                Curve(label, look, _points(each.history, series), is_thin=len(group) > 1)
                for each in group
                if (series := each.history.curves.get(("validation", metric)))
            ]
            curves += found
            if len(found) > 1:
                curves.append(Curve(label, look, _mean([curve.points for curve in found])))
        if curves:
            baselines = {
                (baseline.value, plain(baseline.label))
                for each in accounts
                if each.history.started and (baseline := each.history.started.baselines.get(metric))
            }
            known = tuple(baselines) if len(baselines) == 1 else ()
            yield Chart(f"{metric_name(metric)}, validation", _x_label(accounts), tuple(curves), known)


def _ordered(metrics: Iterable[str], headline: str) -> list[str]:
    """Loss, what people ask for first, the rest, the penalty; not more than one looks at."""
    last = {"loss": -2, headline: -1, "penalty": 1}
    return sorted(metrics, key=lambda metric: last.get(metric, 0))[:_MOST_METRICS]


def _x_label(accounts: Sequence[Account]) -> str:
    return "epoch" if all(each.history.has_epochs for each in accounts) else "step"


def _points(told: History, series: Series) -> list[tuple[float, float]]:
    """All values of a series, or the extremes of so many shares of it as a picture can show."""
    if len(series) > _MOST_POINTS:
        edges = np.linspace(0, (series.last_step or 0) + 1, _MOST_POINTS // 2 + 1)
        columns = series.columns(edges)
        points = [
            (told.epoch_of(float(edge)), float(value))
            for edge, count, low, high in zip(
                edges, columns.count, columns.minimum, columns.maximum, strict=False
            )
            if count
            for value in (low, high)
        ]
    else:
        points = [
            (told.epoch_of(int(step)), float(value))
            for step, value in zip(series.steps, series.values, strict=True)
        ]
    return points


def _mean(curves: Sequence[Sequence[tuple[float, float]]]) -> list[tuple[float, float]]:
    """The mean where all have a value."""
    tables = [dict(points) for points in curves]
    shared = set(tables[0]).intersection(*tables[1:])
    return [(x, fmean(table[x] for table in tables)) for x in sorted(shared)]
