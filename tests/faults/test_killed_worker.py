"""A worker that is killed loses at most what came after its last checkpoint, and nothing of the result."""

import random
import signal
import time
from typing import get_args

import pytest

from tests.faults.dying import Place, worker
from tests.training.conftest import heard
from tests.training.test_resuming import EVERYTHING, MOMENTUM, assert_same_bits
from tui_trainer.core import rundir
from tui_trainer.core.events import Resumed
from tui_trainer.core.recipe import Recipe, Training
from tui_trainer.core.rundir import RunDir

TIMEOUT_S = 60
PLACES: tuple[Place, ...] = get_args(Place)
SLOW = MOMENTUM.model_copy(update={"training": Training(epochs=60, batch_size=4)})


def to_its_end(run: RunDir) -> None:
    process = worker(run)
    process.join(TIMEOUT_S)
    assert process.exitcode == 0


def killed_at(run: RunDir, place: Place, number: int) -> None:
    process = worker(run, place, number)
    process.join(TIMEOUT_S)
    assert process.exitcode == -signal.SIGKILL, f"it never came to {place}, {number} times"


@pytest.mark.parametrize("recipe", [MOMENTUM, EVERYTHING], ids=["momentum", "everything"])
def test_a_worker_killed_at_every_place_comes_to_the_same_bits(recipe: Recipe):
    whole, pieces = rundir.create(recipe), rundir.create(recipe)
    to_its_end(whole)
    for place in PLACES:
        killed_at(pieces, place, 2 if "checkpoint" in place or "evaluation" in place else 7)
    to_its_end(pieces)
    assert len(heard(pieces).of(Resumed)) == len(PLACES)
    assert_same_bits(whole, pieces)


def killed_at_random(run: RunDir, draw: random.Random) -> bool:
    """Whether the worker had ended before it was killed."""
    process = worker(run)
    deadline = time.monotonic() + draw.uniform(0.1, 1.0)
    process.join(max(0.0, deadline - time.monotonic()))
    process.kill()
    process.join()
    return process.exitcode == 0


@pytest.mark.parametrize("kills", [3, pytest.param(20, marks=pytest.mark.long)])
def test_a_worker_killed_at_random_comes_to_the_same_bits(kills: int, record_property):
    seed = random.randrange(10**6)
    record_property("seed", seed)
    print(f"seed {seed}")
    draw = random.Random(seed)
    recipe = SLOW if kills < 10 else EVERYTHING
    whole, pieces = rundir.create(recipe), rundir.create(recipe)
    to_its_end(whole)
    for _ in range(kills):
        if killed_at_random(pieces, draw):
            assert_same_bits(whole, pieces)
            pieces = rundir.create(recipe)
    to_its_end(pieces)
    assert_same_bits(whole, pieces)
