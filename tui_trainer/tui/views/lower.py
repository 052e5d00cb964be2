"""The views of a run screen's lower half, and their tabs."""

from collections.abc import Callable
from typing import TypeAlias

from tui_trainer.tui.plot.spans import Line, Span, spread
from tui_trainer.tui.views.page import Look, Page
from tui_trainer.tui.views.record import layers, recipe, worker_log
from tui_trainer.tui.views.results import confusion, scores
from tui_trainer.tui.watch import Watch

View: TypeAlias = Callable[[Watch, Look, int, int], Page]
"""Draws a page of so many columns and rows."""

VIEWS: tuple[View, ...] = (confusion, scores, layers, worker_log, recipe)
LAYERS, WORKER_LOG = 2, 3
"""Places in ``VIEWS``."""


def tabs(watch: Watch, chosen: int, caption: str, width: int) -> Line:
    """The names of all views, the chosen one marked, and what it shows at the right."""
    names = (
        *(("predicted", "errors") if watch.is_regression else ("confusion", "per class")),
        "layers",
        "worker log" if width >= 100 else "log",
        "recipe" if watch.own is None else "config",
    )
    spans: list[Span] = []
    for place, name in enumerate(names):
        number = f"{place + 1} "
        if place == chosen:
            spans += [Span(f"[{number}{name}]", "accent")]
        else:
            spans += [Span(f" {number}", "strong"), Span(f"{name} ", "quiet")]
    return spread(tuple(spans), (Span(f"{caption} "),), width)
