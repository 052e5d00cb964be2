import pytest
import torch
from torch import nn

from tui_trainer.core.architectures import layer_table
from tui_trainer.core.facts import facts
from tui_trainer.core.layers import num_parameters
from tui_trainer.core.recipe import (
    BatchNorm,
    BinaryCrossEntropy,
    BundledSet,
    Cnn,
    Dropout,
    ErrorLoss,
    FullyConnected,
    LeNet,
    Moons,
    Perceptron,
    Recipe,
    Regularization,
    ResNet18,
    Sine,
    SingleLayer,
    TorchvisionSet,
    Vgg16,
)
from tui_trainer.training import torchvision_compat
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
    Recipe(data=Moons(), architecture=Perceptron(), loss=BinaryCrossEntropy()),
    Recipe(data=Sine(), architecture=Perceptron(activation="relu"), loss=ErrorLoss()),
    Recipe(
        data=BundledSet(),
        architecture=FullyConnected(hidden=(16, 8)),
        regularization=Regularization(batch_norm=BatchNorm(), dropout=Dropout()),
    ),
    Recipe(
        data=TorchvisionSet(), architecture=LeNet(), regularization=Regularization(batch_norm=BatchNorm())
    ),
    Recipe(data=TorchvisionSet(), architecture=Cnn()),
    Recipe(data=BundledSet(), architecture=Cnn(channels=(4, 8, 8, 8), hidden=6)),
    Recipe(data=BundledSet(), architecture=ResNet18()),
    Recipe(data=TorchvisionSet(kind="cifar10"), architecture=ResNet18()),
    Recipe(data=BundledSet(), architecture=Vgg16()),
    Recipe(
        data=TorchvisionSet(), architecture=Vgg16(), regularization=Regularization(batch_norm=BatchNorm())
    ),
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


def test_in_a_hidden_layer_linear_comes_first_then_batch_norm_activation_dropout():
    net = network(RECIPES[9])
    assert [type(module).__name__ for module in net] == [
        "Flatten",
        *["Linear", "BatchNorm1d", "ReLU", "Dropout"] * 2,
        "Linear",
    ]
    convolutional = network(RECIPES[10])
    assert [type(module).__name__ for module in convolutional][:4] == [
        "Conv2d",
        "BatchNorm2d",
        "ReLU",
        "MaxPool2d",
    ]


def shapes(net: nn.Module) -> list[tuple[int, ...]]:
    return [tuple(parameter.shape) for parameter in net.parameters()]


def test_resnet18_is_torchvisions_but_for_stem_and_head():
    ours = network(Recipe(data=TorchvisionSet(kind="cifar10"), architecture=ResNet18()))
    theirs = torchvision_compat.resnet18(num_classes=10)
    stages = nn.Sequential(theirs.layer1, theirs.layer2, theirs.layer3, theirs.layer4)
    blocks = [module for name, module in ours.named_children() if name.startswith("residual")]
    assert shapes(nn.Sequential(*blocks)) == shapes(stages)
    values = torch.randn(2, 64, 8, 8)
    flat = [block for stage in stages for block in stage]
    for own, other in zip(blocks, flat, strict=True):
        own.load_state_dict(other.state_dict())
    ours.eval()
    theirs.eval()
    torch.testing.assert_close(nn.Sequential(*blocks)(values), stages(values))


def test_vgg16_has_torchvisions_convolutions_and_about_15_million_parameters():
    recipe = Recipe(data=TorchvisionSet(kind="cifar10"), architecture=Vgg16())
    ours = network(recipe)
    theirs = torchvision_compat.vgg16().features
    assert shapes(ours)[:-2] == shapes(theirs)
    values = torch.randn(1, 3, 32, 32)
    features = nn.Sequential(*[module for name, module in ours.named_children() if name != "linear1"][:-1])
    features.load_state_dict(dict(zip(features.state_dict(), theirs.state_dict().values(), strict=True)))
    torch.testing.assert_close(features(values), theirs(values))
    assert num_parameters(table_of(recipe)) == pytest.approx(15e6, rel=0.02)


def test_a_perceptron_with_sigmoid_is_logistic_regression():
    for data in (Moons(), BundledSet(kind="breast-cancer"), BundledSet(kind="digits-even-odd")):
        tables = [
            table_of(Recipe(data=data, architecture=architecture, loss=BinaryCrossEntropy()))
            for architecture in (
                Perceptron(),
                Perceptron(activation="sigmoid"),
                SingleLayer(kind="logistic-regression"),
            )
        ]
        assert tables[0] == tables[1] == tables[2]


def test_a_relu_unit_ends_in_a_relu():
    assert [layer.name for layer in table_of(RECIPES[8])] == ["linear1", "relu1"]


def test_in_bfloat16_matrix_products_are_coarse_and_all_else_is_float32():
    recipe = Recipe(data=BundledSet(kind="digits"))
    table = layer_table(recipe, facts(recipe.data))
    fine = build_network(table, "he", seed=0)
    coarse = build_network(table, "he", seed=0, precision="bfloat16")
    inputs = torch.rand(16, *table[0].input_shape)
    expected, outputs = fine(inputs), coarse(inputs)
    outputs.sum().backward()
    assert outputs.dtype == torch.float32
    assert {weight.grad.dtype for weight in coarse.parameters()} == {torch.float32}
    assert not torch.equal(outputs, expected)
    torch.testing.assert_close(outputs, expected, rtol=2e-2, atol=2e-2)
