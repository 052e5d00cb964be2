"""Which worker trains which runs of a comparison: the cheap ones take turns, the others get a core each."""

import os
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil

from tui_trainer.core.estimate import Plan, plan
from tui_trainer.core.facts import facts
from tui_trainer.core.recipe import Recipe
from tui_trainer.core.rundir import RunDir

SMALL_EPOCH_S = 0.25
"""Runs with epochs as short as this take turns in one worker, an epoch each, and all curves move."""
WORTH_A_WORKER_S = 4.0
"""Less work than this is no reason for another worker: it takes hundreds of megabytes, and two seconds to
start beside the first. From about 4 s on a comparison is over sooner by two (measured by the whole command).
"""
MAX_AT_ONCE = 64
"""Runs that take turns in one worker; each keeps files open and wants a word every second."""
MAX_WORKERS = 16
MAX_ON_ONE_ACCELERATOR = 2


@dataclass(frozen=True)
class Crew:
    """Runs for one worker's process."""

    runs: tuple[RunDir, ...]
    """In this order; one that another worker took meanwhile is passed over."""
    at_once: int
    """How many take turns; the others wait until one of them has ended."""


@dataclass(frozen=True)
class Job:
    """A run, and what it costs."""

    run: RunDir
    recipe: Recipe
    seconds: float
    """Of training, on one core."""
    is_small: bool

    @classmethod
    def of(cls, run: RunDir) -> "Job":
        """Raises what ``RunDir.recipe`` raises, and ValueError where no network can be made."""
        recipe = run.recipe()
        effort = plan(recipe, facts(recipe.data))
        return cls(run, recipe, effort.seconds, _is_small(recipe, effort))


def crews(jobs: Sequence[Job], *, cores: int | None = None) -> tuple[Crew, ...]:
    """The workers for ``jobs``, at most one a core in all; each gets its share of the turns.

    Workers yield the processor to the app (see ``training.worker``), so that no core has to be kept free.
    """
    most = min(cores or num_cores(), MAX_WORKERS)
    small = [job for job in jobs if job.is_small]
    large = [job for job in jobs if not job.is_small]
    for_small = 0
    if small:
        wanted = ceil(sum(job.seconds for job in small) / WORTH_A_WORKER_S)
        for_small = max(1, min(wanted, most - bool(large), len(small)))
    for_large = min(len(large), max(1, most - for_small))
    if any(job.recipe.training.device.startswith(("cuda", "mps")) for job in large):
        for_large = min(for_large, MAX_ON_ONE_ACCELERATOR)
    return (
        *_equal(small, for_small, min(MAX_AT_ONCE, ceil(len(small) / max(1, for_small)))),
        *_equal(large, for_large, 1),
    )


def seconds_per_run(budget_s: float, jobs: Sequence[Job], *, cores: int | None = None) -> float:
    """What each of ``jobs`` may take, so that all of them are done after ``budget_s``: the same for all."""
    workers = Counter(crew.runs for crew in crews(jobs, cores=cores))
    return budget_s / max((len(runs) / number for runs, number in workers.items()), default=1.0)


def num_cores() -> int:
    """Cores this process may run on, which a container or batch system may have narrowed."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _equal(jobs: Iterable[Job], number: int, at_once: int) -> list[Crew]:
    """So many workers that take from the same queue."""
    runs = tuple(job.run for job in jobs)
    return [Crew(runs, at_once) for _ in range(number)]


def _is_small(recipe: Recipe, effort: Plan) -> bool:
    return effort.seconds / recipe.training.epochs <= SMALL_EPOCH_S
