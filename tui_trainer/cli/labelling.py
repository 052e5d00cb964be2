"""``tag`` and ``note``: what a person calls a run."""

from __future__ import annotations

import click

from tui_trainer.cli.output import say
from tui_trainer.cli.selecting import find_run, run_argument


@click.command(
    context_settings={"ignore_unknown_options": True},
    epilog="""
    \b
    Examples:
      tui-trainer tag latest +baseline -draft
      tui-trainer runs baseline
    """,
)
@run_argument
@click.argument("tags", nargs=-1, metavar="[+TAG|-TAG]...", type=click.UNPROCESSED)
def tag(run: str, tags: tuple[str, ...]) -> None:
    """Give RUN tags or take them away, and print those it has."""
    from dataclasses import replace

    from tui_trainer.core import labels

    chosen = find_run(run)
    kept = labels.read(chosen)
    if tags:
        kept = replace(kept, tags=labels.tagged(kept.tags, tags))
        labels.write(chosen, kept)
    if kept.tags:
        say(" ".join(kept.tags))


@click.command(
    epilog="""
    \b
    Examples:
      tui-trainer note latest "the one to beat"
      tui-trainer note latest ""
    """
)
@run_argument
@click.argument("text", required=False)
def note(run: str, text: str | None) -> None:
    """Write a line of TEXT to RUN, and print the one it has."""
    from dataclasses import replace

    from tui_trainer.core import labels

    chosen = find_run(run)
    if text is not None:
        labels.write(chosen, replace(labels.read(chosen), note=text))
    if written := labels.read(chosen).note:
        say(written)
