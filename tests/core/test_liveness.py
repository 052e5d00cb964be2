import dataclasses
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from tui_trainer.core import liveness
from tui_trainer.core.brief import Fold
from tui_trainer.core.control import Stop, send
from tui_trainer.core.events import Heartbeat, Note, Phase, PhaseChanged, Resumed, RunStarted, Steps
from tui_trainer.core.history import History
from tui_trainer.core.liveness import Ear, Signs, State, attempt_of, describe, judge, state_of
from tui_trainer.core.lock import WorkerLock
from tui_trainer.core.pace import Pace
from tui_trainer.core.rundir import RunDir
from tui_trainer.core.runlog import LogWriter

NOW = 1_800_000_000.0
LIVE = Signs(locked=True, phase="training", elsewhere=False, age_s=600, silent_s=1, still_s=1, patience_s=30)
PHASES: tuple[Phase, ...] = ("loading", "training", "evaluating", "paused", "stopping")
ENDS: tuple[Phase, ...] = ("finished", "stopped", "failed")


def judged(**differences: object) -> State:
    return judge(dataclasses.replace(LIVE, **differences))  # type: ignore[arg-type]


@pytest.mark.parametrize("phase", PHASES)
def test_a_locked_run_is_in_the_phase_it_said(phase: Phase) -> None:
    assert judged(phase=phase) == phase
    assert judged(phase=phase, silent_s=29, still_s=29) == phase


@pytest.mark.parametrize("phase", PHASES)
def test_no_progress_for_longer_than_its_pace_explains_is_stalled_but_for_a_pause(phase: Phase) -> None:
    assert judged(phase=phase, still_s=31) == ("paused" if phase == "paused" else "stalled")
    assert judged(phase=phase, still_s=31, patience_s=40) == phase
    assert judged(phase=phase, still_s=31, elsewhere=True) == "unknown"


@pytest.mark.parametrize("phase", [None, *PHASES])
def test_who_was_asked_to_stop_is_stopping_unless_nobody_hears_it(phase: Phase | None) -> None:
    assert judged(phase=phase, is_told_to_stop=True) == "stopping"
    assert judged(phase="training", is_told_to_stop=True, still_s=31) == "stalled"
    assert judged(phase="training", is_told_to_stop=True, locked=False, silent_s=10) == "crashed"
    assert judged(phase="finished", is_told_to_stop=True) == "finished"


@pytest.mark.parametrize("phase", [*PHASES, *ENDS])
def test_a_worker_that_said_nothing_yet_is_starting_whatever_the_one_before_it_said(phase: Phase) -> None:
    assert judged(phase=phase, is_new=True, still_s=9999) == "starting"
    assert judged(phase=phase, is_new=True, is_told_to_stop=True) == "stopping"


def test_a_worker_that_a_full_disk_keeps_silent_is_paused() -> None:
    assert judged(silent_s=60, still_s=60, disk_is_full=True) == "paused"
    assert judged(silent_s=60, still_s=60, disk_is_full=True, locked=False) == "crashed"


@pytest.mark.parametrize("phase", ENDS)
@pytest.mark.parametrize("locked", [True, False, None])
@pytest.mark.parametrize("elsewhere", [True, False])
def test_an_end_that_was_said_is_the_end(phase: Phase, locked: bool | None, elsewhere: bool) -> None:
    assert judged(phase=phase, locked=locked, elsewhere=elsewhere, silent_s=None) == phase


@pytest.mark.parametrize("phase", PHASES)
def test_no_end_and_no_worker_is_a_crash(phase: Phase) -> None:
    assert judged(phase=phase, locked=False, silent_s=10) == "crashed"


def test_the_moment_between_last_words_and_end_is_no_crash() -> None:
    assert judged(locked=False, silent_s=0.1) == "training"


@pytest.mark.parametrize("phase", PHASES)
def test_what_cannot_be_known_is_never_called_a_crash(phase: Phase) -> None:
    for locked in (True, False, None):
        assert judged(phase=phase, elsewhere=True, locked=locked, silent_s=3600) == "unknown"
    assert judged(phase=phase, locked=None, silent_s=3600) == "unknown"


@pytest.mark.parametrize("locked", [True, False, None])
def test_a_new_run_is_starting_for_a_minute(locked: bool | None) -> None:
    assert judged(phase=None, locked=locked, age_s=59, silent_s=None) == "starting"


def test_a_run_that_never_spoke_is_starting_while_its_worker_lives() -> None:
    silent = {"phase": None, "age_s": 61, "silent_s": None}
    assert judged(**silent, locked=True) == "starting"
    assert judged(**silent, locked=False) == "crashed"
    assert judged(**silent, locked=None) == "unknown"


@dataclasses.dataclass
class Log:
    """What was read of a log."""

    started: RunStarted | None = None
    phase: Phase | None = None
    attempt: int = 1
    pace: Pace = dataclasses.field(default_factory=Pace)


HERE = (liveness.host(), liveness.boot_id())


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


def test_no_worker_outlives_a_reboot_where_the_lock_tells_that_it_is_gone(
    run: RunDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = Log(started_on(liveness.host(), "an earlier boot"), "training")
    assert state_of(run, log, NOW) == "crashed"
    monkeypatch.setattr(liveness, "is_locked", lambda _run: None)  # as where files have no locks
    assert state_of(run, log, NOW) == "unknown"


def test_the_lock_tells_a_live_run_from_a_crash_on_this_machine(run: RunDir) -> None:
    log = Log(started_on(*HERE), "training")
    with spoken_since(run):
        assert state_of(run, log, NOW) == describe(run, log, NOW) == "training"
    assert state_of(run, log, NOW) == describe(run, log, NOW) == "crashed"


def test_a_worker_that_said_no_phase_yet_is_loading(run: RunDir) -> None:
    with spoken_since(run):
        assert state_of(run, Log(started_on(*HERE)), NOW) == "loading"


@contextmanager
def spoken_since(run: RunDir) -> Iterator[None]:
    """A worker has the run, and all of the log is its own."""
    said = run.events.read_bytes()
    stat = run.events.stat()
    run.events.write_bytes(b"")
    with WorkerLock(run.lock):
        run.events.write_bytes(said)
        os.utime(run.events, (stat.st_atime, stat.st_mtime))
        yield


def test_a_resumed_run_is_starting_until_its_worker_speaks(run: RunDir) -> None:
    ended = Log(started_on("gpu7", "theirs"), "finished")
    with WorkerLock(run.lock):
        assert state_of(run, ended, NOW) == state_of(run, Log(phase="training"), NOW) == "starting"
        assert attempt_of(run, ended.attempt) == 2
        send(run, Stop(attempt=1))
        assert state_of(run, ended, NOW) == "starting", "that was meant for the worker before"
        send(run, Stop(attempt=2))
        assert state_of(run, ended, NOW) == "stopping"


def test_a_worker_that_said_its_last_word_is_not_one_that_starts(run: RunDir) -> None:
    with spoken_since(run):
        assert state_of(run, Log(started_on(*HERE), "finished"), NOW) == "finished"
        assert attempt_of(run, Log(started_on(*HERE), "finished").attempt) == 1


@dataclasses.dataclass
class Clocks:
    """The two of a viewer: one that can be set, one that cannot."""

    wall: float = NOW
    steady: float = 500.0

    def go_on(self, seconds: float) -> None:
        self.wall += seconds
        self.steady += seconds


def told(*events: object) -> History:
    history = History()
    for event in events:
        history.apply(event)  # type: ignore[arg-type]
    return history


def steps(elapsed_s: float, first: int, count: int = 1) -> Steps:
    return Steps(attempt=1, elapsed_s=elapsed_s, first_step=first, metrics={"loss": bytes(4 * count)})


def phase(phase: Phase, elapsed_s: float, step: int = 0) -> PhaseChanged:
    return PhaseChanged(attempt=1, elapsed_s=elapsed_s, phase=phase, step=step)


STEADY = [started_on(*HERE), phase("training", 0.0), *(steps(0.3 * n, n) for n in range(1, 41))]
"""A step every 0.3 s."""


@pytest.mark.parametrize("jump", [-7200.0, 7200.0, 0.0])
def test_a_clock_that_jumps_changes_nothing_for_a_viewer_that_stays(run: RunDir, jump: float) -> None:
    clocks = Clocks()
    ear = Ear(run, clock=lambda: clocks.steady)
    history = told(*STEADY)
    with spoken_since(run):
        assert state_of(run, history, clocks.wall, ear) == "training"
        clocks.wall += jump
        assert state_of(run, history, clocks.wall, ear) == "training"
        clocks.go_on(17)
        assert state_of(run, history, clocks.wall, ear) == "training", "29 s of silence"
        clocks.go_on(2)
        assert state_of(run, history, clocks.wall, ear) == "stalled"
        os.utime(run.events, (clocks.wall, clocks.wall))
        assert state_of(run, history, clocks.wall, ear) == "training"
    clocks.wall += jump
    assert state_of(run, history, clocks.wall, ear) == "training", "it may have said its end by now"
    clocks.go_on(3)
    assert state_of(run, history, clocks.wall, ear) == "crashed"


def test_a_log_from_the_future_is_no_reason_for_an_alarm(run: RunDir) -> None:
    """A command that looks once has no other clock than that of the file system."""
    with spoken_since(run):
        assert describe(run, told(*STEADY), NOW - 3600) == "training"
    assert state_of(run, told(*STEADY), NOW - 3600) == "training"


def test_stalled_is_said_with_how_long_and_how_slow_it_is(run: RunDir) -> None:
    with spoken_since(run):
        assert describe(run, told(*STEADY), NOW + 120) == (
            "stalled: no step for 2 min; it makes one every 0.3 s"
        )
        loading = told(started_on(*HERE), phase("loading", 0.0))
        assert describe(run, loading, NOW + 250) == "loading"
        assert describe(run, loading, NOW + 300) == "stalled: no word for 5 min"


def test_what_was_as_slow_before_is_not_stalled(run: RunDir) -> None:
    """A minute was spent on an evaluation once: three are not yet strange."""
    slow = [*STEADY, phase("evaluating", 12.2, 40), phase("training", 72.2, 40)]
    with spoken_since(run):
        assert state_of(run, told(*STEADY), NOW + 100) == "stalled"
        assert state_of(run, told(*slow), NOW + 100) == "training"
        assert state_of(run, told(*slow), NOW + 180) == "stalled"


def test_the_first_steps_and_a_loop_of_ones_own_get_more_time(run: RunDir) -> None:
    own = dataclasses.replace(Log(msgspec.structs.replace(STEADY[0], task="any"), "training"))
    own.pace = told(*STEADY).pace
    with spoken_since(run):
        for log in (told(*STEADY[:3]), own):
            assert state_of(run, log, NOW + 200) == "training"
            assert state_of(run, log, NOW + 300) == "stalled"


def test_both_who_fold_a_log_measure_the_same_pace() -> None:
    def beat(elapsed_s: float, step: int) -> Heartbeat:
        return Heartbeat(attempt=1, elapsed_s=elapsed_s, step=step)

    def paces(*events: object) -> list[tuple[float, float, float | None]]:
        folds = [History(), Fold()]
        for fold in folds:
            for event in events:
                fold.apply(event)  # type: ignore[arg-type]
        return [(fold.pace.longest_s, fold.pace.still_s, fold.pace.step_s) for fold in folds]

    events = [*STEADY, beat(13.0, 40), beat(14.0, 40)]
    assert paces(*events) == [pytest.approx((0.3, 2.0, 0.3))] * 2, "a heartbeat is no progress"
    events += [phase("evaluating", 14.5, 40), beat(16.0, 40)]
    assert paces(*events)[0][1] == 0.0, "but amid an evaluation a part of it is done"
    events += [phase("paused", 16.1, 40), phase("training", 16.1, 40), steps(16.4, 41)]
    assert paces(*events) == [pytest.approx((2.5, 0.0, 0.4))] * 2, "a pause is no time"
    events += [
        Note(attempt=2, elapsed_s=16.4, step=41, text="…"),
        Resumed(attempt=2, elapsed_s=8.0, at_step=20),
    ]
    assert paces(*events) == [pytest.approx((2.5, 0.0, 0.4))] * 2, "nor is what was cut"


def test_a_run_without_a_log_is_starting_while_it_is_young(tmp_path: Path) -> None:
    stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime(NOW))
    run = RunDir(tmp_path / f"{stamp}-digits-000")
    run.path.mkdir()
    assert state_of(run, Log(), NOW + 1) == "starting"
    assert state_of(run, Log(), NOW + 61) == "crashed"


def test_this_boot_has_a_name_that_lasts() -> None:
    assert liveness.boot_id() == liveness.boot_id() != ""
    assert liveness.host()
