"""Every command shows a run that somebody's own loop logged."""

import csv
import io
import json

import pytest

from tests.cli.outcome import RunCli
from tui_trainer import Run
from tui_trainer.core import rundir
from tui_trainer.core.rundir import RunDir

HOSTILE = "\x1b]52;c;aGk=\x07[@click=app.quit]\u202e"


@pytest.fixture
def logged() -> RunDir:
    with Run("by hand", config={"lr": 0.5, "opt": {"name": "sgd"}}) as run:
        for step in range(1, 101):
            run.log(step, loss=1 / step, lr=0.5)
            if step % 25 == 0:
                run.log(step, val_loss=2 / step, val_accuracy=0.9, test_accuracy=0.8)
        run.confusion(100, [[40, 2], [3, 55]], ["no", "yes"])
    return rundir.find("latest")


def test_it_is_listed_with_its_config_and_its_best(run_cli: RunCli, logged: RunDir) -> None:
    row = run_cli("runs").out.splitlines()[1]
    for part in (logged.id, "finished", "accuracy 0.900, step 100", "own loop · lr 0.5 · opt.name sgd"):
        assert part in row
    (listed,) = json.loads(run_cli("runs", "--json").out)
    assert (listed["epochs"], listed["steps"], listed["best"]["loss"]) == (None, 100, 0.02)


def test_it_is_shown(run_cli: RunCli, logged: RunDir) -> None:
    done = run_cli("show", "latest")
    assert done.status == 0
    for part in (
        "by hand   own loop · lr 0.5",
        "val",
        "step",
        "confusion matrix: validation, step 100",
        "finished after 100 steps",
        "best at step 100",
        "opt.name  sgd",
    ):
        assert part in done.out
    assert "epoch" not in done.out
    told = json.loads(run_cli("show", "latest", "--json").out)
    assert told["config"] == {"lr": 0.5, "opt": {"name": "sgd"}}
    assert told["recipe"] is None
    assert told["test"] == {"accuracy": 0.8}


def test_a_loop_that_validates_nothing_shows_the_loss_of_its_steps(run_cli: RunCli) -> None:
    with Run("plain") as run:
        for step in range(50):
            run.log(step, loss=1.0 + step)
    done = run_cli("show", "latest")
    assert "loss  50.0 train (batch)" in done.out
    assert "no value" not in done.out


def test_what_could_not_be_recorded_is_shown(run_cli: RunCli) -> None:
    with Run("odd") as run:
        run.log(1, loss=float("nan"))
    assert "! loss became nan at step 1" in run_cli("show", "latest").out


def test_its_values_are_exported_and_its_words_printed(run_cli: RunCli, logged: RunDir) -> None:
    rows = list(csv.DictReader(io.StringIO(run_cli("export", "latest", "--csv").out)))
    assert [row["step"] for row in rows] == [str(step) for step in range(1, 101)]
    assert (rows[24]["validation_loss"], rows[24]["batch_lr"], rows[24]["epoch"]) == ("0.08", "0.5", "")
    kinds = {told["event"] for told in run_cli("events", "latest").objects}
    assert {"run_started", "steps", "evaluated", "facts_told", "phase_changed"} <= kinds


def test_its_traceback_is_its_log(run_cli: RunCli) -> None:
    with pytest.raises(ZeroDivisionError), Run():
        print(1 // 0)
    assert "ZeroDivisionError" in run_cli("logs", "latest").out
    assert "failed" in run_cli("runs").out
    assert "ZeroDivisionError: integer division or modulo by zero" in run_cli("show", "latest").out


@pytest.mark.parametrize("command", [("code", "latest"), ("share", "latest"), ("train", "--from", "latest")])
def test_it_has_no_recipe_to_repeat(run_cli: RunCli, logged: RunDir, command: tuple[str, ...]) -> None:
    done = run_cli(*command)
    assert done.status == 1
    assert done.err == f"tui-trainer: {logged.id} logs a loop of its own: it has no recipe\n"


def test_it_is_deleted_once_it_is_over(run_cli: RunCli) -> None:
    run = Run("live")
    done = run_cli("delete", "latest", "--yes")
    assert done.status == 2
    assert "is live" in done.err
    run.close()
    assert run_cli("delete", "latest", "--yes").status == 0
    assert run_cli("runs", "--json").out == "[]\n"


def test_hostile_text_stays_text(run_cli: RunCli) -> None:
    with Run(HOSTILE, config={HOSTILE: HOSTILE}, classes=[HOSTILE, HOSTILE]) as run:
        run.log(1, {HOSTILE: 1.0, f"val_{HOSTILE}": 1.0})
        run.confusion(1, [[1, 2], [3, 4]])
    for command in (("runs",), ("show", "latest"), ("export", "latest", "--csv"), ("events", "latest")):
        done = run_cli(*command)
        assert done.status == 0
        assert not {"\x1b", "\x07", "\u202e"} & set(done.out)
