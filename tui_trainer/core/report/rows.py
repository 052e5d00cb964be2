"""One row a run: only the settings that differ, and what it came to."""

import math
from collections.abc import Sequence
from typing import Any

from tui_trainer.core import figures
from tui_trainer.core.contrast import heading, shown
from tui_trainer.core.report.account import Account, differing_keys
from tui_trainer.core.report.blocks import Table
from tui_trainer.core.text import plain


def objects(accounts: Sequence[Account]) -> list[dict[str, Any]]:
    """The rows for programs: what is not known is None."""
    keys = differing_keys(accounts)
    return [
        {
            "run": each.run.id,
            "name": each.name,
            "state": each.state,
            "tags": each.labels.tags,
            "settings": {key: each.settings.get(key) for key in keys},
            "metric": each.headline,
            "best": each.best.metrics.get(each.headline) if each.best else None,
            "best_loss": each.best.metrics.get("loss") if each.best else None,
            "best_epoch": _epoch(each, each.best.step) if each.best else None,
            "best_step": each.best.step if each.best else None,
            "last": each.last.metrics.get(each.headline) if each.last else None,
            "last_loss": each.last.metrics.get("loss") if each.last else None,
            "epochs": each.epochs,
            "steps": each.history.step,
            "seconds": each.history.elapsed_s,
            "parameters": each.parameters,
        }
        for each in accounts
    ]


def table(accounts: Sequence[Account]) -> Table:
    """The rows for people."""
    keys = differing_keys(accounts)
    metrics = {each.headline for each in accounts}
    has_names = len({each.name for each in accounts}) > 1
    metric = f" {metric_name(metrics.pop())}" if len(metrics) == 1 else ""
    head = ["run", *(["name"] if has_names else []), "state", *(plain(heading(key)) for key in keys)]
    first_number = len(head)
    head += [f"best{metric}", "at epoch", "last", "epochs done", "time", "parameters"]
    rows = []
    for each, told in zip(accounts, objects(accounts), strict=True):
        prefix = "" if metric else f"{metric_name(each.headline)} "
        rows.append(
            (
                plain(each.run.id),
                *([each.name] if has_names else []),
                each.state,
                *(plain(shown(each.settings.get(key))) for key in keys),
                prefix + figures.value(told["best"]),
                figures.epoch(told["best_epoch"]),
                figures.value(told["last"]),
                figures.epoch(told["epochs"]),
                figures.duration(told["seconds"]),
                "–" if told["parameters"] is None else f"{told['parameters']:,}",
            )
        )
    return Table(tuple(head), tuple(rows), frozenset(range(first_number, len(head))))


def flat(accounts: Sequence[Account]) -> Table:
    """The rows for a spreadsheet: values in full, a column each; empty where one is not known."""
    rows = []
    for told in objects(accounts):
        told |= {"tags": " ".join(told["tags"])}
        rows.append({**{k: v for k, v in told.items() if k != "settings"}, **told["settings"]})
    head = tuple(rows[0]) if rows else ()
    return Table(head, tuple(tuple(_cell(row[key]) for key in head) for row in rows))


def metric_name(metric: str) -> str:
    """A metric as a heading has it: ``R²``, ``roc auc``; safe for a terminal."""
    return "R²" if metric == "r2" else plain(metric).replace("_", " ")


def _epoch(each: Account, step: int) -> float | None:
    return each.history.epoch_of(step) if each.history.has_epochs else None


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.9g}" if math.isfinite(value) else str(value)
    return plain(shown(value)) if isinstance(value, list | tuple) else plain(str(value))
