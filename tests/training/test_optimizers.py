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


@pytest.mark.parametrize("lr", [0.3, 0.05])
def test_momentum_at_a_constant_rate_is_the_course_s(lr):
    """The course puts η into the velocity: v ← γv + ηg, θ ← θ - v."""
    expected, at, velocity = [], START, torch.zeros(3)
    for gradient in GRADIENTS:
        velocity = 0.9 * velocity + lr * gradient
        at = at - velocity
        expected.append(at)
    assert_close(positions(recipe.Momentum(lr=lr)), expected)


def test_nesterov_takes_the_gradient_where_the_velocity_leads():
    """Nesterov 1983 as Sutskever et al. 2013 write it, in terms of the point that is looked at."""
    lr, momentum, curvature = 0.1, 0.8, torch.tensor([1.0, 0.5, 2.0])
    point, velocity, looked_at = START, torch.zeros(3), []
    for _ in range(4):
        ahead = point + momentum * velocity
        looked_at.append(ahead)
        velocity = momentum * velocity - lr * curvature * ahead
        point = point + velocity
    weight = torch.nn.Parameter(START.clone())
    optimizer = build_optimizer(recipe.Momentum(kind="nesterov", lr=lr, momentum=momentum), [weight])
    for expected in looked_at:
        assert_close(weight.detach(), expected)
        weight.grad = curvature * weight.detach()
        optimizer.step()


def test_adagrad_divides_by_the_root_of_all_squares():
    expected, at, squares = [], START, torch.zeros(3)
    for gradient in GRADIENTS:
        squares = squares + gradient**2
        # At ε = 0 a weight whose gradients were all zero stays; 0/0 is taken as that.
        at = at - 0.3 * torch.where(squares > 0, gradient / squares.sqrt().clamp(min=1e-30), 0.0)
        expected.append(at)
    found = positions(recipe.AdaGrad(lr=0.3, epsilon=0.0))
    assert_close([place[:2] for place in found], [place[:2] for place in expected])


def test_rmsprop_follows_hinton():
    lr, decay, epsilon = 0.1, 0.9, 1e-6
    expected, at, square = [], START, torch.zeros(3)
    for gradient in GRADIENTS:
        square = decay * square + (1 - decay) * gradient**2
        at = at - lr * gradient / (square.sqrt() + epsilon)
        expected.append(at)
    assert_close(positions(recipe.RMSprop(lr=lr, decay=decay, epsilon=epsilon)), expected)


def test_adamw_decays_weights_apart_from_the_gradient():
    """Loshchilov and Hutter 2019, algorithm 2; as PyTorch has it, η multiplies the decay too."""
    lr, decay, beta1, beta2, epsilon = 0.1, 0.2, 0.8, 0.95, 1e-3
    expected, at, mean, square = [], START, torch.zeros(3), torch.zeros(3)
    for step, gradient in enumerate(GRADIENTS, start=1):
        mean = beta1 * mean + (1 - beta1) * gradient
        square = beta2 * square + (1 - beta2) * gradient**2
        adam = (mean / (1 - beta1**step)) / ((square / (1 - beta2**step)).sqrt() + epsilon)
        at = at - lr * (adam + decay * at)
        expected.append(at)
    config = recipe.AdamW(lr=lr, beta1=beta1, beta2=beta2, epsilon=epsilon, weight_decay=decay)
    assert_close(positions(config), expected)
