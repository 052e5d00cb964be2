import pytest
import torch
from torch import nn

from tui_trainer.core.architectures import layer_table
from tui_trainer.core.facts import facts
from tui_trainer.core.recipe import (
    BinaryCrossEntropy,
    BundledSet,
    Dropout,
    ErrorLoss,
    FullyConnected,
    LeNet,
    Moons,
    Recipe,
    Regularization,
    SingleLayer,
    TorchvisionSet,
)
from tui_trainer.training.architectures import build_network

RECIPES = [
    Recipe(data=BundledSet(kind="diabetes"), architecture=SingleLayer(), loss=ErrorLoss()),
    Recipe(
        data=Moons(),
        architecture=SingleLayer(kind="logistic-regression"),
        loss=BinaryCrossEntropy(),
    ),
    Recipe(data=BundledSet(), architecture=SingleLayer(kind="softmax-regression")),
    Recipe(data=TorchvisionSet(), architecture=FullyConnected(hidden=(128, 64), activation="gelu")),
    Recipe(
        data=BundledSet(),
        architecture=FullyConnected(hidden=(32, 16, 8), activation="leaky-relu"),
        regularization=Regularization(dropout=Dropout(rate=0.3)),
    ),
    Recipe(data=TorchvisionSet(), architecture=LeNet(activation="tanh")),
    Recipe(data=BundledSet(), architecture=LeNet(), regularization=Regularization(dropout=Dropout())),
]


def table_of(recipe: Recipe):
    return layer_table(recipe, facts(recipe.data))


def network(recipe: Recipe, seed: int = 0) -> nn.Sequential:
    return build_network(table_of(recipe), recipe.architecture.initialization, seed)


@pytest.mark.parametrize(
    "recipe", RECIPES, ids=lambda recipe: f"{recipe.data.kind} {recipe.architecture.kind}"
)
def test_the_network_is_what_the_table_says(recipe):
    values = torch.randn(3, *facts(recipe.data).input_shape)
    net = network(recipe)
    table = [layer for layer in table_of(recipe) if layer.kind != "output"]
    for layer, (name, module) in zip(table, net.named_children(), strict=True):
        assert name == layer.name
        assert values.shape[1:] == layer.input_shape
        values = module(values)
        assert values.shape[1:] == layer.output_shape
        assert sum(parameter.numel() for parameter in module.parameters()) == layer.parameters


def test_the_course_s_network_has_its_number_of_parameters():
    assert sum(p.numel() for p in network(RECIPES[3]).parameters()) == 109_386


def test_weights_are_a_function_of_the_seed_and_the_name():
    shallow = network(Recipe(data=BundledSet(), architecture=FullyConnected(hidden=(16, 16))))
    torch.rand(10)
    deep = network(Recipe(data=BundledSet(), architecture=FullyConnected(hidden=(16, 16, 16))))
    other = network(Recipe(data=BundledSet(), architecture=FullyConnected(hidden=(16, 16))), seed=1)
    assert torch.equal(shallow.linear1.weight, deep.linear1.weight)
    assert torch.equal(shallow.linear2.weight, deep.linear2.weight)
    assert not torch.equal(shallow.linear2.weight, deep.linear3.weight)
    assert not torch.equal(shallow.linear1.weight, other.linear1.weight)


@pytest.mark.parametrize(
    ("initialization", "std"),
    [("zeros", 0.0), ("normal", 0.01), ("xavier", (2 / (784 + 400)) ** 0.5), ("he", (2 / 784) ** 0.5)],
)
def test_initializations_have_the_spread_of_their_formula(initialization, std):
    recipe = Recipe(
        data=TorchvisionSet(), architecture=FullyConnected(hidden=(400,), initialization=initialization)
    )
    layer = network(recipe).linear1
    assert layer.weight.std().item() == pytest.approx(std, rel=0.02)
    assert layer.weight.mean().item() == pytest.approx(0, abs=0.01 * std + 1e-9)
    assert not layer.bias.any()


def test_the_default_initialization_is_pytorch_s():
    layer = network(Recipe(data=TorchvisionSet(), architecture=FullyConnected(hidden=(400,)))).linear1
    assert layer.weight.abs().max().item() == pytest.approx(1 / 28, rel=0.01)
    assert layer.bias.any()
