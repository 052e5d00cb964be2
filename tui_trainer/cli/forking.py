"""``fork``: go on from a checkpoint of a run, as a new run, with other choices."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from tui_trainer.cli.choosing import checked, choices_of, environment, recipe_options
from tui_trainer.cli.output import say, warn_of_the_end
from tui_trainer.cli.selecting import find_run, repeated_recipe, run_argument
from tui_trainer.core.text import plain


@click.command(
    epilog="""
    \b
    Examples:
      tui-trainer fork latest --lr 0.0001
      tui-trainer fork latest --at 120 --optimizer sgd
    """
)
@run_argument
@click.option("--at", type=int, metavar="STEP", help="The step of a checkpoint; without, the last one.")
@recipe_options
@click.option("--detach", is_flag=True, help="Print the new run's id and return; it trains by itself.")
@click.option("--json", "as_json", is_flag=True, help="Results as JSON lines on stdout, all else on stderr.")
@click.option("--quiet", is_flag=True, help="Say only what is wrong, and what --json asks for.")
def fork(
    run: str, at: int | None, data_dir: Path | None, detach: bool, as_json: bool, quiet: bool, **options: Any
) -> int:
    """Go on from a checkpoint of RUN as a new run, with whatever keeps the network's shape changed.

    Its curves are the parent's up to there. A new optimizer starts afresh.
    """
    from tui_trainer.core import forking, history
    from tui_trainer.core.compose import Choices
    from tui_trainer.core.runlog import RunLogError
    from tui_trainer.tui import launcher

    parent = find_run(run)
    try:
        step = forking.checkpoint_at(parent, at)
        recipe = checked(choices_of(Choices.recipe, options), repeated_recipe(parent))
        child = forking.fork(parent, recipe, step, history.load(parent).edits)
    except forking.NoSuchCheckpoint as error:
        raise click.UsageError(f"{plain(parent.id)}: {error}") from None
    except RunLogError as error:
        raise click.ClickException(str(error)) from None
    surroundings = environment(data_dir)
    if detach:
        launcher.start(child, env=surroundings)
        say(child.id)
        warn_of_the_end()
        return 0
    from tui_trainer.cli.attending import attend
    from tui_trainer.cli.following import Interrupts, Told

    told = Told(child)
    told.read_all()
    with Interrupts() as interrupts:
        worker = launcher.start(child, env=surroundings)
        return attend(child, recipe, worker, told, interrupts, as_json=as_json, quiet=quiet)
