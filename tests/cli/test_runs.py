import csv
import io
import json
import math
import os
import shutil
import struct
import time

import msgspec
import pytest

from tests.cli.outcome import Record, RunCli
from tui_trainer.core import figures, framing
from tui_trainer.core.events import Evaluated, Phase, PhaseChanged, RunStarted, Split, Steps
from tui_trainer.core.liveness import boot_id, host
from tui_trainer.core.lock import WorkerLock
from tui_trainer.core.rundir import RunDir
from tui_trainer.core.runlog import LogWriter

HOSTILE = "\x1b]52;c;aGk=\x07[@click=app.quit]x[/]\u202e\u0301"


def started(name: str = "recorded", classes: tuple[str, ...] = ("no", "yes")) -> RunStarted:
    return RunStarted(
        attempt=1,
        elapsed_s=0.0,
        name=name,
        task="binary",
        host=host(),
        boot_id=boot_id(),
        pid=1,
        started_at=0.0,
        classes=classes,
        parameters=3,
        steps_per_epoch=2,
        planned_steps=4,
    )


def losses(*values: float) -> Steps:
    return Steps(
        attempt=1, elapsed_s=1.0, first_step=1, metrics={"loss": struct.pack(f"<{len(values)}f", *values)}
    )


def evaluated(step: int, split: Split, loss: float, **metrics: float) -> Evaluated:
    return Evaluated(
        attempt=1,
        elapsed_s=1.0,
        step=step,
        split=split,
        num_samples=8,
        metrics={"loss": loss, "accuracy": 0.75, **metrics},
        confusion=((4, 0), (2, 2)),
    )


def ended(phase: Phase, reason: str = "") -> PhaseChanged:
    return PhaseChanged(attempt=1, elapsed_s=2.0, phase=phase, step=2, reason=reason)


def test_before_the_first_run_the_next_step_is_named(run_cli: RunCli) -> None:
    done = run_cli("runs")
    assert done.status == 0
    assert "tui-trainer train" in done.out


def test_runs_are_listed_with_state_and_best(run_cli: RunCli, trained: RunDir) -> None:
    row = run_cli("runs").out.splitlines()[1]
    assert trained.id in row
    assert "finished" in row
    assert "accuracy" in row
    (listed,) = json.loads(run_cli("runs", "--json").out)
    assert (listed["run"], listed["state"], listed["epochs"]) == (trained.id, "finished", 2)
    assert listed["best"]["accuracy"] > 0.3


@pytest.mark.parametrize("selector", ["latest", "prefix", "id"])
def test_a_run_is_shown_with_curves_confusion_matrix_and_scores(
    run_cli: RunCli, trained: RunDir, selector: str
) -> None:
    name = {"latest": "latest", "prefix": trained.id[:10], "id": trained.id}[selector]
    done = run_cli("show", name)
    assert done.status == 0
    for part in ("digits · fcnn 64-32 relu", "loss", "accuracy", "true \\ predicted", "precision", "test"):
        assert part in done.out


def test_shown_as_json_a_run_brings_its_recipe_and_matrices(run_cli: RunCli, trained: RunDir) -> None:
    (shown,) = run_cli("show", "latest", "--json").objects
    assert shown["run"] == trained.id
    assert shown["status"] == "finished"
    assert shown["recipe"]["training"]["epochs"] == 2
    assert sum(map(sum, shown["validation"]["confusion"])) == 270
    assert sum(map(sum, shown["test"]["confusion"])) == 269


def test_what_is_not_finite_is_named_with_its_step(run_cli: RunCli, record: Record) -> None:
    train = [evaluated(step, "train", loss) for step, loss in ((0, 0.7), (10, math.inf))]
    record([started(), *train, evaluated(0, "validation", 0.7), ended("failed")])
    assert "inf at step 10" in run_cli("show", "latest").out


def test_many_epochs_are_written_out(run_cli: RunCli, record: Record) -> None:
    record([started(), evaluated(0, "validation", 0.8), evaluated(41_580, "validation", 0.7)])
    rows = run_cli("runs").out
    assert "  20,790  " in rows
    assert "accuracy 0.750, epoch 20,790" in rows
    assert "best at epoch 20,790" in run_cli("show", "latest").out


def test_what_goes_on_is_printed_and_is_in_the_json(run_cli: RunCli, record: Record) -> None:
    events = [started()]
    for step, (train, validation) in enumerate([(0.7, 0.7), (0.5, 0.4), (0.3, 0.3), (0.1, 0.2)]):
        events += [evaluated(step, "train", train), evaluated(step, "validation", validation)]
    record([*events, ended("finished")])
    out = run_cli("show", "latest").out
    assert "✓ it learned: validation loss fell from 0.700 to 0.200\n" in out
    assert "· most frequent confusion: yes taken for no, 2 of 4 on validation\n" in out
    (shown,) = run_cli("show", "latest", "--json").objects
    assert [each["kind"] for each in shown["diagnosis"]] == ["learning", "confusion"]
    assert shown["diagnosis"][0] == {
        "kind": "learning",
        "severity": "good",
        "text": "it learned: validation loss fell from 0.700 to 0.200",
        "advice": "",
    }


def test_why_a_run_failed_is_said_once(run_cli: RunCli, record: Record) -> None:
    events = [started(), evaluated(0, "train", 0.7), evaluated(0, "validation", 0.7)]
    record([*events, losses(0.5, math.inf), ended("failed", "loss of a batch became inf at step 2")])
    assert run_cli("show", "latest").out.count("became") == 1
    (shown,) = run_cli("show", "latest", "--json").objects
    assert [each["kind"] for each in shown["diagnosis"]] == ["diverged"]


@pytest.mark.parametrize("command", ["show", "events", "logs", "delete"])
def test_an_unknown_run_is_one_sentence(run_cli: RunCli, trained: RunDir, command: str) -> None:
    done = run_cli(command, "1999")
    assert done.status == 2
    assert done.err == f"tui-trainer {command}: no run begins with '1999'; the newest is {trained.id}\n"


def test_events_are_json_lines_with_every_step(run_cli: RunCli, trained: RunDir) -> None:
    events = run_cli("events", "latest").objects
    assert [event["event"] for event in events[:2]] == ["phase_changed", "run_started"]
    steps = [event for event in events if event["event"] == "steps"]
    assert sum(len(event["metrics"]["loss"]) for event in steps) == 80
    assert run_cli("events", "latest", "--follow").objects == events


def test_what_is_not_finite_survives_as_text(run_cli: RunCli, record: Record) -> None:
    record([started(), losses(0.5, math.nan, math.inf, -math.inf), ended("failed", "loss became nan")])
    for line in run_cli("events", "latest").out.splitlines():
        json.loads(line, parse_constant=lambda constant: pytest.fail(f"{constant} is not JSON"))
        if '"steps"' in line:
            assert json.loads(line)["metrics"]["loss"] == [0.5, "NaN", "Infinity", "-Infinity"]


def test_export_has_a_row_for_every_step_and_a_column_for_every_metric(
    run_cli: RunCli, record: Record
) -> None:
    record(
        [
            started(),
            evaluated(0, "train", 0.7),
            evaluated(0, "validation", 0.8, roc_auc=0.5),
            losses(0.6, math.nan),
            evaluated(2, "validation", 0.4, roc_auc=0.9),
        ]
    )
    rows = list(csv.DictReader(io.StringIO(run_cli("export", "latest", "--csv").out)))
    assert [row["step"] for row in rows] == ["0", "1", "2"]
    assert [row["epoch"] for row in rows] == ["0", "0.5", "1"]
    assert [row["batch_loss"] for row in rows] == ["", "0.6", "nan"]
    assert [row["validation_roc_auc"] for row in rows] == ["0.5", "", "0.9"]
    assert [row["train_loss"] for row in rows] == ["0.7", "", ""]


def test_export_asks_for_a_form(run_cli: RunCli, trained: RunDir) -> None:
    done = run_cli("export", "latest")
    assert (done.status, done.err) == (2, "tui-trainer export: say in which form: --csv\n")


def test_hostile_names_and_reasons_do_not_reach_the_terminal(run_cli: RunCli, record: Record) -> None:
    run = record(
        [
            started(name=HOSTILE, classes=(HOSTILE, "yes")),
            evaluated(0, "train", 0.7),
            evaluated(0, "validation", 0.8),
            ended("failed", HOSTILE),
        ]
    )
    run.worker_log.write_text(f"Traceback\n  {HOSTILE}\n")
    for arguments in (["runs"], ["show", "latest"], ["logs", "latest"]):
        out = run_cli(*arguments).out
        assert not set(out) & {"\x1b", "\x07", "\u202e", "\u0301"}
    assert "[@click=app.quit]" in run_cli("show", "latest").out


def test_damage_in_a_log_is_told_and_the_rest_is_shown(run_cli: RunCli, trained: RunDir) -> None:
    log = bytearray(trained.events.read_bytes())
    log[len(log) // 2] ^= 0xFF
    trained.events.write_bytes(log)
    done = run_cli("show", "latest")
    assert done.status == 0
    assert "damaged: " in done.err
    assert "loss" in done.out


def test_events_of_a_newer_version_are_told_of(run_cli: RunCli, trained: RunDir) -> None:
    event = msgspec.msgpack.encode({"event": "hologram", "attempt": 1, "elapsed_s": 9.0})
    with trained.events.open("ab") as file:
        file.write(framing.encode(event))
    for arguments in (["show", "latest"], ["runs"], ["events", "latest"], ["export", "latest", "--csv"]):
        done = run_cli(*arguments)
        assert done.status == 0
        assert "1 event comes from a newer tui-trainer and is not shown" in done.err
        assert done.out


def test_a_stalled_run_is_told_in_words(run_cli: RunCli, record: Record) -> None:
    run = record([])
    with WorkerLock(run.lock), LogWriter(run.events) as log:
        log.append(msgspec.structs.replace(started(), host=host(), boot_id=boot_id()))
        log.append(PhaseChanged(attempt=1, elapsed_s=0.0, phase="training"))
        for step in range(1, 41):
            values = bytes(4)
            log.append(Steps(attempt=1, elapsed_s=0.3 * step, first_step=step, metrics={"loss": values}))
        os.utime(run.events, (time.time() - 150, time.time() - 150))
        words = "no step for 2 min; it makes one every 0.3 s"
        shown = run_cli("show", "latest").out
        assert f"stalled: {words}" in shown
        assert "stalled after 20 epochs, 40 steps" in shown
        listed = run_cli("runs")
        assert "  stalled  " in listed.out
        assert f"{run.id}: {words}" in listed.err


@pytest.mark.parametrize(
    "spoil", ["recipe.toml", "events.log", "control.jsonl", "worker.lock", "checkpoints", "pictures.log"]
)
@pytest.mark.parametrize("how", ["gone", "junk", "a folder"])
def test_no_file_of_a_run_stops_a_command(spoil: str, how: str, run_cli: RunCli, trained: RunDir) -> None:
    path = trained.path / spoil
    shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    if how == "junk":
        path.write_bytes(b"\x00\xff[junk\n" * 200)
    elif how == "a folder":
        path.mkdir()
    assert run_cli("runs").status == 0
    shown = run_cli("show", trained.id)
    refused = {"junk": 1, "gone": 2, "a folder": 2} if spoil == "recipe.toml" else {}
    refused |= {"a folder": 1} if spoil == "events.log" else {}
    assert shown.status == refused.get(how, 0)
    assert shown.err.count("\n") <= 1


def test_deleting_asks_somebody(run_cli: RunCli, trained: RunDir, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())
    done = run_cli("delete", "latest")
    assert done.status == 2
    assert "--yes" in done.err
    assert trained.exists


def test_a_deleted_run_is_gone(run_cli: RunCli, trained: RunDir) -> None:
    (listed,) = json.loads(run_cli("runs", "--json").out)
    files = [path for path in trained.path.rglob("*") if path.is_file()]
    assert listed["disk_bytes"] == sum(path.stat().st_size for path in files) > 50_000
    freed = figures.size(listed["disk_bytes"])
    assert f"  {freed}  " in run_cli("runs").out
    assert run_cli("delete", "latest", "--yes").out == f"deleted {trained.id}: {freed} freed\n"
    assert not trained.path.exists()


def test_the_worker_log_is_printed_line_by_line(run_cli: RunCli, trained: RunDir) -> None:
    trained.worker_log.write_bytes(b"first\nsecond \xff\nno newline")
    assert run_cli("logs", "latest").out == "first\nsecond \N{REPLACEMENT CHARACTER}\nno newline\n"
    assert run_cli("logs", "latest", "--follow").out.startswith("first\n")
