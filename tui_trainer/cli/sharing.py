"""``code`` and ``share``: a recipe or a run handed on, as a script or as a command line."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from tui_trainer.cli.choosing import checked, choices_of, preset_names, recipe_options
from tui_trainer.cli.output import say, warn, write_new
from tui_trainer.cli.selecting import (
    find_run,
    recorded_history,
    recorded_recipe,
    run_argument,
    run_ids,
    warn_of_fork,
)
from tui_trainer.core.text import plain

if TYPE_CHECKING:
    from tui_trainer.core.recipe import Recipe


def _recipes_and_runs(context: click.Context, parameter: click.Parameter, word: str) -> list[CompletionItem]:
    return [*preset_names("recipes")(context, parameter, word), *run_ids(context, parameter, word)]


@click.command(
    epilog="""
    \b
    Examples:
      tui-trainer code first-steps
      tui-trainer code latest -o mine.py
      tui-trainer code --data moons --model mlp --optimizer momentum -o moons.py

    The script imports PyTorch and what reads the data: numpy, scikit-learn for the small sets that are real,
    torchvision for those that are not small. It splits the samples as here; weights and order come from
    another draw.
    """
)
@click.argument("source", metavar="[RECIPE|RUN]", required=False, shell_complete=_recipes_and_runs)
@click.option(
    "-o", "--output", metavar="FILE", type=click.Path(path_type=Path), help="Write it to a new file."
)
@click.option("--force", is_flag=True, help="Write over FILE where there is one.")
@recipe_options
def code(source: str | None, output: Path | None, force: bool, data_dir: Path | None, **options: Any) -> None:
    """Write RECIPE (default: first-steps) or RUN as a plain PyTorch script."""
    from tui_trainer.core.script import data_root, script

    recipe = _recipe(source, options)
    folder = data_dir.expanduser().absolute() if data_dir else None
    text = script(recipe, data_root(recipe.data, folder))
    if output is None:
        say(text.removesuffix("\n"))
        return
    write_new(output, text, force=force)


def _recipe(source: str | None, options: Mapping[str, Any]) -> Recipe:
    """The recipe of that name, else that of the run, with the options on top. Raises UsageError."""
    from tui_trainer.core.compose import Choices
    from tui_trainer.core.presets import Library
    from tui_trainer.core.rundir import AmbiguousRun, RunNotFound, find

    named = source or Choices.recipe
    if source is None or ("recipes", source) in Library.load().presets:
        return checked(choices_of(named, options))
    try:
        run = find(source)
    except AmbiguousRun as error:
        raise click.UsageError(str(error)) from None
    except RunNotFound as error:
        recipes = ", ".join(preset.name for preset in Library.load().group("recipes"))
        raise click.UsageError(
            f"'{plain(source, limit=60)}' is neither a recipe ({recipes}) nor a run: {error}"
        ) from None
    return checked(choices_of(Choices.recipe, options), recorded_recipe(run))


@click.command(
    epilog="""
    \b
    Example:
      tui-trainer share latest

    It names only presets that ship, so that it works for anybody who has tui-trainer, and what was changed
    while it trained. What it trains on a CPU agrees bit for bit where threads and versions do, too.
    """
)
@run_argument
def share(run: str) -> None:
    """Print the shortest command line that repeats RUN."""
    from tui_trainer.core.recipe import TorchvisionSet
    from tui_trainer.core.repeating import changes_of
    from tui_trainer.core.sharing import command_line

    chosen = find_run(run)
    recipe = recorded_recipe(chosen)
    say(command_line(recipe, changes_of(chosen, recorded_history(chosen))))
    warn_of_fork(chosen)
    if isinstance(recipe.data, TorchvisionSet):
        kind = recipe.data.kind
        warn(f"{kind} does not come with the program: --data-dir DIR says where it lies, --download gets it")
