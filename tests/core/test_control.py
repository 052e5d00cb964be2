import math
import multiprocessing
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tui_trainer.core.control import Continue, ControlReader, Pace, Pause, Request, Stop, send
from tui_trainer.core.rundir import RunDir

ALL: list[Request] = [
    Pause(attempt=1),
    Continue(attempt=1),
    Pace(attempt=1, updates_per_s=40.0),
    Pace(attempt=1),
    Stop(attempt=1),
]


@pytest.fixture
def run(tmp_path: Path) -> RunDir:
    return RunDir(tmp_path)


def test_requests_arrive_once_and_in_order(run: RunDir) -> None:
    reader = ControlReader(run.control, attempt=1)
    assert reader.poll() == []
    for request in ALL:
        send(run, request)
        assert reader.poll() == [request]
        assert reader.poll() == []
    assert ControlReader(run.control, attempt=1).poll() == ALL


def test_a_stale_stop_does_not_hit_a_resumed_run(run: RunDir) -> None:
    send(run, Stop(attempt=1))
    send(run, Pause(attempt=2))
    assert ControlReader(run.control, attempt=2).poll() == [Pause(attempt=2)]


def test_a_request_that_does_not_fit_on_the_disk_leaves_nothing(
    run: RunDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    send(run, Pause(attempt=1))
    before, write = run.control.read_bytes(), os.write
    monkeypatch.setattr(os, "write", lambda fd, data: write(fd, data[:5]))
    with pytest.raises(OSError, match=r"control\.jsonl: No space left on device"):
        send(run, Stop(attempt=1))
    assert run.control.read_bytes() == before


def test_half_a_line_is_not_yet_a_request(run: RunDir) -> None:
    send(run, Stop(attempt=1))
    line = run.control.read_bytes()
    run.control.write_bytes(line[:10])
    reader = ControlReader(run.control, attempt=1)
    assert reader.poll() == []
    run.control.write_bytes(line)
    assert reader.poll() == [Stop(attempt=1)]


def test_a_sender_that_died_in_the_middle_costs_only_its_own_request(run: RunDir) -> None:
    run.control.write_bytes(b'{"request":"sto')
    send(run, Pause(attempt=1))
    assert ControlReader(run.control, attempt=1).poll() == [Pause(attempt=1)]


def test_requests_of_a_newer_version_and_wrong_ones_are_passed_over(run: RunDir) -> None:
    lines = [
        b'{"request":"teleport","attempt":1}',
        b'{"request":"pace","attempt":1,"updates_per_s":0}',
        b'{"request":"pace","attempt":1,"updates_per_s":"fast"}',
        b'{"request":"stop"}',
        b"\xff\xfe",
        b"[" * 100_000,
        b"x" * 200_000,
    ]
    run.control.write_bytes(b"\n".join(lines) + b"\n")
    send(run, Stop(attempt=1))
    assert ControlReader(run.control, attempt=1).poll() == [Stop(attempt=1)]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.binary(max_size=200))
def test_whatever_is_in_the_file_the_next_request_arrives(run: RunDir, junk: bytes) -> None:
    run.control.write_bytes(junk)
    send(run, Stop(attempt=1))
    assert ControlReader(run.control, attempt=1).poll()[-1:] == [Stop(attempt=1)]


def test_a_file_that_shrank_does_not_repeat_requests(run: RunDir) -> None:
    send(run, Pause(attempt=1))
    send(run, Continue(attempt=1))
    reader = ControlReader(run.control, attempt=1)
    reader.poll()
    run.control.write_bytes(run.control.read_bytes().splitlines(keepends=True)[0])
    assert reader.poll() == []
    send(run, Stop(attempt=1))
    assert reader.poll() == [Stop(attempt=1)]


def test_a_pace_that_is_no_pace_is_refused_where_it_is_asked_for() -> None:
    for rate in (0.0, -1.0, math.nan, math.inf):
        with pytest.raises(ValueError, match="updates a second"):
            Pace(attempt=1, updates_per_s=rate)


def _send_many(path: str, rate: float) -> None:
    for _ in range(50):
        send(RunDir(Path(path)), Pace(attempt=1, updates_per_s=rate))


def test_viewers_that_ask_at_once_do_not_mix_their_lines(run: RunDir) -> None:
    context = multiprocessing.get_context("spawn")
    viewers = [context.Process(target=_send_many, args=(str(run.path), rate)) for rate in (1.0, 2.0)]
    for viewer in viewers:
        viewer.start()
    for viewer in viewers:
        viewer.join()
    requests = ControlReader(run.control, attempt=1).poll()
    assert [requests.count(Pace(attempt=1, updates_per_s=rate)) for rate in (1.0, 2.0)] == [50, 50]
