"""Starts and restarts the workers of comparisons, for screens and the command line."""

import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from subprocess import Popen
from typing import TYPE_CHECKING, NamedTuple

from tui_trainer.core import comparison as comparisons
from tui_trainer.core import queue
from tui_trainer.core.budget import parse_budget
from tui_trainer.core.comparison import Comparison
from tui_trainer.core.planning import Job, crews, seconds_per_run
from tui_trainer.core.rundir import RunDir
from tui_trainer.core.standings import Row, Standings
from tui_trainer.tui import launcher

if TYPE_CHECKING:
    from tui_trainer.core.variation import Variant


class Started(NamedTuple):
    """A worker, and the runs it may take."""

    worker: Popen[bytes]
    runs: tuple[RunDir, ...]


def jobs_of(runs: Iterable[RunDir]) -> list[Job]:
    """What the runs cost; one whose record cannot be read is passed over, its state tells of it."""
    jobs = []
    for run in runs:
        with suppress(OSError, ValueError):
            jobs.append(Job.of(run))
    return jobs


def create(
    name: str, variants: "Sequence[Variant]", seeds: Sequence[int], *, budget: str = "", target: str = ""
) -> Comparison:
    """A new comparison, all of its runs queued, each with its share of a time for all.

    Epochs in ``budget`` are for the variants to heed. Raises BadBudget, and what `comparison.create` raises.
    """
    seconds = parse_budget(budget).seconds
    made = comparisons.create(name, variants, seeds, budget=budget, target=target)
    return comparisons.limit(made, seconds_per_run(seconds, jobs_of(made.runs()))) if seconds else made


def start(comparison: Comparison, env: Mapping[str, str] | None = None) -> list[Started]:
    """Start the workers for all that is queued, and what measures the linear model. Raises OSError."""
    jobs = jobs_of(run for run in comparison.runs() if queue.is_queued(run))
    limit_s = comparison.seconds_per_run
    workers = [
        Started(launcher.start_queue(crew.runs, crew.at_once, limit_s=limit_s, env=env), crew.runs)
        for crew in crews(jobs)
    ]
    linear = launcher.start_linear(comparison, env=env)
    return [*workers, Started(linear, ())] if linear else workers


def is_cut_short(row: Row) -> bool:
    """Whether a run can go on from where it was stopped, crashed or failed; a loss that diverged ends it."""
    return row.state in ("stopped", "crashed") or (row.state == "failed" and not row.has_diverged)


def queue_again(comparison: Comparison) -> None:
    """Have wait what was stopped, crashed or failed; runs that are live or finished stay as they are.

    Raises OSError.
    """
    standings = Standings(comparison)
    while standings.read_new(max_seconds=1.0):
        pass
    for row in standings.rows(time.time()):
        if row.run is not None and is_cut_short(row):
            queue.put(row.run)
