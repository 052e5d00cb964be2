"""What is pictured of a plane is what the network says there, computed by hand."""

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.training.conftest import heard
from tests.training.inside.pictured import Weights, pictures, trained
from tui_trainer.core.events import Pictured
from tui_trainer.core.inside.boundary import Boundary, FittedCurve, FittedPlane, HiddenUnits, Points, Window
from tui_trainer.core.inside.packed import unpack
from tui_trainer.core.recipe import (
    BinaryCrossEntropy,
    Blobs,
    BundledSet,
    CrossEntropy,
    ErrorLoss,
    FullyConnected,
    Moons,
    Plane,
    Recipe,
    Sine,
    Training,
)
from tui_trainer.training.data import load

Numbers = NDArray[np.float64]
TWO_TWO_ONE = Recipe(
    data=Moons(points=200),
    architecture=FullyConnected(hidden=(2,), activation="tanh"),
    loss=BinaryCrossEntropy(),
    training=Training(epochs=3),
)


def standardized(recipe: Recipe, places: Numbers) -> Numbers:
    data = load(recipe.data)
    return (places - data.input_mean.double().numpy()) / data.input_std.double().numpy()


def middles(window: Window) -> Numbers:
    """The middle of each cell, by hand: rows from the top."""
    (x_low, y_low), (x_high, y_high) = window.low, window.high
    return np.array(
        [
            (
                x_low + (column + 0.5) * (x_high - x_low) / window.columns,
                y_high - (row + 0.5) * (y_high - y_low) / window.rows,
            )
            for row in range(window.rows)
            for column in range(window.columns)
        ]
    )


def hidden_and_output(weights: Weights, x: Numbers) -> tuple[Numbers, Numbers]:
    """Of a net with one hidden layer of tanh."""
    (w1, b1), (w2, b2) = ((weights[f"linear{i}.weight"], weights[f"linear{i}.bias"]) for i in (1, 2))
    hidden = np.tanh(x @ w1.T + b1)
    return hidden, hidden @ w2.T + b2


def test_two_classes_everywhere_and_at_the_samples():
    run, weights = trained(TWO_TWO_ONE)
    boundary, points = pictures(run, Boundary)[-1], pictures(run, Points)
    classes, confidence = boundary.regions()
    _, logits = hidden_and_output(weights, standardized(TWO_TWO_ONE, middles(boundary.window)))
    second = 1 / (1 + np.exp(-logits[:, 0].reshape(boundary.window.shape)))
    sure = np.abs(second - 0.5) > 1e-5
    assert np.array_equal(classes[sure], (second > 0.5)[sure])
    assert np.abs(confidence - np.maximum(second, 1 - second)).max() < 0.5 / 255 + 1e-5

    assert len(points) == 1
    inputs, targets = points[0].arrays()
    data = load(TWO_TWO_ONE.data)
    assert (points[0].num_train, len(inputs)) == (140, 170)
    assert np.array_equal(targets, np.concatenate([data.train_y.numpy(), data.validation_y.numpy()]))
    x = standardized(TWO_TWO_ONE, inputs.astype(np.float64))
    assert np.allclose(x[:140], data.train_x.numpy(), atol=1e-5)
    _, logits = hidden_and_output(weights, x)
    predicted = unpack(boundary.predicted, (170,))
    assert np.array_equal(predicted, logits[:, 0] > 0)


def test_what_each_hidden_unit_of_a_two_two_one_net_sees():
    run, weights = trained(TWO_TWO_ONE)
    seen = pictures(run, HiddenUnits)[-1]
    hidden, _ = hidden_and_output(weights, standardized(TWO_TWO_ONE, middles(seen.window)))
    (layer,) = seen.layers
    assert (layer.name, layer.activation, len(layer.units)) == ("linear1", "tanh", 2)
    told = zip(layer.units.arrays(seen.window.shape), layer.units.ranges(), hidden.T, strict=True)
    for values, (low, high), by_hand in told:
        assert np.abs(values - by_hand.reshape(seen.window.shape)).max() < (high - low) / 500
        assert (low, high) == pytest.approx((by_hand.min(), by_hand.max()), abs=1e-5)


def test_more_than_two_classes():
    recipe = Recipe(
        data=Blobs(classes=5, points=200),
        architecture=FullyConnected(hidden=(3,), activation="tanh"),
        loss=CrossEntropy(),
        training=Training(epochs=2),
    )
    run, weights = trained(recipe)
    boundary = pictures(run, Boundary)[-1]
    classes, confidence = boundary.regions()
    _, logits = hidden_and_output(weights, standardized(recipe, middles(boundary.window)))
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    assert (classes.ravel() == shares.argmax(axis=1)).mean() > 0.999
    assert np.abs(confidence.ravel() - shares.max(axis=1)).max() < 0.5 / 255 + 1e-5


def test_a_fitted_curve_in_original_units():
    recipe = Recipe(
        data=Sine(points=100),
        architecture=FullyConnected(hidden=(4,), activation="tanh"),
        loss=ErrorLoss(),
        training=Training(epochs=3),
    )
    run, weights = trained(recipe)
    xs, values = pictures(run, FittedCurve)[-1].curve()
    inputs, targets = pictures(run, Points)[0].arrays()
    data = load(recipe.data)
    _, outputs = hidden_and_output(weights, standardized(recipe, xs[:, None]))
    assert np.allclose(values, outputs[:, 0] * data.target_std + data.target_mean, atol=1e-4)
    assert xs[0] < inputs.min()
    assert xs[-1] > inputs.max()
    assert targets[:70] == pytest.approx(data.train_y[:, 0].numpy() * data.target_std + data.target_mean)


def test_a_fitted_plane_in_original_units():
    recipe = Recipe(
        data=Plane(points=100),
        architecture=FullyConnected(hidden=(4,), activation="tanh"),
        loss=ErrorLoss(),
        training=Training(epochs=2),
    )
    run, weights = trained(recipe)
    fitted = pictures(run, FittedPlane)[-1]
    data = load(recipe.data)
    _, outputs = hidden_and_output(weights, standardized(recipe, middles(fitted.window)))
    by_hand = (outputs[:, 0] * data.target_std + data.target_mean).reshape(fitted.window.shape)
    assert np.abs(fitted.values.arrays(fitted.window.shape)[0] - by_hand).max() < np.ptp(by_hand) / 500


def test_what_has_more_inputs_has_no_plane():
    run, _ = trained(Recipe(data=BundledSet(kind="iris"), training=Training(epochs=1)))
    kinds = {event.kind for event in heard(run).of(Pictured)}
    assert kinds == {"weights", "class_probabilities"}
