from itertools import chain, product

import pytest

from tests.recipes import loss_of
from tui_trainer.core.facts import facts
from tui_trainer.core.recipe import (
    Adam,
    Blobs,
    BundledSet,
    Dropout,
    ErrorLoss,
    FullyConnected,
    GradientDescent,
    LeNet,
    Moons,
    Recipe,
    Regularization,
    Sine,
    SingleLayer,
    TorchvisionSet,
    Training,
)
from tui_trainer.core.rules import check, natural_loss

DATA = {
    "regression": [Sine(), BundledSet(kind="diabetes")],
    "binary": [Moons(), Blobs(classes=2), BundledSet(kind="breast-cancer")],
    "multiclass": [Blobs(), BundledSet(kind="digits"), TorchvisionSet()],
}
LINEAR, LOGISTIC, SOFTMAX = (
    SingleLayer(kind=kind) for kind in ("linear", "logistic-regression", "softmax-regression")
)
NETS = [FullyConnected(hidden=(64,)), FullyConnected(hidden=(64, 32))]

# What must be accepted without a word: task, architectures, loss.
FITTING = [
    ("regression", [LINEAR, *NETS], "mse"),
    ("binary", [LOGISTIC, *NETS], "binary-cross-entropy"),
    ("binary", [SOFTMAX, *NETS], "cross-entropy"),
    ("multiclass", [SOFTMAX, *NETS], "cross-entropy"),
]
ACCEPTED = [
    (data, architecture, loss)
    for task, architectures, loss in FITTING
    for data, architecture in product(DATA[task], architectures)
] + [(data, LeNet(), "cross-entropy") for data in (BundledSet(kind="digits"), TorchvisionSet())]


def findings(**parts):
    recipe = Recipe(**parts)
    return check(recipe, facts(recipe.data))


@pytest.mark.parametrize(("data", "architecture", "loss"), ACCEPTED)
def test_fitting_choices_are_accepted_without_a_word(data, architecture, loss):
    assert findings(data=data, architecture=architecture, loss=loss_of(loss)) == ()


@pytest.mark.parametrize(
    ("data", "architecture", "loss", "part", "suggestion"),
    [
        (Sine(), NETS[0], "cross-entropy", "loss", "choose mse"),
        (BundledSet(kind="diabetes"), NETS[0], "binary-cross-entropy", "loss", "choose mse"),
        (BundledSet(), NETS[0], "binary-cross-entropy", "loss", "choose cross-entropy"),
        (BundledSet(), LOGISTIC, "cross-entropy", "architecture", "choose softmax-regression"),
        (Sine(), LOGISTIC, "mse", "architecture", "choose linear"),
        (Sine(), SOFTMAX, "mse", "architecture", "choose linear"),
        (Moons(), LINEAR, "binary-cross-entropy", "architecture", "choose logistic-regression"),
        (Moons(), LINEAR, "cross-entropy", "architecture", "choose softmax-regression"),
        (BundledSet(), LINEAR, "cross-entropy", "architecture", "choose softmax-regression"),
        (Moons(), LOGISTIC, "cross-entropy", "loss", "choose binary-cross-entropy"),
        (Moons(), SOFTMAX, "binary-cross-entropy", "loss", "choose cross-entropy"),
        (Moons(), LeNet(), "cross-entropy", "architecture", "choose fcnn"),
    ],
)
def test_what_cannot_be_is_refused_with_what_to_choose(data, architecture, loss, part, suggestion):
    (finding,) = findings(data=data, architecture=architecture, loss=loss_of(loss))
    assert (finding.severity, finding.part, finding.suggestion) == ("refused", part, suggestion)
    assert finding.reason[0].isupper() or finding.reason.startswith((architecture.kind, loss))
    assert finding.reason.endswith(".")


@pytest.mark.parametrize(
    ("data", "loss", "select_by", "refused"),
    [
        (BundledSet(), "cross-entropy", "r2", True),
        (Sine(), "mse", "accuracy", True),
        (BundledSet(), "cross-entropy", "accuracy", False),
        (Sine(), "mse", "r2", False),
    ],
)
def test_weights_are_chosen_by_a_metric_the_task_has(data, loss, select_by, refused):
    found = findings(data=data, loss=loss_of(loss), training=Training(select_by=select_by))
    assert [finding.suggestion for finding in found] == (
        ["choose training.select_by=loss"] if refused else []
    )


DOUBTFUL = [
    ({"loss": ErrorLoss()}, "choose cross-entropy"),
    ({"data": Moons(), "loss": ErrorLoss()}, "choose binary-cross-entropy"),
    ({"architecture": FullyConnected(hidden=(9, 9, 9), activation="sigmoid")}, "choose relu"),
    ({"architecture": FullyConnected(hidden=(9, 9, 9), activation="tanh")}, "choose relu"),
    ({"architecture": LeNet(activation="sigmoid")}, "choose relu"),
    ({"architecture": FullyConnected(activation="identity")}, "choose relu, or softmax-regression"),
    ({"architecture": FullyConnected(initialization="zeros")}, "choose architecture.initialization=default"),
    ({"optimizer": Adam(lr=0.1)}, "choose optimizer.lr=0.001"),
    ({"optimizer": GradientDescent(lr=2.0)}, "choose optimizer.lr=0.1"),
    ({"training": Training(batch_size=1259, epochs=100)}, "choose training.batch_size=all"),
    (
        {"training": Training(batch_size="all", epochs=99)},
        "raise training.epochs or lower training.batch_size",
    ),
    (
        {"data": Blobs(points=20, classes=20), "training": Training(epochs=200, batch_size=4)},
        "raise data.points or data.train_fraction",
    ),
    (
        {"architecture": SOFTMAX, "regularization": Regularization(dropout=Dropout())},
        "choose l2",
    ),
]


@pytest.mark.parametrize(("parts", "suggestion"), DOUBTFUL)
def test_what_is_doubtful_is_said_and_allowed(parts, suggestion):
    (finding,) = findings(**parts)
    assert (finding.severity, finding.suggestion) == ("doubtful", suggestion)


@pytest.mark.parametrize(
    "parts",
    [
        {"architecture": FullyConnected(hidden=(9, 9), activation="sigmoid")},
        {"architecture": LeNet(activation="tanh")},
        {"architecture": SingleLayer(kind="softmax-regression", initialization="zeros")},
        {"optimizer": Adam(lr=0.09)},
        {"optimizer": GradientDescent(kind="gd", lr=1.0)},
        {"training": Training(batch_size="all", epochs=100)},
        {"training": Training(batch_size=1258, epochs=100)},
    ],
)
def test_what_is_just_right_raises_no_doubt(parts):
    assert findings(**parts) == ()


def test_what_is_refused_comes_first():
    found = findings(data=Sine(), optimizer=Adam(lr=5.0))
    assert [finding.severity for finding in found] == ["refused", "doubtful"]


def test_the_natural_loss_is_accepted_by_a_net_on_every_set():
    for data in chain.from_iterable(DATA.values()):
        loss = natural_loss(facts(data).task)
        assert findings(data=data, architecture=NETS[0], loss=loss) == ()
