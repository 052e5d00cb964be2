"""What metrics are called, and which way they are good."""

from collections.abc import Iterable

from tui_trainer.core.events import Task

LOWER_IS_BETTER: frozenset[str] = frozenset({"loss", "mae", "rmse", "penalty", "error", "perplexity"})

HEADLINE: dict[Task, str] = {"regression": "r2", "binary": "accuracy", "multiclass": "accuracy"}
"""The metric people ask for first, by task."""

_ASKED_FOR_FIRST = ("accuracy", "acc", "r2")


def own_select_by(validated: Iterable[str]) -> str:
    """The metric that says what is best where no recipe does: the loss, where it was validated."""
    validated = tuple(validated)
    return "loss" if "loss" in validated else headline_of("any", validated)


def headline_of(task: Task | None, metrics: Iterable[str]) -> str:
    """The metric people ask for first; in a loop of one's own the best known of ``metrics`` it logs."""
    if task != "any":
        return HEADLINE[task] if task else "accuracy"
    names = [name for name in metrics if name != "loss"]
    return next((name for name in _ASKED_FOR_FIRST if name in names), names[0] if names else "loss")
