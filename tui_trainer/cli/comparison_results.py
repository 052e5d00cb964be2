"""What a comparison came to: as objects for programs, as lines for people."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from itertools import combinations
from math import isfinite
from statistics import fmean, median, stdev
from typing import Any

from tui_trainer.cli.output import columns
from tui_trainer.core.better import mean_of
from tui_trainer.core.contrast import heading, shown
from tui_trainer.core.figures import duration, epoch, value
from tui_trainer.core.scores import Score
from tui_trainer.core.standings import Row, Standings
from tui_trainer.core.tally import told_columns
from tui_trainer.core.text import plain

_MAX_PAIRS = 30
"""As many verdicts on pairs as a program gets; more recipes than that get those against the leader."""


def run_line(row: Row, count: str) -> str:
    """One run that is over: ``3/18  adam, seed 0: finished after 20 epochs, best 0.956, 1.2 s``."""
    parts = [f"{row.state} after {epoch(row.epoch)} epochs"]
    if row.reason and row.state != "finished":
        parts[0] += f" ({row.reason})"
    if row.best is not None:
        parts.append(f"best {value(row.best.headline)}")
    return (
        f"{count}  {plain(row.entrant.label)}, seed {row.seed}: {', '.join([*parts, duration(row.seconds)])}"
    )


def run_object(row: Row) -> dict[str, Any]:
    """One run that is over, for programs."""
    return {
        "event": "run",
        "run": row.run.id if row.run else None,
        "label": row.entrant.label,
        "seed": row.seed,
        "state": row.state,
        "reason": row.reason,
        "best": _score(row.best),
        "last": _score(row.last),
        "to_target": _score(row.to_target),
        "epochs": row.epoch,
        "steps": row.step,
        "seconds": row.seconds,
        "parameters": row.parameters or None,
    }


def comparison_object(standings: Standings, rows: Sequence[Row]) -> dict[str, Any]:
    """All of it, for programs."""
    comparison, now = standings.comparison, time.time()
    standing = standings.standing(now)
    labels = [entrant.label for entrant in comparison.entrants]
    pairs = list(combinations(range(len(labels)), 2))
    if len(pairs) > _MAX_PAIRS and standing.leader is not None:
        leader = labels.index(standing.leader)
        pairs = [(leader, place) for place in range(len(labels)) if place != leader]
    verdicts = [(a, b, standings.verdict(a, b, now)) for a, b in pairs[: 10 * _MAX_PAIRS]]
    return {
        "event": "compared",
        "comparison": comparison.id,
        "name": comparison.name,
        "metric": standings.headline,
        "seeds": comparison.seeds,
        "budget": comparison.budget,
        "target": comparison.target,
        "recipes": [
            {
                "label": entrant.label,
                "settings": entrant.differs,
                "runs": [run_object(row) for row in rows if row.entrant is entrant],
            }
            for entrant in comparison.entrants
        ],
        "trivial": [asdict(each) for each in standings.trivial],
        "best": standing.leader if standing.is_best else None,
        "leader": standing.leader,
        "verdict": standing.text,
        "pairs": [
            {
                "a": labels[a],
                "b": labels[b],
                "better": verdict.better,
                "difference": asdict(verdict.difference) if verdict.difference else None,
                "level": verdict.level,
                "verdict": verdict.text,
            }
            for a, b, verdict in verdicts
        ],
    }


def comparison_lines(standings: Standings, rows: Sequence[Row]) -> list[str]:
    """The table, the verdict and how to come back to it; safe for a terminal."""
    comparison, now = standings.comparison, time.time()
    sentences = [standings.standing(now).text] if len(comparison.entrants) > 2 else []
    sentences += _leading_pair(standings, now)
    told = [plain(sentence) for sentence in sentences]
    return [*_table(standings, rows), "", *told, f"comparison {plain(comparison.id)}"]


def _leading_pair(standings: Standings, now: float) -> list[str]:
    """The leader and whoever comes next, with the numbers; the headline is good when it is high."""
    means = [mean_of(side) for side in standings.sides(now)]
    known = [(mean, -place) for place, mean in enumerate(means) if mean is not None]
    if len(known) < 2:
        return []
    first, second = (-place for _, place in sorted(known, reverse=True)[:2])
    return [standings.verdict(first, second, now).text]


def _table(standings: Standings, rows: Sequence[Row]) -> list[str]:
    entrants = standings.comparison.entrants
    keys = told_columns(entrants)
    has_target = bool(standings.comparison.target)
    name = {"r2": "R²"}.get(standings.headline, standings.headline)
    head = ["recipe", *map(heading, keys), f"best {name}", "at epoch", "last"]
    head += ["epochs to target", "updates"] if has_target else []
    head += ["seconds", "parameters", ""]
    body = []
    for entrant in entrants:
        own = [row for row in rows if row.entrant is entrant]
        cells = [plain(entrant.label), *(plain(shown(entrant.differs.get(key))) for key in keys)]
        body.append([*cells, *_results(own, has_target=has_target), _states(own)])
    for trivial in standings.trivial:
        blank = [""] * (len(head) - 2 - len(keys))
        body.append(
            [trivial.label, *[""] * len(keys), value(trivial.metrics.get(standings.headline)), *blank]
        )
    return columns([head, *body], numbers=range(1 + len(keys), len(head) - 1))


def _results(rows: Sequence[Row], *, has_target: bool) -> list[str]:
    best = [row.best for row in rows if row.best is not None]
    last = [row.last for row in rows if row.last is not None]
    reached = [row.to_target for row in rows if row.to_target is not None]
    cells = [_spread([score.headline for score in best]), _middle([score.epoch for score in best])]
    cells.append(_spread([score.headline for score in last]))
    if has_target:
        few = f" ({len(reached)} of {len(rows)})" if 0 < len(reached) < len(rows) else ""
        cells += [
            _middle([score.epoch for score in reached]) + few,
            f"{median([score.step for score in reached]):,.0f}" if reached else "–",
        ]
    seconds = [row.seconds for row in rows if row.seconds]
    parameters = max((row.parameters for row in rows), default=0)
    return [*cells, duration(fmean(seconds)) if seconds else "–", f"{parameters:,}" if parameters else "–"]


def _spread(values: Sequence[float]) -> str:
    """The mean, and how far runs stray from it."""
    finite = [each for each in values if isfinite(each)]
    if not finite:
        return "–"
    return value(fmean(finite)) + (f" ±{stdev(finite):.2g}" if len(finite) > 1 else "")


def _middle(epochs: Sequence[float | None]) -> str:
    known = [each for each in epochs if each is not None]
    return epoch(median(known)) if known else "–"


def _states(rows: Sequence[Row]) -> str:
    """What is to be known of runs that did not finish."""
    counts: Mapping[str, int] = {}
    for row in rows:
        state = "diverged" if row.has_diverged else row.state
        if state != "finished":
            counts = {**counts, state: counts.get(state, 0) + 1}
    return ", ".join(f"{number} {state}" for state, number in counts.items())


def _score(score: Score | None) -> dict[str, Any] | None:
    return score._asdict() if score is not None else None
