"""What a comparison came to: as objects for programs, as lines for people."""

import time
from collections.abc import Sequence
from dataclasses import asdict
from itertools import combinations
from typing import Any

from tui_trainer.cli.output import columns
from tui_trainer.core.better import mean_of
from tui_trainer.core.contrast import heading, shown
from tui_trainer.core.figures import duration, epoch, value
from tui_trainer.core.scores import Score
from tui_trainer.core.standings import Row, Standings
from tui_trainer.core.tally import Tally, tally, told_columns
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
    for each in tally(entrants, rows):
        told = [plain(shown(each.entrant.differs.get(key))) for key in keys]
        states = ", ".join(f"{number} {state}" for state, number in each.states.items())
        body.append([plain(each.entrant.label), *told, *_results(each, has_target=has_target), states])
    for trivial in standings.trivial:
        blank = [""] * (len(head) - 2 - len(keys))
        body.append(
            [trivial.label, *[""] * len(keys), value(trivial.metrics.get(standings.headline)), *blank]
        )
    return columns([head, *body], numbers=range(1 + len(keys), len(head) - 1))


def _results(each: Tally, *, has_target: bool) -> list[str]:
    cells = [_spread(each.best, each.spread), epoch(each.best_epoch), _spread(each.last, each.last_spread)]
    if has_target:
        few = f" ({each.num_reached} of {len(each.rows)})" if 0 < each.num_reached < len(each.rows) else ""
        steps = f"{each.target_steps:,.0f}" if each.target_steps is not None else "–"
        cells += [epoch(each.target_epoch) + few, steps]
    parameters = f"{each.parameters:,}" if each.parameters else "–"
    return [*cells, duration(each.seconds) if each.seconds else "–", parameters]


def _spread(mean: float | None, spread: float | None) -> str:
    """The mean, and how far runs stray from it."""
    return value(mean) + (f" ±{spread:.2g}" if spread is not None else "")


def _score(score: Score | None) -> dict[str, Any] | None:
    return score._asdict() if score is not None else None
