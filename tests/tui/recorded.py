"""Recorded runs (tests/data/record.py makes them) as a screen finds them: ended, or caught in the middle."""

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from textual.app import App
from textual.pilot import Pilot

from tui_trainer.core import liveness, rundir
from tui_trainer.core.events import AnyEvent, Evaluated, PhaseChanged, RunStarted, Steps
from tui_trainer.core.lock import WorkerLock
from tui_trainer.core.rundir import RunDir
from tui_trainer.core.runlog import LogReader, LogWriter

RUNS = Path(__file__).parent.parent / "data" / "runs"
NOW = 1_800_000_300.0
"""Five minutes after the recordings say that they began."""


def recorded(name: str, *, number: int = 0) -> RunDir:
    """A copy of a recorded run in this test's home."""
    run = RunDir(rundir.runs_root() / f"20270115-0800{number:02}-{name}-000")
    run.path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copytree(RUNS / name, run.path)
    return run


def events_of(name: str) -> list[AnyEvent]:
    """All a recorded run said, as if it had been said on this machine."""
    read = LogReader(RunDir(RUNS / name).events).read_new(max_seconds=60)
    here = {"host": liveness.host(), "boot_id": liveness.boot_id()}
    return [
        msgspec.structs.replace(event, **here) if isinstance(event, RunStarted) else event
        for event in read.events
    ]


def until_step(events: Iterable[AnyEvent], step: int) -> list[AnyEvent]:
    """What had been said when ``step`` was made."""
    told: list[AnyEvent] = []
    for event in events:
        if isinstance(event, Steps):
            count = min(len(event.metrics["loss"]) // 4, step - event.first_step + 1)
            if count <= 0:
                break
            cut = {name: data[: 4 * count] for name, data in event.metrics.items()}
            event = msgspec.structs.replace(event, metrics=cut)
        elif isinstance(event, PhaseChanged | Evaluated) and event.step > step:
            break
        told.append(event)
    return told


@contextmanager
def caught(name: str, events: Iterable[AnyEvent]) -> Iterator[tuple[RunDir, Callable[[AnyEvent], int]]]:
    """A run that said ``events`` and whose worker lives; and a way for it to say more."""
    run = recorded(name)
    run.events.unlink()
    with WorkerLock(run.lock), LogWriter(run.events) as log:

        def say(event: AnyEvent) -> int:
            place = log.append(event)
            os.utime(run.events, (NOW, NOW))
            return place

        for event in events:
            say(event)
        yield run, say


async def until(pilot: Pilot[None], condition: Callable[[], bool], *, seconds: float = 60.0) -> None:
    """Let the app go on until ``condition`` holds."""
    for _ in range(int(seconds / 0.02)):
        if condition():
            return
        await pilot.pause(0.02)
    raise AssertionError("what was waited for never came")


def shown(app: App[None]) -> str:
    """What an app shows, a line a row, without trailing spaces."""
    strips = app.screen._compositor.render_strips()
    return "\n".join(strip.text.rstrip() for strip in strips)


async def settled(pilot: Pilot[None]) -> str:
    """Let the app go on until what it shows changes no more, for longer than a frame takes; that."""
    before = None
    while (now := shown(pilot.app)) != before:
        before = now
        await pilot.pause()
        await pilot.pause(0.03)
    return now
