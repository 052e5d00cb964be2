"""``table``: runs beside each other, a row each."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

import click

from tui_trainer.cli.output import columns, say, to_json
from tui_trainer.cli.selecting import find_run, run_ids

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tui_trainer.core.report.account import Account


@click.command(
    epilog="""
    \b
    Examples:
      tui-trainer table latest 20261124
      tui-trainer table RUN RUN RUN --csv > runs.csv
    """
)
@click.argument("runs", metavar="RUN...", nargs=-1, required=True, shell_complete=run_ids)
@click.option("--markdown", "form", flag_value="markdown", help="As a Markdown table.")
@click.option("--json", "form", flag_value="json", help="As JSON.")
@click.option("--csv", "form", flag_value="csv", help="As comma-separated values.")
def table(runs: tuple[str, ...], form: str | None) -> None:
    """Print a row for each RUN: the settings that differ, and what came of them."""
    from tui_trainer.core.report import markdown, rows

    accounts = accounts_of(runs)
    if form == "json":
        say(to_json(rows.objects(accounts)))
    elif form == "csv":
        import csv

        told = rows.flat(accounts)
        csv.writer(sys.stdout, lineterminator="\n").writerows([told.head, *told.rows])
    elif form == "markdown":
        say(markdown.render([rows.table(accounts)]).strip())
    else:
        told = rows.table(accounts)
        say("\n".join(columns([told.head, *told.rows], numbers=sorted(told.numbers))))


def accounts_of(selectors: Iterable[str]) -> list[Account]:
    """The runs that are meant, each once, read whole. Raises UsageError or ClickException."""
    from tui_trainer.core.report.account import account
    from tui_trainer.core.runlog import RunLogError

    chosen = dict.fromkeys(find_run(selector) for selector in selectors)
    try:
        return [account(run, time.time()) for run in chosen]
    except RunLogError as error:
        raise click.ClickException(str(error)) from None
