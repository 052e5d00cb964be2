"""Six optimizers are compared: a worker is killed, its runs go on, a verdict is read, a report written."""

import os
import re
import signal
import time
from html import unescape
from pathlib import Path

from tests.end_to_end.terminal import Terminal
from tui_trainer.core import comparison as comparisons
from tui_trainer.core import rundir
from tui_trainer.core.comparison import Comparison
from tui_trainer.core.history import load
from tui_trainer.core.standings import Standings

GRID = "data=moons optimizer=gd,sgd,momentum,adagrad,rmsprop,adam epochs=4"
HAS_SCORES = re.compile(r"A\s+gd\s.*±")


def test_optimizers_are_compared_though_their_worker_is_killed(tmp_path: Path) -> None:
    with Terminal(columns=120, rows=40) as terminal:
        terminal.until_shows("0 Recipe")
        terminal.press("A")
        terminal.until_shows("4 a grid over any setting")
        terminal.press("4")
        terminal.until_shows("● 4 a grid")
        terminal.press(GRID)
        terminal.until_shows("6 recipes, 18 runs")
        terminal.press("\r")
        terminal.until(lambda text: HAS_SCORES.search(text) is not None, "the first scores")
        started = (load(run).started for run in rundir.list_runs())
        os.kill(next(filter(None, started)).pid, signal.SIGKILL)
        terminal.until(lambda text: re.search(r"\d+ crashed", text) is not None, "crashed runs")
        terminal.press("r")
        terminal.until_shows("18 of 18 runs done")
        verdict = terminal.until(lambda text: "beats" in text or "Cannot tell gd from" in text, "a verdict")
        assert "% interval" in verdict
        terminal.press("q")
        assert terminal.until_ended() == 0
    (made,) = comparisons.list_comparisons()
    assert {load(run).phase for run in made.runs()} == {"finished"}
    assert any(load(run).attempt > 1 for run in made.runs())
    with Terminal("report", made.id, "-o", str(tmp_path / "compared.html")) as terminal:
        assert terminal.until_ended() == 0, terminal.text
    assert_tells_of(made, unescape((tmp_path / "compared.html").read_text("utf-8")))


def assert_tells_of(comparison: Comparison, report: str) -> None:
    """The verdict on all, the recipes with what differs, the curve of each."""
    standings = Standings(comparison)
    while standings.read_new():
        pass
    assert standings.standing(time.time()).text in report
    for entrant in comparison.entrants:
        assert f"<td>{entrant.label}" in report, entrant.label
    for metric in ("loss", "accuracy"):
        chart = re.search(f'aria-label="{metric}, validation".*?</svg>', report, re.DOTALL)
        assert chart is not None, metric
        assert chart[0].count("<path") >= len(comparison.entrants), metric
