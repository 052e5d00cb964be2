"""The batch microscope: every number against one computed by hand, and against the step that comes then."""

from collections.abc import Mapping, Sequence
from math import sqrt

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from tests.training.inside.asked import ByHand, Held, end_of
from tui_trainer.core.inside.batch import BatchStep, Numbers
from tui_trainer.core.inside.questions import NextBatch
from tui_trainer.core.recipe import (
    L1,
    L2,
    AdaGrad,
    Adam,
    AdamW,
    Augmentation,
    BatchNorm,
    BinaryCrossEntropy,
    BundledSet,
    Cnn,
    Cosine,
    Dropout,
    ErrorLoss,
    FullyConnected,
    GradientClipping,
    GradientDescent,
    Loss,
    Momentum,
    Moons,
    Optimizer,
    Recipe,
    Regularization,
    RMSprop,
    Sine,
    Training,
)
from tui_trainer.training.inside.batch import next_batch
from tui_trainer.training.inside.looking import still

Floats = NDArray[np.float64]
PARAMETERS = ("linear1.weight", "linear1.bias", "linear2.weight", "linear2.bias")


def small(optimizer: Optimizer, loss: Loss, **regularization: object) -> Recipe:
    """A 2-2-1 net with sigmoids, in batches of 5."""
    return Recipe(
        data=Moons(points=60),
        architecture=FullyConnected(hidden=(2,), activation="sigmoid"),
        loss=loss,
        optimizer=optimizer,
        regularization=Regularization.model_validate(regularization),
        training=Training(epochs=9, batch_size=5),
    )


def picture(held: ByHand) -> BatchStep:
    return end_of(next_batch(held.trainee, held.record))


def sigmoid(z: Floats) -> Floats:
    return 1 / (1 + np.exp(-z))


def wide(numbers: Numbers) -> Floats:
    return numbers.array().astype(np.float64)


def close(told: Numbers, computed: Floats, scale: float = 1e-6) -> None:
    np.testing.assert_allclose(told.array(), computed, rtol=2e-4, atol=scale)


class Reckoned:
    """A 2-2-1 net with sigmoids, its loss and its optimizer, in double precision and written out."""

    def __init__(self, theta: Mapping[str, Floats], optimizer: Optimizer, loss: Loss) -> None:
        self.theta = dict(theta)
        self.optimizer, self.loss = optimizer, loss
        self.memory = {name: (np.zeros_like(value), np.zeros_like(value)) for name, value in theta.items()}
        self.t = 0

    def forward(self, x: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        """z1 (2,), h1 (2,), z2 (1,), y^ (1,) of a sample x (2,)."""
        w1, b1, w2, b2 = (self.theta[name] for name in PARAMETERS)
        z1 = np.array([w1[i][0] * x[0] + w1[i][1] * x[1] + b1[i] for i in range(2)])
        h1 = sigmoid(z1)
        z2 = np.array([w2[0][0] * h1[0] + w2[0][1] * h1[1] + b2[0]])
        return z1, h1, z2, sigmoid(z2)

    def cost(self, y_hat: Floats, y: float) -> float:
        p = y_hat[0]
        if isinstance(self.loss, BinaryCrossEntropy):
            return float(-(y * np.log(p) + (1 - y) * np.log(1 - p)))
        return float((p - y) ** 2)

    def backward(self, x: Floats, y: float) -> dict[str, Floats]:
        """Every derivative of a sample's loss, by the chain rule."""
        z1, h1, _, y_hat = self.forward(x)
        w2 = self.theta["linear2.weight"]
        p = y_hat[0]
        dp = (p - y) / (p * (1 - p)) if isinstance(self.loss, BinaryCrossEntropy) else 2 * (p - y)
        dz2 = np.array([dp * p * (1 - p)])
        dh1 = np.array([w2[0][0] * dz2[0], w2[0][1] * dz2[0]])
        dz1 = np.array([dh1[i] * sigmoid(z1)[i] * (1 - sigmoid(z1)[i]) for i in range(2)])
        return {
            "dz2": dz2,
            "dh1": dh1,
            "dz1": dz1,
            "linear1.weight": np.array([[dz1[i] * x[j] for j in range(2)] for i in range(2)]),
            "linear1.bias": dz1,
            "linear2.weight": np.array([[dz2[0] * h1[j] for j in range(2)]]),
            "linear2.bias": dz2,
        }

    def update(self, gradients: Mapping[str, Floats]) -> dict[str, dict[str, Floats]]:
        """Move the weights; what is remembered then, by the course's letters."""
        self.t += 1
        told: dict[str, dict[str, Floats]] = {}
        lr = self.optimizer.lr
        for name, g in gradients.items():
            theta, (first, second) = self.theta[name], self.memory[name]
            match self.optimizer:
                case GradientDescent():
                    theta = theta - lr * g
                    told[name] = {}
                case Momentum(kind=kind, momentum=gamma):
                    first = gamma * first + g
                    theta = theta - lr * (g + gamma * first if kind == "nesterov" else first)
                    told[name] = {"v": first}
                case AdaGrad(epsilon=epsilon):
                    first = first + g**2
                    theta = theta - lr * g / (np.sqrt(first) + epsilon)
                    told[name] = {"G": first}
                case RMSprop(decay=rho, epsilon=epsilon):
                    first = rho * first + (1 - rho) * g**2
                    theta = theta - lr * g / (np.sqrt(first) + epsilon)
                    told[name] = {"v": first}
                case Adam() | AdamW():
                    beta1, beta2 = self.optimizer.beta1, self.optimizer.beta2
                    first = beta1 * first + (1 - beta1) * g
                    second = beta2 * second + (1 - beta2) * g**2
                    m_hat, v_hat = first / (1 - beta1**self.t), second / (1 - beta2**self.t)
                    if isinstance(self.optimizer, AdamW):
                        theta = theta - lr * self.optimizer.weight_decay * theta
                    theta = theta - lr * m_hat / (np.sqrt(v_hat) + self.optimizer.epsilon)
                    told[name] = {"m": first, "v": second, "m^": m_hat, "v^": v_hat}
            self.theta[name], self.memory[name] = theta, (first, second)
        return told


OPTIMIZERS: Sequence[Optimizer] = (
    GradientDescent(kind="gd"),
    GradientDescent(kind="sgd"),
    Momentum(),
    Momentum(kind="nesterov"),
    AdaGrad(),
    RMSprop(lr=0.01),
    Adam(lr=0.01),
    AdamW(lr=0.01, weight_decay=0.1),
)


@pytest.mark.parametrize("loss", [BinaryCrossEntropy(), ErrorLoss()], ids=["bce", "mse"])
@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda optimizer: optimizer.kind)
def test_every_number_is_as_reckoned_by_hand(optimizer: Optimizer, loss: Loss) -> None:
    held = ByHand(small(optimizer, loss))
    first = picture(held)
    hand = Reckoned({each.name: wide(each.before) for each in first.parameters}, optimizer, loss)
    for _ in range(3):
        told = picture(held)
        assert (told.step, told.batch_size, len(told.samples)) == (held.record.step + 1, 5, 5)
        xs, ys = wide(told.layers[0].inputs), wide(told.targets)
        derived = [hand.backward(x, y) for x, y in zip(xs, ys, strict=True)]
        for s, (x, y) in enumerate(zip(xs, ys, strict=True)):
            z1, h1, z2, y_hat = hand.forward(x)
            for numbers, computed in (
                (told.layers[0].z, z1),
                (told.layers[0].h, h1),
                (told.layers[1].inputs, h1),
                (told.layers[1].z, z2),
                (told.outputs, y_hat),
                (told.layers[1].dz, derived[s]["dz2"]),
                (told.layers[0].dh, derived[s]["dh1"]),
                (told.layers[0].dz, derived[s]["dz1"]),
            ):
                np.testing.assert_allclose(numbers.array()[s], computed, rtol=2e-4, atol=1e-6)
            for layer in told.layers:
                assert layer.dw is not None
                weight = derived[s][f"{layer.name}.weight"]
                np.testing.assert_allclose(layer.dw.array()[s], weight, rtol=2e-4, atol=1e-6)
            cost = hand.cost(y_hat, y)
            assert told.samples[s].loss == pytest.approx(cost, rel=1e-4)
            assert np.frombuffer(told.losses, "<f4")[s] == pytest.approx(cost, rel=1e-4)
        assert told.loss == pytest.approx(np.mean([sample.loss for sample in told.samples]), rel=1e-5)
        gradients = {name: np.mean([each[name] for each in derived], axis=0) for name in PARAMETERS}
        before = dict(hand.theta)
        remembered = hand.update(gradients)
        assert told.count == hand.t
        assert told.lr == optimizer.lr
        for each in told.parameters:
            close(each.gradient, gradients[each.name])
            assert each.used == each.gradient
            assert each.penalty is None
            close(each.before, before[each.name])
            close(each.after, hand.theta[each.name])
            close(each.update, hand.theta[each.name] - before[each.name], 1e-5)
            assert set(each.memory) == set(remembered[each.name])
            for letter, numbers in each.memory.items():
                close(numbers, remembered[each.name][letter], 1e-8)
        held.step()
    again = picture(held)
    for then, now in zip(told.parameters, again.parameters, strict=True):
        assert now.memory_before == {name: then.memory[name] for name in now.memory_before}


def test_penalties_and_clipping_have_their_share_of_the_gradient() -> None:
    shared = {"l1": {"strength": 0.03}, "l2": {"strength": 0.2}, "gradient_clipping": {"max_norm": 0.05}}
    told = picture(ByHand(small(GradientDescent(), BinaryCrossEntropy(), **shared)))
    whole = {}
    for each in told.parameters:
        whole[each.name] = wide(each.gradient)
        if each.name.endswith("weight"):
            penalty = 0.03 * np.sign(wide(each.before)) + 2 * 0.2 * wide(each.before)
            assert each.penalty is not None
            close(each.penalty, penalty)
            whole[each.name] += penalty
        else:
            assert each.penalty is None
    length = sqrt(sum(float((value**2).sum()) for value in whole.values()))
    assert told.gradient_norm == pytest.approx(length, rel=1e-5)
    assert told.clipped_to == 0.05 < length
    for each in told.parameters:
        close(each.used, whole[each.name] * 0.05 / length)


def test_gradients_are_those_of_finite_differences() -> None:
    """Also where dropout and class weights have a say, and a hidden layer lies between."""
    recipe = Recipe(
        data=BundledSet(kind="iris"),
        architecture=FullyConnected(hidden=(5, 4), activation="tanh"),
        training=Training(epochs=2, batch_size=8),
    )
    held = ByHand(recipe)
    told = picture(held)
    trainee = held.trainee
    rows = torch.from_numpy(np.frombuffer(told.indices, "<u4").astype(np.int64))
    x, y = trainee.data.train_x[rows].double(), trainee.data.train_y[rows]
    network = trainee.network.double()

    def loss() -> float:
        with still(network), torch.no_grad():
            return float(trainee.criterion(network(x), y))

    for each, parameter in zip(told.parameters, network.parameters(), strict=True):
        gradient, flat = each.gradient.array().reshape(-1), parameter.data.view(-1)
        for place in range(len(flat)):
            here = float(flat[place])
            ends = []
            for by in (1e-5, -1e-5):
                flat[place] = here + by
                ends.append(loss())
            flat[place] = here
            assert gradient[place] == pytest.approx((ends[0] - ends[1]) / 2e-5, rel=1e-3, abs=1e-6)


DRAWING = Recipe(
    data=BundledSet(kind="iris"),
    architecture=FullyConnected(hidden=(6,), activation="relu"),
    optimizer=Adam(schedule=Cosine()),
    regularization=Regularization(
        dropout=Dropout(rate=0.4),
        augmentation=Augmentation(),
        l1=L1(),
        l2=L2(strength=0.01),
        gradient_clipping=GradientClipping(max_norm=0.5),
    ),
    training=Training(epochs=100_000, batch_size=16),
)
NORMALIZED = DRAWING.model_copy(
    update={
        "architecture": FullyConnected(hidden=(8, 8)),
        "optimizer": Momentum(),
        "regularization": Regularization(batch_norm=BatchNorm(), dropout=Dropout(rate=0.4)),
    }
)


CONVOLUTIONS = NORMALIZED.model_copy(
    update={"data": BundledSet(kind="digits"), "architecture": Cnn(channels=(4, 4), hidden=8)}
)


@pytest.mark.parametrize(
    "recipe", [DRAWING, NORMALIZED, CONVOLUTIONS], ids=["numbers", "norms", "convolutions"]
)
def test_the_run_then_makes_that_very_step(recipe: Recipe) -> None:
    held = Held(recipe)
    for _ in range(3):
        foreseen = held.picture(NextBatch())
        at = held.at
        held.go_on()
        assert held.at == at + 1
        found = held.picture(NextBatch())
        assert isinstance(foreseen, BatchStep)
        assert isinstance(found, BatchStep)
        assert [each.after for each in foreseen.parameters] == [each.before for each in found.parameters]
        for then, now in zip(foreseen.parameters, found.parameters, strict=True):
            assert now.memory_before == {name: then.memory[name] for name in now.memory_before}
        assert found.count == foreseen.count + 1
    is_told = all(each.after.values for each in foreseen.parameters)
    assert is_told == (recipe is DRAWING)
    held.living.close()


def test_of_a_whole_batch_in_parts_the_step_is_the_same() -> None:
    recipe = Recipe(
        data=Sine(points=200),
        architecture=FullyConnected(hidden=(3,), activation="tanh"),
        loss=ErrorLoss(),
        optimizer=GradientDescent(kind="gd"),
        training=Training(epochs=3, batch_size="all"),
    )
    held = ByHand(recipe)
    held.trainee.rows_at_once = 32
    told = picture(held)
    assert told.batch_size == 140
    assert len(np.frombuffer(told.losses, "<f4")) == 140
    assert told.loss == pytest.approx(float(np.frombuffer(told.losses, "<f4").mean()), rel=1e-5)
    held.step()
    for each, parameter in zip(told.parameters, held.trainee.network.parameters(), strict=True):
        assert np.array_equal(each.after.array(), parameter.detach().numpy())


def test_what_would_come_after_the_last_step_is_told_too() -> None:
    held = ByHand(small(GradientDescent(), BinaryCrossEntropy()))
    for _ in range(held.trainee.planned_steps):
        held.step()
    assert picture(held).step == held.trainee.planned_steps + 1
