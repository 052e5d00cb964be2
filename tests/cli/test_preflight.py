"""``preflight`` on the command line, with a real worker."""

from pathlib import Path

import pytest

from tests.cli.outcome import RunCli
from tui_trainer.core import rundir

SMALL = ("--data", "breast-cancer", "--model", "logistic-regression")


def test_it_tells_three_findings_draws_two_charts_and_leaves_nothing(run_cli: RunCli, home: Path) -> None:
    done = run_cli("preflight", *SMALL, "--lr", "0.05")
    assert done.status == 0
    assert done.err.startswith("loss: binary-cross-entropy, since logistic-regression has one output")
    lines = done.out.splitlines()
    assert lines[0].startswith("pre-flight first-steps   breast-cancer")
    assert [line[:16].rstrip() for line in lines[1:4]] == ["✓ initial loss", "✓ one batch", "✓ learning rate"]
    assert "(ln 2)" in lines[1]
    assert {line.split("  ")[0] for line in lines} >= {"one batch", "learning rate"}
    assert "1e-6" in done.out
    assert "\x1b" not in done.out
    assert not rundir.list_runs()
    assert not (home / "preflight").exists()


def test_json_is_one_object_with_the_numbers_and_the_words(run_cli: RunCli) -> None:
    done = run_cli("preflight", *SMALL, "--set", "optimizer.lr=1e-6", "--json")
    assert done.status == 0
    (told,) = done.objects
    assert told["initial_loss"]["expected"] == pytest.approx(0.6931, abs=1e-4)
    assert told["one_batch"]["learned"] is False
    assert 1e-3 < told["learning_rate"]["proposed"] < 10
    assert told["learning_rate"]["recipe"] == 1e-6
    assert [each["severity"] for each in told["findings"]] == ["good", "alarm", "note"]
    assert "a learning rate larger than 1e-06" in told["findings"][1]["advice"]
    assert "✓ initial loss" in done.err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["frist-steps"], "frist-steps: no such preset in recipes; did you mean first-steps?"),
        (["--data", "mnist"], "mnist is not on this machine (11 MB). tui-trainer train --download downloads"),
        (["--data", "diabetes", "--loss", "cce"], "loss: cross-entropy compares classes"),
    ],
)
def test_wrong_usage_is_told_in_a_sentence(
    run_cli: RunCli, home: Path, arguments: list[str], sentence: str
) -> None:
    done = run_cli("preflight", *arguments)
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith(f"tui-trainer preflight: {sentence}")
    assert not home.exists()


def test_checks_that_come_to_nothing_say_why(run_cli: RunCli) -> None:
    done = run_cli("preflight", "--device", "cuda:77")
    assert done.status == 1
    assert done.err.splitlines()[-1].startswith("failed: ")
    assert "cuda" in done.err
