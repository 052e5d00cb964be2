"""Pictures of weights are the weights; feature maps are what the layers give."""

import numpy as np
import pytest
import torch

from tests.training.conftest import heard
from tests.training.inside.pictured import pictures, trained
from tests.training.test_session import Driven
from tui_trainer.core.control import Ask, send
from tui_trainer.core.inside.pictures import picture_at
from tui_trainer.core.inside.questions import MapsOfSample
from tui_trainer.core.inside.weights import FeatureMaps, Weights
from tui_trainer.core.recipe import (
    BinaryCrossEntropy,
    BundledSet,
    FullyConnected,
    LeNet,
    Recipe,
    SingleLayer,
    Training,
)
from tui_trainer.training.data import load
from tui_trainer.training.inspection import inspect
from tui_trainer.training.stop_sign import StopSign

ONE_EPOCH = Training(epochs=1)
DIGITS = BundledSet(kind="digits")
LENET = Recipe(data=DIGITS, architecture=LeNet(), training=ONE_EPOCH)


@pytest.mark.parametrize(
    ("recipe", "form", "shape", "of", "is_output"),
    [
        (
            Recipe(data=DIGITS, architecture=SingleLayer(kind="softmax-regression"), training=ONE_EPOCH),
            "image",
            (1, 8, 8),
            10,
            True,
        ),
        (
            Recipe(data=DIGITS, architecture=FullyConnected(hidden=(80,)), training=ONE_EPOCH),
            "image",
            (1, 8, 8),
            80,
            False,
        ),
        (LENET, "filter", (1, 5, 5), 6, False),
        (
            Recipe(
                data=BundledSet(kind="breast-cancer"),
                architecture=SingleLayer(kind="logistic-regression"),
                loss=BinaryCrossEntropy(),
                training=ONE_EPOCH,
            ),
            "columns",
            (30,),
            1,
            True,
        ),
    ],
    ids=["templates", "first layer", "filters", "columns"],
)
def test_images_are_the_weights(
    recipe: Recipe, form: str, shape: tuple[int, ...], of: int, is_output: bool
) -> None:
    run, weights = trained(recipe)
    pictured = pictures(run, Weights)
    last = pictured[-1]
    assert (last.form, tuple(last.shape), last.of, last.is_output) == (form, shape, of, is_output)
    values, scales = last.arrays()
    kept = min(of, 64)
    real = weights[f"{last.layer}.weight"][:kept].reshape(kept, *shape)
    assert np.allclose(scales, np.abs(real).reshape(kept, -1).max(axis=1))
    shown = values * scales.reshape(-1, *[1] * len(shape))
    assert np.abs(shown - real).max() <= scales.max() / 127 / 2 + 1e-7
    assert len(pictured) >= 2


def test_feature_maps_are_what_the_layers_give(monkeypatch: pytest.MonkeyPatch) -> None:
    run, weights = trained(LENET)
    run.inspection.path.mkdir()
    for id_, index in (("there", 7), ("beyond", 9_999)):
        question = MapsOfSample(split="validation", index=index)
        send(run.inspection, Ask(attempt=1, id=id_, question=question))
    monkeypatch.setattr("tui_trainer.training.inspection.IDLE_S", 0.2)
    assert inspect(run, StopSign())
    answers = heard(run.inspection).history.answers
    assert answers["beyond"].problem == "validation has 270 samples, counted from 0"
    offset = answers["there"].offset
    assert offset is not None
    told = picture_at(run.inspection.pictures, offset)
    assert isinstance(told, FeatureMaps)
    data = load(LENET.data)
    x = data.validation_x[7:8].double()
    for layer, channels in zip(told.layers, (6, 16), strict=True):
        weight, bias = (torch.from_numpy(weights[f"{layer.name}.{part}"]) for part in ("weight", "bias"))
        x = torch.relu(torch.nn.functional.conv2d(x, weight, bias, padding=2))
        assert (len(layer.maps), layer.of, layer.activation) == (channels, channels, "relu")
        shape = (layer.height, layer.width)
        for shown, real in zip(layer.maps.arrays(shape), x[0].numpy(), strict=True):
            assert np.abs(shown - real).max() < np.ptp(real) / 500 + 1e-5
        x = torch.nn.functional.max_pool2d(x, 2)
    assert told.actual == int(data.validation_y[7])


def test_a_network_without_convolutions_has_no_feature_maps() -> None:
    driven = Driven(Recipe(data=DIGITS, training=Training(epochs=100_000)))
    send(driven.run, Ask(attempt=1, id="a", question=MapsOfSample(split="validation", index=0)))
    driven.until(lambda: "a" in heard(driven.run).history.answers)
    assert "only a network with convolutions" in heard(driven.run).history.answers["a"].problem
    driven.living.close()
