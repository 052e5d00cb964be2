"""The two lines above a run: what it is and how it goes."""

import math
from dataclasses import dataclass

from tui_trainer.core import figures
from tui_trainer.core.history import History
from tui_trainer.core.text import plain
from tui_trainer.core.titles import title
from tui_trainer.tui.plot.spans import Line, Span, spread, width_of
from tui_trainer.tui.watch import Watch

_EVALUATING_IS_LONG_S = 1.0


@dataclass(frozen=True)
class Figures:
    """What of the header changes with every step, and is read no more than once a second."""

    status: Line
    progress: tuple[Line, ...]
    bytes_per_s: float | None = None
    """What is written to the terminal, where that is far away."""

    @classmethod
    def of(cls, watch: Watch, now: float, bytes_per_s: float | None = None) -> "Figures":
        """As they are at ``now``, Unix time."""
        return cls(status(watch, now), progress(watch), bytes_per_s)


def lines(watch: Watch, figures: Figures, width: int) -> tuple[Line, Line]:
    """Name and state; pace and best value; over SSH what is written."""
    if watch.own is not None:
        recipe = watch.own.title
    else:
        recipe = plain(" · ".join(title(watch.recipe))) if watch.recipe else watch.run.id
    name = (Span(watch.name, "strong"), Span(f"  {recipe}", "quiet"))
    return spread(name, figures.status, width), _second(watch, figures, width)


def status(watch: Watch, now: float) -> Line:
    """The state, where in training, and how long it will take."""
    history = watch.history
    if watch.more:
        return (Span("○ ", "quiet"), Span(f"reading… {100 * watch.share_read:.0f} %"))
    if watch.is_replay:
        held = "" if watch.is_playing else ", held"
        return (Span("▸ ", "accent"), Span(f"replay{held}  {_epoch(history)}"))
    match watch.state:
        case "queued":
            return (Span("· ", "quiet"), Span("queued: it waits for its turn"))
        case "starting":
            waited = max(0.0, now - watch.run.created_at)
            return (Span("○ ", "quiet"), Span(f"loading PyTorch… {waited:.0f} s"))
        case "loading":
            return (Span("○ ", "quiet"), Span("loading data…"))
        case "training" | "evaluating" if not history.step:
            return (Span("● ", "good"), Span("first batch…"))
        case "training" | "evaluating":
            eta = history.eta_s()
            text = f"{_epoch(history)}  ETA {figures.duration(eta)}" if eta is not None else _epoch(history)
            if watch.state == "evaluating" and now - watch.since > _EVALUATING_IS_LONG_S:
                text = f"{_epoch(history)}  evaluating"
            return (Span("● ", "good"), Span(text))
        case "paused":
            return (Span("○ ", "warn"), Span(f"paused in {_epoch(history)}"))
        case "finished":
            return (Span("✓ ", "good"), Span("finished"))
        case "stopped":
            return (Span("■ ", "warn"), Span(f"stopped in {_epoch(history)}"))
        case "failed" | "crashed":
            where = f" in {_epoch(history)}" if history.started else ""
            if history.started and history.has_epochs:
                where += f", step {history.step:,}"
            return (Span(f"✗ {watch.state}", "bad"), Span(where))
        case _:
            return (Span("? ", "warn"), Span(watch.said))


def _second(watch: Watch, figures: Figures, width: int) -> Line:
    """Progress in as many words as there is room for beside the best value."""
    found = best(watch, width)
    if figures.bytes_per_s is not None:
        written = f"SSH {figures.bytes_per_s / 1000:.1f} KB/s"
        found = (*found, Span(f" · {written}" if found else written, "quiet"))
    room = width - width_of(found) - 2
    ways = figures.progress
    return spread(next((way for way in ways if width_of(way) <= room), ways[-1]), found, width)


def progress(watch: Watch) -> tuple[Line, ...]:
    """How fast, and how far; in fewer and fewer words."""
    history = watch.history
    unit = "updates" if watch.own is None else "steps"
    updates = f"{history.step:,} {unit}"
    if history.finished and not watch.is_replay:
        seconds = history.finished.training_s
        speed = f" at {figures.rate(history.step / seconds)}/s" if seconds > 0 else ""
        epochs = f"{figures.epoch(history.epoch_of(history.step))} epochs"
        return _ways(f"{epochs} · {updates}{speed}", f"{epochs} · {updates}", epochs)
    if watch.is_live and watch.updates_per_s is not None:
        pace = figures.rate(watch.updates_per_s)
        key = (Span("f", "accent"), Span(" full speed", "quiet"))
        return (
            (Span(f"paced to {pace} updates/s  ", "quiet"), *key),
            (Span(f"paced to {pace}/s  ", "quiet"), *key),
        )
    if not history.step:
        return ((),)
    speed_now = history.steps_per_second()
    if speed_now and watch.is_live:
        rate = f"{figures.rate(speed_now)} {unit}/s"
        return _ways(f"{rate} · {updates}", rate)
    return _ways(updates)


def _ways(*texts: str) -> tuple[Line, ...]:
    return tuple((Span(text, "quiet"),) for text in texts)


def best(watch: Watch, width: int) -> Line:
    """The best validation by the metric that chooses, and what else it gave."""
    history = watch.history
    found = history.best(watch.select_by)
    if found is None:
        return ()
    values = f"{watch.select_by} {figures.value(found.metrics[watch.select_by])}"
    if watch.headline != watch.select_by and watch.headline in found.metrics:
        values += f", {name_of(watch.headline)} {figures.value(found.metrics[watch.headline])}"
    split = "validation" if width >= 110 else "val"
    return (Span(f"best at {history.moment(found.step)}: ", "quiet"), Span(f"{split} {values}"))


def name_of(metric: str) -> str:
    """A metric as people write it."""
    return {"r2": "R²", "mae": "MAE", "rmse": "RMSE", "roc_auc": "ROC AUC"}.get(metric, metric)


def _epoch(history: History) -> str:
    """The epoch that is being trained: ``epoch 7/20``; the step where nobody knows of epochs or an end."""
    if not history.has_epochs:
        end = f"/{history.planned_steps:,}" if history.planned_steps else ""
        return f"step {history.step:,}{end}"
    if not history.planned_steps:
        return f"epoch {max(1, math.ceil(history.epoch_of(history.step))):,}"
    total = max(1, math.ceil(history.num_epochs))
    return f"epoch {min(max(1, math.ceil(history.epoch_of(history.step))), total):,}/{total:,}"
