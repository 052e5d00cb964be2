import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.testing import assert_close

from tui_trainer.core.recipe import L1, L2, Regularization
from tui_trainer.training.regularization import Penalty

strengths = st.one_of(st.just(0.0), st.floats(1e-4, 10))


def network() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(1, 2, 3), nn.Flatten(), nn.LayerNorm(18), nn.Linear(18, 3)).double()


def terms(net: nn.Module, l1: float, l2: float) -> torch.Tensor:
    """The course's formulas, for autograd to differentiate."""
    weights = [net[0].weight, net[3].weight]
    return sum(l1 * weight.abs().sum() + l2 * (weight**2).sum() for weight in weights)


@given(strengths, strengths)
def test_the_gradient_is_the_one_autograd_finds(l1, l2):
    inputs = torch.randn(4, 1, 5, 5, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    ours, autograd = network(), network()
    penalty = Penalty(ours, Regularization(l1=L1(strength=l1), l2=L2(strength=l2)))
    ours(inputs).square().mean().backward()
    penalty.add_gradient()
    (autograd(inputs).square().mean() + terms(autograd, l1, l2)).backward()
    for own, other in zip(ours.parameters(), autograd.parameters(), strict=True):
        assert_close(own.grad, other.grad)
    assert penalty.value() == pytest.approx(terms(autograd, l1, l2).item())


def test_l2_is_weight_decay_of_twice_the_strength_without_biases():
    ours, decayed = nn.Linear(3, 2), nn.Linear(3, 2)
    decayed.load_state_dict(ours.state_dict())
    penalty = Penalty(ours, Regularization(l2=L2(strength=0.05)))
    decay = [{"params": [decayed.weight], "weight_decay": 0.1}, {"params": [decayed.bias]}]
    for net, optimizer in (
        (ours, torch.optim.SGD(ours.parameters(), lr=0.5)),
        (decayed, torch.optim.SGD(decay, lr=0.5)),
    ):
        net(torch.ones(1, 3)).sum().backward()
        if net is ours:
            penalty.add_gradient()
        optimizer.step()
    assert_close(ours.state_dict(), decayed.state_dict())


@pytest.mark.parametrize(
    ("regularization", "is_on"),
    [
        (Regularization(), False),
        (Regularization(l1=L1(strength=0.0)), False),
        (Regularization(l2=L2()), True),
    ],
)
def test_nothing_is_added_without_need(regularization, is_on):
    assert Penalty(network(), regularization).is_on is is_on
