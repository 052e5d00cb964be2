"""Workers as processes, started as the launcher starts them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.training.conftest import heard
from tui_trainer.core import rundir
from tui_trainer.core.events import Evaluated, PhaseChanged, Steps
from tui_trainer.core.lock import is_locked
from tui_trainer.core.recipe import (
    BinaryCrossEntropy,
    FullyConnected,
    Moons,
    Recipe,
    TorchvisionSet,
    Training,
)
from tui_trainer.core.rundir import RunDir

SHORT = Recipe(
    data=Moons(points=200),
    architecture=FullyConnected(hidden=(4,)),
    loss=BinaryCrossEntropy(),
    training=Training(epochs=2),
)
LONG = SHORT.model_copy(update={"training": Training(epochs=100_000, evaluate_every=1_000_000)})
TIMEOUT_S = 60


@contextmanager
def worker(*arguments: str | Path, **options) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-P", "-m", "tui_trainer.training.worker", *map(str, arguments)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, start_new_session=True, **options)
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        assert process.stderr is not None
        process.stderr.close()


def until(is_so: Callable[[], object]) -> None:
    deadline = time.monotonic() + TIMEOUT_S
    while not is_so():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.01)


def phase_of(run: RunDir) -> str:
    return heard(run).history.phase or "none"


def is_training(run: RunDir) -> bool:
    return phase_of(run) == "training" and bool(heard(run).of(Steps))


def test_one_worker_trains_several_runs_of_which_one_may_fail(tmp_path):
    """And it imports no torch.py that happens to lie where it is started, or in a run."""
    good = rundir.create(SHORT)
    bad = rundir.create(SHORT.model_copy(update={"data": TorchvisionSet()}))
    for folder in (tmp_path, good.path, bad.path):
        (folder / "torch.py").write_text("raise ImportError('not this one')")
    with worker(bad.path, good.path, cwd=tmp_path) as process:
        assert process.wait(TIMEOUT_S) == 1
    assert (phase_of(bad), phase_of(good)) == ("failed", "finished")
    assert [event.split for event in heard(good).of(Evaluated)][-1] == "test"


def test_a_run_with_a_worker_is_left_alone():
    run = rundir.create(SHORT)
    holder = "import sys; from pathlib import Path; from tui_trainer.core.lock import WorkerLock\n"
    holder += "WorkerLock(Path(sys.argv[1])).acquire(); print('held', flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", holder, run.lock]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout.readline() == b"held\n"
        with worker(run.path) as process:
            _, errors = process.communicate(timeout=TIMEOUT_S)
        other.stdin.close()
    assert process.returncode == 2
    assert errors.decode() == f"{run.id} is being trained by another worker\n"
    assert not run.events.exists()


@pytest.mark.parametrize("arguments", [[], ["/nowhere/at/all"]], ids=["nothing", "no run"])
def test_wrong_usage_is_one_sentence(arguments):
    with worker(*arguments) as process:
        _, errors = process.communicate(timeout=TIMEOUT_S)
    assert process.returncode == 2
    assert errors.count(b"\n") == 1


def test_a_waiting_worker_whose_app_goes_away_ends():
    with worker("--wait", stdin=subprocess.PIPE) as process:
        process.stdin.close()
        assert process.wait(TIMEOUT_S) == 0


def test_a_waiting_worker_takes_a_run_and_lives_without_its_app(tmp_path):
    first, second = rundir.create(SHORT), rundir.create(SHORT)
    with worker("--wait", stdin=subprocess.PIPE, cwd=tmp_path) as process:
        process.stdin.write(b"".join(os.fsencode(run.path) + b"\n" for run in (first, second)))
        process.stdin.close()
        assert process.wait(TIMEOUT_S) == 0
    assert (phase_of(first), phase_of(second)) == ("finished", "finished")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_cleanly_and_a_hangup_does_nothing(number):
    run = rundir.create(LONG)
    with worker(run.path) as process:
        until(lambda: is_training(run))
        process.send_signal(signal.SIGHUP)
        step = heard(run).history.step
        until(lambda: heard(run).history.step > step)
        assert is_locked(run)
        process.send_signal(number)
        assert process.wait(TIMEOUT_S) == 0
    assert phase_of(run) == "stopped"
    assert len(heard(run).losses) == heard(run).of(PhaseChanged)[-1].step


def test_what_was_said_before_a_kill_stays_and_the_lock_goes():
    run = rundir.create(LONG)
    with worker(run.path):
        until(lambda: is_training(run))
        losses = heard(run).losses
    assert is_locked(run) is False
    assert heard(run).losses[: len(losses)].tolist() == losses.tolist()
    assert phase_of(run) == "training"


def test_what_a_worker_prints_goes_to_its_log(tmp_path, monkeypatch):
    """Also what a broken PyTorch prints: here one that cannot be imported."""
    (tmp_path / "torch.py").write_text("raise ImportError('libtorch is missing')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    run = rundir.create(SHORT)
    with worker(run.path) as process:
        assert process.wait(TIMEOUT_S) == 1
    last = heard(run).of(PhaseChanged)[-1]
    assert (last.phase, last.reason) == ("failed", "PyTorch cannot be imported (libtorch is missing)")
    assert "libtorch is missing" in run.worker_log.read_text()
