import json

from tests.cli.outcome import Record, RunCli
from tests.cli.test_runs import ended, evaluated, started
from tui_trainer.cli.runs import _COLUMNS
from tui_trainer.core.ordering import COLUMNS
from tui_trainer.core.rundir import RunDir


def test_tags_and_a_note_are_listed_and_found(run_cli: RunCli, trained: RunDir) -> None:
    assert run_cli("tag", "latest", "+baseline", "draft").out == "baseline draft\n"
    assert run_cli("tag", "latest", "-draft", "-v").out == "baseline\n"
    assert run_cli("note", "latest", "the one\nto beat").out == "the one to beat\n"
    assert run_cli("tag", "latest").out == "baseline\n"
    assert "baseline · the one to beat" in run_cli("runs", "BASELINE", "beat").out
    (listed,) = json.loads(run_cli("runs", "--json").out)
    assert (listed["tags"], listed["note"]) == (["baseline"], "the one to beat")
    assert run_cli("note", "latest", "").out == ""


def test_words_that_nothing_holds_are_told_apart_from_no_runs(run_cli: RunCli, trained: RunDir) -> None:
    done = run_cli("runs", "digits", "nonsense")
    assert (done.status, done.out) == (
        0,
        "None of 1 runs holds all of these words: tui-trainer runs lists them.\n",
    )
    assert json.loads(run_cli("runs", "nonsense", "--json").out) == []


def test_runs_are_sorted_by_what_is_asked_for(run_cli: RunCli, record: Record) -> None:
    better, worse = (
        record([started(), evaluated(2, "validation", loss, accuracy=accuracy), ended("finished")]).id
        for loss, accuracy in ((0.3, 0.9), (0.5, 0.7))
    )
    for options, expected in (
        ((), [worse, better]),
        (("--sort", "best"), [better, worse]),
        (("--sort", "best", "--reverse"), [worse, better]),
    ):
        assert [run["run"] for run in json.loads(run_cli("runs", "--json", *options).out)] == expected
    done = run_cli("runs", "--sort", "beauty")
    assert done.status == 2
    assert "'age'" in done.err


def test_what_runs_can_be_sorted_by_is_what_the_help_says() -> None:
    assert COLUMNS == _COLUMNS
