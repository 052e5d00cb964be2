"""The optimizer part of a recipe, as PyTorch's."""

from collections.abc import Iterable

from torch.nn import Parameter
from torch.optim import SGD, Adam, Optimizer

from tui_trainer.core import recipe

IMPLEMENTATION = "fused"
"""One kernel updates all parameters: on every device the fastest, on CPU by half for small nets."""


def build_optimizer(config: recipe.Optimizer, parameters: Iterable[Parameter]) -> Optimizer:
    """The optimizer that ``config`` describes, over ``parameters``."""
    match config:
        case recipe.GradientDescent(lr=lr):
            return SGD(parameters, lr=lr, fused=True)
        case recipe.Momentum(lr=lr, momentum=momentum):
            return SGD(parameters, lr=lr, momentum=momentum, fused=True)
        case recipe.Adam(lr=lr, beta1=beta1, beta2=beta2, epsilon=epsilon):
            return Adam(parameters, lr=lr, betas=(beta1, beta2), eps=epsilon, fused=True)
