"""Whatever happens to the bytes of a run log: every frame that is whole is read, and what is lost is told."""

import itertools
import os
import random
import shutil
from functools import partial
from pathlib import Path

import pytest

from tests.faults.dying import worker
from tests.training.conftest import heard
from tests.training.test_resuming import MOMENTUM, assert_same_bits
from tui_trainer.core import framing, history, rundir
from tui_trainer.core.control import Pace, Stop, send
from tui_trainer.core.events import AnyEvent, Note
from tui_trainer.core.framing import Frame
from tui_trainer.core.recipe import Training
from tui_trainer.core.rundir import RunDir
from tui_trainer.core.runlog import Batch, LogReader, LogWriter

TIMEOUT_S = 60
RECORDED = Path(__file__).parent.parent / "data" / "runs"
NAMES = ("blobs", "cancer", "diabetes", "digits", "diverged")
STOPPED = MOMENTUM.model_copy(update={"training": Training(epochs=60, batch_size=16)})
LATER = Note(attempt=9, elapsed_s=9.0, step=9, text="said later")


def copy_of(name: str) -> RunDir:
    run = RunDir(rundir.runs_root() / f"20270115-080000-{name}-000")
    shutil.copytree(RECORDED / name, run.path)
    return run


def frames_of(log: Path) -> list[Frame]:
    fd = os.open(log, os.O_RDONLY)
    try:
        items = list(framing.scan(partial(os.pread, fd)))
    finally:
        os.close(fd)
    assert all(isinstance(item, Frame) for item in items)
    return items


def read(log: Path) -> Batch:
    return LogReader(log).read_new(max_seconds=60)


def folded(events: list[AnyEvent]) -> history.History:
    told = history.History()
    for event in events:
        told.apply(event)
    return told


def drawn(told: history.History) -> list[object]:
    """What a screen shows of a history."""
    series = (*told.batch.values(), *told.curves.values())
    values = [(each.steps.tolist(), each.values.tobytes()) for each in series]
    return [told.phase, told.reason, told.step, told.elapsed_s, told.evaluations, told.chosen, values]


@pytest.mark.parametrize("name", NAMES)
def test_truncated_anywhere_in_its_last_three_frames_a_log_gives_the_frames_before(name: str) -> None:
    run = copy_of(name)
    data, frames, events = run.events.read_bytes(), frames_of(run.events), read(run.events).events
    for cut in range(frames[-3].offset, len(data)):
        run.events.write_bytes(data[:cut])
        whole = sum(frame.end <= cut for frame in frames)
        reader = LogReader(run.events)
        assert reader.read_new(max_seconds=60) == Batch(events[:whole]), cut
        assert drawn(history.load(run)) == drawn(folded(events[:whole])), cut
        with LogWriter(run.events) as log:
            log.append(LATER)
        assert reader.read_new().events == [LATER], cut
        assert read(run.events) == Batch([*events[:whole], LATER]), cut


def until_its_end(run: RunDir) -> None:
    process = worker(run)
    process.join(TIMEOUT_S)
    assert process.exitcode == 0


def test_a_worker_goes_on_from_a_torn_tail_to_the_same_bits(record_property) -> None:
    seed = random.randrange(10**6)
    record_property("seed", seed)
    print(f"seed {seed}")
    whole, torn = rundir.create(STOPPED), rundir.create(STOPPED)
    until_its_end(whole)
    send(torn, Pace(attempt=1, updates_per_s=20))
    process = worker(torn)
    while not heard(torn).history.step > 20:
        process.join(0.02)
        assert process.is_alive()
    send(torn, Stop(attempt=1))
    process.join(TIMEOUT_S)
    assert heard(torn).history.phase == "stopped"
    cut = random.Random(seed).randrange(frames_of(torn.events)[-3].offset + 1, torn.events.stat().st_size)
    os.truncate(torn.events, cut)
    until_its_end(torn)
    assert read(torn.events).damage == []
    assert_same_bits(whole, torn)


SAMPLE = 200


@pytest.mark.parametrize(
    ("names", "sample"),
    [(NAMES, SAMPLE), pytest.param(("cancer", "diverged"), None, marks=pytest.mark.long)],
    ids=["some bytes", "every byte"],
)
def test_a_flipped_byte_costs_its_frame_and_is_told(
    names: tuple[str, ...], sample: int | None, record_property
):
    seed = random.randrange(10**6)
    record_property("seed", seed)
    print(f"seed {seed}")
    draw = random.Random(seed)
    runs = [copy_of(name) for name in names]
    contents = [run.events.read_bytes() for run in runs]
    wholes = [(frames_of(run.events), read(run.events).events) for run in runs]
    places = [(i, place) for i, data in enumerate(contents) for place in range(len(data))]
    for i, place in places if sample is None else draw.sample(places, sample):
        run, data, (frames, events) = runs[i], bytearray(contents[i]), wholes[i]
        data[place] ^= draw.randrange(1, 256)
        run.events.write_bytes(data)
        reader = LogReader(run.events)
        batch = reader.read_new(max_seconds=60)
        hit = [frame.offset <= place < frame.end for frame in frames]
        assert batch.events == list(itertools.compress(events, (not each for each in hit))), place
        (damage,) = batch.damage
        assert damage.offset <= place < damage.offset + damage.length
        with LogWriter(run.events) as log:
            log.append(LATER)
        assert reader.read_new() == Batch([LATER]), place
        told = history.load(run)
        assert told.damage == batch.damage
        assert told.notes[-1] == LATER
