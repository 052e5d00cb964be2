"""The list of runs as styled lines: each made for itself, so that of thousands only those in sight are."""

import textwrap
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from tui_trainer.core import figures
from tui_trainer.core.brief import thin
from tui_trainer.core.liveness import State
from tui_trainer.core.runlog import newer_in_words
from tui_trainer.core.scores import Score
from tui_trainer.core.summary import Summary
from tui_trainer.tui.plot.spans import Line, Role, Span, clip, left, right, shorten

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
_SHORT = {"accuracy": "acc", "r2": "R²"}
_GAP = 2
_LEAST_RECIPE = 4
_MOST_ROWS = 2
"""So many for the recipe of the chosen run."""


@dataclass(frozen=True)
class Column:
    """What one column shows of a run, from which width of the list on."""

    order: str
    """What `core.ordering` calls it; empty: the list cannot be sorted by it."""
    title: str
    width: int
    """Cells; 0: all that is left."""
    cell: Callable[[Summary, float], Span]
    """Of a run at a Unix time."""
    side: Literal["left", "right"] = "right"
    least: int = 0
    """It is left out of a list narrower than this,"""
    below: int = 1_000_000
    """and of one as wide as this."""


def _state(run: Summary, _now: float) -> Span:
    return Span(run.state)


def _name(run: Summary, _now: float) -> Span:
    return Span(run.name, "strong")


def _best(run: Summary, _now: float) -> Span:
    if run.best is None:
        return Span("–")
    if run.headline == "loss":
        return Span(f"loss {figures.value(run.best.loss)}")
    return Span(f"{_SHORT.get(run.headline, run.headline)} {figures.value(run.best.headline)}")


def _best_epoch(run: Summary, _now: float) -> Span:
    return Span(_epoch_of(run.best))


def _last(run: Summary, _now: float) -> Span:
    return Span(figures.value(run.last.headline) if run.last else "–")


def _trend(run: Summary, _now: float) -> Span:
    return Span(figures.sparkline(run.trend), "accent")


def _short_trend(run: Summary, _now: float) -> Span:
    return Span(figures.sparkline(thin(run.trend, 6)), "accent")


def _epochs(run: Summary, _now: float) -> Span:
    return Span(figures.epoch(run.epoch))


def _time(run: Summary, _now: float) -> Span:
    return Span(figures.duration(run.duration_s))


def _disk(run: Summary, _now: float) -> Span:
    return Span(figures.size(run.disk_bytes))


def _age(run: Summary, now: float) -> Span:
    return Span(figures.age(now - run.started_at), "quiet")


def _tags(run: Summary, _now: float) -> Span:
    return Span(" ".join(run.tags))


def _recipe(run: Summary, _now: float) -> Span:
    return Span(run.title, "quiet")


_COLUMNS = (
    Column("state", "state", 10, _state, "left"),
    Column("name", "name", 13, _name, "left", below=120),
    Column("name", "name", 20, _name, "left", least=120),
    Column("best", "best val.", 10, _best),
    Column("epoch", "epoch", 6, _best_epoch),
    Column("last", "last", 8, _last, least=90),
    Column("", "", 6, _short_trend, "left", below=100),
    Column("", "", 12, _trend, "left", least=100),
    Column("epochs", "epochs", 7, _epochs, least=132),
    Column("time", "trained for", 12, _time, least=112),
    Column("disk", "disk", 7, _disk, least=120),
    Column("age", "age", 6, _age),
    Column("tags", "tags", 12, _tags, "left", least=132),
    Column("recipe", "recipe", 0, _recipe, "left"),
)
"""A narrow list cuts the recipe first, since it stands below whole; then it does without some figures."""


def columns(width: int, *, tagged: bool) -> tuple[Column, ...]:
    """What a list of ``width`` cells has room for; ``tagged``: one of its runs has tags."""
    fitting = (column for column in _COLUMNS if column.least <= width < column.below)
    return tuple(column for column in fitting if tagged or column.order != "tags")


def orders(shown: Iterable[Column]) -> list[str]:
    """What a list with these columns can be sorted by, from left to right."""
    return [column.order for column in shown if column.order]


def head(shown: Sequence[Column], width: int, order: str, *, reverse: bool) -> Line:
    """The names of the columns, the one the list is sorted by with an arrow."""
    cells = [
        Span(f"{column.title}{'▴' if reverse else '▾'}", "strong")
        if column.order == order
        else Span(column.title, "quiet")
        for column in shown
    ]
    return (Span("     "), *_aligned(shown, cells, width - 5))


def row(
    run: Summary, now: float, shown: Sequence[Column], width: int, *, here: bool = False, marked: bool = False
) -> Line:
    """One run at ``now``, a Unix time: under the cursor, and marked."""
    start = (Span("▸" if here else " ", "accent"), Span("◆" if marked else " ", "accent"), Span(" "))
    state = (Span(*_MARKS.get(run.state, ("●", "good"))), Span(" "))
    return (*start, *state, *_aligned(shown, [column.cell(run, now) for column in shown], width - 5))


def _aligned(shown: Sequence[Column], cells: Sequence[Span], width: int) -> Line:
    spans: list[Span] = []
    for column, cell in zip(shown, cells, strict=True):
        if not column.width:
            taken = sum(each.width + _GAP for each in shown if each.width)
            spans.append(cell._replace(text=shorten(cell.text, max(_LEAST_RECIPE, width - taken))))
            continue
        fit = left if column.side == "left" else right
        spans += [cell._replace(text=fit(cell.text, column.width)), Span(" " * _GAP)]
    return tuple(spans)


def detail(run: Summary, width: int) -> list[Line]:
    """The chosen run: its whole recipe, what it is called on the command line, why it ended, its labels."""
    titles = textwrap.wrap(run.title, max(1, width), max_lines=_MOST_ROWS, placeholder=" …")
    lines: list[Line] = [*((Span(title),) for title in titles), clip(_name_and_reason(run), width)]
    if run.tags or run.note:
        tags = [Span(" ".join(run.tags), "accent")] if run.tags else []
        gap = [Span("   ")] if run.tags and run.note else []
        lines.append(clip((*tags, *gap, Span(run.note)), width))
    return lines


def _name_and_reason(summary: Summary) -> Line:
    reason = (Span(f"   {summary.reason}", "warn" if summary.state in _TROUBLES else "quiet"),)
    damage = (Span("   the log is damaged", "warn"),) if summary.damaged else ()
    newer = (Span(f"   {newer_in_words(summary.unknown)}", "warn"),) if summary.unknown else ()
    name = f"{summary.run.id}   {figures.size(summary.disk_bytes)}"
    return (Span(name, "quiet"), *(reason if summary.reason else ()), *damage, *newer)


def count(shown: int, known: int, of: int, marked: int) -> Line:
    """How many runs there are, how many of them are shown, read and marked."""
    said = [f"{of:,} {'run' if of == 1 else 'runs'}"]
    if known < of:
        said.append(f"{known:,} read so far")
    if shown < known:
        said.append(f"{shown:,} shown")
    if marked:
        said.append(f"{marked:,} marked")
    return (Span(" · ".join(said), "quiet"),)


def _epoch_of(score: Score | None) -> str:
    return figures.epoch(score.epoch) if score else "–"
