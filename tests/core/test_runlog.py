import math
import os
import struct
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tui_trainer.core import framing
from tui_trainer.core.events import (
    AnyEvent,
    Evaluated,
    Heartbeat,
    Note,
    PhaseChanged,
    Predictions,
    RunStarted,
    Steps,
)
from tui_trainer.core.runlog import Batch, LogReader, LogWriter, RunLogError, read_at

per_example_folder = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def beat(step: int) -> Heartbeat:
    return Heartbeat(attempt=1, elapsed_s=step / 10, step=step)


def some_events() -> list[AnyEvent]:
    return [
        RunStarted(
            attempt=1,
            elapsed_s=0,
            name="first-steps",
            task="multiclass",
            host="gpu7",
            boot_id="b",
            pid=1,
            started_at=1.5,
        ),
        PhaseChanged(attempt=1, elapsed_s=0.5, phase="training"),
        Steps(attempt=1, elapsed_s=1, first_step=1, metrics={"loss": struct.pack("<3f", 2.5, 2.25, 2.0)}),
        Evaluated(
            attempt=1,
            elapsed_s=2,
            step=3,
            split="validation",
            num_samples=3,
            metrics={"loss": 2.0},
            confusion=((1, 0), (1, 1)),
        ),
        Note(attempt=1, elapsed_s=2, step=3, text="réglage"),
        beat(3),
    ]


def written(path: Path, events: list[AnyEvent]) -> list[int]:
    with LogWriter(path) as log:
        return [log.append(event) for event in events]


def test_events_come_back_as_they_were_written(tmp_path: Path) -> None:
    written(tmp_path / "log", some_events())
    assert LogReader(tmp_path / "log").read_new() == Batch(some_events())


def test_what_is_not_finite_survives(tmp_path: Path) -> None:
    values = {"loss": math.nan, "penalty": math.inf, "low": -math.inf}
    event = Evaluated(attempt=1, elapsed_s=0, step=0, split="train", num_samples=1, metrics=values)
    written(tmp_path / "log", [event])
    (read,) = LogReader(tmp_path / "log").read_new().events
    assert isinstance(read, Evaluated)
    assert math.isnan(read.metrics["loss"])
    assert (read.metrics["penalty"], read.metrics["low"]) == (math.inf, -math.inf)


def test_a_reader_may_be_there_before_the_log_and_follows_it(tmp_path: Path) -> None:
    reader = LogReader(tmp_path / "log")
    assert reader.read_new() == Batch()
    with LogWriter(tmp_path / "log") as log:
        assert reader.read_new() == Batch()
        for step in range(3):
            log.append(beat(step))
            assert reader.read_new() == Batch([beat(step)])
            assert reader.read_new() == Batch()


def test_reads_are_bounded_and_lose_nothing(tmp_path: Path) -> None:
    events: list[AnyEvent] = [beat(step) for step in range(25)]
    written(tmp_path / "log", events)
    reader = LogReader(tmp_path / "log")
    batches = [reader.read_new(max_events=10) for _ in range(3)]
    assert [len(batch.events) for batch in batches] == [10, 10, 5]
    assert [batch.more for batch in batches] == [True, True, False]
    assert [event for batch in batches for event in batch.events] == events


def test_a_read_without_time_still_gets_ahead(tmp_path: Path) -> None:
    written(tmp_path / "log", [beat(0), beat(1)])
    reader = LogReader(tmp_path / "log")
    assert reader.read_new(max_seconds=0) == Batch([beat(0)], more=True)
    assert reader.read_new(max_seconds=0) == Batch([beat(1)])


def test_truncation_anywhere_in_the_last_three_frames_is_waited_out(tmp_path: Path) -> None:
    path, events = tmp_path / "log", some_events()
    offsets = written(path, events)
    data = path.read_bytes()
    for cut in range(offsets[-3], len(data)):
        path.write_bytes(data[:cut])
        reader = LogReader(path)
        whole = sum(end <= cut for end in [*offsets[1:], len(data)])
        assert reader.read_new() == Batch(events[:whole]), cut
        path.write_bytes(data)
        assert reader.read_new() == Batch(events[whole:]), cut


def test_a_resuming_writer_cuts_any_torn_tail_under_a_live_reader(tmp_path: Path) -> None:
    path, events = tmp_path / "log", some_events()
    offsets = written(path, events)
    data = path.read_bytes()
    for cut in range(len(data)):
        path.write_bytes(data[:cut])
        reader = LogReader(path)
        whole = sum(end <= cut for end in [*offsets[1:], len(data)])
        assert reader.read_new() == Batch(events[:whole]), cut
        written(path, [beat(7), beat(8)])
        assert reader.read_new() == Batch([beat(7), beat(8)]), cut
        assert LogReader(path).read_new() == Batch([*events[:whole], beat(7), beat(8)]), cut


@per_example_folder
@given(st.integers(0), st.integers(1, 255))
def test_a_flipped_byte_costs_one_event_and_a_writer_goes_on_after_it(
    tmp_path: Path, where: int, flip: int
) -> None:
    path, events = tmp_path / "log", some_events()
    path.unlink(missing_ok=True)
    offsets = written(path, events)
    data = bytearray(path.read_bytes())
    data[where % len(data)] ^= flip
    path.write_bytes(data)
    reader = LogReader(path)
    first = reader.read_new()
    begins = [0, *offsets]
    hit = max(i for i, begin in enumerate(begins) if begin <= where % len(data))
    assert first.events == [event for i, event in enumerate(events, 1) if i != hit]
    assert [each.offset for each in first.damage] == [begins[hit]]
    written(path, [beat(7)])
    assert reader.read_new().events == [beat(7)]
    assert LogReader(path).read_new().events == [*first.events, beat(7)]


@per_example_folder
@given(st.binary(max_size=300))
def test_whole_frames_of_anything_are_read_without_an_error(tmp_path: Path, payload: bytes) -> None:
    path = tmp_path / "log"
    path.write_bytes(framing.file_header() + framing.encode(payload))
    written(path, [beat(1)])
    batch = LogReader(path).read_new()
    assert batch.events[-1] == beat(1)
    assert not batch.damage


def test_an_event_from_a_newer_version_is_counted_and_is_no_damage(tmp_path: Path) -> None:
    path = tmp_path / "log"
    written(path, [beat(1)])
    newer = {"event": "hologram", "attempt": 1, "elapsed_s": 0.0, "voxels": [1, 2]}
    grown = {**msgspec.to_builtins(beat(2)), "mood": "fine"}
    with path.open("ab") as file:
        file.write(
            framing.encode(msgspec.msgpack.encode(newer)) + framing.encode(msgspec.msgpack.encode(grown))
        )
    reader = LogReader(path)
    assert reader.read_new() == Batch([beat(1), beat(2)], unknown=1)


def test_a_log_of_a_later_version_is_one_clear_error_for_reader_and_writer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "log"
    monkeypatch.setattr("tui_trainer.core.framing.VERSION", framing.VERSION + 1)
    written(path, [beat(1)])
    monkeypatch.undo()
    before = path.read_bytes()
    with pytest.raises(RunLogError, match="written in format 2"):
        LogReader(path).read_new()
    with pytest.raises(RunLogError, match="written in format 2"):
        LogWriter(path)
    assert path.read_bytes() == before


def test_a_log_that_shrank_is_followed_from_its_new_end(tmp_path: Path) -> None:
    path = tmp_path / "log"
    offsets = written(path, [beat(1), beat(2), beat(3)])
    reader = LogReader(path)
    reader.read_new()
    os.truncate(path, offsets[2] + 5)
    assert reader.read_new() == Batch()
    written(path, [beat(4)])
    assert reader.read_new() == Batch([beat(4)])


def test_a_log_replaced_by_a_longer_copy_of_itself_is_followed(tmp_path: Path) -> None:
    path, copy = tmp_path / "log", tmp_path / "copy"
    written(path, [beat(1)])
    written(copy, [beat(1), beat(2)])
    reader = LogReader(path)
    reader.read_new()
    copy.replace(path)
    assert reader.read_new() == Batch([beat(2)])


def test_each_event_is_one_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    write = os.write

    def counted(fd: int, data: bytes) -> int:
        sizes.append(len(data))
        return write(fd, data)

    with LogWriter(tmp_path / "log") as log:
        monkeypatch.setattr(os, "write", counted)
        offsets = [log.append(beat(step)) for step in range(3)]
        assert sizes[:2] == [offsets[1] - offsets[0], offsets[2] - offsets[1]]
        assert len(sizes) == 3


def test_short_writes_are_completed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda fd, data: write(fd, bytes(data)[:7]))
    written(tmp_path / "log", some_events())
    assert LogReader(tmp_path / "log").read_new() == Batch(some_events())


def test_a_full_disk_leaves_the_log_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, write = tmp_path / "log", os.write
    left = [1000]

    def nearly_full(fd: int, data: bytes) -> int:
        if left[0] == 0:
            raise OSError(28, "No space left on device")
        count = write(fd, bytes(data)[: left[0]])
        left[0] -= count
        return count

    reader = LogReader(path)
    with LogWriter(path) as log:
        monkeypatch.setattr(os, "write", nearly_full)
        log.append(beat(1))
        with pytest.raises(OSError, match="No space left"):
            log.append(Note(attempt=1, elapsed_s=0, step=1, text="x" * 2000))
        assert reader.read_new() == Batch([beat(1)])
        left[0] = 1000
        log.append(beat(2))
        assert reader.read_new() == Batch([beat(2)])
    assert LogReader(path).read_new() == Batch([beat(1), beat(2)])


def test_pictures_are_read_by_their_offset(tmp_path: Path) -> None:
    path = tmp_path / "pictures.log"
    first = Predictions(attempt=1, elapsed_s=0, actual=bytes(8), predicted=bytes(range(8)))
    second = Predictions(attempt=1, elapsed_s=1, actual=bytes(400_000), predicted=bytes(400_000))
    offsets = written(path, [first, second])
    assert [read_at(path, offset) for offset in offsets] == [first, second]
    data = bytearray(path.read_bytes())
    data[offsets[0] + 30] ^= 1
    path.write_bytes(data)
    assert read_at(path, offsets[1]) == second
    for nowhere in (0, offsets[0], offsets[1] + 1, len(data), len(data) + 100, -1):
        with pytest.raises(RunLogError, match=f"no readable event at byte {nowhere}"):
            read_at(path, nowhere)


def test_what_the_system_refuses_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "log").mkdir()
    with pytest.raises(RunLogError, match="Is a directory"):
        LogReader(tmp_path / "log").read_new()
    with pytest.raises(RunLogError, match="No such file"):
        LogWriter(tmp_path / "nowhere" / "log")
    with pytest.raises(RunLogError, match="No such file"):
        read_at(tmp_path / "nowhere", 16)
