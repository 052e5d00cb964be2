"""``compare``: what it refuses, what it tells, and that it can be stopped and taken up again."""

import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.outcome import RunCli
from tui_trainer.core import comparison as comparisons
from tui_trainer.core import control, rundir
from tui_trainer.core.history import History, load
from tui_trainer.core.recipe import Recipe, Training
from tui_trainer.core.variation import Variant

TIMEOUT_S = 120
SHORT = ("--data", "moons", "--model", "logistic-regression", "--regularization", "none", "--epochs", "2")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "only first-steps is left: name several recipes, or vary a setting"),
        (
            ["--vary", "optimizer=adm,sgd"],
            "--optimizer adm: no such preset in optimizers; did you mean adam?",
        ),
        (["--vary", "lr"], "lr: must be KEY=V1,V2, such as optimizer=adam,sgd or lr=0.1,0.01"),
        (["--vary", "lr=1,2", "--vary", "lr=3"], "optimizer.lr: varied twice"),
        (["--vary", "optimiser=a,b"], "optimiser: nothing to vary; did you mean optimizer?"),
        (["frist-steps", "overfit"], "frist-steps: no such preset in recipes; did you mean first-steps?"),
        (["--vary", "lr=0.1,0.2", "--budget", "soon"], "--budget soon: must be a time for all (60s, 5min)"),
        (["--vary", "lr=0.1,0.2", "--budget", "0s"], "--budget 0s: must be a time"),
        (["--vary", "lr=0.1,0.2", "--budget", "1.5epochs"], "--budget 1.5epochs: epochs are whole"),
        (["--vary", "lr=0.1,0.2", "--target", "speed=3"], "speed=3: a target is METRIC=VALUE with one of"),
        (["--vary", "lr=0.1,0.2", "--seeds", "0"], "Invalid value for '--seeds': 0 is not in the range"),
        (
            ["--vary", "lr=0.1,0.2", "--vary", "seed=1,2", "--seeds", "4"],
            "--seeds and --vary seed say the same",
        ),
        (
            ["--vary", "data=mnist,moons"],
            "mnist is not on this machine (11 MB). --download downloads it; or put",
        ),
        (["--add-seeds", "5"], "--add-seeds needs --resume COMPARISON"),
        (["--resume", "latest"], "there are no comparisons yet: tui-trainer compare makes one"),
        (["first-steps", "--resume", "latest"], "--resume goes on with a comparison as it is"),
    ],
)
def test_wrong_usage_is_told_in_a_sentence_and_leaves_nothing(
    run_cli: RunCli, home: Path, arguments: list[str], sentence: str
) -> None:
    done = run_cli("compare", *arguments)
    assert (done.status, done.out) == (2, "")
    assert done.err.splitlines()[-1].startswith(f"tui-trainer compare: {sentence}")
    assert not home.exists()


def test_a_comparison_ends_with_its_table_and_verdict_and_takes_more_seeds(run_cli: RunCli) -> None:
    done = run_cli("compare", *SHORT, "--vary", "lr=0.001,0.1", "--seeds", "2", "--target", "accuracy=0.8")
    assert done.status == 0, done.err
    assert "\x1b" not in done.out + done.err
    lines = done.out.splitlines()
    assert [line[:5] for line in lines[:4]] == ["1/4  ", "2/4  ", "3/4  ", "4/4  "]
    head = "recipe best accuracy at epoch last epochs to target updates seconds parameters"
    assert lines[4].split() == head.split()
    assert [re.split(r"  +", line)[0] for line in lines[5:7]] == ["lr 0.001", "lr 0.1"]
    assert lines[7].startswith("chance")
    assert "2 shared seeds, and fewer than 3 cannot tell chance from merit" in done.out
    made = comparisons.find("latest")
    assert lines[-1] == f"comparison {made.id}"
    assert len({run.recipe().training.seed for run in made.runs()}) == 2

    more = run_cli("compare", "--resume", made.id[:18], "--add-seeds", "3", "--json", "--quiet")
    assert more.status == 0, more.err
    *runs, compared = more.objects
    assert len(runs) == 10, "those that were over are told too"
    assert compared["event"] == "compared"
    assert compared["seeds"] == [0, 1, 2, 3, 4]
    assert compared["best"] == "lr 0.1"
    assert compared["pairs"][0]["better"] == "lr 0.1"
    assert compared["pairs"][0]["level"] == 0.95, "two seeds were no look that could have claimed anything"
    assert compared["recipes"][1]["settings"] == {"optimizer.lr": 0.1}
    labels = [each["label"] for each in compared["trivial"]]
    assert labels == ["chance", "logistic regression"]
    assert all(run["state"] == "finished" for run in runs)
    assert len(rundir.list_runs()) == 10


def test_a_loss_that_diverges_is_a_result_and_no_failure(run_cli: RunCli) -> None:
    options = ("--optimizer", "sgd", "--vary", "lr=0.01,100", "--seeds", "1", "--epochs", "2", "--json")
    done = run_cli("compare", "regression-fcnn", *options)
    assert done.status == 0, done.err
    states = {run["label"]: run["state"] for run in done.objects if run["event"] == "run"}
    assert states == {"lr 0.01": "finished", "lr 100": "failed"}
    assert done.objects[-1]["leader"] == "lr 0.01"


def test_ctrl_c_stops_all_cleanly_and_resume_goes_on() -> None:
    compare = [sys.executable, "-P", "-m", "tui_trainer", "compare"]
    arguments = ["--data", "moons", "--regularization", "none", "--vary", "lr=0.001,0.01", "--seeds", "1"]
    command = [*compare, *arguments, "--epochs", "100000"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as program:
        until(lambda: [run.phase for run in told()] == ["training", "training"])
        program.send_signal(signal.SIGINT)
        out, err = program.communicate(timeout=TIMEOUT_S)
    assert program.returncode == 130
    assert "stopping: waiting for the workers to end cleanly" in err
    made = comparisons.find("latest")
    assert f"tui-trainer compare --resume {made.id}" in err
    assert out.count("stopped after") == 2

    again = [*compare, "--resume", "latest", "--detach"]
    detached = subprocess.run(again, capture_output=True, text=True, timeout=TIMEOUT_S)
    assert detached.stdout.strip() == made.id
    until(lambda: [(run.phase, run.attempt) for run in told()] == [("training", 2)] * 2)
    for run in rundir.list_runs():
        control.send(run, control.Stop(attempt=2))
    until(lambda: [run.phase for run in told()] == ["stopped", "stopped"])


def test_a_run_that_waits_can_be_stopped_and_trained_alone(run_cli: RunCli) -> None:
    variants = [Variant(name, Recipe(name=name, training=Training(epochs=1))) for name in ("one", "other")]
    made = comparisons.create("two", variants, (0,))
    first, second = made.runs()
    assert run_cli("stop", first.id).out == f"{first.id} was taken out of the queue\n"
    assert load(first).phase == "stopped"
    done = run_cli("resume", second.id, "--quiet")
    assert done.status == 0, done.err
    assert run_cli("runs").out.count(" finished ") == 1, "it is queued no more"


def told() -> list[History]:
    return [load(run) for run in rundir.list_runs()]


def until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + TIMEOUT_S
    while not is_so():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.05)
