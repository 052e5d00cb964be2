"""Slices of the loss around a network's weights."""

from collections.abc import Generator
from typing import TypeVar

import numpy as np
import pytest
import torch

from tests.training.conftest import heard
from tests.training.test_session import Driven
from tui_trainer.core import rundir
from tui_trainer.core.checkpoint_files import path_of, saved_steps
from tui_trainer.core.control import Ask, send
from tui_trainer.core.inside.pictures import picture_at
from tui_trainer.core.inside.questions import Along, Slice
from tui_trainer.core.inside.surface import LossSlice
from tui_trainer.core.recipe import (
    L2,
    BatchNorm,
    BundledSet,
    Cnn,
    Dropout,
    ErrorLoss,
    FullyConnected,
    Recipe,
    Regularization,
    SingleLayer,
    Training,
)
from tui_trainer.training import checkpoint
from tui_trainer.training.assembly import Trainee, assemble
from tui_trainer.training.inside.directions import moved, random_direction
from tui_trainer.training.inside.looking import CannotAnswer
from tui_trainer.training.inside.surface import affordable, loss_slice
from tui_trainer.training.inspection import inspect
from tui_trainer.training.recording import Recorder
from tui_trainer.training.stop_sign import StopSign

T = TypeVar("T")
LINEAR = Recipe(
    data=BundledSet(kind="diabetes"),
    architecture=SingleLayer(),
    loss=ErrorLoss(kind="mse"),
    regularization=Regularization(l2=L2(strength=0.1)),
)
NORMED = Recipe(
    data=BundledSet(kind="iris"),
    architecture=FullyConnected(hidden=(8, 8)),
    regularization=Regularization(dropout=Dropout(rate=0.3), batch_norm=BatchNorm()),
    training=Training(epochs=12, batch_size=16),
)


def result(working: Generator[float, None, T]) -> T:
    """What comes out; what is done grows meanwhile."""
    done = 0.0
    while True:
        try:
            share = next(working)
        except StopIteration as end:
            return end.value
        assert done <= share <= 1.0
        done = share


def sliced(trainee: Trainee, question: Slice) -> LossSlice:
    recorder = Recorder(rundir.create(trainee.recipe), 1)
    try:
        return result(loss_slice(trainee, recorder, question))
    finally:
        recorder.close()


@pytest.mark.parametrize("dimensions", [1, 2])
def test_the_slice_of_a_quadratic_is_the_closed_form(dimensions: int) -> None:
    trainee = assemble(LINEAR)
    question = Slice(dimensions=dimensions, points=9, span=2.0, seed=3)
    found = sliced(trainee, question)
    x, y = (each.double().numpy() for each in (trainee.data.train_x, trainee.data.train_y))
    residual = trainee.network(trainee.data.train_x).detach().double().numpy() - y
    (weights,) = moved(trainee.network).values()
    directions = [
        random_direction(moved(trainee.network), 3, number)["linear1.weight"].double().numpy()
        for number in range(dimensions)
    ]
    along = [x @ direction.T for direction in directions]  # what 1 along each adds to the outputs
    at = np.linspace(-2, 2, 9)
    a, b = np.meshgrid(at, at) if dimensions == 2 else (at, np.zeros(9))
    second = along[-1]
    expected = (
        np.mean(residual**2)
        + 2 * (a * np.mean(residual * along[0]) + b * np.mean(residual * second))
        + a**2 * np.mean(along[0] ** 2)
        + b**2 * np.mean(second**2)
        + 2 * a * b * np.mean(along[0] * second)
    )
    assert found.num_samples == len(y)
    assert weights.shape == (1, x.shape[1])
    np.testing.assert_allclose(found.array(), expected, rtol=1e-5)


@pytest.mark.parametrize("recipe", [NORMED, Recipe(architecture=Cnn())], ids=["mlp", "cnn"])
def test_each_filter_of_a_direction_is_as_long_as_that_of_the_weights(recipe: Recipe) -> None:
    network = assemble(recipe).network
    weights = moved(network)
    direction = random_direction(weights, seed=1, number=0)
    assert set(direction) == {
        f"{name}.weight"
        for name, module in network.named_modules()
        if isinstance(module, torch.nn.Linear | torch.nn.Conv2d)
    }
    for name, each in direction.items():
        lengths = [
            np.sqrt((values.reshape(len(values), -1).numpy() ** 2).sum(axis=1))
            for values in (each, weights[name])
        ]
        np.testing.assert_allclose(*lengths, rtol=1e-5)
    other = random_direction(weights, seed=1, number=1)
    assert all(not torch.equal(each, other[name]) for name, each in direction.items())


def test_nothing_is_changed_and_the_centre_is_the_loss_of_those_samples() -> None:
    trainee = assemble(NORMED)
    trainee.network.train()
    before = {name: each.clone() for name, each in trainee.network.state_dict().items()}
    random_state = torch.get_rng_state()
    found = sliced(trainee, Slice(dimensions=2, points=5))
    assert trainee.network.training
    assert torch.equal(torch.get_rng_state(), random_state)
    after = trainee.network.state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)
    trainee.network.eval()
    x, y = trainee.data.train_x[: found.num_samples], trainee.data.train_y[: found.num_samples]
    assert found.loss == pytest.approx(trainee.criterion(trainee.network(x), y).item(), rel=1e-6)
    assert found.array()[2, 2] == np.float32(found.loss)


def test_equal_seeds_are_equal_pictures_and_others_are_not() -> None:
    trainee = assemble(NORMED)
    first, again, other = (sliced(trainee, Slice(points=7, seed=seed)) for seed in (4, 4, 5))
    assert first.losses == again.losses
    assert first.losses != other.losses
    assert first.loss == other.loss


def test_what_cannot_be_sliced_is_said() -> None:
    trainee = assemble(NORMED)
    for question, why in (
        (Slice(dimensions=3), "1 or 2 dimensions"),
        (Slice(points=4), "odd number"),
        (Slice(span=-1.0), "above 0"),
        (Slice(along="checkpoints"), "no other checkpoint"),
    ):
        with pytest.raises(CannotAnswer, match=why):
            sliced(trainee, question)
    with torch.no_grad():
        for each in trainee.network.parameters():
            each.zero_()
    with pytest.raises(CannotAnswer, match="all weights are 0"):
        sliced(trainee, Slice())
    with torch.no_grad():
        next(trainee.network.parameters()).fill_(torch.inf)
    with pytest.raises(CannotAnswer, match="not finite"):
        sliced(trainee, Slice())


def test_a_large_network_is_looked_at_in_fewer_samples_and_places() -> None:
    plane, curve = Slice(dimensions=2, points=25), Slice(points=61)
    assert affordable(1e-6, 1_000, plane) == (1_000, 25)
    assert affordable(1e-6, 105, plane) == (105, 25)
    for sample_s in (1e-5, 1e-4, 1e-3, 1e-2):
        for question in (curve, plane):
            samples, points = affordable(sample_s, 1_000, question)
            assert sample_s * samples * points**question.dimensions <= 5.0 or (samples, points) == (15, 5)
            assert points % 2 == 1
            assert points >= 15 or question is plane
    assert affordable(10.0, 1_000, curve) == (15, 5)


@pytest.mark.parametrize("along", ["random", "checkpoints"])
def test_the_way_here_is_the_checkpoints_seen_on_the_plane(
    along: Along, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui_trainer.training.keeping.COSTS_BETWEEN", 0)
    driven = Driven(NORMED)
    driven.to_its_end()
    run, steps = driven.run, saved_steps(driven.run)
    here = steps[len(steps) // 2]
    run.inspection.path.mkdir()
    question = Slice(dimensions=2, points=5, along=along, span=0.5)
    send(run.inspection, Ask(attempt=1, id="a", question=question, at_step=here))
    monkeypatch.setattr("tui_trainer.training.inspection.IDLE_S", 0.2)
    assert inspect(run, StopSign())
    answered = heard(run.inspection).history.answers["a"]
    assert not answered.problem
    assert answered.offset is not None
    found = picture_at(run.inspection.pictures, answered.offset)
    assert isinstance(found, LossSlice)
    assert [each.step for each in found.path] == [step for step in steps if step != here]
    assert found.step == here

    def flat(step: int) -> np.ndarray:
        saved = checkpoint.read(path_of(run, step)).network
        return np.concatenate([each.double().numpy().ravel() for each in saved.values() if each.dim() > 1])

    way = np.array([flat(each.step) - flat(here) for each in found.path])
    seen = np.array([(each.a, each.b) for each in found.path])
    if along == "random":
        saved = checkpoint.read(path_of(run, here)).network
        weights = {name: each for name, each in saved.items() if each.dim() > 1}
        plane = np.array(
            [
                np.concatenate(
                    [each.double().numpy().ravel() for each in random_direction(weights, 0, k).values()]
                )
                for k in (0, 1)
            ]
        )
        expected = np.linalg.lstsq(plane.T, way.T, rcond=None)[0].T
        np.testing.assert_allclose(seen, expected, atol=1e-5)
    else:
        singular = np.linalg.svd(way, compute_uv=False)
        assert np.abs(seen).max() == pytest.approx(1.0)
        unit = np.linalg.norm(way, axis=1)[np.abs(seen).max(axis=1).argmax()]
        shares = np.linalg.norm(seen, axis=0)
        assert shares[1] / shares[0] == pytest.approx(singular[1] / singular[0], rel=1e-3)
        assert shares[0] <= singular[0] / unit * 1.3
