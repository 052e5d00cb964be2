"""The options that make a recipe, the same for the app and for ``train``; from them to a checked recipe."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from tui_trainer.cli.output import warn
from tui_trainer.core.text import plain

if TYPE_CHECKING:
    from tui_trainer.core.compose import Choices, Composed
    from tui_trainer.core.control import Change
    from tui_trainer.core.recipe import Recipe
    from tui_trainer.core.rules import Finding

PART_NAMES = ("data", "architecture", "activation", "loss", "optimizer", "schedule", "regularization")
FLAG_NAMES = ("lr", "epochs", "batch_size", "seed", "device", "compile")


def preset_names(group: str) -> Callable[[click.Context, click.Parameter, str], list[CompletionItem]]:
    """Shell completion over the presets of ``group``."""

    def complete(_context: click.Context, _parameter: click.Parameter, word: str) -> list[CompletionItem]:
        from tui_trainer.core.presets import Library, language, text

        spoken = language()
        return [
            CompletionItem(preset.name, help=plain(text(preset, spoken).summary))
            for preset in Library.load().group(group)
            if preset.name.startswith(word)
        ]

    return complete


def _part(*names: str, group: str, help: str, multiple: bool = False) -> Callable[[Any], Any]:
    return click.option(
        *names, metavar="NAME", multiple=multiple, help=help, shell_complete=preset_names(group)
    )


_OPTIONS = (
    _part("--data", group="data", help="Another data set."),
    _part("--architecture", "--model", "architecture", group="architectures", help="Another architecture."),
    _part("--activation", group="activations", help="The function after each hidden layer."),
    _part("--loss", group="losses", help="Another loss."),
    _part("--optimizer", group="optimizers", help="Another optimizer, with a learning rate that suits it."),
    _part("--schedule", group="schedules", help="How the learning rate changes over training."),
    _part("--regularization", group="regularization", help="May be repeated; none is none.", multiple=True),
    click.option("--lr", metavar="X", help="Learning rate η."),
    click.option("--epochs", metavar="N", help="How often the training set is gone through."),
    click.option("--batch-size", metavar="N|all", help="Samples in one update."),
    click.option("--seed", metavar="N", help="Initial weights, order of samples, dropout."),
    click.option("--device", metavar="D", help="auto, cpu, cuda, cuda:N or mps."),
    click.option("--compile", flag_value="true", help="Steps as one graph: slower to start, then faster."),
    click.option(
        "--set", "settings", metavar="KEY=VALUE", multiple=True,
        help="Any setting: regularization.l2.strength=0.01. May be repeated.",
    ),
    click.option(
        "--data-dir", metavar="DIR", type=click.Path(path_type=Path), help="Where sets such as MNIST lie."
    ),
)  # fmt: skip


def recipe_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give ``command`` every option that changes a recipe; see `choices_of`."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


change_option = click.option(
    "--change", "changes", metavar="SETTING=VALUE@STEP", multiple=True,
    help="Change a setting while it trains: lr=0.01@300. May be repeated.",
)  # fmt: skip


def changes_in(
    said: Sequence[str], recipe: Recipe, given: Sequence[Change] = (), done: int = 0
) -> tuple[Change, ...]:
    """What was asked for by `change_option` of a run with ``recipe`` that has made ``done`` steps.

    ``given`` are changed anyway. Raises UsageError with all that is wrong.
    """
    from tui_trainer.core import repeating
    from tui_trainer.core.edits import EditRefused

    changes, wrong = [], []
    for text in said:
        try:
            changes.append(repeating.read(text))
        except EditRefused as error:
            wrong.append(f"--change {text}: {error}")
    try:
        repeating.refuse_wrong(recipe, changes, given, done)
    except EditRefused as error:
        wrong += str(error).splitlines()
    if wrong:
        raise click.UsageError("\n".join(plain(sentence, limit=200) for sentence in wrong))
    return tuple(changes)


def choices_of(recipe: str, options: Mapping[str, Any]) -> Choices:
    """What was chosen by `recipe_options`."""
    from tui_trainer.core.compose import Choices

    return Choices(
        recipe=recipe,
        parts={part: options[part] for part in PART_NAMES if options[part]},
        settings=options["settings"],
        flags={flag: options[flag] for flag in FLAG_NAMES},
    )


def made(choices: Choices, base: Recipe | None = None) -> Composed:
    """What ``choices`` make (of ``base``), whether its parts fit together or not.

    Raises UsageError with all mistakes.
    """
    from tui_trainer.core.compose import compose
    from tui_trainer.core.presets import Library
    from tui_trainer.core.validation import RecipeError

    library = Library.load()
    try:
        return compose(library, choices, base)
    except RecipeError as error:
        raise click.UsageError("\n".join(plain(str(problem)) for problem in error.problems)) from None


def checked(choices: Choices, base: Recipe | None = None) -> Recipe:
    """The recipe that ``choices`` make (of ``base``); doubts go to stderr.

    Raises UsageError with all that is wrong.
    """
    from tui_trainer.core.facts import facts
    from tui_trainer.core.rules import check

    composed = made(choices, base)
    findings = check(composed.recipe, facts(composed.recipe.data))
    refused = [_sentence(finding) for finding in findings if finding.severity == "refused"]
    if refused:
        raise click.UsageError("\n".join(refused))
    for sentence in (*composed.notes, *map(_sentence, findings)):
        warn(sentence)
    return composed.recipe


def _sentence(finding: Finding) -> str:
    return f"{finding.part}: {finding.reason.rstrip('.')}; {finding.suggestion}"


def environment(data_dir: Path | None, *, download: bool = False) -> dict[str, str]:
    """What a worker is told about data that do not come with the package.

    The path is absolute: a worker runs in another folder.
    """
    from tui_trainer.core import datafiles

    folder = data_dir.expanduser() if data_dir else datafiles.data_dir()
    told = {"TUI_TRAINER_DATA": os.path.abspath(folder)}  # noqa: PTH100
    return told | ({"TUI_TRAINER_DOWNLOAD": "1"} if download else {})
