"""Compiled steps agree with eager ones; what cannot be compiled is trained all the same."""

import shutil
from copy import deepcopy
from dataclasses import replace
from math import inf

import numpy as np
import pytest
import torch
from torch.testing import assert_close

from tests.recipes import optimizer_of
from tui_trainer.core.events import Note
from tui_trainer.core.recipe import (
    L1,
    L2,
    BinaryCrossEntropy,
    Dropout,
    FullyConnected,
    GradientClipping,
    Moons,
    Recipe,
    Regularization,
    Training,
)
from tui_trainer.training import compiled
from tui_trainer.training.assembly import Trainee, assemble
from tui_trainer.training.compiled import CompiledSteps
from tui_trainer.training.loop import _groups, update
from tui_trainer.training.optimizers import build_optimizer
from tui_trainer.training.regularization import Penalty

RECIPE = Recipe(
    data=Moons(points=300),
    architecture=FullyConnected(hidden=(6,), activation="tanh"),
    loss=BinaryCrossEntropy(),
    training=Training(batch_size=10, epochs=4),
)
TAMED = Regularization(
    l1=L1(strength=0.01), l2=L2(strength=0.02), gradient_clipping=GradientClipping(max_norm=0.3)
)
KINDS = ["sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw"]
needs_compiler = pytest.mark.skipif(
    not (shutil.which("g++") or shutil.which("clang++")), reason="there is no C++ compiler"
)


def in_double(trainee: Trainee) -> Trainee:
    network, data = trainee.network.double(), trainee.data
    return replace(
        trainee,
        optimizer=build_optimizer(trainee.recipe.optimizer, network.parameters()),
        data=replace(data, train_x=data.train_x.double()),
    )


def twin_of(trainee: Trainee) -> Trainee:
    network = deepcopy(trainee.network)
    return replace(
        trainee,
        network=network,
        optimizer=build_optimizer(trainee.recipe.optimizer, network.parameters()),
        penalty=Penalty(network, trainee.recipe.regularization),
    )


def eager(trainee: Trainee, batch: torch.Tensor, step: int) -> float:
    training = update(trainee, batch, step)
    while True:
        try:
            next(training)
        except StopIteration as end:
            return end.value.item()


def assert_agree(trainee: Trainee, rtol: float, num_steps: int = 20) -> None:
    """A first eager step makes the optimizer's memory; then the two go separate ways."""
    twin, order = twin_of(trainee), torch.randperm(len(trainee.data.train_x))
    first, *batches = order.repeat(2).split(10)
    for each in (trainee, twin):
        eager(each, first, 1)
    steps = CompiledSteps(trainee)
    for start in range(0, num_steps, steps.at_once):
        some = batches[start : start + steps.at_once]
        assert steps.fits(some)
        losses = steps.make(some, start + 2)
        expected = [eager(twin, batch, start + 2 + place) for place, batch in enumerate(some)]
        assert losses.tolist() == pytest.approx(expected, rel=rtol)
    # Of a weight near zero the last digits are those of what it was the sum of.
    largest = max(weight.abs().max().item() for weight in twin.network.parameters())
    for ours, theirs in zip(trainee.network.parameters(), twin.network.parameters(), strict=True):
        assert_close(ours, theirs, rtol=rtol, atol=rtol * largest)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("regularization", [Regularization(), TAMED], ids=["plain", "tamed"])
def test_the_graph_computes_what_the_loop_does(monkeypatch, kind, regularization):
    """As a plain function: what torch.compile makes of it is its own business."""
    monkeypatch.setattr(compiled, "_compile", lambda steps: steps)
    update = {"optimizer": optimizer_of(kind), "regularization": regularization}
    assert_agree(in_double(assemble(RECIPE.model_copy(update=update))), 1e-9)


@needs_compiler
@pytest.mark.parametrize(
    ("rtol", "double"),
    [(1e-4, False), pytest.param(1e-9, True, marks=pytest.mark.long)],
    ids=["float32", "float64"],
)
def test_compiled_steps_agree_with_eager_ones(monkeypatch, rtol, double):
    monkeypatch.setattr(compiled, "STEPS_AT_ONCE", 1)  # compiled soon enough
    trainee = assemble(RECIPE)
    assert_agree(in_double(trainee) if double else trainee, rtol)


class Counter:
    """What is asked of a recorder about where the run is."""

    step = 0


# Runs


def compiling(recipe: Recipe) -> Recipe:
    return recipe.model_copy(update={"training": recipe.training.model_copy(update={"compile": True})})


def notes(trained) -> str:
    return " ".join(note.text for note in trained.of(Note))


def test_a_compiled_run_makes_the_same_steps(train, monkeypatch):
    monkeypatch.setattr(compiled, "_compile", lambda steps: steps)
    eager_run, graph_run = train(RECIPE, compiling(RECIPE))
    assert graph_run.run.numerics()["compile"] is True
    assert eager_run.run.numerics()["compile"] is False
    assert "in place of" in notes(graph_run)
    assert len(graph_run.losses) == len(eager_run.losses) == 84
    np.testing.assert_allclose(graph_run.losses, eager_run.losses, rtol=1e-4)


def test_a_step_that_is_asked_for_is_not_passed_by_a_graph(monkeypatch):
    monkeypatch.setattr(compiled, "_compile", lambda steps: steps)
    trainee = assemble(compiling(RECIPE))
    trainee.compiled = CompiledSteps(trainee)
    trainee.free_until = 15
    record = Counter()
    sizes = []
    for batches in _groups(trainee, record):
        sizes.append(len(batches))
        for batch in batches:
            record.step += 1
            eager(trainee, batch, record.step)
        if record.step == 15:
            trainee.free_until = inf
        if record.step == 21 + 10:
            break
    # The first step makes the optimizer's memory, 15 is asked for, and the epoch ends with 21.
    assert sizes == [1] * 21 + [10]


def test_a_net_that_cannot_be_compiled_is_trained_as_it_is(train):
    recipe = RECIPE.model_copy(update={"regularization": Regularization(dropout=Dropout())})
    as_it_is, trained = train(recipe, compiling(recipe))
    assert "not compiled: dropout and augmentation draw random numbers in each step" in notes(trained)
    assert trained.run.numerics()["compile"] is False
    assert np.array_equal(trained.losses, as_it_is.losses)


def test_without_a_compiler_a_run_is_eager(train, monkeypatch):
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("CXX", raising=False)
    (trained,) = train(compiling(RECIPE))
    assert "not compiled: there is no C++ compiler here: g++ or clang++" in notes(trained)
    assert trained.history.phase == "finished"


def test_whatever_torch_compile_fails_on_stops_no_training(train, monkeypatch):
    def broken(_steps):
        raise RuntimeError("no such instruction")

    monkeypatch.setattr(compiled, "_compile", broken)
    (trained,) = train(compiling(RECIPE))
    assert "not compiled: torch.compile failed: RuntimeError: no such instruction" in notes(trained)
    assert trained.history.phase == "finished"
