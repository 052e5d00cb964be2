from itertools import pairwise

import pytest

from tests.recipes import loss_of
from tui_trainer.core.architectures import layer_table, num_outputs
from tui_trainer.core.facts import facts
from tui_trainer.core.layers import num_parameters
from tui_trainer.core.recipe import (
    L1,
    Adam,
    BinaryCrossEntropy,
    Blobs,
    BundledSet,
    Dropout,
    EarlyStopping,
    FullyConnected,
    GradientDescent,
    LeNet,
    Moons,
    Recipe,
    Regularization,
    SingleLayer,
    TorchvisionSet,
    Training,
)
from tui_trainer.core.titles import title


def table_of(**parts):
    recipe = Recipe(**parts)
    return layer_table(recipe, facts(recipe.data))


def test_a_fully_connected_net_on_images():
    table = table_of(data=BundledSet(), architecture=FullyConnected(hidden=(64, 32)))
    assert [layer.label for layer in table] == [
        "flatten",
        "linear1",
        "relu1",
        "linear2",
        "relu2",
        "linear3",
        "softmax (inside the loss)",
    ]
    assert [layer.parameters for layer in table if layer.kind == "linear"] == [4160, 2080, 330]
    assert num_parameters(table) == 6570
    assert sum(layer.mult_adds for layer in table) == 64 * 64 + 64 * 32 + 32 * 10


def test_shapes_pass_from_layer_to_layer():
    for table in (
        table_of(architecture=LeNet(), regularization=Regularization(dropout=Dropout())),
        table_of(data=Moons(), architecture=FullyConnected(hidden=(5, 4, 3), activation="leaky-relu")),
    ):
        for before, after in pairwise(table):
            assert before.output_shape == after.input_shape
        assert len({layer.name for layer in table}) == len(table)


@pytest.mark.parametrize(
    ("data", "pooled", "parameters"),
    [(BundledSet(), [(6, 4, 4), (16, 2, 2)], 21_386), (TorchvisionSet(), [(6, 14, 14), (16, 7, 7)], 107_786)],
)
def test_lenet_fits_small_images(data, pooled, parameters):
    table = table_of(data=data, architecture=LeNet())
    assert [layer.output_shape for layer in table if layer.kind == "max-pool"] == pooled
    assert [layer.output_shape for layer in table if layer.kind == "linear"] == [(120,), (84,), (10,)]
    assert num_parameters(table) == parameters


def test_mult_adds_of_a_convolution():
    conv = next(
        layer for layer in table_of(data=TorchvisionSet(), architecture=LeNet()) if layer.name == "conv2"
    )
    assert conv.mult_adds == 16 * 14 * 14 * 6 * 5 * 5


def test_lenet_needs_images():
    with pytest.raises(ValueError, match="images"):
        table_of(data=Moons(), architecture=LeNet(), loss=BinaryCrossEntropy())


def test_dropout_follows_hidden_units_and_nothing_else():
    dropout = Regularization(dropout=Dropout(rate=0.3))
    table = table_of(architecture=FullyConnected(hidden=(8, 8)), regularization=dropout)
    kinds = [layer.kind for layer in table]
    assert kinds == ["flatten", *["linear", "activation", "dropout"] * 2, "linear", "output"]
    assert [layer.rate for layer in table if layer.kind == "dropout"] == [0.3, 0.3]
    assert not [layer for layer in table_of(architecture=SingleLayer(), regularization=dropout) if layer.rate]


@pytest.mark.parametrize(
    ("data", "architecture", "loss", "outputs", "ends_in"),
    [
        (BundledSet(kind="diabetes"), FullyConnected(), "mse", 1, "linear2"),
        (Moons(), FullyConnected(), "binary-cross-entropy", 1, "sigmoid (inside the loss)"),
        (Moons(), FullyConnected(), "mse", 1, "sigmoid (inside the loss)"),
        (Moons(), FullyConnected(), "cross-entropy", 2, "softmax (inside the loss)"),
        (Moons(), SingleLayer(kind="logistic-regression"), "mse", 1, "sigmoid (inside the loss)"),
        (Moons(), SingleLayer(kind="softmax-regression"), "mse", 2, "softmax (inside the loss)"),
        (Blobs(classes=5), FullyConnected(), "cross-entropy", 5, "softmax (inside the loss)"),
        (BundledSet(), LeNet(), "mse", 10, "softmax (inside the loss)"),
    ],
)
def test_outputs_by_task_and_loss(data, architecture, loss, outputs, ends_in):
    recipe = Recipe(data=data, architecture=architecture, loss=loss_of(loss))
    assert num_outputs(recipe, facts(data)) == outputs
    assert layer_table(recipe, facts(data))[-1].label == ends_in


def test_the_title_says_what_matters():
    recipe = Recipe(
        architecture=FullyConnected(hidden=(64, 32)),
        optimizer=Adam(lr=0.001),
        regularization=Regularization(l1=L1(), early_stopping=EarlyStopping()),
    )
    assert title(recipe) == ("digits", "fcnn 64-32 relu", "cross-entropy", "adam 0.001", "l1, early-stopping")
    assert title(Recipe(architecture=FullyConnected(hidden=(64,))))[1] == "mlp 64 relu"
    assert len(title(Recipe())) == 4


@pytest.mark.parametrize("kind", ["gd", "sgd"])
@pytest.mark.parametrize(
    ("batch_size", "expected"), [("all", "gd 0.1"), (1, "sgd 0.1"), (64, "sgd 0.1, batches of 64")]
)
def test_the_batch_size_decides_what_gradient_descent_is_called(kind, batch_size, expected):
    recipe = Recipe(optimizer=GradientDescent(kind=kind, lr=0.1), training=Training(batch_size=batch_size))
    assert title(recipe)[3] == expected
