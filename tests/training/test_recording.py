import math

import numpy as np
import pytest
import torch

from tests.training.conftest import heard
from tui_trainer.core import rundir
from tui_trainer.core.events import Evaluated, Heartbeat, PhaseChanged, Predictions, Steps
from tui_trainer.core.recipe import Recipe
from tui_trainer.core.runlog import read_at
from tui_trainer.training import evaluate, recording
from tui_trainer.training.evaluate import Measured
from tui_trainer.training.recording import NotFinite, Recorder
from tui_trainer.training.step_losses import DeviceLosses, HostLosses


class Clock:
    """Seconds that pass when told to."""

    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(recording, "perf_counter", clock)
    return clock


@pytest.fixture
def run():
    return rundir.create(Recipe())


@pytest.fixture
def record(run, clock):
    recorder = Recorder(run, attempt=1)
    yield recorder
    recorder.close()


def values(steps: Steps) -> list[float]:
    return np.frombuffer(steps.metrics["loss"], "<f4").tolist()


def test_the_first_step_is_told_at_once_and_all_others_in_blocks(record, run, clock):
    for number in range(6):
        record.add_step(torch.tensor(float(number)))
        clock.now += 0.06
        record.tick()
    record.flush()
    blocks = [(block.first_step, values(block)) for block in heard(run).of(Steps)]
    assert blocks == [(1, [0]), (2, [1, 2]), (4, [3, 4]), (6, [5])]


def test_a_silent_run_says_that_it_lives_at_least_every_two_seconds(record, run, clock):
    record.enter("training")
    for _ in range(500):
        clock.now += 0.02
        record.tick()
    assert 5 <= len(heard(run).of(Heartbeat)) <= 10


def test_a_loss_that_is_no_number_is_recorded_and_nothing_after_it(record, run):
    for loss in (1.0, 2.0, math.nan, math.inf, 3.0):
        record.add_step(torch.tensor(loss))
    with pytest.raises(NotFinite, match="loss became nan at step 3"):
        record.flush()
    record.enter("failed", "it broke")
    assert heard(run).of(PhaseChanged)[-1].has_diverged
    (block,) = heard(run).of(Steps)
    assert values(block) == pytest.approx([1, 2, math.nan], nan_ok=True)
    assert heard(run).history.step == 3


def test_pauses_and_loading_do_not_count_as_active_time(record, clock):
    clock.now += 7  # loading
    record.enter("training")
    clock.now += 2
    record.enter("paused")
    clock.now += 50
    record.enter("training")
    clock.now += 1
    record.enter("evaluating")
    clock.now += 0.5
    record.paced_s += 0.25
    assert record.elapsed_s == pytest.approx(3.5)
    assert record.training_s == pytest.approx(2.75)


def test_steps_come_before_the_phase_that_ends_them(record, run):
    record.enter("training")
    record.add_step(torch.tensor(1.0))
    record.enter("evaluating")
    assert [type(event).__name__ for event in heard(run).events] == ["PhaseChanged", "Steps", "PhaseChanged"]


def test_predictions_lie_beside_the_log(record, run):
    pairs = evaluate.Predictions(np.arange(3000, dtype=np.float32), np.ones(3000, np.float32))
    record.evaluated("train", Measured(3000, {"loss": 1.0}, predictions=pairs))
    record.evaluated("validation", Measured(3000, {"loss": 1.0}, predictions=pairs))
    train, validation = heard(run).of(Evaluated)
    assert train.predictions is None
    picture = read_at(run.pictures, validation.predictions)
    assert isinstance(picture, Predictions)
    assert np.array_equal(np.frombuffer(picture.actual, "<f4"), np.arange(2000))
    assert np.array_equal(np.frombuffer(picture.predicted, "<f4"), np.ones(2000))


@pytest.mark.parametrize("losses", [HostLosses(), DeviceLosses(torch.device("cpu"))], ids=["host", "device"])
def test_losses_are_kept_in_order_wherever_they_are(losses):
    assert len(losses.take()) == 0
    for _ in range(2):
        for number in range(2500):
            losses.add(torch.tensor(float(number), requires_grad=True))
        assert np.array_equal(losses.take(), np.arange(2500))
    assert len(losses.take()) == 0
