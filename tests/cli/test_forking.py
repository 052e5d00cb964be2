"""``fork`` from the command line: which checkpoint, what is changed, and what is refused."""

import numpy as np
import pytest

from tests.cli.outcome import RunCli
from tui_trainer.core import rundir
from tui_trainer.core.checkpoint_files import path_of, saved_steps
from tui_trainer.core.history import load
from tui_trainer.core.parentage import Parent
from tui_trainer.core.rundir import RunDir


def test_a_fork_says_from_where_it_goes_on_and_its_line_trains_it_again(
    run_cli: RunCli, trained: RunDir
) -> None:
    done = run_cli("fork", "latest", "--epochs", "3", "--lr", "0.01", "--change", "l1=0.001@100")
    assert done.status == 0, done.err
    assert f"goes on from epoch 2, step 80 of {trained.id}\n" in done.err
    child = rundir.find("latest")
    assert child.parent == Parent(trained.id, 80)
    shown = run_cli("show", child.id)
    assert f"forked from {trained.id} at step 80\n" in shown.out
    assert run_cli("runs", "--json").out.count(f'"parent": {{"run": "{trained.id}", "step": 80}}') == 1
    (told,) = run_cli("show", child.id, "--json").objects
    assert told["parent"] == {"run": trained.id, "step": 80}
    line = run_cli("share", child.id)
    assert (line.err, line.out) == (
        "",
        "tui-trainer train --epochs 2 --change lr=0.01@80 --change epochs=3@80 --change l1=0.001@100\n",
    )
    assert run_cli("train", "--from", child.id, "--quiet").status == 0
    np.testing.assert_array_equal(
        load(child).batch_loss.values, load(rundir.find("latest")).batch_loss.values
    )


def test_the_best_checkpoint_serves_too_and_a_line_that_makes_another_run_says_so(
    run_cli: RunCli, trained: RunDir
) -> None:
    done = run_cli("fork", "latest", "--at", "best", "--optimizer", "sgd", "--epochs", "3", "--quiet")
    assert (done.status, done.err) == (0, "")
    child = rundir.find("latest")
    assert child.parent == Parent(trained.id, 80, is_repeatable=False)
    assert f"{child.id} was forked from {trained.id} at step 80 with" in run_cli("share", child.id).err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--at", "41"], "no checkpoint at step 41; there are "),
        (["--at", "first"], "'first' is neither a step nor best nor last"),
        (["--model", "logistic-regression"], "architecture: "),
        (["--set", "architecture.hidden=[9]"], "layer linear1 would have 64 inputs and 9 outputs"),
        (
            ["--data", "breast-cancer"],
            "breast-cancer has 30 inputs and digits 64: a fork goes on",
        ),
        (["--change", "lr=0.1@10"], "--change lr=0.1@10: it goes on from step 80"),
    ],
)
def test_what_cannot_be_forked_is_told_in_a_sentence(
    run_cli: RunCli, trained: RunDir, arguments: list[str], sentence: str
) -> None:
    done = run_cli("fork", "latest", *arguments)
    assert (done.status, done.out) == (2, "")
    assert sentence in done.err.splitlines()[-1]
    assert rundir.list_runs() == [trained]


def test_a_damaged_checkpoint_is_refused_before_there_is_a_run(run_cli: RunCli, trained: RunDir) -> None:
    for step in saved_steps(trained):
        path = path_of(trained, step)
        path.write_bytes(path.read_bytes()[:-9])
    done = run_cli("fork", "latest")
    assert done.status == 2
    assert "is damaged: its bytes do not match its checksum; " in done.err
    assert rundir.list_runs() == [trained]
