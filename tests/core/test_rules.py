from itertools import chain, product

import pytest

from tests.recipes import loss_of, optimizer_of
from tui_trainer.core.events import Task
from tui_trainer.core.facts import facts
from tui_trainer.core.recipe import (
    Adam,
    Architecture,
    BatchNorm,
    Blobs,
    BundledSet,
    Circles,
    Cnn,
    Data,
    Dropout,
    ErrorLoss,
    FullyConnected,
    GradientDescent,
    LeNet,
    Moons,
    Perceptron,
    Plane,
    Recipe,
    Regularization,
    ResNet18,
    Sine,
    SingleLayer,
    Spirals,
    TorchvisionSet,
    Training,
    Vgg16,
    Xor,
)
from tui_trainer.core.rules import check, natural_loss

DATA: dict[Task, list[Data]] = {
    "regression": [Sine(), Plane(), BundledSet(kind="diabetes")],
    "binary": [
        Moons(),
        Circles(),
        Spirals(),
        Xor(),
        Blobs(classes=2),
        BundledSet(kind="breast-cancer"),
        BundledSet(kind="digits-even-odd"),
    ],
    "multiclass": [
        Blobs(),
        *(BundledSet(kind=kind) for kind in ("iris", "wine", "digits")),
        *(TorchvisionSet(kind=kind) for kind in ("mnist", "fashion-mnist", "cifar10")),
    ],
}
LINEAR, LOGISTIC, SOFTMAX = (
    SingleLayer(kind=kind) for kind in ("linear", "logistic-regression", "softmax-regression")
)
PERCEPTRON = Perceptron()
NETS = [FullyConnected(hidden=(64,)), FullyConnected(hidden=(64, 32)), FullyConnected(hidden=(64,) * 5)]
CONVOLUTIONAL = [LeNet(), Cnn(), ResNet18(), Vgg16()]

# What must be accepted: for a task, these architectures with these losses; on images, convolutions too.
FITTING: list[tuple[Task, list[Architecture], list[str]]] = [
    ("regression", [LINEAR, PERCEPTRON, *NETS], ["mse", "mae", "huber"]),
    ("binary", [LOGISTIC, PERCEPTRON, *NETS, *CONVOLUTIONAL], ["binary-cross-entropy", "focal"]),
    ("binary", [SOFTMAX, *NETS, *CONVOLUTIONAL], ["cross-entropy", "focal"]),
    ("multiclass", [SOFTMAX, *NETS, *CONVOLUTIONAL], ["cross-entropy", "focal"]),
]
ACCEPTED = [
    (data, architecture, loss)
    for task, architectures, losses in FITTING
    for data, architecture, loss in product(DATA[task], architectures, losses)
    if facts(data).is_image or architecture not in CONVOLUTIONAL
]


def findings(**parts):
    recipe = Recipe(**parts)
    return check(recipe, facts(recipe.data))


@pytest.mark.parametrize(
    ("data", "architecture", "loss"),
    ACCEPTED,
    ids=lambda part: part if isinstance(part, str) else part.kind,
)
def test_fitting_choices_are_accepted_without_a_word(data, architecture, loss):
    """A short training, so that nothing is said of how long the deep ones take."""
    plan = Training(epochs=200) if facts(data).num_train < 10_000 else Training(epochs=1, device="cuda")
    rate = 1e-4 if architecture.kind == "vgg16" else 1e-3
    parts = {"loss": loss_of(loss), "optimizer": Adam(lr=rate), "training": plan}
    assert findings(data=data, architecture=architecture, **parts) == ()


def test_all_other_pairs_of_data_and_architecture_are_refused():
    accepted = {(data, architecture) for data, architecture, _ in ACCEPTED}
    architectures = [LINEAR, LOGISTIC, SOFTMAX, PERCEPTRON, *NETS, *CONVOLUTIONAL]
    for data, architecture in set(product(chain.from_iterable(DATA.values()), architectures)) - accepted:
        found = findings(data=data, architecture=architecture, loss=natural_loss(facts(data).task))
        assert "architecture" in {finding.part for finding in found if finding.severity == "refused"}


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
        (Blobs(), Cnn(), "cross-entropy", "architecture", "choose fcnn"),
        (Sine(), ResNet18(), "mse", "architecture", "choose fcnn"),
        (BundledSet(), PERCEPTRON, "cross-entropy", "architecture", "choose softmax-regression"),
        (
            Moons(),
            Perceptron(activation="relu"),
            "binary-cross-entropy",
            "architecture",
            "choose architecture.activation=sigmoid",
        ),
        (
            BundledSet(kind="diabetes"),
            Perceptron(activation="sigmoid"),
            "mse",
            "architecture",
            "choose architecture.activation=identity",
        ),
        (Moons(), PERCEPTRON, "cross-entropy", "loss", "choose binary-cross-entropy"),
        (BundledSet(), NETS[0], "mae", "loss", "choose cross-entropy"),
        (Moons(), NETS[0], "huber", "loss", "choose binary-cross-entropy"),
        (BundledSet(kind="diabetes"), NETS[0], "focal", "loss", "choose mse"),
    ],
)
def test_what_cannot_be_is_refused_with_what_to_choose(data, architecture, loss, part, suggestion):
    (finding,) = findings(data=data, architecture=architecture, loss=loss_of(loss))
    assert (finding.severity, finding.part, finding.suggestion) == ("refused", part, suggestion)
    assert finding.reason[0].isupper() or finding.reason.startswith((architecture.kind, loss))
    assert "{" not in finding.reason
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
    ({"architecture": SOFTMAX, "regularization": Regularization(dropout=Dropout())}, "choose l2"),
    ({"architecture": SOFTMAX, "regularization": Regularization(batch_norm=BatchNorm())}, "choose l2"),
    ({"architecture": ResNet18(), "regularization": Regularization(dropout=Dropout())}, "choose l2"),
    ({"optimizer": optimizer_of("adamw", lr=0.5)}, "choose optimizer.lr=0.001"),
    ({"optimizer": optimizer_of("rmsprop", lr=0.1)}, "choose optimizer.lr=0.001"),
    ({"optimizer": optimizer_of("adagrad", epsilon=0.0)}, "choose optimizer.epsilon=1e-10"),
    ({"optimizer": optimizer_of("nesterov", lr=1.5)}, "choose optimizer.lr=0.1"),
    (
        {"data": Sine(), "architecture": Perceptron(activation="relu"), "loss": ErrorLoss()},
        "choose architecture.activation=identity",
    ),
    (
        {"architecture": FullyConnected(hidden=(9, 9, 9), initialization="normal")},
        "choose architecture.initialization=he",
    ),
    ({"architecture": Vgg16()}, "choose optimizer.lr=0.0001, or batch-norm"),
    (
        {"architecture": Vgg16(), "optimizer": optimizer_of("rmsprop", lr=5e-4)},
        "choose optimizer.lr=0.0001, or batch-norm",
    ),
    (
        {"data": TorchvisionSet(), "architecture": Vgg16(), "optimizer": Adam(lr=1e-4)},
        "lower training.epochs or data.train_fraction, or use a GPU",
    ),
    (
        {
            "data": TorchvisionSet(),
            "architecture": Cnn(),
            "training": Training(batch_size="all", epochs=100),
        },
        "choose training.batch_size=128",
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
        {
            "data": BundledSet(kind="diabetes"),
            "architecture": Perceptron(activation="relu"),
            "loss": ErrorLoss(),
        },
        {"architecture": Vgg16(), "regularization": Regularization(batch_norm=BatchNorm())},
        {"architecture": Vgg16(), "optimizer": optimizer_of("adamw", lr=4e-4)},
        {"architecture": Vgg16(), "optimizer": GradientDescent(lr=0.01)},
        {
            "architecture": FullyConnected(hidden=(9, 9, 9), activation="sigmoid"),
            "regularization": Regularization(batch_norm=BatchNorm()),
        },
        {"optimizer": GradientDescent(kind="gd", lr=1.0)},
        {"training": Training(batch_size="all", epochs=100)},
        {"training": Training(batch_size=1258, epochs=100)},
    ],
)
def test_what_is_just_right_raises_no_doubt(parts):
    assert findings(**parts) == ()


@pytest.mark.parametrize(
    "parts",
    [
        {"regularization": Regularization(batch_norm=BatchNorm())},
        {"architecture": Cnn()},
        {"architecture": ResNet18()},
    ],
)
def test_batch_norm_is_refused_a_batch_of_one(parts):
    (finding,) = findings(training=Training(batch_size=1), **parts)
    assert (finding.severity, finding.suggestion) == ("refused", "choose training.batch_size=32")
    assert findings(training=Training(batch_size=2), **parts) == ()


def test_what_is_refused_comes_first():
    found = findings(data=Sine(), optimizer=Adam(lr=5.0))
    assert [finding.severity for finding in found] == ["refused", "doubtful"]


def test_the_natural_loss_is_accepted_by_a_net_on_every_set():
    for data in chain.from_iterable(DATA.values()):
        loss = natural_loss(facts(data).task)
        training = Training(epochs=200, device="cuda")
        assert findings(data=data, architecture=NETS[0], loss=loss, training=training) == ()
