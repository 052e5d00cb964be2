"""RUN on the command line: an id, the beginning of one, or ``latest``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from tui_trainer.cli.output import warn

if TYPE_CHECKING:
    from tui_trainer.core.history import History
    from tui_trainer.core.recipe import Recipe
    from tui_trainer.core.rundir import RunDir

LATEST = "latest"


def run_ids(_context: click.Context, _parameter: click.Parameter, word: str) -> list[CompletionItem]:
    """Shell completion over what a RUN may be."""
    from tui_trainer.core.rundir import list_runs

    return [
        CompletionItem(name) for name in (LATEST, *(run.id for run in list_runs())) if name.startswith(word)
    ]


def comparison_ids(_context: click.Context, _parameter: click.Parameter, word: str) -> list[CompletionItem]:
    """The same over the comparisons."""
    from tui_trainer.core.comparison import list_comparisons

    return [CompletionItem(each.id) for each in list_comparisons() if each.id.startswith(word)]


run_argument = click.argument("run", shell_complete=run_ids)


def find_run(selector: str) -> RunDir:
    """The run that ``selector`` means. Raises UsageError where there is none, or several."""
    from tui_trainer.core.rundir import AmbiguousRun, RunNotFound, find

    try:
        return find(selector)
    except (RunNotFound, AmbiguousRun) as error:
        raise click.UsageError(str(error)) from None


def recorded_recipe(run: RunDir) -> Recipe:
    """The recipe of a run; what this version does not know of it goes to stderr.

    Raises ClickException where it cannot be read.
    """
    from tui_trainer.core.rundir import NoRecipe
    from tui_trainer.core.text import plain
    from tui_trainer.core.validation import RecipeError

    try:
        recipe, notes = run.recipe(), run.recipe_notes()
    except NoRecipe as error:
        raise click.ClickException(str(error)) from None
    except RecipeError as error:
        raise click.ClickException(
            f"the recipe recorded in {plain(str(run.recipe_toml))} cannot be read: {plain(str(error))}"
        ) from None
    for note in notes:
        warn(note)
    return recipe


def repeated_recipe(run: RunDir) -> Recipe:
    """The recipe of a run with the device and the threads that it was given: with them, bits agree on a CPU.

    Raises ClickException where it cannot be read.
    """
    from tui_trainer.core.repeating import as_computed

    return as_computed(recorded_recipe(run), run.numerics())


def recorded_history(run: RunDir) -> History:
    """All that a run has said so far. Raises ClickException where the log cannot be read."""
    from tui_trainer.core import history
    from tui_trainer.core.runlog import RunLogError

    try:
        return history.load(run)
    except RunLogError as error:
        raise click.ClickException(str(error)) from None


def warn_of_fork(run: RunDir) -> None:
    """Say so where training from the start makes no run such as this fork."""
    from tui_trainer.core.repeating import why_not_from_the_start

    if sentence := why_not_from_the_start(run):
        warn(sentence)
