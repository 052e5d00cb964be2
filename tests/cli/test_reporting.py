"""Tables and reports, from recordings of real runs and from hostile ones."""

import csv
import io
import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.cli.outcome import Record, RunCli
from tests.cli.test_runs import HOSTILE, ended, evaluated, started
from tui_trainer.core import comparison as comparisons
from tui_trainer.core import labels, rundir
from tui_trainer.core.events import Edited
from tui_trainer.core.labels import Labels
from tui_trainer.core.parentage import Parent
from tui_trainer.core.recipe import Adam, Momentum, Optimizer, Recipe, Training
from tui_trainer.core.rundir import RunDir, create, create_own
from tui_trainer.core.runlog import LogWriter
from tui_trainer.core.variation import Variant

RECORDED = Path(__file__).parent.parent / "data" / "runs"


@pytest.fixture
def recorded(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Three recorded runs by their ids; the current folder is empty."""
    monkeypatch.chdir(tmp_path)
    ids = []
    for number, name in enumerate(("digits", "cancer", "diverged")):
        run = RunDir(rundir.runs_root() / f"20270115-0800{number:02}-{name}-000")
        shutil.copytree(RECORDED / name, run.path)
        ids.append(run.id)
    return ids


def one(optimizer: Optimizer, seed: int, *accuracies: float) -> RunDir:
    """A run whose validation came to these accuracies."""
    run = create(Recipe(name="net", optimizer=optimizer, training=Training(seed=seed)))
    say(run, *accuracies)
    return run


def say(run: RunDir, *accuracies: float) -> None:
    with LogWriter(run.events) as log:
        log.append(started(classes=()))
        for step, accuracy in enumerate(accuracies):
            log.append(evaluated(2 * step, "validation", 1 - accuracy, accuracy=accuracy))
        log.append(ended("finished"))


class Page(HTMLParser):
    """What a browser would make of a page: its tags, with what they ask for."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.texts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


# Tables


def test_a_table_has_only_the_settings_that_differ(run_cli: RunCli) -> None:
    runs = [one(Adam(lr=lr), 0, 0.1, best, 0.5) for lr, best in ((0.1, 0.9), (0.01, 0.7))]
    head, first, second = run_cli("table", *(run.id for run in runs)).out.splitlines()
    assert head.split("  ")[0] == "run"
    assert re.split("  +", head)[1:4] == ["state", "lr", "best accuracy"]
    assert re.split("  +", first)[2:6] == ["0.1", "0.900", "1", "0.500"]
    assert re.split("  +", second)[2:4] == ["0.01", "0.700"]


def test_a_table_for_programs_and_for_spreadsheets(run_cli: RunCli, recorded: list[str]) -> None:
    (rows,) = [json.loads(run_cli("table", *recorded, "--json").out)]
    assert [row["run"] for row in rows] == recorded
    assert rows[0]["settings"]["data.kind"] == "digits"
    assert rows[0]["best"] == pytest.approx(0.98148, abs=1e-4)
    cells = list(csv.DictReader(io.StringIO(run_cli("table", *recorded, "--csv").out)))
    assert [cell["optimizer.lr"] for cell in cells] == ["0.003", "0.001", "10"]
    assert [float(cell["best"]) for cell in cells] == pytest.approx([row["best"] for row in rows])
    lines = run_cli("table", *recorded, "--markdown").out.splitlines()
    assert {line.count("|") for line in lines} == {lines[0].count("|")}


def test_own_loops_are_told_apart_by_their_config(run_cli: RunCli) -> None:
    for hidden in (8, 16):
        say(create_own("mine", {"lr": 0.1, "hidden": hidden}), 0.5)
    ids = [run.id for run in reversed(rundir.list_runs())]
    (first, second) = json.loads(run_cli("table", *ids, "--json").out)
    assert (first["settings"], second["settings"]) == ({"hidden": 8}, {"hidden": 16})


# Reports


def test_a_report_is_one_page_that_needs_nothing_else(
    run_cli: RunCli, recorded: list[str], tmp_path: Path
) -> None:
    labels.write(rundir.find(recorded[0]), Labels(("base",), "the one to beat"))
    assert run_cli("report", recorded[0]).out == f"wrote {recorded[0]}.html\n"
    text = (tmp_path / f"{recorded[0]}.html").read_text("utf-8")
    page = Page(text)
    assert not {"script", "link", "img", "iframe"} & set(page.tags)
    assert not {"src", "href", "action"} & {name for name, _ in page.attributes}
    assert "url(" not in text
    assert "default-src 'none'" in text
    assert page.tags.count("svg") == 3
    for part in ("first-steps", "tagged base · the one to beat", "ln 10", "precision", "test", "data-sha256"):
        assert part in text
    assert "tui-trainer train --epochs 12" in text
    assert "✓ it learned: validation loss fell from 2.30 to 0.0499" in text


def test_the_line_that_repeats_a_run_has_its_changes_and_says_where_it_makes_another(run_cli: RunCli) -> None:
    run = one(Adam(lr=0.1), 0, 0.1, 0.9)
    changed = Edited(attempt=1, elapsed_s=1.0, step=1, setting="optimizer.lr", before=0.1, value=0.01)
    with LogWriter(run.events) as log:
        log.append(changed)
    assert "--change lr=0.01@1" in run_cli("report", run.id, "-o", "-").out
    fork = create(run.recipe(), parent=Parent(run.id, 1, is_repeatable=False))
    say(fork, 0.1, 0.9)
    assert "its recipe makes another run" in run_cli("report", fork.id, "-o", "-").out


def test_why_a_run_failed_is_in_its_report(run_cli: RunCli, recorded: list[str]) -> None:
    assert "train loss became inf at step 10" in run_cli("report", recorded[2], "-o", "-").out


def test_a_report_is_not_written_over_another_file(
    run_cli: RunCli, recorded: list[str], tmp_path: Path
) -> None:
    (tmp_path / "a.md").write_text("mine")
    done = run_cli("report", recorded[0], "-o", "a.md")
    assert (done.status, done.err) == (
        2,
        "tui-trainer report: a.md is there already: name another file, or add --force\n",
    )
    assert (tmp_path / "a.md").read_text() == "mine"
    assert run_cli("report", recorded[0], "-o", "a.md", "--force").status == 0
    text = (tmp_path / "a.md").read_text("utf-8")
    assert text.startswith("# first-steps\n")
    assert "| validation | 0.0499 | 0.981 |" in text
    assert "    tui-trainer train --epochs 12\n" in text


def test_a_report_says_which_endings_there_are(run_cli: RunCli, recorded: list[str], tmp_path: Path) -> None:
    done = run_cli("report", recorded[0], "-o", "a.pdf")
    assert done.status == 2
    assert "must end in .html or .md" in done.err
    assert list(tmp_path.glob("a.*")) == []


def test_runs_side_by_side_get_a_verdict_over_their_seeds(run_cli: RunCli) -> None:
    for seed in range(4):
        one(Adam(lr=0.1), seed, 0.1, 0.90 + 0.01 * (seed % 2))
        one(Momentum(lr=0.1), seed, 0.1, 0.50 + 0.01 * (seed // 2))
    page = run_cli("report", *(run.id for run in rundir.list_runs()), "-o", "-").out
    assert re.search(r'class="verdict">adam beats momentum by', page)
    assert page.count('<path class="c0 thin"') == 8  # four seeds behind their mean, in two charts
    assert "the seeds were 0, 1, 2, 3" in page


def test_a_comparison_is_reported_by_its_id(run_cli: RunCli) -> None:
    recipes = {"adam": Recipe(optimizer=Adam()), "slow adam": Recipe(optimizer=Adam(lr=1e-5))}
    variants = [Variant(label, recipe) for label, recipe in recipes.items()]
    made = comparisons.create("which rate", variants, [0, 1, 2])
    for number, run in enumerate(made.runs()):
        run.queued.unlink(missing_ok=True)
        say(run, 0.1, 0.9 - 0.4 * (number % 2) + 0.01 * (number // 2))
    page = run_cli("report", made.id, "-o", "-").out
    assert "<h1>which rate</h1>" in page
    assert "adam beats slow adam by" in page


def test_hostile_names_are_text_in_every_report(run_cli: RunCli, record: Record, tmp_path: Path) -> None:
    evil = f'</title><script>alert("x")</script><img src=x onerror=y>|`{HOSTILE}'
    run = record(
        [
            started(name=evil, classes=(evil, "yes")),
            evaluated(0, "train", 0.7),
            evaluated(0, "validation", 0.8, **{evil: 0.5}),
            ended("failed", evil),
        ]
    )
    own = create_own(evil, {evil: evil})
    say(own, 0.5)
    labels.write(run, Labels((evil,), evil))
    for sources in ([run.id], [own.id], [run.id, own.id]):
        text = run_cli("report", *sources, "-o", "-").out
        page = Page(text)
        assert not {"script", "img"} & set(page.tags)
        assert not {"onerror", "src"} & {name for name, _ in page.attributes}
        assert not set(text) & {"\x1b", "\x07", "\u202e", "\u0301"}
        assert "alert" in "".join(page.texts)
        assert run_cli("report", *sources, "-o", str(tmp_path / "a.md"), "--force").status == 0
        assert not re.search(r"(?<!\\)<", (tmp_path / "a.md").read_text("utf-8").replace("    <", ""))


def test_an_unknown_run_is_one_sentence(run_cli: RunCli, recorded: list[str]) -> None:
    for command in ("table", "report"):
        done = run_cli(command, "1999")
        assert (done.status, done.out) == (2, "")
        assert done.err == f"tui-trainer {command}: no run begins with '1999'; the newest is {recorded[2]}\n"
