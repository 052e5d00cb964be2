"""Which runs of a list are meant, and in which order."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from tui_trainer.core.liveness import State
from tui_trainer.core.metrics import LOWER_IS_BETTER
from tui_trainer.core.scores import Score
from tui_trainer.core.summary import Summary

_STATES: tuple[State, ...] = (
    "queued",
    "starting",
    "loading",
    "training",
    "evaluating",
    "paused",
    "stopping",
    "stalled",
    "unknown",
    "crashed",
    "failed",
    "stopped",
    "finished",
)

_KEYS: dict[str, Callable[[Summary], Any]] = {
    "age": lambda run: -run.started_at,
    "state": lambda run: _STATES.index(run.state) if run.state in _STATES else len(_STATES),
    "name": lambda run: run.name.lower(),
    "recipe": lambda run: run.title.lower(),
    "tags": lambda run: run.tags or None,
    "best": lambda run: _goodness(run, run.best),
    "epoch": lambda run: run.best.epoch if run.best else None,
    "last": lambda run: _goodness(run, run.last),
    "epochs": lambda run: None if run.epoch is None else -run.epoch,
    "time": lambda run: -run.duration_s,
    "disk": lambda run: -run.disk_bytes,
}
COLUMNS: tuple[str, ...] = tuple(_KEYS)
"""What runs can be sorted by. The first of them comes first: the newest, the best, the longest."""


def ordered(runs: Sequence[Summary], by: str, *, reverse: bool = False) -> list[Summary]:
    """``runs`` by one of `COLUMNS`, equal ones as they were; those of which it is not known come last."""
    keys = [(_KEYS[by](run), run) for run in runs]
    known = [each for each in keys if each[0] is not None]
    known.sort(key=lambda each: each[0], reverse=reverse)
    return [run for _, run in [*known, *(each for each in keys if each[0] is None)]]


def holding(runs: Iterable[Summary], words: Iterable[str]) -> list[Summary]:
    """Those of ``runs`` that hold every one of ``words`` in id, name, recipe, state, tags or note."""
    wanted = [part for word in words for part in word.lower().split()]
    return [run for run in runs if all(word in run.words for word in wanted)] if wanted else list(runs)


def _goodness(run: Summary, score: Score | None) -> tuple[str, float] | None:
    """The better the smaller, within one metric; NaN is worse than anything."""
    if score is None:
        return None
    value = score.headline if run.headline in LOWER_IS_BETTER else -score.headline
    return run.headline, float("inf") if value != value else value
