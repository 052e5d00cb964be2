"""A slice through data of more than two inputs."""

import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA

from tests.training.conftest import heard
from tests.training.inside.pictured import trained
from tui_trainer.core.control import Ask, send
from tui_trainer.core.inside.boundary import PrincipalPlane
from tui_trainer.core.inside.pictures import picture_at
from tui_trainer.core.inside.questions import ThePlane
from tui_trainer.core.recipe import BundledSet, FullyConnected, Recipe, Training
from tui_trainer.training.data import load
from tui_trainer.training.inside.principal import principal_axes
from tui_trainer.training.inspection import inspect
from tui_trainer.training.stop_sign import StopSign

WINE = Recipe(
    data=BundledSet(kind="wine"),
    architecture=FullyConnected(hidden=(5,), activation="tanh"),
    training=Training(epochs=3),
)


@pytest.mark.parametrize("shape", [(60, 8), (20, 50)])
def test_axes_are_those_of_scikit_learn(shape: tuple[int, int]) -> None:
    samples = np.random.default_rng(0).normal(size=shape) * np.linspace(3, 1, shape[1])
    axes, shares = principal_axes(torch.from_numpy(samples))
    oracle = PCA(2).fit(samples)
    assert np.abs(axes.numpy() @ oracle.components_.T) == pytest.approx(np.eye(2), abs=1e-8)
    assert shares == pytest.approx(oracle.explained_variance_ratio_.tolist())


def test_a_slice_shows_what_the_network_says_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    run, weights = trained(WINE)
    run.inspection.path.mkdir()
    send(run.inspection, Ask(attempt=1, id="a", question=ThePlane()))
    monkeypatch.setattr("tui_trainer.training.inspection.IDLE_S", 0.2)
    assert inspect(run, StopSign())
    offset = heard(run.inspection).history.answers["a"].offset
    assert offset is not None
    told = picture_at(run.inspection.pictures, offset)
    assert isinstance(told, PrincipalPlane)

    data = load(WINE.data)
    train = data.train_x.double().numpy()
    oracle = PCA(2).fit(train)
    assert list(told.explained) == pytest.approx(oracle.explained_variance_ratio_.tolist(), rel=1e-4)
    signs = np.sign(np.take_along_axis(oracle.components_, np.abs(oracle.components_).argmax(1)[:, None], 1))
    axes = oracle.components_ * signs

    def predicted(x: np.ndarray) -> np.ndarray:
        hidden = np.tanh(x @ weights["linear1.weight"].T + weights["linear1.bias"])
        return (hidden @ weights["linear2.weight"].T + weights["linear2.bias"]).argmax(axis=1)

    classes, _ = told.boundary.regions()
    places = train.mean(axis=0) + told.boundary.window.places() @ axes
    assert (classes.ravel() == predicted(places)).mean() > 0.999
    inputs, targets = told.points.arrays()
    everybody = np.concatenate([train, data.validation_x.double().numpy()])
    assert np.allclose(inputs, (everybody - train.mean(axis=0)) @ axes.T, atol=1e-4)
    assert np.array_equal(targets[: len(train)], data.train_y.numpy())
