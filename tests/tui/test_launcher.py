"""Real workers, started cold and ahead."""

import os
import time
from pathlib import Path

import pytest

from tui_trainer.core import rundir
from tui_trainer.core.compose import Choices, compose
from tui_trainer.core.history import load
from tui_trainer.core.presets import Library
from tui_trainer.core.rundir import RunDir
from tui_trainer.tui import launcher

TIMEOUT_S = 120


@pytest.fixture
def run() -> RunDir:
    """A run of one epoch that nobody trains yet."""
    choices = Choices(
        parts={"data": "breast-cancer", "architecture": "logistic-regression"}, flags={"epochs": 1}
    )
    return rundir.create(compose(Library.load(), choices).recipe)


def environment_of(process: Path) -> bytes:
    """What a process began with; Linux shows nothing of it until the new program is in place."""
    deadline = time.monotonic() + TIMEOUT_S
    while not (environment := (process / "environ").read_bytes()):
        assert time.monotonic() < deadline
        os.sched_yield()
    return environment


def test_a_worker_lives_in_its_run_directory_and_in_a_session_of_its_own(
    run: RunDir, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for folder in (tmp_path, run.path):
        (folder / "torch.py").write_text("raise SystemExit('a torch that happens to lie around')")
    worker = launcher.start(run, env={"TUI_TRAINER_DATA": "/nowhere"})
    process = Path("/proc") / str(worker.pid)
    if process.exists():
        assert os.getsid(worker.pid) == worker.pid
        assert (process / "cwd").readlink() == run.path
        assert (process / "fd" / "0").readlink() == Path(os.devnull)
        assert (process / "fd" / "1").readlink() == run.worker_log
        assert (process / "fd" / "2").readlink() == run.worker_log
        assert b"TUI_TRAINER_DATA=/nowhere" in environment_of(process).split(b"\0")
    assert worker.wait(TIMEOUT_S) == 0
    assert load(run).phase == "finished"
    assert run.worker_log.stat().st_mode & 0o077 == 0


def test_a_worker_yields_to_who_looks_at_it_with_its_whole_session() -> None:
    waiting = launcher.WaitingWorker()
    ours, deadline = os.getpriority(os.PRIO_PROCESS, 0), time.monotonic() + TIMEOUT_S
    while os.getpriority(os.PRIO_PROCESS, waiting.process.pid) != min(19, ours + 2):
        assert time.monotonic() < deadline
        os.sched_yield()
    of_session = Path("/proc") / str(waiting.process.pid) / "autogroup"
    while of_session.exists() and of_session.read_text().strip() and "nice 2" not in of_session.read_text():
        assert time.monotonic() < deadline
        os.sched_yield()
    assert waiting.process.stdin is not None
    waiting.process.stdin.close()
    assert waiting.process.wait(TIMEOUT_S) == 0


def test_a_waiting_worker_trains_what_it_is_assigned(run: RunDir, home: Path) -> None:
    waiting = launcher.WaitingWorker()
    assert waiting.is_alive
    worker = waiting.assign(run)
    assert not waiting.is_alive
    assert worker.wait(TIMEOUT_S) == 0
    history = load(run)
    assert history.phase == "finished"
    assert history.started is not None
    assert history.started.pid == worker.pid
    assert (home / "waiting-worker.log").read_text() == ""


def test_a_worker_whose_app_has_ended_ends_by_itself_and_trains_nothing() -> None:
    waiting = launcher.WaitingWorker()
    assert waiting.process.stdin is not None
    waiting.process.stdin.close()
    assert waiting.process.wait(TIMEOUT_S) == 0
    assert not rundir.list_runs()


def test_a_worker_that_died_while_it_waited_is_replaced(run: RunDir) -> None:
    waiting = launcher.WaitingWorker(env={"TUI_TRAINER_DATA": "/nowhere"})
    waiting.process.kill()
    waiting.process.wait(TIMEOUT_S)
    worker = waiting.assign(run)
    assert worker.wait(TIMEOUT_S) == 0
    assert worker is not waiting.process
    assert load(run).phase == "finished"


def test_a_waiting_worker_checks_a_recipe_as_well(run: RunDir, home: Path) -> None:
    waiting = launcher.WaitingWorker()
    worker = waiting.check(run)
    assert worker is waiting.process
    assert worker.wait(TIMEOUT_S) == 0
    assert load(run).phase == "finished"
    assert not run.checkpoints.exists()
    assert (home / "waiting-worker.log").read_text() == ""
