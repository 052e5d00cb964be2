"""``tui-trainer [RECIPE]`` and ``tui-trainer attach [RUN]``: the app, on New or on a run."""

from __future__ import annotations

import difflib
import gc
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tui_trainer.cli.choosing import choices_of, environment, made, preset_names, recipe_options
from tui_trainer.cli.program import OPEN
from tui_trainer.cli.selecting import find_run, run_ids
from tui_trainer.core.text import plain

if TYPE_CHECKING:
    from collections.abc import Callable

    from tui_trainer.core.compose import Choices
    from tui_trainer.core.rundir import RunDir

_SCREEN_OPTIONS = (
    click.option("--lang", type=click.Choice(["en", "fr"]), help="Language of the explanations."),
    click.option("--ascii", is_flag=True, help="Nothing but ASCII on screen."),
    click.option("--fps", type=click.IntRange(1, 30), help="Updates a second  [10; over SSH 5]"),
    click.option("--low-bandwidth", is_flag=True, help="Write at most 2 KB/s, figures before curves."),
)


def _screen_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give ``command`` the options that say how the app looks."""
    for option in reversed(_SCREEN_OPTIONS):
        command = option(command)
    return command


@click.command(OPEN, hidden=True)
@click.argument("recipe", required=False, shell_complete=preset_names("recipes"))
@_screen_options
@recipe_options
@click.pass_context
def open_app(
    context: click.Context,
    /,
    recipe: str | None,
    lang: str | None,
    ascii: bool,
    fps: int | None,
    low_bandwidth: bool,
    data_dir: Path | None,
    **options: Any,
) -> int:
    """Open the app, with RECIPE chosen."""
    if recipe is not None:
        _check_word(context, recipe)
    _check_terminal("without one there is tui-trainer train.")
    os.environ.update(environment(data_dir))
    choices = _chosen(recipe, options)
    return _open(choices, None, lang=lang, ascii=ascii, fps=fps, low_bandwidth=low_bandwidth)


@click.command(
    epilog="""
    \b
    Examples:
      tui-trainer descent
      tui-trainer descent --optimizer momentum --lr 0.005

    The course's pictures, step by step: bowl, ravine, local minima, saddle. Nothing is trained. Esc leads to
    New.
    """
)
@click.argument("recipe", required=False, shell_complete=preset_names("recipes"))
@_screen_options
@recipe_options
def descent(
    recipe: str | None,
    lang: str | None,
    ascii: bool,
    fps: int | None,
    low_bandwidth: bool,
    data_dir: Path | None,
    **options: Any,
) -> int:
    """Watch optimizers go down simple functions, RECIPE's among them."""
    choices = _chosen(recipe, options)
    _check_terminal("without one there is tui-trainer presets optimizers.")
    os.environ.update(environment(data_dir))
    return _open(choices, None, lang=lang, ascii=ascii, fps=fps, low_bandwidth=low_bandwidth, descent=True)


@click.command(
    epilog="""
    \b
    Examples:
      tui-trainer attach
      tui-trainer attach latest --low-bandwidth

    Several may watch and steer one run at a time. Esc leads to all runs, q leaves: the run goes on.
    """
)
@click.argument("run", required=False, shell_complete=run_ids)
@_screen_options
def attach(run: str | None, lang: str | None, ascii: bool, fps: int | None, low_bandwidth: bool) -> int:
    """Open the app on RUN, live or not; without RUN on the newest that trains."""
    _check_terminal("without one there are tui-trainer show, pause, resume and stop.")
    chosen = _newest_live() if run is None else find_run(run)
    os.environ.update(environment(None))

    from tui_trainer.core.compose import Choices

    return _open(Choices(), chosen, lang=lang, ascii=ascii, fps=fps, low_bandwidth=low_bandwidth)


def _chosen(recipe: str | None, options: dict[str, Any]) -> Choices:
    """What New begins with. Raises UsageError."""
    from tui_trainer.core.compose import Choices

    choices = choices_of(recipe or Choices.recipe, options)
    if choices != choices_of(Choices.recipe, dict.fromkeys(options)):
        made(choices)  # a wrong word is better said here than on screen
    return choices


def _check_terminal(else_there_is: str) -> None:
    """Raises UsageError."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise click.UsageError(f"the app needs a terminal; {else_there_is}")


def _newest_live() -> RunDir:
    """Raises UsageError where none is."""
    from tui_trainer.core.rundir import list_runs
    from tui_trainer.core.summary import newest_live

    runs = list_runs()
    if not runs:
        raise click.UsageError("there are no runs yet: tui-trainer trains one")
    live = newest_live(runs)
    if live is None:
        raise click.UsageError(
            "no run trains at the moment: tui-trainer attach latest shows the newest, "
            "and r there has it go on (tui-trainer resume RUN without the app)"
        )
    return live


def _open(
    choices: Choices,
    attached: RunDir | None,
    *,
    lang: str | None,
    ascii: bool,
    fps: int | None,
    low_bandwidth: bool,
    descent: bool = False,
) -> int:
    gc.disable()  # of what imports make nothing is garbage; the app turns it on once its first screen is up
    from tui_trainer.core.presets import language
    from tui_trainer.tui.app import run_app
    from tui_trainer.tui.options import AppOptions
    from tui_trainer.tui.terminal import inherited_environment, needs_ascii

    options = AppOptions(
        choices=choices,
        lang=language(lang),
        ascii=ascii or needs_ascii(inherited_environment()),
        fps=fps,
        low_bandwidth=low_bandwidth,
        descent=descent,
    )
    return run_app(options, attached)


def _check_word(context: click.Context, word: str) -> None:
    """A first word that is no recipe may be a slip of a recipe's name, or of a command's."""
    from tui_trainer.core.presets import Library

    library = Library.load()
    recipes = [preset.name for preset in library.group("recipes")]
    if word in recipes:
        return
    if mistakes := library.mistakes(word, ("recipes",)):
        raise click.UsageError("\n".join(plain(str(problem)) for problem in mistakes))
    program = context.parent.command if context.parent else None
    commands = [name for name in program.commands if name != OPEN] if isinstance(program, click.Group) else []
    near = difflib.get_close_matches(word, [*commands, *recipes], n=1)
    hint = f"did you mean {near[0]}?" if near else f"recipes are {', '.join(recipes)}; commands: see --help."
    raise click.UsageError(f"'{plain(word, limit=60)}' is neither a recipe nor a command; {hint}")
