"""Comparisons made of recorded runs: some ended, some that were caught in the middle, some that wait."""

import math
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from tests.tui.recorded import events_of, until_step
from tui_trainer.core import comparison as comparisons
from tui_trainer.core.comparison import Comparison
from tui_trainer.core.compose import Choices
from tui_trainer.core.events import AnyEvent, Evaluated
from tui_trainer.core.presets import Library
from tui_trainer.core.rundir import RunDir
from tui_trainer.core.runlog import LogWriter
from tui_trainer.core.variation import Axis, Base, vary

OPTIMIZERS = ("adam", "momentum", "adagrad")


def waiting(
    recipe: str = "first-steps",
    optimizers: Sequence[str] = OPTIMIZERS,
    seeds: Sequence[int] = (0, 1, 2),
    target: str = "",
) -> Comparison:
    """A comparison whose runs all wait."""
    varied = vary(Library.load(), [Base(Choices(recipe))], [Axis("optimizer", tuple(optimizers))])
    return comparisons.create(recipe, varied.variants, seeds, target=target)


def finished(name: str = "digits", **how: Sequence[str]) -> Comparison:
    """A comparison whose runs said what a recorded one did; every next recipe is a little worse."""
    comparison = waiting(**how)  # type: ignore[arg-type]
    for place, entrant in enumerate(comparison.entrants):
        for seed in comparison.seeds:
            run = comparison.run_of(entrant, seed)
            assert run is not None
            tell(run, worse(events_of(name), by=0.02 * place + 0.004 * ((seed + place) % 3)))
    return comparison


def tell(run: RunDir, events: Iterable[AnyEvent]) -> None:
    """Have a run that waits say ``events``, and end."""
    run.queued.unlink()
    with LogWriter(run.events) as log:
        for event in events:
            log.append(event)


def cut_short(run: RunDir, step: int = 100) -> None:
    """Have a run that waits say what a recorded one did by ``step``, and crash."""
    tell(run, until_step(events_of("digits"), step))


def worse(events: Iterable[AnyEvent], *, by: float) -> Iterator[AnyEvent]:
    """``events`` with so much less validation accuracy, and a loss that fits."""
    for event in events:
        if isinstance(event, Evaluated) and event.split == "validation":
            metrics = dict(event.metrics)
            if "accuracy" in metrics:
                metrics["accuracy"] = max(0.0, metrics["accuracy"] - by)
            metrics["loss"] *= math.exp(5 * by)
            event = msgspec.structs.replace(event, metrics=metrics)
        yield event
