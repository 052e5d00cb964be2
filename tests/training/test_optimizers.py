import pytest
import torch
from torch.testing import assert_close

from tui_trainer.core import recipe
from tui_trainer.training.optimizers import build_optimizer

GRADIENTS = [torch.tensor([0.5, -2.0, 0.0]), torch.tensor([1.0, 1.0, -3.0]), torch.tensor([-0.1, 0.0, 2.0])]
START = torch.tensor([1.0, -1.0, 0.5])


def positions(config: recipe.Optimizer) -> list[torch.Tensor]:
    """Where the parameters are after each of the gradients."""
    weight = torch.nn.Parameter(START.clone())
    optimizer = build_optimizer(config, [weight])
    places = []
    for gradient in GRADIENTS:
        weight.grad = gradient.clone()
        optimizer.step()
        places.append(weight.detach().clone())
    return places


@pytest.mark.parametrize("kind", ["gd", "sgd"])
def test_gradient_descent_steps_against_the_gradient(kind):
    expected, at = [], START
    for gradient in GRADIENTS:
        at = at - 0.3 * gradient
        expected.append(at)
    assert_close(positions(recipe.GradientDescent(kind=kind, lr=0.3)), expected)


def test_momentum_keeps_a_velocity():
    expected, at, velocity = [], START, torch.zeros(3)
    for gradient in GRADIENTS:
        velocity = 0.8 * velocity + gradient
        at = at - 0.3 * velocity
        expected.append(at)
    assert_close(positions(recipe.Momentum(lr=0.3, momentum=0.8)), expected)


def test_adam_follows_kingma_and_ba():
    lr, beta1, beta2, epsilon = 0.1, 0.8, 0.95, 1e-3
    expected, at, mean, square = [], START, torch.zeros(3), torch.zeros(3)
    for step, gradient in enumerate(GRADIENTS, start=1):
        mean = beta1 * mean + (1 - beta1) * gradient
        square = beta2 * square + (1 - beta2) * gradient**2
        at = at - lr * (mean / (1 - beta1**step)) / ((square / (1 - beta2**step)).sqrt() + epsilon)
        expected.append(at)
    assert_close(positions(recipe.Adam(lr=lr, beta1=beta1, beta2=beta2, epsilon=epsilon)), expected)
