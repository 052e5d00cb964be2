import dataclasses
import os
import time
from pathlib import Path

import pytest

from tui_trainer.core import liveness
from tui_trainer.core.events import Heartbeat, Phase, RunStarted
from tui_trainer.core.liveness import Signs, State, describe, judge, state_of
from tui_trainer.core.lock import WorkerLock
from tui_trainer.core.rundir import RunDir
from tui_trainer.core.runlog import LogWriter

NOW = 1_800_000_000.0
LIVE = Signs(locked=True, phase="training", elsewhere=False, created_at=NOW - 600, heard_at=NOW - 1)
PHASES: tuple[Phase, ...] = ("loading", "training", "evaluating", "paused")
ENDS: tuple[Phase, ...] = ("finished", "stopped", "failed")


def judged(**differences: object) -> State:
    return judge(dataclasses.replace(LIVE, **differences), NOW)  # type: ignore[arg-type]


@pytest.mark.parametrize("phase", PHASES)
def test_a_locked_run_is_in_the_phase_it_said_however_long_ago(phase: Phase) -> None:
    assert judged(phase=phase) == phase
    assert judged(phase=phase, heard_at=NOW - 3600) == phase


def test_a_worker_that_a_full_disk_keeps_silent_is_paused() -> None:
    assert judged(heard_at=NOW - 60, disk_is_full=True) == "paused"
    assert judged(heard_at=NOW - 60, disk_is_full=True, locked=False) == "crashed"


@pytest.mark.parametrize("phase", ENDS)
@pytest.mark.parametrize("locked", [True, False, None])
@pytest.mark.parametrize("elsewhere", [True, False])
def test_an_end_that_was_said_is_the_end(phase: Phase, locked: bool | None, elsewhere: bool) -> None:
    assert judged(phase=phase, locked=locked, elsewhere=elsewhere, heard_at=None) == phase


@pytest.mark.parametrize("phase", PHASES)
def test_no_end_and_no_worker_is_a_crash(phase: Phase) -> None:
    assert judged(phase=phase, locked=False, heard_at=NOW - 10) == "crashed"


def test_the_moment_between_last_words_and_end_is_no_crash() -> None:
    assert judged(locked=False, heard_at=NOW - 0.1) == "training"
    assert judged(locked=False, heard_at=NOW + 0.1) == "training"


@pytest.mark.parametrize("phase", PHASES)
def test_what_cannot_be_known_is_never_called_a_crash(phase: Phase) -> None:
    for locked in (True, False, None):
        assert judged(phase=phase, elsewhere=True, locked=locked, heard_at=NOW - 3600) == "unknown"
    assert judged(phase=phase, locked=None, heard_at=NOW - 3600) == "unknown"


@pytest.mark.parametrize("locked", [True, False, None])
def test_a_new_run_is_starting_for_a_minute(locked: bool | None) -> None:
    assert judged(phase=None, locked=locked, created_at=NOW - 59, heard_at=None) == "starting"
    assert judged(phase=None, locked=locked, created_at=NOW + 5, heard_at=None) == "starting"


def test_a_run_that_never_spoke_is_starting_while_its_worker_lives() -> None:
    silent = {"phase": None, "created_at": NOW - 61, "heard_at": None}
    assert judged(**silent, locked=True) == "starting"
    assert judged(**silent, locked=False) == "crashed"
    assert judged(**silent, locked=None) == "unknown"


@dataclasses.dataclass
class Log:
    """What was read of a log."""

    started: RunStarted | None = None
    phase: Phase | None = None


def started_on(host: str, boot_id: str) -> RunStarted:
    return RunStarted(
        attempt=1, elapsed_s=0, name="n", task="binary", host=host, boot_id=boot_id, pid=1, started_at=NOW
    )


@pytest.fixture
def run(tmp_path: Path) -> RunDir:
    """A run that was last heard 12 s before NOW."""
    run = RunDir(tmp_path / "20261124-002153-first-steps-k3f")
    run.path.mkdir()
    with LogWriter(run.events) as log:
        log.append(Heartbeat(attempt=1, elapsed_s=0))
    os.utime(run.events, (NOW - 12, NOW - 12))
    return run


def test_a_run_from_another_machine_says_when_and_where_it_was_heard(run: RunDir) -> None:
    log = Log(started_on("gpu7", "theirs"), "training")
    assert state_of(run, log, NOW) == "unknown"
    assert describe(run, log, NOW) == "last heard 12 s ago from gpu7"
    assert describe(run, log, NOW + 3600) == "last heard 60 min ago from gpu7"
    assert describe(run, log, NOW + 50 * 3600) == "last heard 2 d ago from gpu7"
    assert describe(run, log, NOW - 3600) == "last heard 0 s ago from gpu7"
    hostile = Log(started_on("gpu\x1b[31m7\n", "theirs"), "training")
    assert describe(run, hostile, NOW) == "last heard 12 s ago from gpu7 "


def test_a_run_from_before_a_reboot_is_not_called_a_crash(run: RunDir) -> None:
    log = Log(started_on(liveness.host(), "an earlier boot"), "training")
    assert state_of(run, log, NOW) == "unknown"


def test_the_lock_tells_a_live_run_from_a_crash_on_this_machine(run: RunDir) -> None:
    log = Log(started_on(liveness.host(), liveness.boot_id()), "training")
    with WorkerLock(run.lock):
        assert state_of(run, log, NOW) == describe(run, log, NOW) == "training"
    assert state_of(run, log, NOW) == describe(run, log, NOW) == "crashed"


def test_a_worker_that_said_no_phase_yet_is_loading(run: RunDir) -> None:
    with WorkerLock(run.lock):
        assert state_of(run, Log(started_on(liveness.host(), liveness.boot_id())), NOW) == "loading"


def test_a_run_without_a_log_is_starting_while_it_is_young(tmp_path: Path) -> None:
    stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime(NOW))
    run = RunDir(tmp_path / f"{stamp}-digits-000")
    run.path.mkdir()
    assert state_of(run, Log(), NOW + 1) == "starting"
    assert state_of(run, Log(), NOW + 61) == "crashed"


def test_this_boot_has_a_name_that_lasts() -> None:
    assert liveness.boot_id() == liveness.boot_id() != ""
    assert liveness.host()
