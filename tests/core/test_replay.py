from pathlib import Path

import numpy as np
import pytest

from tui_trainer.core.events import Evaluated, Finished, PhaseChanged, Resumed, Steps
from tui_trainer.core.history import History
from tui_trainer.core.replay import Replay
from tui_trainer.core.runlog import LogReader, LogWriter


def steps(first: int, count: int, elapsed_s: float) -> Steps:
    values = np.arange(first, first + count, dtype="<f4")
    return Steps(attempt=1, elapsed_s=elapsed_s, first_step=first, metrics={"loss": values.tobytes()})


def evaluated(step: int) -> Evaluated:
    return Evaluated(
        attempt=1,
        elapsed_s=0.0,
        step=step,
        split="validation",
        num_samples=9,
        metrics={"loss": 1.0 / (step + 1)},
    )


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "events.log"
    with LogWriter(path) as writer:
        for event in (
            PhaseChanged(attempt=1, elapsed_s=0.0, phase="training"),
            evaluated(0),
            steps(1, 100, elapsed_s=2.0),
            evaluated(100),
            steps(101, 50, elapsed_s=3.0),
            Finished(attempt=1, elapsed_s=3.0, epochs=1, steps=150, best_step=100, training_s=3.0),
            PhaseChanged(attempt=1, elapsed_s=3.0, phase="finished", step=150),
        ):
            writer.append(event)
    return path


def test_steps_recorded_at_once_are_told_one_by_one(log):
    replay = Replay(log)
    replay.advance(0)
    assert (replay.history.step, len(replay.history.evaluations["validation"])) == (0, 1)
    replay.advance(25)
    assert replay.history.batch_loss.values.tolist() == list(range(1, 26))
    assert replay.history.elapsed_s == 0.5
    replay.advance(0.5)
    assert replay.history.step == 25
    replay.advance(0.5)
    assert replay.history.step == 26


def test_an_evaluation_comes_with_its_step(log):
    replay = Replay(log)
    replay.advance(99)
    assert len(replay.history.evaluations["validation"]) == 1
    replay.advance(1)
    assert len(replay.history.evaluations["validation"]) == 2


def test_told_to_the_end_it_is_the_run(log):
    replay = Replay(log)
    while not replay.over:
        replay.advance(7)
    history = History()
    for event in LogReader(log).read_new().events:
        history.apply(event)
    assert replay.history.phase == history.phase == "finished"
    assert replay.history.batch_loss.values.tolist() == history.batch_loss.values.tolist()
    assert replay.history.elapsed_s == history.elapsed_s == 3.0


def test_a_resume_takes_the_replay_back(tmp_path):
    path = tmp_path / "events.log"
    with LogWriter(path) as writer:
        for event in (
            steps(1, 50, 1.0),
            Resumed(attempt=2, elapsed_s=0.4, at_step=20),
            steps(21, 30, 2.0),
        ):
            writer.append(event)
    replay = Replay(path)
    replay.advance(50)
    assert replay.history.step == 20
    replay.advance(10)
    assert replay.history.step == 30


def test_a_log_that_is_gone_is_over(tmp_path):
    replay = Replay(tmp_path / "events.log")
    replay.advance(1)
    assert replay.over
