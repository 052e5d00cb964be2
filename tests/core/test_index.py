"""The index makes a long list quick and is never believed against the files."""

from pathlib import Path

import pytest

from tests.core.test_summary import NOW, ended, log, started, validation
from tui_trainer.core import index, labels
from tui_trainer.core.labels import Labels
from tui_trainer.core.recipe import Recipe
from tui_trainer.core.rundir import RunDir, create
from tui_trainer.core.summary import Summaries, Summary


@pytest.fixture
def runs(tmp_path: Path) -> list[RunDir]:
    runs = [create(Recipe(name=f"net-{number}"), root=tmp_path / "runs") for number in range(3)]
    for number, run in enumerate(runs):
        log(run, started(name=run.id), validation(40, 0.5, 0.1 * number), ended("finished"))
    return runs


def listed(runs: list[RunDir], file: Path) -> list[Summary]:
    """What a program that starts now tells of the runs."""
    summaries = Summaries(file)
    while summaries.read_new(runs, max_seconds=5):
        pass
    summaries.keep()
    return [summary for run in runs if (summary := summaries.get(run, NOW))]


def test_with_an_index_nothing_is_read_and_all_is_said(runs, tmp_path, monkeypatch):
    before = listed(runs, tmp_path / "index")
    monkeypatch.setattr("tui_trainer.core.summary._Reading", lambda run: pytest.fail(f"{run.id} was read"))
    assert listed(runs, tmp_path / "index") == before
    assert [summary.last.headline for summary in before if summary.last] == [0.0, 0.1, 0.2]


def test_what_the_index_has_is_told_at_once_and_then_seen_to_hold(runs, tmp_path):
    before = listed(runs, tmp_path / "index")
    log(runs[2], started(), validation(80, 0.4, 0.9), ended("failed", reason="it broke"))
    labels.write(runs[1], Labels(tags=("good",)))
    summaries = Summaries(tmp_path / "index")
    assert summaries.read_new(runs, max_seconds=0), "there is more to be seen"
    assert [summaries.get(run, NOW) for run in runs] == before
    while summaries.read_new(runs, max_seconds=0):
        pass
    seen = [summaries.get(run, NOW) for run in runs]
    assert seen == listed(runs, tmp_path / "index")
    assert seen[0] == before[0]
    assert (seen[1].tags, seen[2].state) == (("good",), "failed")


def test_a_run_that_went_on_is_read_again(runs, tmp_path):
    listed(runs, tmp_path / "index")
    log(runs[1], started(), validation(80, 0.4, 0.9), ended("failed", reason="it broke"))
    summary = listed(runs, tmp_path / "index")[1]
    assert (summary.state, summary.reason) == ("failed", "it broke")
    assert summary.best is not None
    assert summary.best.headline == 0.9
    assert listed(runs, tmp_path / "index")[1] == summary


@pytest.mark.parametrize("damage", [b"", b"junk", b"\x92\xa3one\x80", None], ids=repr)
def test_a_damaged_index_is_none(runs, tmp_path, damage):
    file = tmp_path / "index"
    before = listed(runs, file)
    file.write_bytes(file.read_bytes()[:-10] if damage is None else damage)
    assert listed(runs, file) == before
    assert len(index.load(file)) == 3


def test_where_no_index_can_be_written_runs_are_listed_all_the_same(runs, tmp_path):
    (tmp_path / "index").mkdir()
    assert len(listed(runs, tmp_path / "index")) == 3
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_deleted_run_leaves_the_index(runs, tmp_path):
    listed(runs, tmp_path / "index")
    listed(runs[:2], tmp_path / "index")
    assert index.load(tmp_path / "index").keys() == {run.id for run in runs[:2]}


def test_labels_are_of_today_whatever_the_index_knows(runs, tmp_path):
    listed(runs, tmp_path / "index")
    labels.write(runs[0], Labels(("good",), "the one to beat"))
    summary = listed(runs, tmp_path / "index")[0]
    assert (summary.tags, summary.note) == (("good",), "the one to beat")
    assert "the one to beat" in summary.words
