"""The command line: alone it opens the app, its commands do the rest; each imports what it needs."""

import sys
from collections.abc import Sequence
from typing import NoReturn

import click

from tui_trainer.cli.comparing import compare
from tui_trainer.cli.forking import fork
from tui_trainer.cli.labelling import note, tag
from tui_trainer.cli.logs import events, logs
from tui_trainer.cli.opening import attach, descent, open_app
from tui_trainer.cli.output import spell_out, warn
from tui_trainer.cli.preflight import preflight
from tui_trainer.cli.presets import presets
from tui_trainer.cli.program import INTERRUPTED, Program
from tui_trainer.cli.reporting import report
from tui_trainer.cli.runs import delete, export, runs, show
from tui_trainer.cli.sharing import code, share
from tui_trainer.cli.steering import pause, resume, stop
from tui_trainer.cli.tables import table
from tui_trainer.cli.training import train

__all__ = ["main", "program"]


@click.group(
    cls=Program,
    commands=[
        open_app,
        train,
        preflight,
        attach,
        pause,
        resume,
        stop,
        fork,
        compare,
        presets,
        descent,
        runs,
        show,
        table,
        report,
        tag,
        note,
        code,
        share,
        events,
        logs,
        export,
        delete,
    ],
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="tui-trainer", message="%(prog)s %(version)s")
def program() -> None:
    """Watch a neural network learn, in a terminal.

    \b
      tui-trainer                            choose a recipe, press Enter, watch
      tui-trainer tp1-mnist                  the same, with that recipe chosen
      tui-trainer train                      train first-steps without the app
      tui-trainer train --optimizer sgd --lr 0.05 --epochs 5
      tui-trainer compare --vary optimizer=adam,momentum    which is better, and is it really?
      tui-trainer presets optimizers         what there is to choose from
      tui-trainer presets show adam          its formula, for and against, settings
      tui-trainer descent                    optimizers go down a ravine, step by step
      tui-trainer attach                     back to a run that trains: watch and steer it
      tui-trainer runs                       what was trained here
      tui-trainer show latest                one run: curves, confusion matrix, scores
      tui-trainer code first-steps           the same in plain PyTorch, to read and to change

    RUN is a run's id, the beginning of it, or latest. Exit status: 0 done, 1 the run failed, 2 wrong usage,
    130 interrupted.

    Completion in bash (zsh_source and fish_source likewise):

    \b
      eval "$(_TUI_TRAINER_COMPLETE=bash_source tui-trainer)"
    """


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the program (``arguments`` default to the process's own) and exit with its status."""
    if sys.platform == "win32":
        warn("tui-trainer runs on Linux, macOS and WSL, not on Windows itself: start it inside WSL.")
        sys.exit(2)
    spell_out((sys.stdout, sys.stderr))
    sys.exit(_status(arguments))


def _status(arguments: Sequence[str] | None) -> int:
    """Run it; every error a user can cause becomes a sentence on stderr and a status."""
    try:
        status = program.main(arguments, prog_name="tui-trainer", standalone_mode=False)
    except click.Abort:
        return INTERRUPTED
    except click.ClickException as error:
        where = _place(error.ctx) if isinstance(error, click.UsageError) else "tui-trainer"
        for line in error.format_message().splitlines():
            warn(f"{where}: {line}")
        return error.exit_code
    except OSError as error:
        warn(f"tui-trainer: {f'{error.filename}: {error.strerror}' if error.filename else error}")
        return 1
    return status if isinstance(status, int) else 0


def _place(context: click.Context | None) -> str:
    """The command as it was typed: one that is not on the help page goes by the name of the one above it."""
    if context and context.parent and context.command.hidden:
        context = context.parent
    return context.command_path if context else "tui-trainer"
