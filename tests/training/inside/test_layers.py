"""What is measured of the layers, against computations by other ways."""

import math

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from tests.training.conftest import heard
from tui_trainer.core import rundir
from tui_trainer.core.events import LayersMeasured
from tui_trainer.core.inside.layers import LayerHistograms, per_weight
from tui_trainer.core.inside.pictures import picture_at
from tui_trainer.core.recipe import (
    Activation,
    BatchNorm,
    BundledSet,
    FullyConnected,
    LeNet,
    Recipe,
    Regularization,
    ResNet18,
    Training,
)
from tui_trainer.training.assembly import Trainee, assemble
from tui_trainer.training.inside import layers
from tui_trainer.training.inside.insight import Insight
from tui_trainer.training.inside.layers import LayersProbe, dead, histogram, saturated, thinned
from tui_trainer.training.inside.units import given_by, pass_through, units
from tui_trainer.training.recording import Recorder

IRIS = Recipe(data=BundledSet(kind="iris"), architecture=FullyConnected(hidden=(7, 5), activation="tanh"))


def in_double(recipe: Recipe, num_samples: int) -> tuple[Trainee, Tensor, Tensor]:
    """A network and samples in float64, where differences are worth something."""
    trainee = assemble(recipe)
    trainee.network.double().eval()
    return trainee, trainee.data.train_x[:num_samples].double(), trainee.data.train_y[:num_samples]


def by_differences(trainee: Trainee, weight: Tensor, place: int, x: Tensor, y: Tensor) -> float:
    """∂l/∂w by central differences."""
    flat, eps = weight.detach().view(-1), 1e-5
    before, losses = flat[place].item(), []
    with torch.no_grad():
        for sign in (1, -1):
            flat[place] = before + sign * eps
            losses.append(trainee.criterion(trainee.network(x), y).item())
        flat[place] = before
    return (losses[0] - losses[1]) / (2 * eps)


@pytest.mark.parametrize(
    "recipe",
    [
        IRIS,
        IRIS.model_copy(update={"regularization": Regularization(batch_norm=BatchNorm())}),
        Recipe(architecture=LeNet(activation="sigmoid")),
        Recipe(architecture=ResNet18()),
    ],
    ids=["tanh", "batch norm", "lenet", "resnet"],
)
def test_gradients_are_those_of_finite_differences(recipe: Recipe) -> None:
    trainee, x, y = in_double(recipe, 6)
    found = units(trainee.network)
    passed = pass_through(trainee, found, x, y)
    for place in {0, len(found) // 2, len(found) - 1}:
        gradient = passed.gradients[place].flatten()
        steepest = int(gradient.abs().argmax())
        expected = by_differences(trainee, found[place].module.weight, steepest, x, y)
        assert gradient[steepest].item() == pytest.approx(expected, rel=1e-4)


def test_signals_and_activations_belong_to_their_layers() -> None:
    trainee, x, y = in_double(IRIS, 20)
    found = units(trainee.network)
    passed = pass_through(trainee, found, x, y)
    before = [x, *passed.activations[:-1]]
    for h, signal, gradient in zip(before, passed.signals, passed.gradients, strict=True):
        assert torch.allclose(signal.T @ h, gradient)  # the course's ∂l/∂W = δ hᵀ
    for z, h in zip(passed.inputs[:-1], passed.activations[:-1], strict=True):
        assert torch.equal(torch.tanh(z), h)


def test_convolutions_of_residual_blocks_are_layers() -> None:
    trainee, x, _ = in_double(Recipe(architecture=ResNet18()), 3)
    found = units(trainee.network)
    assert len(found) == 1 + 2 * 8 + 3 + 1
    with_weights = {
        id(module) for module in trainee.network.modules() if isinstance(module, nn.Linear | nn.Conv2d)
    }
    assert {id(unit.module) for unit in found} == with_weights
    outputs, given = given_by(trainee.network, x)
    assert torch.equal(outputs, trainee.network(x))
    for unit in found:
        z = given[unit.z]
        assert torch.equal(given[unit.h], torch.relu(z) if unit.activation == "relu" else z)


def test_a_layer_without_activation_is_none() -> None:
    network = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3), nn.Sigmoid(), nn.Linear(3, 1))
    assert [(unit.z, unit.h, unit.activation) for unit in units(network)] == [
        ("1", "2", "sigmoid"),
        ("3", "3", "identity"),
    ]


@pytest.mark.parametrize(("kind", "flat"), [("sigmoid", [0.001, 0.995]), ("tanh", [-0.99, 0.98])])
def test_saturated_is_where_the_slope_is_below_a_twentieth(kind: Activation, flat: list[float]) -> None:
    # sigmoid: 4 h (1 - h) < 0.05 for h < 0.0127; tanh: 1 - h² < 0.05 for |h| > 0.9747
    steep = {"sigmoid": [0.013, 0.5, 0.987], "tanh": [-0.97, 0.0, 0.97]}[kind]
    assert saturated(kind, torch.tensor([flat + steep])).item() == pytest.approx(2 / 5)


def test_a_dead_unit_is_0_for_every_sample() -> None:
    h = torch.tensor([[0.0, 0.0, 1.0], [0.0, 2.0, 0.0]])
    assert dead(h).item() == pytest.approx(1 / 3)
    maps = torch.zeros(2, 3, 2, 2)
    maps[1, 2, 0, 1] = 0.5
    assert dead(maps).item() == pytest.approx(2 / 3)


def test_a_look_tells_of_the_update_since_it_was_prepared() -> None:
    trainee = assemble(IRIS)
    run = rundir.create(IRIS)
    record, probe = Recorder(run, 1), LayersProbe()
    probe.look(trainee, record)
    before = [unit.module.weight.detach().numpy().copy() for unit in units(trainee.network)]
    probe.prepare(trainee)
    trainee.criterion(trainee.network(trainee.data.train_x), trainee.data.train_y).backward()
    trainee.optimizer.step()
    probe.look(trainee, record)
    after = [unit.module.weight.detach().numpy() for unit in units(trainee.network)]
    record.close()
    first, second = heard(run).of(LayersMeasured)
    assert all(math.isnan(ratio) for ratio in first.update_ratios)
    expected = [
        np.linalg.norm(now - then) / np.linalg.norm(now) for now, then in zip(after, before, strict=True)
    ]
    assert second.update_ratios == pytest.approx(expected, rel=1e-4)
    assert second.weight_norms == pytest.approx([np.linalg.norm(each) for each in after], rel=1e-5)
    assert (second.sizes, second.widths) == ([28, 35, 15], [7, 5, 3])
    assert second.activations == ["tanh", "tanh", "identity"]
    passed = pass_through(
        trainee, units(trainee.network), trainee.data.train_x[:256], trainee.data.train_y[:256]
    )
    rms = [float(np.sqrt((gradient.numpy() ** 2).mean())) for gradient in passed.gradients]
    assert per_weight(second) == pytest.approx(rms, rel=1e-5)
    assert second.histograms is not None
    picture = picture_at(run.pictures, second.histograms)
    assert isinstance(picture, LayerHistograms)
    weights = picture.weights[0].array()
    assert weights.tolist() == np.histogram(after[0], len(weights))[0].tolist()


def test_a_histogram_is_numpys() -> None:
    values = np.random.default_rng(0).normal(size=5000).astype(np.float32)
    found = histogram(torch.from_numpy(values))
    expected, edges = np.histogram(values, len(found.array()))
    assert (
        np.abs(np.cumsum(found.array().astype(int) - expected)).max() <= 1
    )  # at an edge either may be right
    assert (found.low, found.high) == pytest.approx((edges[0], edges[-1]))


def test_a_histogram_is_of_finite_numbers() -> None:
    some = histogram(torch.tensor([1.0, math.nan, 3.0, math.inf]))
    assert (some.low, some.high, some.array().sum()) == (1.0, 3.0, 2)
    assert histogram(torch.full((4,), math.nan)).array().sum() == 0
    wide = histogram(torch.tensor([-3e38, 0.0, 3e38]))
    assert [wide.array()[place] for place in (0, 24, 47)] == [1, 1, 1]
    assert histogram(torch.tensor([0.0, 1e-44])).array().sum() == 2
    same = histogram(torch.full((4,), 2.0))
    assert (same.low, same.high, same.array().sum()) == (2.0, 2.0, 4)


def test_of_many_numbers_an_even_part_is_counted() -> None:
    values = torch.arange(800 * 600, dtype=torch.float32).reshape(800, 600)
    taken = thinned(values)
    assert layers.MOST_COUNTED / 2 < len(taken) <= layers.MOST_COUNTED
    assert torch.bincount((taken % 600).long(), minlength=600).min() > 0  # of every column some


def test_slow_networks_are_looked_at_with_fewer_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    trainee = assemble(Recipe())
    assert layers.num_samples_for(trainee) == layers.NUM_SAMPLES
    monkeypatch.setattr(layers, "MOST_MULT_ADDS", 100 * sum(layer.mult_adds for layer in trainee.table))
    assert layers.num_samples_for(trainee) == 100
    monkeypatch.setattr(layers, "MOST_MULT_ADDS", 0)
    assert layers.num_samples_for(trainee) == layers.FEWEST_SAMPLES


def test_a_training_that_stands_still_is_looked_at_once() -> None:
    recipe = IRIS.model_copy(update={"training": Training(probes="layers")})
    run, trainee = rundir.create(recipe), assemble(recipe)
    record = Recorder(run, 1)
    insight = Insight(record)
    insight.begin(trainee)
    for _ in range(5):
        list(insight.attend(trainee))
    record.close()
    assert len(heard(run).of(LayersMeasured)) == 1
