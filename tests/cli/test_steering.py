"""A run that trains by itself is paused, resumed and stopped by its id."""

import os
import time
from collections.abc import Iterator
from threading import Thread

import msgspec
import pytest

from tests.cli.outcome import Record, RunCli
from tui_trainer.core import control, history, liveness, rundir
from tui_trainer.core.checkpoint_files import saved_steps
from tui_trainer.core.events import Edited, PhaseChanged, Resumed, RunStarted
from tui_trainer.core.lock import WorkerLock
from tui_trainer.core.rundir import RunDir
from tui_trainer.core.runlog import LogReader, LogWriter

LONG = ("train", "--data", "moons", "--model", "logistic-regression", "--epochs", "100000", "--detach")
TIMEOUT_S = 60


def until(run: RunDir, *states: str, num_evaluations: int = 0) -> None:
    deadline = time.monotonic() + TIMEOUT_S
    while True:
        told = history.load(run)
        state = liveness.state_of(run, told, time.time())
        if state in states and len(told.evaluations.get("validation", ())) >= num_evaluations:
            return
        assert time.monotonic() < deadline, f"it is {state}"
        time.sleep(0.01)


@pytest.fixture
def detached(run_cli: RunCli) -> Iterator[RunDir]:
    """A run that trains by itself, on and on."""
    done = run_cli(*LONG)
    assert done.status == 0, done.err
    run = rundir.find(done.out.strip())
    yield run
    for attempt in (1, 2):
        control.send(run, control.Stop(attempt=attempt))
    until(run, "stopped", "finished", "failed", "crashed")


def test_a_detached_run_is_paused_resumed_stopped_and_resumed_again(
    run_cli: RunCli, detached: RunDir, monkeypatch: pytest.MonkeyPatch
):
    name = detached.id
    until(detached, "training", "evaluating")
    paused = run_cli("pause", name)
    assert (paused.status, paused.out.partition(" after ")[0]) == (0, f"{name} is paused")
    assert run_cli("pause", name).err.startswith(f"tui-trainer pause: {name} is paused already")
    assert run_cli("resume", name).out == f"{name} goes on\n"
    until(detached, "training", "evaluating")
    again = run_cli("resume", name)
    assert (again.status, again.err.partition(": it needs")[2]) == (2, " no resuming\n")
    stopped = run_cli("stop", name)
    assert (stopped.status, stopped.out.partition(" after ")[0]) == (0, f"{name} was stopped")
    step = history.load(detached).step
    assert stopped.out.endswith(f" after {step} steps\n")
    assert run_cli("stop", name).err == f"tui-trainer stop: {name} was stopped: there is nothing to stop\n"
    assert run_cli("pause", name).err == f"tui-trainer pause: {name} was stopped: there is nothing to pause\n"
    monkeypatch.setenv("SLURM_JOB_ID", "77")
    detached_again = run_cli("resume", name, "--detach")
    assert detached_again.out == f"{name}\n"
    assert detached_again.err.startswith(
        "this run trains by itself, but Slurm ends it with job 77, in tmux too"
    )
    until(detached, "training", "evaluating")
    resumed = [event for event in LogReader(detached.events).read_new().events if isinstance(event, Resumed)]
    assert [event.at_step for event in resumed] == [step]
    assert run_cli("stop", name).status == 0


def test_stop_says_how_to_end_a_worker_that_does_not_answer(run_cli: RunCli, trained: RunDir):
    step = saved_steps(trained)[-1]
    started = history.load(trained).started
    assert started is not None
    with WorkerLock(trained.lock), LogWriter(trained.events) as log:
        log.append(msgspec.structs.replace(started, attempt=2, pid=4242))
        log.append(PhaseChanged(attempt=2, elapsed_s=1, phase="training"))
        os.utime(trained.events, (time.time() - 7300, time.time() - 7300))
        requests = control.ControlReader(trained.control, 2)

        def answer_late() -> None:
            deadline = time.monotonic() + TIMEOUT_S
            while control.Stop(attempt=2) not in requests.poll() and time.monotonic() < deadline:
                time.sleep(0.01)
            log.append(PhaseChanged(attempt=2, elapsed_s=1, phase="stopped"))

        worker = Thread(target=answer_late)
        worker.start()
        done = run_cli("stop", trained.id)
        worker.join()
    assert (done.status, done.out.partition(" after ")[0]) == (0, f"{trained.id} was stopped")
    assert f"{trained.id} is stalled: no step for 2 h; it makes " in done.err
    assert done.err.endswith(
        f" end it for good: kill -9 4242; tui-trainer resume {trained.id} then goes on from step {step:,}\n"
    )


def test_resume_tells_only_what_is_new(run_cli: RunCli):
    started = run_cli("train", "--epochs", "200", "--quiet", "--detach")
    run = rundir.find(started.out.strip())
    control.send(run, control.Pace(attempt=1, updates_per_s=400))  # 10 epochs a second: 20 s to stop it in
    until(run, "training", "evaluating", num_evaluations=3)
    assert run_cli("stop", run.id).status == 0
    told = history.load(run)
    resumed = run_cli("resume", run.id)
    assert resumed.status == 0, resumed.err
    first = len(told.evaluations["validation"])
    assert resumed.out.splitlines()[0].startswith(f"epoch {str(first).rjust(3)}/200")
    assert "\nfinished after " in resumed.out
    assert f"goes on from step {told.step}" in resumed.err


def test_what_has_finished_needs_more_epochs(run_cli: RunCli, trained: RunDir):
    for command, rest in (("stop", "nothing to stop"), ("pause", "nothing to pause")):
        done = run_cli(command, trained.id)
        assert (done.status, done.out) == (2, "")
        assert done.err.endswith(f"has finished: there is {rest}\n")
    assert run_cli("resume", trained.id).err.endswith("its 2 epochs: give it more with --epochs N\n")
    assert "2 were trained already" in run_cli("resume", trained.id, "--epochs", "2").err
    more = run_cli("resume", trained.id, "--epochs", "4")
    assert more.status == 0, more.err
    assert [line[:9] for line in more.out.splitlines()[:2]] == ["epoch 3/4", "epoch 4/4"]
    assert "finished after 4 epochs" in more.out
    assert "test read 2 times" in more.out


def test_a_run_of_another_machine_is_for_that_machine(run_cli: RunCli, record: Record):
    run = record(
        [
            RunStarted(
                attempt=1, elapsed_s=0, name="far", task="binary", host="gpu7", boot_id="b", pid=1,
                started_at=0,
            ),
            PhaseChanged(attempt=1, elapsed_s=0, phase="training"),
        ]
    )  # fmt: skip
    for command in ("stop", "pause", "resume"):
        done = run_cli(command, run.id)
        assert done.status == 2
        assert done.err.endswith(f"from gpu7, where its worker may be at work: {command} it there\n")
    assert not run.control.exists()


def test_a_loop_of_one_s_own_goes_on_after_a_pause_and_is_for_its_script_after_its_end(run_cli: RunCli):
    run = rundir.create_own("by hand", {})
    started = RunStarted(
        attempt=1, elapsed_s=0, name="by hand", task="any", host=liveness.host(),
        boot_id=liveness.boot_id(), pid=1, started_at=0,
    )  # fmt: skip
    with WorkerLock(run.lock), LogWriter(run.events) as log:
        log.append(started)
        log.append(PhaseChanged(attempt=1, elapsed_s=0, phase="paused"))
        assert run_cli("resume", run.id).out == f"{run.id} goes on\n"
        assert control.ControlReader(run.control, 1).poll() == [control.Continue(attempt=1)]
        log.append(PhaseChanged(attempt=1, elapsed_s=0, phase="stopped"))
    done = run_cli("resume", run.id)
    assert (done.status, done.out) == (2, "")
    assert "logs a loop of its own: its script, started again, makes a new run" in done.err


def test_a_fork_goes_on_from_its_parent(run_cli: RunCli, trained: RunDir):
    done = run_cli("fork", trained.id, "--epochs", "3", "--optimizer", "sgd", "--batch-size", "32")
    assert done.status == 0, done.err
    assert done.out.splitlines()[0].startswith("epoch 3/3")
    assert run_cli("fork", trained.id, "--at", "7").err.startswith(
        f"tui-trainer fork: {trained.id}: no checkpoint at step 7; there are "
    )


def test_a_repeated_run_repeats_what_was_changed(run_cli: RunCli, trained: RunDir):
    with LogWriter(trained.events) as log:
        log.append(Edited(attempt=1, elapsed_s=0, step=50, setting="optimizer.lr", before=0.001, value=0.1))
    assert run_cli("train", "--from", "latest", "--quiet").status == 0
    (edit,) = history.load(rundir.find("latest")).edits
    assert (edit.step, edit.value) == (50, 0.1)
