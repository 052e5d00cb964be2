"""RUN on the command line: an id, the beginning of one, or ``latest``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

if TYPE_CHECKING:
    from tui_trainer.core.rundir import RunDir

LATEST = "latest"


def _run_ids(_context: click.Context, _parameter: click.Parameter, word: str) -> list[CompletionItem]:
    from tui_trainer.core.rundir import list_runs

    return [
        CompletionItem(name) for name in (LATEST, *(run.id for run in list_runs())) if name.startswith(word)
    ]


run_argument = click.argument("run", shell_complete=_run_ids)


def find_run(selector: str) -> RunDir:
    """The run that ``selector`` means. Raises UsageError where there is none, or several."""
    from tui_trainer.core.rundir import AmbiguousRun, RunNotFound, find

    try:
        return find(selector)
    except (RunNotFound, AmbiguousRun) as error:
        raise click.UsageError(str(error)) from None
