"""The list of runs as styled lines."""

import textwrap
from collections.abc import Sequence

from tui_trainer.core import figures
from tui_trainer.core.liveness import State
from tui_trainer.core.runlog import newer_in_words
from tui_trainer.core.summary import Summary
from tui_trainer.tui.plot.spans import Line, Role, Span, clip, shorten
from tui_trainer.tui.plot.table import Column, table

_MARKS: dict[State, tuple[str, Role]] = {
    "finished": ("✓", "good"),
    "stopped": ("■", "warn"),
    "failed": ("✗", "bad"),
    "crashed": ("✗", "bad"),
    "paused": ("○", "warn"),
    "stalled": ("!", "warn"),
    "stopping": ("■", "warn"),
    "queued": ("·", "quiet"),
    "starting": ("○", "quiet"),
    "loading": ("○", "quiet"),
    "unknown": ("?", "warn"),
}
_TROUBLES: tuple[State, ...] = ("failed", "stalled")
_WIDE = 110
_SHORT = {"accuracy": "acc", "r2": "R²"}
_LEAST_TITLE = 12
_MOST_ROWS = 2
"""So many for the recipe of the chosen run."""


def lines(summaries: Sequence[Summary], now: float, width: int) -> tuple[Line, ...]:
    """A line of names, then a line a run; more of them where there is room. ``now`` is Unix time."""
    wide = width >= _WIDE
    columns = [Column("", "left"), Column("state", "left"), Column("name", "left", 20 if wide else 14)]
    columns += [Column("best val."), Column("epoch")]
    if wide:
        columns += [Column("last"), Column("epochs"), Column("trained for"), Column("disk")]
    columns += [Column("age")]
    fixed = table(columns, [_cells(summary, now, wide=wide) for summary in summaries], width)
    room = max(_LEAST_TITLE, width - max(sum(map(len, (s.text for s in line))) for line in fixed) - 2)
    titles = ["recipe", *(summary.title for summary in summaries)]
    return tuple(
        (*line, Span("  "), Span(shorten(title, room), "quiet"))
        for line, title in zip(fixed, titles, strict=True)
    )


def words(summary: Summary) -> str:
    """What a filter looks at."""
    return f"{summary.run.id} {summary.name} {summary.title} {summary.state}".lower()


def detail(summary: Summary, width: int) -> list[Line]:
    """The chosen run: its whole recipe, what it is called on the command line, and why it ended."""
    titles = textwrap.wrap(summary.title, max(1, width), max_lines=_MOST_ROWS, placeholder=" …")
    return [*((Span(row),) for row in titles), clip(_name_and_reason(summary), width)]


def _name_and_reason(summary: Summary) -> Line:
    reason = (Span(f"   {summary.reason}", "warn" if summary.state in _TROUBLES else "quiet"),)
    damage = (Span("   the log is damaged", "warn"),) if summary.damaged else ()
    newer = (Span(f"   {newer_in_words(summary.unknown)}", "warn"),) if summary.unknown else ()
    name = f"{summary.run.id}   {figures.size(summary.disk_bytes)}"
    return (Span(name, "quiet"), *(reason if summary.reason else ()), *damage, *newer)


def _cells(summary: Summary, now: float, *, wide: bool) -> list[str | Span]:
    cells: list[str | Span] = [
        Span(*_MARKS.get(summary.state, ("●", "good"))),
        summary.state,
        Span(summary.name, "strong"),
        _best(summary),
        figures.epoch(summary.best.epoch) if summary.best else "–",
    ]
    if wide:
        last = figures.value(summary.last.headline) if summary.last else "–"
        cells += [last, figures.epoch(summary.epoch), figures.duration(summary.duration_s)]
        cells += [figures.size(summary.disk_bytes)]
    return [*cells, Span(figures.age(now - summary.started_at), "quiet")]


def _best(summary: Summary) -> str:
    if summary.best is None:
        return "–"
    if summary.headline == "loss":
        return f"loss {figures.value(summary.best.loss)}"
    return f"{_SHORT.get(summary.headline, summary.headline)} {figures.value(summary.best.headline)}"
