"""Compiled steps agree with eager ones; what cannot be compiled is trained all the same."""

import shutil
import subprocess
import sys
import threading
import time
from copy import deepcopy
from dataclasses import replace
from math import inf

import numpy as np
import pytest
import torch
from torch.testing import assert_close

from tests.recipes import optimizer_of
from tests.training.conftest import heard
from tests.training.test_resuming import assert_same_bits, stopped_after
from tui_trainer.core import forking, repeating, rundir
from tui_trainer.core.checkpoint_files import saved_steps
from tui_trainer.core.control import WHATEVER_ATTEMPT, Change, Pause, Step, Stop, send
from tui_trainer.core.events import Heartbeat, Note
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
from tui_trainer.training import compiled, recording, session
from tui_trainer.training.assembly import Trainee, assemble
from tui_trainer.training.compiled import CompiledSteps
from tui_trainer.training.loop import _groups, update
from tui_trainer.training.optimizers import build_optimizer
from tui_trainer.training.regularization import Penalty
from tui_trainer.training.session import live
from tui_trainer.training.stop_sign import StopSign

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
    step = 2
    while step < num_steps:
        size = min(3, steps.at_once - steps.place_of(step))  # some of the graph's steps, not all
        some = batches[step - 2 : step - 2 + size]
        assert steps.fits(some[0])
        losses = steps.make(some, step)
        expected = [eager(twin, batch, step + place) for place, batch in enumerate(some)]
        assert losses.tolist() == pytest.approx(expected, rel=rtol)
        step += size
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


def test_in_bfloat16_too(monkeypatch):
    monkeypatch.setattr(compiled, "_compile", lambda steps: steps)
    training = RECIPE.training.model_copy(update={"precision": "bfloat16"})
    assert_agree(assemble(RECIPE.model_copy(update={"training": training})), 1e-4)


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


@needs_compiler
def test_graphs_of_two_networks_are_not_mistaken_for_one_another(monkeypatch):
    monkeypatch.setattr(compiled, "STEPS_AT_ONCE", 1)
    activations = ("tanh", "relu")  # in equal shapes
    trainees = [
        assemble(RECIPE.model_copy(update={"architecture": FullyConnected(hidden=(6,), activation=each)}))
        for each in activations
    ]
    twins, batch = [twin_of(trainee) for trainee in trainees], torch.arange(10)
    for trainee, twin in zip(trainees, twins, strict=True):
        assert eager(trainee, batch, 1) == eager(twin, batch, 1)
    graphs = [CompiledSteps(trainee) for trainee in trainees]
    for step in (2, 3):
        for graph, twin in zip(graphs, twins, strict=True):
            assert graph.make([batch], step).item() == pytest.approx(eager(twin, batch, step), rel=1e-4)


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
        if record.step == 21 + 7:
            break
    # The first step makes the optimizer's memory, 15 is asked for, and an epoch is three graphs of seven.
    assert sizes == [1, 6, 7, 1, 6, 7]


@pytest.fixture
def compiled_once(monkeypatch) -> list[CompiledSteps]:
    """Few steps a graph, and one compilation for all runs of a test; what was made is in the list."""
    made, graphs = [], []

    def compile_once(steps):
        graphs.append(graphs[0] if graphs else real(steps))
        made.append(steps)
        return graphs[0]

    real = compiled._compile
    monkeypatch.setattr(compiled, "_compile", compile_once)
    monkeypatch.setattr(compiled, "STEPS_AT_ONCE", 3)
    monkeypatch.setattr(session, "LOOK_S", 0.0)
    return made


@needs_compiler
def test_pauses_stops_and_changes_leave_the_bits_of_a_compiled_run(compiled_once):
    """Wherever steps are asked for singly, resumed or changed, each comes out as in a run left alone."""
    planned = Change(attempt=WHATEVER_ATTEMPT, setting="optimizer.lr", value=0.02, at_step=13)
    penalized = Change(attempt=WHATEVER_ATTEMPT, setting="regularization.l2.strength", value=0.1, at_step=20)
    whole, pieces = rundir.create(compiling(RECIPE)), rundir.create(compiling(RECIPE))
    for run in (whole, pieces):
        send(run, planned)
        send(run, penalized)
    stopped_after(whole, -1)
    recompiled = unique_graphs()
    assert recompiled > 0
    driven, stop_sign = live(pieces, StopSign()), StopSign()
    send(pieces, Pause(attempt=1))
    while heard(pieces).history.phase != "paused":
        next(driven)
    for batches, at_step in ((5, 5), (3, 8), (1, 9)):  # most end within a graph
        send(pieces, Step(attempt=1, batches=batches))
        while heard(pieces).history.step < at_step or heard(pieces).history.phase != "paused":
            next(driven)
        assert heard(pieces).history.step == at_step
    send(pieces, Stop(attempt=1))
    list(driven)
    child_of = saved_steps(pieces)[-1]
    assert child_of == 9
    for number, _ in enumerate(live(pieces, stop_sign)):
        if number == 12:
            stop_sign.put_up()
    stopped_after(pieces, -1)
    assert_same_bits(whole, pieces)
    assert [edit.step for edit in heard(pieces).history.edits] == [13, 20]
    child = forking.fork(
        pieces, pieces.recipe(), child_of, repeating.changes_of(pieces, heard(pieces).history)
    )
    stopped_after(child, -1)
    assert_same_bits(whole, child)
    assert "not compiled from here on: the graph has no such penalty" in notes(heard(pieces))
    assert unique_graphs() == recompiled, "a change compiles nothing anew"
    assert len(compiled_once) == 5
    eager_run = rundir.create(RECIPE)
    send(eager_run, planned)
    send(eager_run, penalized)
    stopped_after(eager_run, -1)
    np.testing.assert_allclose(heard(whole).losses, heard(eager_run).losses, rtol=1e-4)


def test_a_run_beats_and_hears_a_stop_while_it_compiles(monkeypatch):
    released = threading.Event()

    def stuck(_steps):
        released.wait(60)
        raise RuntimeError

    monkeypatch.setattr(compiled, "_compile", stuck)
    monkeypatch.setattr(recording, "HEARTBEAT_S", 0.05)
    run = rundir.create(compiling(RECIPE))
    asker = threading.Timer(0.5, send, (run, Stop(attempt=1)))
    asker.start()
    try:
        list(live(run, StopSign()))
    finally:
        released.set()
    assert heard(run).history.phase == "stopped"
    assert heard(run).of(Heartbeat)


STUCK = """
import runpy, time
from tui_trainer.training import compiled

compiled._compile = lambda steps: time.sleep(3600)
runpy.run_module("tui_trainer.training.worker", run_name="__main__")
"""


def test_a_worker_that_compiles_ends_at_once():
    run = rundir.create(compiling(RECIPE))
    worker = subprocess.Popen([sys.executable, "-c", STUCK, str(run.path)])
    try:
        deadline = time.monotonic() + 60
        while not (run.events.exists() and "compiling the steps" in notes(heard(run))):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        send(run, Stop(attempt=1))
        assert worker.wait(60) == 0
    finally:
        worker.kill()
    assert heard(run).history.phase == "stopped"


def unique_graphs() -> int:
    """How many graphs were compiled in this process."""
    from torch._dynamo.utils import counters

    return counters["stats"]["unique_graphs"]


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
