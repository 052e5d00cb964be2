"""How many CPU threads a run gets, chosen once, when it starts: by a short measurement of its own net."""

import os
from collections.abc import Callable, Mapping, Sequence
from statistics import median
from time import perf_counter

import torch

from tui_trainer.core.architectures import layer_table
from tui_trainer.core.estimate import rows_at_once
from tui_trainer.core.facts import DataFacts, facts
from tui_trainer.core.layers import Layer
from tui_trainer.core.recipe import Recipe
from tui_trainer.training.assembly import network_of

MOST = 4
"""Nets of a first course do not gain from more, and lose much as soon as a core is busy elsewhere."""

TOO_SMALL = 1_000_000
"""Multiply-adds in a step below which threads wait for each other longer than they work."""

MEASURED_S = 0.05
"""A measurement takes about as long; a step that alone takes longer gains by every thread there is."""

WORTH_IT = 0.8
"""More threads are taken where a step takes at most this share of its time: they are a risk, see MOST."""

_ROUNDS = 3


def choose(recipe: Recipe) -> int:
    """CPU threads for a run: as asked for, else what suits its net here and leaves a core to the screen."""
    if recipe.training.threads != "auto":
        return recipe.training.threads
    most = max(1, min(_num_cores() - 1, MOST))
    about = facts(recipe.data)
    try:
        table = layer_table(recipe, about)
    except ValueError:  # it will be refused
        return 1
    rows = _rows(recipe, about, table)
    if most == 1 or rows * sum(layer.mult_adds for layer in table) < TOO_SMALL:
        return 1
    before = torch.get_num_threads()
    try:
        return _measured(_step_of(recipe, table, rows), sorted({1, 2, most}))
    finally:
        torch.set_num_threads(before)


def _num_cores() -> int:
    """Cores this process may run on, which a container or batch system may have narrowed."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _rows(recipe: Recipe, about: DataFacts, table: Sequence[Layer]) -> int:
    """Samples that go through the network at once in most steps."""
    wanted = about.num_train if recipe.training.batch_size == "all" else recipe.training.batch_size
    return min(wanted, about.num_train, rows_at_once(table))


def _step_of(recipe: Recipe, table: Sequence[Layer], rows: int) -> Callable[[], object]:
    """Forward and backward through a network of the same shape, which nobody else sees."""
    network = network_of(recipe, table, torch.device("cpu"))
    parameters, inputs = list(network.parameters()), torch.zeros(rows, *table[0].input_shape)
    return lambda: torch.autograd.grad(network(inputs).sum(), parameters)


def _measured(step: Callable[[], object], candidates: Sequence[int]) -> int:
    """The best of some numbers of threads, which begin with one."""
    seconds: dict[int, list[float]] = {threads: [] for threads in candidates}
    torch.set_num_threads(1)
    step()  # warm up
    began = perf_counter()
    step()
    if perf_counter() - began > MEASURED_S:
        return candidates[-1]
    while len(seconds[1]) < _ROUNDS or perf_counter() - began < MEASURED_S:
        for threads, times in seconds.items():
            torch.set_num_threads(threads)
            step()  # threads are woken, and the caches are theirs
            at = perf_counter()
            step()
            times.append(perf_counter() - at)
    return fastest(seconds)


def fastest(seconds: Mapping[int, Sequence[float]]) -> int:
    """The number of threads that is worth it, by the seconds that a step took with each.

    By medians: a core that is busy now and then shows in them, and the luckiest step would hide it.
    """
    chosen = 1
    for threads in sorted(seconds):
        if median(seconds[threads]) <= WORTH_IT * median(seconds[chosen]):
            chosen = threads
    return chosen
