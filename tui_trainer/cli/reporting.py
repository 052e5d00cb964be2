"""``report``: what a run, several, or a comparison came to, in one file."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from tui_trainer.cli.output import say, write_new
from tui_trainer.cli.selecting import comparison_ids, run_ids
from tui_trainer.cli.tables import accounts_of
from tui_trainer.core.text import plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tui_trainer.core.comparison import Comparison
    from tui_trainer.core.report.blocks import Block

_STDOUT = Path("-")
_MARKDOWN = (".md", ".markdown")
_HTML = (".html", ".htm")


def _ids(context: click.Context, parameter: click.Parameter, word: str) -> list[CompletionItem]:
    return [*run_ids(context, parameter, word), *comparison_ids(context, parameter, word)]


@click.command(
    epilog="""
    \b
    Examples:
      tui-trainer report latest
      tui-trainer report RUN RUN -o two.md
      tui-trainer report COMPARISON -o - > compared.html

    The file's ending says whether it is HTML or Markdown; - is stdout, as HTML. It needs no other file and
    no network. Without -o it goes to a file in this folder that is called as the run is.
    """
)
@click.argument("sources", metavar="RUN...|COMPARISON", nargs=-1, required=True, shell_complete=_ids)
@click.option("-o", "--output", metavar="FILE", type=click.Path(path_type=Path), help="Write it there.")
@click.option("--force", is_flag=True, help="Write over FILE where there is one.")
def report(sources: tuple[str, ...], output: Path | None, force: bool) -> None:
    """Write what a RUN, several, or a COMPARISON came to, as one HTML or Markdown file."""
    comparison = _comparison(sources[0]) if len(sources) == 1 else None
    if output is not None and output != _STDOUT and output.suffix.lower() not in (*_MARKDOWN, *_HTML):
        raise click.UsageError(
            f"{plain(str(output))}: the name must end in .html or .md, which says what to write"
        )
    name, blocks = _of_comparison(comparison) if comparison else _of_runs(sources)
    output = output or Path(f"{name}.html")
    if output.suffix.lower() in _MARKDOWN:
        from tui_trainer.core.report.markdown import render
    else:
        from tui_trainer.core.report.html import render
    text = render(blocks)
    if output == _STDOUT:
        say(text.removesuffix("\n"))
        return
    write_new(output, text, force=force)
    say(f"wrote {plain(str(output))}")


def _comparison(selector: str) -> Comparison | None:
    """The comparison of that id, or that alone begins so; None where it is no comparison, or a run is."""
    from tui_trainer.core import comparison as comparisons
    from tui_trainer.core.rundir import AmbiguousRun, RunNotFound, find

    try:
        found = comparisons.find(selector)
    except comparisons.ComparisonNotFound:
        return None
    except comparisons.ComparisonDamaged as error:
        raise click.ClickException(str(error)) from None
    if found.id == selector:
        return found
    try:
        run = find(selector)
    except RunNotFound:
        return found
    except AmbiguousRun:
        return None
    # "latest" and beginnings of dates fit both: runs come first, but for the runs of that comparison.
    return found if run in found.runs() else None


def _of_runs(sources: Sequence[str]) -> tuple[str, Iterator[Block]]:
    from tui_trainer.core.report import document

    accounts, now = accounts_of(sources), time.time()
    if len(accounts) == 1:
        return plain(accounts[0].run.id), document.of_run(accounts[0], now)
    verdict = document.verdict(document.as_comparison(accounts), now)
    return f"{len(accounts)}-runs", document.of_runs(accounts, now, verdict=verdict)


def _of_comparison(comparison: Comparison) -> tuple[str, Iterator[Block]]:
    from tui_trainer.core.report import document

    now = time.time()
    groups = {
        entrant.label: accounts_of(run.id for run in comparison.runs(entrant))
        for entrant in comparison.entrants
    }
    accounts = [each for group in groups.values() for each in group]
    if not accounts:
        raise click.UsageError(
            f"the runs of {plain(comparison.id)} were all deleted: there is nothing to tell"
        )
    return plain(comparison.id), document.of_runs(
        accounts,
        now,
        title=plain(comparison.name) or "Comparison",
        groups=groups,
        verdict=document.verdict(comparison, now),
    )
