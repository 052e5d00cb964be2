"""``train``: the same worker as the app's, followed from the command line."""

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
    preset_names,
    recipe_options,
)
from tui_trainer.cli.selecting import find_run, recorded_history, repeated_recipe, run_ids, warn_of_fork
from tui_trainer.core.text import plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tui_trainer.core.control import Change
    from tui_trainer.core.recipe import Recipe
    from tui_trainer.core.rundir import RunDir


@click.command(
    epilog="""
    \b
    Examples:
      tui-trainer train
      tui-trainer train tp1-mnist --data-dir ~/data --epochs 3
      tui-trainer train --data moons --model logistic-regression
      tui-trainer train --optimizer sgd --lr 0.05 --batch-size 64
      tui-trainer train --optimizer momentum --schedule cosine
      tui-trainer train --regularization l2 --set regularization.l2.strength=0.01
      tui-trainer train --change lr=0.001@300 --change l2=0.001@450
      tui-trainer train --from latest --seed 1
      tui-trainer train --detach
      tui-trainer train --json --quiet | jq 'select(.event == "finished").test.accuracy'

    --json prints one object for each evaluation and a last one for the whole run; what is NaN or infinite is
    the string "NaN", "Infinity" or "-Infinity" there. Ctrl+C stops cleanly and keeps the run.
    """
)
@click.argument("recipe", required=False, shell_complete=preset_names("recipes"))
@click.option(
    "--from", "run", metavar="RUN", shell_complete=run_ids,
    help="Repeat a run; other options change what they name.",
)  # fmt: skip
@recipe_options
@change_option
@click.option("--download", is_flag=True, help="Fetch a data set that is not on this machine.")
@click.option("--detach", is_flag=True, help="Print the run's id and return; it trains by itself.")
@click.option("--json", "as_json", is_flag=True, help="Results as JSON lines on stdout, all else on stderr.")
@click.option("--quiet", is_flag=True, help="Say only what is wrong, and what --json asks for.")
def train(
    recipe: str | None,
    run: str | None,
    data_dir: Path | None,
    download: bool,
    detach: bool,
    as_json: bool,
    quiet: bool,
    changes: tuple[str, ...],
    **options: Any,
) -> int:
    """Train RECIPE (default: first-steps) without the app."""
    from tui_trainer.core import rundir
    from tui_trainer.core.datafiles import absence
    from tui_trainer.core.repeating import in_order, send_all

    chosen = _chosen(recipe, run, options)
    if not download and (missing := absence(chosen.data, data_dir and data_dir.expanduser().absolute())):
        raise click.UsageError(missing)
    repeated = _repeated(find_run(run)) if run is not None else ()
    planned = in_order([*repeated, *changes_in(changes, chosen, repeated)])
    started = rundir.create(chosen)
    send_all(started, planned)
    from tui_trainer.cli.attending import set_off

    return set_off(
        started, chosen, environment(data_dir, download=download), detach=detach, as_json=as_json, quiet=quiet
    )


def _repeated(run: RunDir) -> tuple[Change, ...]:
    """What was changed while ``run`` trained. Raises ClickException where its log cannot be read."""
    from tui_trainer.core.repeating import changes_of

    warn_of_fork(run)
    return changes_of(run, recorded_history(run))


def _chosen(recipe: str | None, run: str | None, options: Mapping[str, Any]) -> Recipe:
    """The recipe that is named, or that of a run, with the options on top. Raises UsageError."""
    from tui_trainer.core.compose import Choices

    choices = choices_of(recipe or Choices.recipe, options)
    if run is None:
        return checked(choices)
    if recipe is not None:
        raise click.UsageError(
            f"name a recipe or a run, not both: --from {plain(run)} has the recipe of that run"
        )
    return checked(choices, repeated_recipe(find_run(run)))
