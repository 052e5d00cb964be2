"""``events`` and ``logs``: a run's own words, once or as they come."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from tui_trainer.cli.output import to_json, warn
from tui_trainer.cli.selecting import find_run, run_argument
from tui_trainer.core.text import plain

if TYPE_CHECKING:
    from tui_trainer.core.events import Event
    from tui_trainer.core.rundir import RunDir

_LOOK_S = 0.2

_follow = click.option("--follow", "-f", is_flag=True, help="Go on until the run ends.")


@click.command(
    epilog="""
    \b
    Examples:
      tui-trainer events latest --follow
      tui-trainer events latest | jq 'select(.event == "evaluated")'

    What is NaN or infinite is the string "NaN", "Infinity" or "-Infinity".
    """
)
@run_argument
@_follow
def events(run: str, follow: bool) -> None:
    """Print everything a run has recorded, as JSON lines."""
    from tui_trainer.core.runlog import LogReader, RunLogError, newer_in_words

    chosen = find_run(run)
    reader = LogReader(chosen.events)
    try:
        for _ in _looks(chosen, follow):
            more = True
            while more:
                batch = reader.read_new()
                more = batch.more
                for damage in batch.damage:
                    warn(f"damaged: {damage.length} bytes at byte {damage.offset} cannot be read")
                if batch.unknown:
                    warn(newer_in_words(batch.unknown))
                for event in batch.events:
                    print(to_json(_object(event)), flush=follow)
    except RunLogError as error:
        raise click.ClickException(str(error)) from None


def _object(event: Event) -> dict[str, Any]:
    import msgspec
    import numpy as np

    def numbers(values: bytes) -> list[float]:
        # Shortest digits that give the same float32 back.
        return [float(str(value)) for value in np.frombuffer(values, "<f4")]

    told: dict[str, Any] = msgspec.to_builtins(event, builtin_types=(bytes,))
    if told["event"] == "steps":
        told["metrics"] = {name: numbers(values) for name, values in told["metrics"].items()}
    return told


@click.command()
@run_argument
@_follow
def logs(run: str, follow: bool) -> None:
    """Print what the worker of a run wrote.

    Its warnings, and the traceback where it failed.
    """
    chosen = find_run(run)
    offset, rest = 0, b""
    for _ in _looks(chosen, follow):
        try:
            with chosen.worker_log.open("rb") as log:
                log.seek(offset)
                new = log.read()
        except FileNotFoundError:
            continue
        offset += len(new)
        *lines, rest = (rest + new).split(b"\n")
        for line in lines:
            print(plain(line.decode("utf-8", "replace")), flush=follow)
    if rest:
        print(plain(rest.decode("utf-8", "replace")))


def _looks(run: RunDir, follow: bool) -> Iterator[None]:
    """Once; or again and again, and once more after the run has ended."""
    from tui_trainer.core.summary import Summaries

    summaries = Summaries()
    while follow:
        summaries.read_new([run])
        summary = summaries.get(run, time.time())
        if summary is not None and not summary.is_live:
            break
        yield
        time.sleep(_LOOK_S)
    yield
