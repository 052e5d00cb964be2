"""What the Compare screen says in words and figures, as styled lines."""

import textwrap
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import isfinite
from statistics import fmean

from tui_trainer.core import figures
from tui_trainer.core.comparison import MORE_SEEDS
from tui_trainer.core.contrast import heading, settings, shown
from tui_trainer.core.standings import Row
from tui_trainer.core.tally import SORTS, SortBy, Tally, ordered, told_columns
from tui_trainer.core.text import plain
from tui_trainer.tui.contest import LIVE, Contest
from tui_trainer.tui.plot.drawing import NUM_COLORS
from tui_trainer.tui.plot.overlay import letter
from tui_trainer.tui.plot.spans import Line, Role, Span, clip, shorten, spread
from tui_trainer.tui.plot.table import Column, table
from tui_trainer.tui.racing import is_cut_short
from tui_trainer.tui.views.header import name_of

_WIDE = 110
_BARS = "▁▂▃▄▅▆▇█"
_SPARKS = 10
_WORDS = {"training": "train", "evaluating": "train", "queued": "wait", "paused": "paused"}


@dataclass(frozen=True)
class Choice:
    """What of a comparison is at the cursor, and how its table is looked at."""

    place: int = 0
    """The entrant at the cursor."""
    seed: int = 0
    """Which of its runs, in the order of the seeds."""
    rival: int | None = None
    """The entrant it is compared with; None: the leader."""
    hidden: frozenset[int] = frozenset()
    by: SortBy = "recipe"
    backwards: bool = False

    def next_sort(self) -> "Choice":
        """By the next column."""
        return replace(self, by=SORTS[(SORTS.index(self.by) + 1) % len(SORTS)], backwards=False)


def header(contest: Contest, number: int, of: int, width: int) -> Line:
    """Name and size, how far it is, and which of the recorded comparisons this is."""
    comparison = contest.comparison
    size = f"{len(comparison.entrants)} recipes × {_count(len(comparison.seeds), 'seed')}"
    left = (Span(plain(comparison.name, limit=40), "strong"), Span(f"  {size}", "quiet"))
    which = (Span(f"  {number} of {of}  , .", "quiet"),) if of > 1 and width >= _WIDE else ()
    return spread(left, (*_progress(contest), *which), width)


def _progress(contest: Contest) -> Line:
    if contest.more and not contest.rows:
        return (Span("reading…", "quiet"),)
    states = Counter(_state(row) for row in contest.rows)
    done = sum(row.state == "finished" or row.has_diverged for row in contest.rows)
    told: list[tuple[str, Role]] = [(f"{done} of {len(contest.rows)} runs done", "text")]
    for name, role in _ROLES.items():
        if states[name]:
            told.append((f"{states[name]} {name}", role))
    if seconds := contest.remaining_s():
        told.append((f"~{figures.duration(seconds)} left", "quiet"))
    spans = [Span(text, role) for text, role in told]
    return tuple(piece for span in spans for piece in (Span(", "), span))[1:]


_ROLES: dict[str, Role] = {
    "train": "good",
    "start": "quiet",
    "paused": "warn",
    "wait": "quiet",
    "stopped": "warn",
    "crashed": "bad",
    "failed": "bad",
    "deleted": "warn",
    "unknown": "warn",
}


def _state(row: Row) -> str:
    if row.has_diverged:
        return "diverged"
    return _WORDS.get(row.state, "start" if row.state in ("starting", "loading") else row.state)


# The table


def entrants(contest: Contest, choice: Choice, width: int, *, ascii_only: bool) -> tuple[list[Line], int]:
    """A line of names, one a recipe, one a trivial answer; and in which line the cursor is."""
    wide = width >= _WIDE
    keys = told_columns(contest.comparison.entrants) if wide else []
    has_target = bool(contest.comparison.target)
    metric = name_of(contest.headline)
    names = {
        "best": f"best val {metric}" if wide else f"best {metric[:8]}",
        "at epoch": "at" if not wide else "at epoch",
        "last": "last",
        "to target": "to target",
        "updates": "updates",
        "seconds": "s/run",
        "parameters": "parameters",
    }
    kept = [name for name in names if wide or name in ("best", "at epoch", "updates", "seconds")]
    if has_target:
        kept = [name for name in kept if wide or name != "updates"]
        kept = kept if "to target" in kept else [*kept, "to target"]
    else:
        kept = [name for name in kept if name != "to target"]
    if len({each.parameters for each in contest.tallies} - {None}) < 2:
        kept = [name for name in kept if name != "parameters"]
    mark = "▴" if choice.backwards else "▾"
    columns = [
        Column("", "left"),
        Column(f"recipe{mark * (choice.by == 'recipe')}", "left", 34 if wide else 24),
    ]
    columns += [Column(heading(key), "right", 16) for key in keys]
    columns += [Column(names[name] + (f" {mark}" if choice.by == name else "")) for name in kept]
    columns += [] if ascii_only else [Column("", "left", _SPARKS)]
    columns += [Column("", "left", 30)]
    shown_in_order = in_order(contest, choice)
    cells: list[list[str | Span]] = []
    for each in shown_in_order:
        figures_of = _cells(each, wide=wide)
        label: list[str | Span] = [_tag(each, choice), Span(plain(each.entrant.label), "strong")]
        told: list[str | Span] = [plain(shown(each.entrant.differs.get(key))) for key in keys]
        own: list[str | Span] = [figures_of[name] for name in kept]
        spark: list[str | Span] = [] if ascii_only else [_spark(each)]
        cells.append([*label, *told, *own, *spark, _states(each)])
    for trivial in contest.trivial(contest.headline):
        blank: list[str | Span] = [""] * (len(columns) - 2)
        blank[len(keys) + kept.index("best")] = Span(figures.value(trivial.value), "quiet")
        cells.append([Span(" -", "quiet"), Span(trivial.label, "quiet"), *blank])
    at = next((i for i, each in enumerate(shown_in_order) if each.place == choice.place), 0)
    return list(table(columns, cells, width)), 1 + at


def in_order(contest: Contest, choice: Choice) -> list[Tally]:
    """The rows of the table from top to bottom."""
    return ordered(contest.tallies, choice.by, contest.headline, backwards=choice.backwards)


def _tag(each: Tally, choice: Choice) -> Span:
    hidden = each.place in choice.hidden
    text = f"{'b' if each.place == choice.rival else ' '}{letter(each.place)}{'·' if hidden else ''}"
    return Span(text, "quiet") if hidden else Span(text, "curve", float(each.place % NUM_COLORS))


def _cells(each: Tally, *, wide: bool) -> dict[str, str]:
    best = figures.value(each.best)
    if each.spread is not None:
        best += f" ±{each.spread:.2g}"
    target = "–"
    if each.num_reached:
        target = f"ep {figures.epoch(each.target_epoch)}"
        if wide and each.target_steps is not None:
            target += f", step {each.target_steps:,.0f}"
        if each.num_reached < len(each.rows):
            target += f" ({each.num_reached} of {len(each.rows)})"
    return {
        "best": best,
        "at epoch": figures.epoch(each.best_epoch),
        "last": figures.value(each.last),
        "to target": target,
        "updates": f"{each.steps:,.0f}" if each.steps else "–",
        "seconds": figures.duration(each.seconds) if each.seconds else "–",
        "parameters": f"{each.parameters:,}" if each.parameters else "–",
    }


def _states(each: Tally) -> Span:
    """How far its runs are, or what is to be known of those that did not finish."""
    states = Counter(_state(row) for row in each.rows if row.state != "finished")
    if not states:
        return Span("")
    troubled = [name for name in ("crashed", "failed", "unknown") if states[name]]
    told = ", ".join(f"{number} {name}" for name, number in states.items())
    if any(row.state in LIVE for row in each.rows):
        told = f"{100 * fmean(row.share_done for row in each.rows):.0f} %, {told}"
    return Span(told, "bad" if troubled else "quiet")


def _spark(each: Tally) -> Span:
    """The course of the headline in the run that went furthest."""
    scores = max((row.scores for row in each.rows), key=len, default=())
    values = [score.headline for score in scores if isfinite(score.headline)]
    if len(values) < 2:
        return Span("")
    low, high = min(values), max(values)
    count = min(_SPARKS, len(values))
    picked = [values[round(i * (len(values) - 1) / (count - 1))] for i in range(count)]
    top = len(_BARS) - 1
    bars = (_BARS[round((value - low) / (high - low) * top) if high > low else 0] for value in picked)
    return Span("".join(bars), "quiet")


# The verdict


def verdict(contest: Contest, choice: Choice, width: int, most: int) -> list[Line]:
    """The run at the cursor, the leader, and what can be said of the two at hand; at most so many lines."""
    lines = [run_line(contest, choice, width)]
    standing = contest.standing()
    other = rival_of(contest, choice)
    texts: list[tuple[str, Role, str]] = []
    if len(contest.tallies) > 2:
        texts.append(("✓ " if standing.is_best else "· ", "good", plain(standing.text)))
    if other is not None:
        judged = contest.verdict(choice.place, other)
        texts.append(("✓ " if judged.better else "· ", "good", plain(judged.text)))
    if (offer := _offer(contest, is_told=standing.is_best)) and not contest.is_live:
        texts.append(("", "quiet", offer))
    room = max(1, most - 1)
    folded = [(mark, role, textwrap.wrap(text, max(20, width - 2))) for mark, role, text in texts]
    while sum(len(rows) for _, _, rows in folded) > room and len(folded) > 1:
        folded.pop(0 if len(folded) > 2 or not folded[-1][0] else -1)
    for mark, role, rows in folded:
        for at, row in enumerate(rows):
            lines.append(
                (Span(mark if at == 0 else " " * len(mark), role), Span(row, "text" if mark else "quiet"))
            )
    return [clip(line, width) for line in lines[:most]]


def rival_of(contest: Contest, choice: Choice) -> int | None:
    """Whom the entrant at the cursor is compared with: the marked one, the leader, or whoever is next."""
    places = [each.place for each in contest.tallies]
    if choice.rival in places and choice.rival != choice.place:
        return choice.rival
    by_best = [each.place for each in ordered(contest.tallies, "best", contest.headline)]
    return next((place for place in by_best if place != choice.place), None)


def run_line(contest: Contest, choice: Choice, width: int) -> Line:
    """The run that Enter opens."""
    row = chosen_run(contest, choice)
    if row is None:
        return ()
    told = [_state(row)]
    if row.epoch and row.state != "finished":
        told.append(f"epoch {figures.epoch(row.epoch)}")
    if row.best is not None:
        told.append(f"best {figures.value(row.best.headline)} at {figures.epoch(row.best.epoch)}")
    if row.reason and row.state in ("failed", "stopped", "unknown"):
        told.append(row.reason)
    name = (
        Span(letter(choice.place), "curve", float(choice.place % NUM_COLORS)),
        Span(f" seed {row.seed}", "strong"),
        Span(f"  {', '.join(told)}"),
    )
    keys = (
        Span("←→", "accent"),
        Span(" seed  ", "quiet"),
        Span("Enter", "accent"),
        Span(" opens it", "quiet"),
    )
    return spread(name, keys, width)


def chosen_run(contest: Contest, choice: Choice) -> Row | None:
    """The run of the entrant at the cursor with the chosen seed."""
    rows = next((each.rows for each in contest.tallies if each.place == choice.place), ())
    return rows[choice.seed % len(rows)] if rows else None


def _offer(contest: Contest, *, is_told: bool) -> str:
    """What one could do now."""
    cut = sum(is_cut_short(row) for row in contest.rows)
    if cut:
        return f"r resumes {_count(cut, 'run')} that {'was' if cut == 1 else 'were'} cut short"
    return "" if is_told else f"+ trains {MORE_SEEDS} more seeds of each"


# What differs


def differences(contest: Contest, choice: Choice, width: int) -> list[Line]:
    """All settings by which the entrant at the cursor differs from its rival."""
    other = rival_of(contest, choice)
    pair = [place for place in (choice.place, other) if place is not None]
    told = []
    for place in pair:
        recipe = contest.recipe(place)
        told.append(settings(recipe) if recipe is not None else None)
    if len(pair) < 2 or any(each is None for each in told):
        return [(Span("Their recipes are not on this machine any more.", "quiet"),)]
    first, second = (each or {} for each in told)
    keys = [key for key in dict.fromkeys([*first, *second]) if first.get(key) != second.get(key)]
    if not keys:
        return [(Span("They differ in nothing but their seeds.", "quiet"),)]
    columns = [
        Column("setting", "left", 36),
        *(Column(_titled(contest, place), "left", 28) for place in pair),
    ]
    rows = [[plain(key), *(plain(shown(each.get(key))) for each in (first, second))] for key in keys]
    return list(table(columns, rows, width))


def _titled(contest: Contest, place: int) -> str:
    return shorten(f"{letter(place)} {plain(contest.tallies[place].entrant.label)}", 28)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def fitting(lines: Sequence[Line], at: int, top: int, height: int) -> tuple[list[Line], int, int]:
    """The first line and those of the others that fit with line ``at``; its row; the new ``top``."""
    room = max(1, height - 1)
    body = len(lines) - 1
    top = max(0, min(max(top, at - room), at - 1, body - room))
    return [lines[0], *lines[1 + top : 1 + top + room]], at - top, top
