"""What each entrant of a comparison came to over its seeds: a row of a table."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from statistics import fmean, median, stdev
from typing import Literal, TypeAlias, get_args

from tui_trainer.core.comparison import Entrant
from tui_trainer.core.contrast import words
from tui_trainer.core.metrics import LOWER_IS_BETTER
from tui_trainer.core.standings import Row

SortBy: TypeAlias = Literal[
    "recipe", "best", "at epoch", "last", "to target", "updates", "seconds", "parameters"
]
SORTS: tuple[SortBy, ...] = get_args(SortBy)


@dataclass(frozen=True)
class Tally:
    """One entrant. Figures are None where no run of it has any."""

    place: int
    """In the record; what it is called by a letter."""
    entrant: Entrant
    rows: tuple[Row, ...]
    """One a seed."""
    best: float | None
    """Mean over the seeds of the headline where ``select_by`` chose."""
    spread: float | None
    """Standard deviation of the same; None below two runs."""
    best_epoch: float | None
    """Median."""
    last: float | None
    """Mean."""
    last_spread: float | None
    target_epoch: float | None
    """Median over those that reached the target."""
    target_steps: float | None
    num_reached: int
    steps: float | None
    """Updates, mean."""
    seconds: float | None
    """Active training time of a run, mean."""
    parameters: int | None

    @property
    def states(self) -> Mapping[str, int]:
        """How many runs are in which state, ``finished`` left out; ``diverged`` is one."""
        states = ("diverged" if row.has_diverged else row.state for row in self.rows)
        return Counter(state for state in states if state != "finished")

    @property
    def best_row(self) -> Row | None:
        """Its run with the best value; one that trains where none has any."""
        known = [row for row in self.rows if row.best is not None and isfinite(row.best.headline)]
        if known:
            return max(known, key=lambda row: row.best.headline if row.best else 0.0)
        return next((row for row in self.rows if row.run is not None), None)


def tally(entrants: Sequence[Entrant], rows: Sequence[Row]) -> list[Tally]:
    """A tally an entrant, in the order of the record; ``rows`` name these same entrants."""
    by_entrant: dict[int, list[Row]] = {}
    for row in rows:
        by_entrant.setdefault(id(row.entrant), []).append(row)
    return [_tally(place, entrant, by_entrant.get(id(entrant), [])) for place, entrant in enumerate(entrants)]


def ordered(
    tallies: Sequence[Tally], by: SortBy, metric: str = "accuracy", *, backwards: bool = False
) -> list[Tally]:
    """Sorted, the best first where there is a best; what is not known is always last."""
    value = _VALUES[by]
    down = by in ("best", "last") and metric not in LOWER_IS_BETTER
    known = [each for each in tallies if value(each) is not None]
    known.sort(key=lambda each: value(each) or 0.0, reverse=down != backwards)
    return known + [each for each in tallies if value(each) is None]


def told_columns(entrants: Sequence[Entrant]) -> list[str]:
    """The settings that differ and that the labels do not say already."""
    keys = dict.fromkeys(key for entrant in entrants for key in entrant.differs)

    def is_said(entrant: Entrant, key: str) -> bool:
        return key not in entrant.differs or words(key, entrant.differs[key]) in entrant.label

    return [key for key in keys if not all(is_said(entrant, key) for entrant in entrants)]


_VALUES: Mapping[SortBy, Callable[[Tally], float | None]] = {
    "recipe": lambda each: each.place,
    "best": lambda each: each.best,
    "at epoch": lambda each: each.best_epoch,
    "last": lambda each: each.last,
    "to target": lambda each: each.target_steps,
    "updates": lambda each: each.steps,
    "seconds": lambda each: each.seconds,
    "parameters": lambda each: each.parameters,
}


def _tally(place: int, entrant: Entrant, rows: Sequence[Row]) -> Tally:
    best = _finite(row.best.headline for row in rows if row.best is not None)
    last = _finite(row.last.headline for row in rows if row.last is not None)
    reached = [row.to_target for row in rows if row.to_target is not None]
    begun = [row for row in rows if row.step or row.seconds]
    return Tally(
        place=place,
        entrant=entrant,
        rows=tuple(rows),
        best=_mean(best),
        spread=_stdev(best),
        best_epoch=_median(row.best.epoch for row in rows if row.best is not None),
        last=_mean(last),
        last_spread=_stdev(last),
        target_epoch=_median(score.epoch for score in reached),
        target_steps=_median(score.step for score in reached),
        num_reached=len(reached),
        steps=_mean([row.step for row in begun]),
        seconds=_mean([row.seconds for row in begun]),
        parameters=max((row.parameters for row in rows), default=0) or None,
    )


def _finite(values: Iterable[float]) -> list[float]:
    return [value for value in values if isfinite(value)]


def _mean(values: Sequence[float]) -> float | None:
    return fmean(values) if values else None


def _stdev(values: Sequence[float]) -> float | None:
    return stdev(values) if len(values) > 1 else None


def _median(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None
