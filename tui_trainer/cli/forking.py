"""``fork``: go on from a checkpoint of a run, as a new run, with other choices."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tui_trainer.cli.choosing import (
    change_option,
    changes_in,
    checked,
    choices_of,
    environment,
    recipe_options,
)
from tui_trainer.cli.output import warn
from tui_trainer.cli.selecting import find_run, recorded_history, recorded_recipe, run_argument
from tui_trainer.core.text import plain

if TYPE_CHECKING:
    from tui_trainer.core.forking import At


def _at(_context: click.Context, _parameter: click.Parameter, said: str) -> At:
    """Which checkpoint was asked for. Raises BadParameter."""
    for name in ("best", "last"):
        if said == name:
            return name
    try:
        return int(said)
    except ValueError:
        raise click.BadParameter(f"'{plain(said, limit=40)}' is neither a step nor best nor last") from None


@click.command(
    epilog="""
    \b
    Examples:
      tui-trainer fork latest --lr 0.0001
      tui-trainer fork latest --at 120 --optimizer sgd
      tui-trainer fork latest --at best --regularization dropout --epochs 40
    """
)
@run_argument
@click.option(
    "--at", callback=_at, default="last", metavar="STEP|best|last",
    help="The step of a checkpoint; best is that of the best evaluation, or the first after it.",
)  # fmt: skip
@recipe_options
@change_option
@click.option("--detach", is_flag=True, help="Print the new run's id and return; it trains by itself.")
@click.option("--json", "as_json", is_flag=True, help="Results as JSON lines on stdout, all else on stderr.")
@click.option("--quiet", is_flag=True, help="Say only what is wrong, and what --json asks for.")
def fork(
    run: str,
    at: At,
    data_dir: Path | None,
    detach: bool,
    as_json: bool,
    quiet: bool,
    changes: tuple[str, ...],
    **options: Any,
) -> int:
    """Go on from a checkpoint of RUN as a new run, with whatever keeps the network's shape changed.

    Its curves are the parent's up to there, and what was changed in the parent after it is changed again. A
    new optimizer starts afresh.
    """
    from tui_trainer.core import forking
    from tui_trainer.core.compose import Choices
    from tui_trainer.core.repeating import changes_of
    from tui_trainer.core.runlog import RunLogError

    parent = find_run(run)
    recorded, history = recorded_recipe(parent), recorded_history(parent)
    best, made = history.best(recorded.training.select_by), changes_of(parent, history)
    try:
        step = forking.checkpoint_at(parent, at, best.step if best else None)
        recipe = checked(choices_of(Choices.recipe, options), forking.recipe_at(parent, made, step))
        later = changes_in(changes, recipe, made, done=step)
        child = forking.fork(parent, recipe, step, made, later)
    except forking.ForkRefused as error:
        raise click.UsageError(f"{plain(parent.id)}: {plain(str(error))}") from None
    except RunLogError as error:
        raise click.ClickException(str(error)) from None
    if not quiet:
        warn(f"goes on from {history.moment(step)}, step {step:,} of {parent.id}")
    from tui_trainer.cli.attending import set_off

    return set_off(child, recipe, environment(data_dir), detach=detach, as_json=as_json, quiet=quiet)
