"""``preflight``: the checks of a recipe before it is trained, on the command line."""

from __future__ import annotations

import shutil
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from tui_trainer.cli.choosing import checked, choices_of, environment, preset_names, recipe_options
from tui_trainer.cli.output import say, to_json, warn
from tui_trainer.cli.program import INTERRUPTED
from tui_trainer.core.text import plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tui_trainer.core.preflight.findings import Finding
    from tui_trainer.tui.flight import Flight
    from tui_trainer.tui.plot.raster import GlyphName

_LOOK_S = 0.1
_CHART_HEIGHT = 10
_MAX_WIDTH = 100


@click.command(
    epilog="""
    \b
    Examples:
      tui-trainer preflight
      tui-trainer preflight --data moons --model mlp --optimizer momentum
      tui-trainer preflight tp1-mnist --set optimizer.lr=0.5
      tui-trainer preflight --json | jq .learning_rate.proposed

    Copies are trained and thrown away: no run is made. The exit status is 0 once the checks are made,
    whatever they find.
    """
)
@click.argument("recipe", required=False, shell_complete=preset_names("recipes"))
@recipe_options
@click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout, all else on stderr.")
def preflight(recipe: str | None, data_dir: Path | None, as_json: bool, **options: Any) -> int:
    """Check RECIPE (default: first-steps) before it is trained: initial loss, one batch, learning rate."""
    from tui_trainer.core.compose import Choices
    from tui_trainer.core.datafiles import absence

    chosen = checked(choices_of(recipe or Choices.recipe, options))
    folder = data_dir.expanduser().absolute() if data_dir else None
    if missing := absence(chosen.data, folder, download="tui-trainer train --download downloads it"):
        raise click.UsageError(missing)
    from tui_trainer.tui import launcher
    from tui_trainer.tui.flight import Flight

    flight = Flight(chosen, partial(launcher.start_preflight, env=environment(data_dir)))
    try:
        _follow(flight, sys.stderr if as_json else sys.stdout)
    except KeyboardInterrupt:
        warn("interrupted")
        return INTERRUPTED
    finally:
        flight.close()
    if flight.problem:
        warn(f"failed: {flight.problem}")
        return 1
    if as_json:
        say(to_json(_object(flight)))
    else:
        for line in _charts(flight):
            say(line)
    return 0


def _follow(flight: Flight, stream: TextIO) -> None:
    """Tell each finding as it comes; at a terminal, between them, how far it is."""
    from tui_trainer.core.titles import title

    bar = sys.stderr if sys.stderr.isatty() else None
    told = 0
    say(f"pre-flight {plain(flight.recipe.name)}   {plain(' · '.join(title(flight.recipe)))}", stream)
    while True:
        flight.read_new()
        found = flight.findings()
        if bar is not None and (flight.is_over or len(found) > told):
            print("\r\x1b[K", end="", file=bar, flush=True)
        for finding in found[told:]:
            say(_line(finding), stream)
        told = len(found)
        if flight.is_over:
            return
        if bar is not None:
            print(f"\r\x1b[K{flight.progress()}", end="", file=bar, flush=True)
        flight.wait(_LOOK_S)


def _line(finding: Finding) -> str:
    from tui_trainer.core.verdicts import MARKS

    return f"{MARKS[finding.severity]} {finding.check:13}  {finding.told}"


def _charts(flight: Flight) -> Iterator[str]:
    """Both charts, as wide as the terminal."""
    from tui_trainer.tui.plot import lineplot
    from tui_trainer.tui.plot.model import ChartOptions
    from tui_trainer.tui.views.preflight import one_batch, rate_range

    width = min(shutil.get_terminal_size().columns, _MAX_WIDTH)
    glyphs: GlyphName = "braille" if "utf" in sys.stdout.encoding.lower() else "ascii"
    rates = rate_range(flight.measured, flight.proposal(), flight.recipe.optimizer.lr)
    for model, log_y in ((one_batch(flight.measured), True), (rates, False)):
        yield ""
        options = ChartOptions(glyphs=glyphs, log_y=log_y)
        yield from lineplot.draw(model, options, width, _CHART_HEIGHT).text().splitlines()


def _object(flight: Flight) -> dict[str, Any]:
    """All that was found, as numbers and as words."""
    from tui_trainer.core.preflight.measured import INITIAL, OVERFIT

    measured, proposal, recipe = flight.measured, flight.proposal(), flight.recipe
    initial, began, ended, expected = (
        measured.initial, measured.overfit_began, measured.overfit_ended, measured.expected,
    )  # fmt: skip
    assert initial is not None
    assert began is not None
    assert ended is not None
    assert expected is not None
    return {
        "event": "preflight",
        "recipe": recipe.name,
        "initial_loss": {
            "loss": initial.metrics[INITIAL],
            "expected": expected.value,
            "expected_is": expected.label,
            "samples": initial.num_samples,
        },
        "one_batch": {
            "samples": ended.num_samples,
            "steps": ended.step,
            "first_loss": began.metrics[OVERFIT],
            "last_loss": ended.metrics[OVERFIT],
            "near_zero": measured.near_zero,
            "learned": measured.is_learned_by_heart,
        },
        "learning_rate": {
            "proposed": proposal.rate if proposal else None,
            "lowest_up_to": proposal.lowest_at if proposal else None,
            "explodes_at": measured.explodes_at,
            "recipe": recipe.optimizer.lr,
        },
        "findings": [
            {"check": each.check, "severity": each.severity, "text": each.text, "advice": each.advice}
            for each in flight.findings()
        ],
        "seconds": measured.elapsed_s,
    }
