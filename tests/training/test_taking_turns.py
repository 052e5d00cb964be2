"""Several runs in one worker, and what makes their comparison fair."""

import math
import time

import numpy as np
import pytest
import torch

from tests.training.conftest import heard
from tui_trainer.core import rundir
from tui_trainer.core.events import Evaluated, PhaseChanged, Steps
from tui_trainer.core.lock import WorkerLock
from tui_trainer.core.recipe import (
    Adam,
    BinaryCrossEntropy,
    FullyConnected,
    Momentum,
    Moons,
    Recipe,
    Training,
)
from tui_trainer.training import hosting
from tui_trainer.training.assembly import assemble
from tui_trainer.training.hosting import host
from tui_trainer.training.stop_sign import StopSign

EPOCHS = 12
RECIPE = Recipe(
    data=Moons(points=200),
    architecture=FullyConnected(hidden=(8, 8)),
    loss=BinaryCrossEntropy(),
    training=Training(epochs=EPOCHS, threads=1),
)
OTHERS = {
    "optimizer": RECIPE.model_copy(update={"optimizer": Momentum()}),
    "activation": RECIPE.model_copy(
        update={"architecture": FullyConnected(hidden=(8, 8), activation="tanh")}
    ),
    "batches": RECIPE.model_copy(update={"training": Training(epochs=EPOCHS, threads=1, batch_size=7)}),
    "width": RECIPE.model_copy(update={"architecture": FullyConnected(hidden=(8, 5))}),
}


def hosted(*recipes: Recipe, **options):
    """The runs of ``recipes``, and how many seconds it took to host them all."""
    runs = [rundir.create(recipe) for recipe in recipes]
    locks = {run.path: WorkerLock(run.lock) for run in runs}
    for lock in locks.values():
        lock.acquire()
    began = time.perf_counter()
    host(runs, StopSign(), **options)
    seconds = time.perf_counter() - began
    for lock in locks.values():
        lock.release()
    return runs, seconds


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_the_split_is_the_same(other):
    ours, theirs = assemble(RECIPE).data, assemble(other).data
    for name in ("train_x", "train_y", "validation_x", "validation_y", "test_x", "test_y"):
        assert torch.equal(getattr(ours, name), getattr(theirs, name))
    seeded = RECIPE.model_copy(update={"training": Training(seed=5)})
    assert torch.equal(ours.validation_x, assemble(seeded).data.validation_x), "seeds leave it alone"


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_initial_weights_are_the_same_in_every_layer_of_the_same_shape(other):
    ours, theirs = assemble(RECIPE).network, assemble(other).network
    agreeing = 0
    for (name, layer), (other_name, other_layer) in zip(
        ours.named_children(), theirs.named_children(), strict=True
    ):
        pairs = list(zip(layer.parameters(), other_layer.parameters(), strict=True))
        if name == other_name and pairs and all(a.shape == b.shape for a, b in pairs):
            agreeing += 1
            assert all(torch.equal(a, b) for a, b in pairs)
    assert agreeing >= 1


def test_each_epoch_has_the_same_order_of_samples():
    """With a rate of next to nothing the losses of the steps tell which samples were in which batch."""
    still = [
        RECIPE.model_copy(update={"optimizer": kind(lr=1e-12), "training": Training(epochs=3, threads=1)})
        for kind in (Adam, Momentum)
    ]
    runs, _ = hosted(*still)
    ours, theirs = (heard(run).losses for run in runs)
    assert len(ours) == 3 * math.ceil(140 / 32)
    np.testing.assert_allclose(ours, theirs, rtol=1e-5)
    assert len(set(np.round(ours, 5))) > 10, "batches differ"


def test_turns_go_epoch_by_epoch_however_many_steps_one_has(monkeypatch):
    monkeypatch.setattr(hosting, "ROUND_S", 3600.0)  # a busy machine cuts no epoch in two
    behind: list[int] = []

    def look(ended):
        evaluations = [
            sum(event.split == "validation" for event in heard(run).of(Evaluated))
            for run in rundir.list_runs()
            if run != ended
        ]
        behind.extend(EPOCHS + 1 - number for number in evaluations)

    hosted(RECIPE, OTHERS["batches"], OTHERS["optimizer"], ended=look)
    assert max(behind) <= 1


def test_the_turns_of_others_are_no_active_time():
    runs, seconds = hosted(RECIPE, *OTHERS.values())
    active = [heard(run).history.elapsed_s for run in runs]
    assert min(active) > 0
    assert sum(active) < seconds


def test_others_wait_until_there_is_room_and_each_is_let_go_when_it_has_ended():
    at_work: list[int] = []

    def look(ended):
        begun = [run for run in rundir.list_runs() if run.events.exists()]
        over = [run for run in begun if heard(run).history.ended]
        assert ended in over
        at_work.append(len(begun) - len(over))

    hosted(RECIPE, *OTHERS.values(), at_once=2, ended=look)
    assert len(at_work) == 5
    assert max(at_work) <= 1


def test_a_run_whose_time_is_over_is_measured_once_more_and_finishes():
    endless = RECIPE.model_copy(
        update={"training": Training(epochs=100_000, threads=1, evaluate_every=1_000_000)}
    )
    (run,), _ = hosted(endless, limit_s=0.3)
    told = heard(run)
    assert told.of(PhaseChanged)[-1].phase == "finished"
    assert told.of(PhaseChanged)[-1].reason == "budget: it had 0.3 s to train"
    splits = [(event.split, event.step) for event in told.of(Evaluated)]
    assert splits[-2] == ("validation", told.history.step)
    assert splits[-1][0] == "test"
    assert told.history.elapsed_s >= 0.3
    assert len(told.losses) == told.history.step
    assert told.of(Steps)


def test_a_run_that_fails_ends_alone():
    deep = FullyConnected(hidden=(64,) * 8)
    diverging = RECIPE.model_copy(update={"optimizer": Momentum(lr=100.0), "architecture": deep})
    (good, bad), _ = hosted(RECIPE, diverging)
    assert (heard(good).history.phase, heard(bad).history.phase) == ("finished", "failed")
