"""``runs``, ``show``, ``export`` and ``delete``: what was trained here."""

from __future__ import annotations

import sys
import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from tui_trainer.cli.output import columns, to_json, warn
from tui_trainer.cli.selecting import find_run, recorded_history, recorded_recipe, run_argument

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tui_trainer.cli.results import Result
    from tui_trainer.core.history import History
    from tui_trainer.core.parentage import Parent
    from tui_trainer.core.recipe import Recipe
    from tui_trainer.core.rundir import RunDir
    from tui_trainer.core.scores import Score
    from tui_trainer.core.summary import Summary

_COLUMNS = ("age", "state", "name", "recipe", "tags", "best", "epoch", "last", "epochs", "time", "disk")
"""As `core.ordering` has them, which this needs not to import for its help."""

_json = click.option("--json", "as_json", is_flag=True, help="As JSON.")


@click.command(
    epilog="""
    \b
    Example:
      tui-trainer runs digits adam finished --sort best
    """
)
@click.argument("words", nargs=-1)
@click.option(
    "--sort",
    "by",
    type=click.Choice(_COLUMNS),
    default=_COLUMNS[0],
    help="By this; the newest, best or longest first.",
)
@click.option("--reverse", is_flag=True, help="The other way round.")
@_json
def runs(words: tuple[str, ...], by: str, reverse: bool, as_json: bool) -> None:
    """List what was trained here, newest first; of it only what holds all WORDS."""
    from tui_trainer.core import index
    from tui_trainer.core.ordering import holding, ordered
    from tui_trainer.core.rundir import list_runs
    from tui_trainer.core.summary import Summaries

    found, now, summaries = list_runs(), time.time(), Summaries(index.path())
    while summaries.read_new(found, max_seconds=1.0):
        pass
    summaries.keep()
    known = [summary for run in found if (summary := summaries.get(run, now))]
    told = ordered(holding(known, words), by, reverse=reverse)
    if as_json:
        print(to_json([_object(summary) for summary in told]))
    elif told:
        _print(told)
        for summary in told:
            _warn_of(summary)
    elif known:
        print(f"None of {len(known):,} runs holds all of these words: tui-trainer runs lists them.")
    else:
        print("Nothing has been trained here yet: tui-trainer train (about 15 s).")


def _warn_of(summary: Summary) -> None:
    """What a row has no room for: why nothing goes on, what is missing."""
    from tui_trainer.core.runlog import newer_in_words
    from tui_trainer.core.text import plain

    name = plain(summary.run.id)
    if summary.state in ("stalled", "unknown") and summary.reason:
        warn(f"{name}: {summary.reason}")
    if summary.damaged:
        warn(f"{name}: the log is damaged, part of it cannot be read")
    if summary.unknown:
        warn(f"{name}: {newer_in_words(summary.unknown)}")


def _print(told: Sequence[Summary]) -> None:
    from tui_trainer.core.figures import duration, epoch, size, value
    from tui_trainer.core.text import plain

    head = ["run", "state", "epochs", "best validation", "trained for", "disk", "recipe"]
    rows = [
        [
            plain(run.run.id),
            run.state,
            epoch(run.epoch),
            f"{run.headline} {value(run.best.headline)}, {_moment(run.best)}" if run.best else "–",
            duration(run.duration_s),
            size(run.disk_bytes),
            run.title,
        ]
        for run in told
    ]
    if any(run.tags or run.note for run in told):
        head.append("tags and note")
        for row, run in zip(rows, told, strict=True):
            row.append(" · ".join(filter(None, (" ".join(run.tags), run.note))))
    print(*columns([head, *rows], numbers=(2, 4, 5)), sep="\n")


def _moment(score: Score) -> str:
    from tui_trainer.core.figures import epoch

    return f"step {score.step:,}" if score.epoch is None else f"epoch {epoch(score.epoch)}"


def _parent(parent: Parent | None) -> dict[str, Any] | None:
    """Which run a fork goes on from, and after which step."""
    return {"run": parent.run, "step": parent.step} if parent else None


def _object(summary: Summary) -> dict[str, Any]:
    return {
        "run": summary.run.id,
        "name": summary.name,
        "parent": _parent(summary.parent),
        "recipe": summary.title,
        "state": summary.state,
        "reason": summary.reason,
        "started_at": summary.started_at,
        "seconds": summary.duration_s,
        "epochs": summary.epoch,
        "steps": summary.step,
        "parameters": summary.parameters,
        "tags": summary.tags,
        "note": summary.note,
        "best": _score(summary, summary.best),
        "last": _score(summary, summary.last),
        "disk_bytes": summary.disk_bytes,
    }


def _score(summary: Summary, score: Score | None) -> dict[str, Any] | None:
    if score is None:
        return None
    told = {"epoch": score.epoch, "step": score.step, "loss": score.loss}
    return {**told, summary.headline: score.headline}


@click.command()
@run_argument
@_json
def show(run: str, as_json: bool) -> None:
    """Print a run: recipe, curves, confusion matrix, what is going on, scores."""
    from tui_trainer.cli.showing import own_picture, picture
    from tui_trainer.core.diagnosis import diagnose

    chosen = find_run(run)
    history = _history(chosen)
    own = chosen.own_loop()
    if own is not None:
        result = _result(chosen, None, history, as_json=as_json)
        if as_json:
            del result["event"]
            print(to_json({**result, "diagnosis": [], "recipe": None, "config": own.config}))
        else:
            print(*own_picture(result, own, history), sep="\n")
        return
    recipe = recorded_recipe(chosen)
    if as_json:
        result = _result(chosen, recipe, history, as_json=as_json)
        del result["event"]
        diagnosis = [asdict(each) for each in diagnose(history, recipe)]
        told = {"parent": _parent(chosen.parent), "diagnosis": diagnosis}
        print(to_json({**result, **told, "recipe": recipe.model_dump(exclude_none=True)}))
    else:
        result = _result(chosen, recipe, history, as_json=as_json)
        print(*picture(chosen, result, recipe, history), sep="\n")


def _result(run: RunDir, recipe: Recipe | None, history: History, *, as_json: bool) -> Result:
    """What it came to; for people its state in words, and above all else why it seems stalled."""
    from tui_trainer.cli.results import result_of
    from tui_trainer.core import liveness

    signs = liveness.read_signs(run, history, time.time())
    state, words = liveness.judge(signs), liveness.in_words(signs, history)
    result = result_of(run, recipe, history, state=words if state == "unknown" and not as_json else state)
    if state == "stalled":
        result["reason"] = words
    return result


@click.command(
    epilog="""
    \b
    Example:
      tui-trainer export latest --csv > run.csv
    """
)
@run_argument
@click.option("--csv", "as_csv", is_flag=True, help="As comma-separated values.")
def export(run: str, as_csv: bool) -> None:
    """Print a run's values: a row per step, a column per metric."""
    import csv

    from tui_trainer.cli.exporting import table

    if not as_csv:
        raise click.UsageError("say in which form: --csv")
    csv.writer(sys.stdout, lineterminator="\n").writerows(table(_history(find_run(run))))


@click.command()
@run_argument
@click.option("--yes", is_flag=True, help="Do not ask.")
def delete(run: str, yes: bool) -> int | None:
    """Delete a run with everything it recorded."""
    from tui_trainer.core import disk
    from tui_trainer.core.figures import size
    from tui_trainer.core.rundir import RunIsLive
    from tui_trainer.core.rundir import delete as delete_run
    from tui_trainer.core.text import plain

    chosen = find_run(run)
    name, room = plain(chosen.id), size(disk.used(chosen.path))
    if not yes:
        if not sys.stdin.isatty():
            raise click.UsageError(f"nobody is there to be asked; to delete {name} for good add --yes")
        if not click.confirm(f"Delete {name} for good, which frees {room}?", err=True):
            print(f"kept {name}")
            return 1
    try:
        delete_run(chosen)
    except RunIsLive as error:
        raise click.UsageError(str(error)) from None
    print(f"deleted {name}: {room} freed")
    return 0


def _history(run: RunDir) -> History:
    """Everything the run recorded; what is missing goes to stderr. Raises ClickException if it is all."""
    from tui_trainer.core.runlog import newer_in_words

    history = recorded_history(run)
    for damage in history.damage:
        warn(f"damaged: {damage.length} bytes at byte {damage.offset} of the log cannot be read")
    if history.unknown:
        warn(newer_in_words(history.unknown))
    return history
