"""A disk that is full makes a run wait: no step, no word and no bit of its result is lost."""

import errno
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.dying import worker
from tests.training.conftest import heard
from tests.training.test_resuming import MOMENTUM, assert_same_bits
from tui_trainer.core import control, history, liveness, rundir
from tui_trainer.core.events import Note, PhaseChanged, Resumed
from tui_trainer.core.recipe import ErrorLoss, FullyConnected, Recipe, Sine, Training
from tui_trainer.core.rundir import RunDir
from tui_trainer.training import keeping, recording, session
from tui_trainer.training.session import live
from tui_trainer.training.stop_sign import StopSign

TIMEOUT_S = 60
SLOW = MOMENTUM.model_copy(update={"training": Training(epochs=40, batch_size=4)})
WITH_PICTURES = Recipe(
    data=Sine(points=200),
    architecture=FullyConnected(hidden=(8,)),
    loss=ErrorLoss(kind="mse"),
    training=Training(epochs=6, batch_size=16),
)


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + TIMEOUT_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


# A real file system


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 2 MB, which takes the right to mount one."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounting = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)], capture_output=True, text=True
    )
    if mounting.returncode:
        pytest.skip(f"no tmpfs can be mounted here ({mounting.stderr.strip()}): unshare -rm may help")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(disk: Path, but: int) -> Path:
    """A file that leaves so many bytes of the disk free."""
    ballast, free = disk / "ballast", os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
    ballast.write_bytes(bytes(free - but))
    return ballast


def said(run: RunDir) -> str:
    return liveness.describe(run, history.load(run), time.time())


@pytest.mark.parametrize("room", [20_000, 60_000])
def test_training_waits_for_room_and_comes_to_the_same_bits(small_disk: Path, room: int):
    whole, run = rundir.create(SLOW), rundir.create(SLOW, root=small_disk / "home" / "runs")
    ballast = fill(small_disk, but=room)
    there, here = worker(whole), worker(run)
    there.join(TIMEOUT_S)
    until(lambda: said(run) == "paused: the disk is full")
    assert here.is_alive()
    assert not list(run.checkpoints.glob(".step-*")), "a draft of a checkpoint takes what room there is"
    ballast.unlink()
    here.join(TIMEOUT_S)
    assert (there.exitcode, here.exitcode) == (0, 0)
    assert_same_bits(whole, run)
    reasons = [event.reason for event in heard(run).of(PhaseChanged) if event.phase == "paused"]
    assert "the disk is full: training waits for room" in reasons
    assert not heard(run).history.damage


def test_a_stop_is_heard_on_a_full_disk_and_the_run_goes_on_from_its_checkpoint(small_disk: Path):
    whole, run = rundir.create(SLOW), rundir.create(SLOW, root=small_disk / "home" / "runs")
    ballast = fill(small_disk, but=60_000)
    there, here = worker(whole), worker(run)
    there.join(TIMEOUT_S)
    until(lambda: said(run) == "paused: the disk is full")
    control.send(run, control.Stop(attempt=1))
    here.join(TIMEOUT_S)
    assert here.exitcode == 0
    ballast.unlink()
    again = worker(run)
    again.join(TIMEOUT_S)
    assert again.exitcode == 0
    assert len(heard(run).of(Resumed)) == 1
    assert_same_bits(whole, run)


# A disk that says that it is full, anywhere


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """While it holds True the disk takes half of what is written to a log, and no checkpoint."""
    is_full, write, fsync = [False], os.write, os.fsync

    def refuse(fd: int, data: bytes) -> int:
        if is_full[0]:
            if len(data) > 20:
                return write(fd, bytes(data)[: len(data) // 2])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(fd, data)

    def refuse_to_sync(fd: int) -> None:
        if is_full[0]:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        fsync(fd)

    monkeypatch.setattr(os, "write", refuse)
    monkeypatch.setattr(os, "fsync", refuse_to_sync)
    monkeypatch.setattr(session, "LOOK_S", 0.0)
    monkeypatch.setattr(session, "RETRY_S", 0.0)
    monkeypatch.setattr(recording, "RETRY_S", 0.0)
    monkeypatch.setattr(recording, "FLUSH_S", 0.0)
    monkeypatch.setattr(keeping, "FIRST_COST_S", 0.0)
    monkeypatch.setattr(keeping, "COSTS_BETWEEN", 0)
    return is_full


def filled_at(run: RunDir, point: int, full: list[bool], lasts: int = 50) -> bool:
    """Train, the disk being full for ``lasts`` safe points from ``point`` on; whether it came to that."""
    number = 0
    for number, _ in enumerate(live(run, StopSign()), 1):
        full[0] = point <= number < point + lasts
    full[0] = False
    return number >= point


@pytest.mark.parametrize("recipe", [MOMENTUM, WITH_PICTURES], ids=["momentum", "pictures"])
def test_wherever_the_disk_fills_up_nothing_is_lost(recipe: Recipe, full: list[bool]):
    whole = rundir.create(recipe)
    filled_at(whole, 10**6, full)
    point = 1
    while filled_at(run := rundir.create(recipe), point, full):
        assert_same_bits(whole, run)
        assert run.pictures.exists() == whole.pictures.exists()
        assert not heard(run).history.damage
        point += 7
    assert point > 50


def test_no_step_is_made_while_the_disk_is_full(full: list[bool]):
    run, stop_sign = rundir.create(SLOW), StopSign()
    training = live(run, stop_sign)
    for _ in range(40):
        next(training)
    full[0] = True
    for _ in range(5):
        next(training)
    before = run.events.read_bytes()
    for _ in range(300):
        next(training)
    assert run.events.read_bytes() == before
    full[0] = False
    next(training)
    step = heard(run).history.step
    assert 35 <= step <= 45
    said_of_it = [note.text for note in heard(run).of(Note)]
    assert any(text.startswith("the disk is full: training waited ") for text in said_of_it)
    stop_sign.put_up()
    for _ in training:
        pass
    assert heard(run).history.phase == "stopped"


def test_more_than_memory_holds_fails_in_a_sentence(full: list[bool], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tui_trainer.core.spool.MAX_WAITING", 100)
    run = rundir.create(SLOW)
    filled_at(run, 40, full)
    assert heard(run).history.phase == "failed"
    assert "cannot be written to, and more than 64 MiB wait for it" in heard(run).history.reason
