"""Workers that take from a queue, as processes."""

import signal
import time

import pytest

from tests.training.conftest import heard
from tests.training.test_worker import LONG, SHORT, TIMEOUT_S, is_training, phase_of, until, worker
from tui_trainer.core import history, liveness, queue, rundir
from tui_trainer.core.recipe import TorchvisionSet
from tui_trainer.core.rundir import RunDir


def queued(recipe) -> RunDir:
    run = rundir.create(recipe)
    queue.put(run)
    return run


def state_of(run: RunDir, *, in_s: float = 0.0) -> str:
    return liveness.state_of(run, history.load(run), time.time() + in_s)


def test_two_workers_share_a_queue_and_train_each_run_once():
    runs = [queued(SHORT) for _ in range(4)]
    not_queued = rundir.create(SHORT)
    paths = [run.path for run in runs]
    with (
        worker("--queue", 1, 0, *paths, not_queued.path) as first,
        worker("--queue", 2, 0, *paths) as second,
    ):
        assert (first.wait(TIMEOUT_S), second.wait(TIMEOUT_S)) == (0, 0)
    assert [phase_of(run) for run in runs] == ["finished"] * 4
    assert [heard(run).history.attempt for run in runs] == [1] * 4
    assert not any(queue.is_queued(run) for run in runs)
    assert not not_queued.events.exists()


def test_a_killed_worker_leaves_its_run_crashed_and_others_go_on_from_there():
    first, second, bad = (
        queued(LONG),
        queued(SHORT),
        queued(SHORT.model_copy(update={"data": TorchvisionSet()})),
    )
    with worker("--queue", 1, 0, first.path, second.path, bad.path):
        until(lambda: is_training(first))
        assert (state_of(first), state_of(second)) == ("training", "queued")
    assert (state_of(first, in_s=3600), state_of(second, in_s=3600)) == ("crashed", "queued")

    queue.put(first)
    assert state_of(first) == "queued"
    with worker("--queue", 3, 0, first.path, second.path, bad.path) as process:
        until(lambda: heard(first).history.attempt == 2 and is_training(first))
        until(lambda: phase_of(second) == "finished" and phase_of(bad) == "failed")
        process.send_signal(signal.SIGTERM)
        assert process.wait(TIMEOUT_S) == 1
    assert phase_of(first) == "stopped"


def test_a_signal_leaves_in_the_queue_what_has_not_begun():
    first, second = queued(LONG), queued(SHORT)
    with worker("--queue", 1, 0, first.path, second.path) as process:
        until(lambda: is_training(first))
        process.send_signal(signal.SIGTERM)
        assert process.wait(TIMEOUT_S) == 0
    assert (state_of(first), state_of(second)) == ("stopped", "queued")


@pytest.mark.parametrize("arguments", [[], ["0", "0"], ["one", "0"], ["1", "-1"]])
def test_wrong_usage_of_the_queue_is_one_sentence(arguments):
    with worker("--queue", *arguments) as process:
        _, errors = process.communicate(timeout=TIMEOUT_S)
    assert process.returncode == 2
    assert errors.count(b"\n") == 1
