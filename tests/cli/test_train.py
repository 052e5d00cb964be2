"""What ``train`` says before it starts a worker, and of one that trains, fails or dies."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Trained
from tests.cli.outcome import RunCli
from tui_trainer.core import rundir
from tui_trainer.core.history import load


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["frist-steps"], "frist-steps: no such preset in recipes; did you mean first-steps?"),
        (["--optimizer", "adm"], "--optimizer adm: no such preset in optimizers; did you mean adam?"),
        (["--epochs", "0"], "training.epochs = 0: must be from 1 to 100000"),
        (
            ["--batch-size", "some"],
            'training.batch_size = "some": must be a whole number, at least 1, or all',
        ),
        (
            ["--set", "optimizer.learning_rate=1"],
            "optimizer.learning_rate: no such setting; did you mean lr?",
        ),
        (["--set", "lr"], "--set lr: must be KEY=VALUE, such as optimizer.lr=0.01"),
        (["--data", "diabetes", "--loss", "cce"], "loss: cross-entropy compares classes"),
        (["--data", "mnist"], "mnist is not on this machine (11 MB). --download downloads it; or put"),
        (["--epoch", "3"], "No such option '--epoch'"),
    ],
)
def test_wrong_usage_is_told_in_a_sentence_and_leaves_no_run(
    run_cli: RunCli, home: Path, arguments: list[str], sentence: str
) -> None:
    done = run_cli("train", *arguments)
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith(f"tui-trainer train: {sentence}")
    assert len(done.err.splitlines()) == 1
    assert not home.exists()


def test_all_mistakes_are_told_at_once(run_cli: RunCli) -> None:
    done = run_cli("train", "--loss", "mes", "--epochs", "0", "--lr", "-1")
    assert len(done.err.splitlines()) == 3


def test_through_pipes_there_is_one_plain_line_an_epoch_and_the_results(trained_once: Trained) -> None:
    done = trained_once.outcome
    assert done.status == 0
    assert [line[:9] for line in done.out.splitlines()[:2]] == ["epoch 1/2", "epoch 2/2"]
    assert done.out.splitlines()[2].startswith("finished after 2 epochs, 80 steps")
    assert [line.split()[0] for line in done.out.splitlines()[4:7]] == ["train", "validation", "test"]
    assert "\x1b" not in done.out + done.err
    assert "\r" not in done.out + done.err


def test_as_json_each_evaluation_and_the_whole_run_are_objects(run_cli: RunCli) -> None:
    done = run_cli(
        "train", "--data", "breast-cancer", "--model", "logistic-regression", "--epochs", "2", "--json"
    )
    assert done.status == 0, done.err
    *evaluations, finished = done.objects
    assert [told["epoch"] for told in evaluations] == [0, 1, 2]
    for told in evaluations:
        assert told["event"] == "evaluation"
        assert set(told["train"]) >= {"loss", "accuracy"}
        assert sum(map(sum, told["validation"]["confusion"])) == 85
    assert list(finished)[:2] == ["event", "run"]
    assert finished["event"] == "finished"
    assert finished["status"] == "finished"
    assert finished["run"] == rundir.find("latest").id
    assert (finished["epochs"], finished["parameters"]) == (2, 31)
    assert finished["steps"] == 2 * load(rundir.find("latest")).steps_per_epoch
    assert 0 <= finished["best_epoch"] <= 2
    assert finished["seconds"] > 0
    assert finished["steps_per_second"] > 0
    assert {"loss", "accuracy", "confusion"} <= set(finished["test"])
    assert {"loss", "accuracy", "confusion"} <= set(finished["validation"])
    assert "epoch 2/2" in done.err


def test_a_loss_that_is_not_finite_ends_the_run_with_its_reason_and_status_1(run_cli: RunCli) -> None:
    done = run_cli("train", "regression-fcnn", "--optimizer", "sgd", "--lr", "100", "--json")
    assert done.status == 1
    assert done.objects[-1]["status"] == "failed"
    assert done.objects[-1]["test"] is None
    reason = done.err.splitlines()[-2]
    assert reason.startswith("failed: loss became ")
    assert "try a learning rate smaller than 100" in reason


def test_a_worker_that_dies_is_noticed() -> None:
    command = [sys.executable, "-P", "-m", "tui_trainer", "train", "--json", "--regularization", "none"]
    with subprocess.Popen(
        [*command, "--epochs", "100000"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as program:
        assert program.stdout is not None
        first = json.loads(program.stdout.readline())
        started = load(rundir.find(first["run"])).started
        assert started is not None
        os.kill(started.pid, signal.SIGKILL)
        out, err = program.communicate(timeout=60)
    assert program.returncode == 1
    assert json.loads(out.splitlines()[-1])["status"] == "crashed"
    assert "the worker ended without a word (exit status -9)" in err
    assert f"tui-trainer logs {first['run']}" in err


def test_training_goes_on_when_its_reader_has_gone(home: Path) -> None:
    command = f"{sys.executable} -P -m tui_trainer train --epochs 2 --json --quiet | head -n 1"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["epoch"] == 0
    assert load(rundir.find("latest")).phase == "finished"
