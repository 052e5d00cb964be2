"""The optimizer part of a recipe, as PyTorch's."""

from collections.abc import Iterable

from torch.nn import Parameter
from torch.optim import SGD, Adagrad, Adam, AdamW, Optimizer, RMSprop

from tui_trainer.core import recipe


def implementation(config: recipe.Optimizer) -> str:
    """Which of PyTorch's implementations runs: fused is one kernel for all parameters.

    It is on every device the fastest, on CPU by half for small nets; RMSprop has none.
    """
    return "foreach" if isinstance(config, recipe.RMSprop) else "fused"


def build_optimizer(config: recipe.Optimizer, parameters: Iterable[Parameter]) -> Optimizer:
    """The optimizer that ``config`` describes, over ``parameters``."""
    match config:
        case recipe.GradientDescent(lr=lr):
            return SGD(parameters, lr=lr, fused=True)
        case recipe.Momentum(kind=kind, lr=lr, momentum=momentum):
            nesterov = kind == "nesterov" and momentum > 0
            return SGD(parameters, lr=lr, momentum=momentum, nesterov=nesterov, fused=True)
        case recipe.AdaGrad(lr=lr, epsilon=epsilon):
            return Adagrad(parameters, lr=lr, eps=epsilon, fused=True)
        case recipe.RMSprop(lr=lr, decay=decay, epsilon=epsilon):
            return RMSprop(parameters, lr=lr, alpha=decay, eps=epsilon, foreach=True)
        case recipe.Adam(lr=lr, beta1=beta1, beta2=beta2, epsilon=epsilon):
            return Adam(parameters, lr=lr, betas=(beta1, beta2), eps=epsilon, fused=True)
        case recipe.AdamW(lr=lr, beta1=beta1, beta2=beta2, epsilon=epsilon, weight_decay=decay):
            return AdamW(parameters, lr=lr, betas=(beta1, beta2), eps=epsilon, weight_decay=decay, fused=True)
