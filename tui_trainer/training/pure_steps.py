"""The optimizers as functions, for graphs: what PyTorch's classes compute, with every number a tensor."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from tui_trainer.core import recipe


@dataclass(frozen=True, slots=True)
class Numbers:
    """What is not the same in every step: scalars of the parameters' type, since kernels mix no two well."""

    lr: Tensor
    momentum: Tensor
    mean_correction: Tensor
    root_correction: Tensor
    """See ``corrections``."""


Memory = tuple[Tensor, ...]
"""What an optimizer remembers of one parameter, in the order of ``slots``."""
Update = Callable[[Tensor, Tensor, Memory, Numbers], tuple[Tensor, Memory]]
"""Parameter, gradient, memory and numbers to the new parameter and memory."""


def slots(config: recipe.Optimizer) -> Sequence[str]:
    """What PyTorch calls the tensors that it remembers of each parameter."""
    match config:
        case recipe.GradientDescent():
            return ()
        case recipe.Momentum():
            return ("momentum_buffer",)
        case recipe.AdaGrad():
            return ("sum",)
        case recipe.RMSprop():
            return ("square_avg",)
        case recipe.Adam() | recipe.AdamW():
            return ("exp_avg", "exp_avg_sq")


def corrections(config: recipe.Optimizer, count: int) -> tuple[float, float]:
    """What the mean and the root of the mean square are multiplied by in update ``count``, from one.

    Both start at nought (Kingma and Ba 2014). Computed here: in a graph every weight would take the powers.
    """
    match config:
        case recipe.Adam(beta1=beta1, beta2=beta2) | recipe.AdamW(beta1=beta1, beta2=beta2):
            return 1 / (1 - beta1**count), (1 - beta2**count) ** -0.5
        case _:
            return 1.0, 1.0


def build_update(config: recipe.Optimizer) -> Update:
    """The update of one parameter."""
    match config:
        case recipe.GradientDescent():
            return _gradient_descent
        case recipe.Momentum(kind=kind):
            return _nesterov if kind == "nesterov" else _momentum
        case recipe.AdaGrad(epsilon=epsilon):
            return _adagrad(epsilon)
        case recipe.RMSprop(decay=decay, epsilon=epsilon):
            return _rmsprop(decay, epsilon)
        case recipe.Adam(beta1=beta1, beta2=beta2, epsilon=epsilon):
            return _adam(beta1, beta2, epsilon)
        case recipe.AdamW(beta1=beta1, beta2=beta2, epsilon=epsilon, weight_decay=decay):
            return _adam(beta1, beta2, epsilon, decay)


def _gradient_descent(
    parameter: Tensor, gradient: Tensor, _memory: Memory, numbers: Numbers
) -> tuple[Tensor, Memory]:
    return parameter - numbers.lr * gradient, ()


def _momentum(parameter: Tensor, gradient: Tensor, memory: Memory, numbers: Numbers) -> tuple[Tensor, Memory]:
    velocity = numbers.momentum * memory[0] + gradient
    return parameter - numbers.lr * velocity, (velocity,)


def _nesterov(parameter: Tensor, gradient: Tensor, memory: Memory, numbers: Numbers) -> tuple[Tensor, Memory]:
    velocity = numbers.momentum * memory[0] + gradient
    return parameter - numbers.lr * (gradient + numbers.momentum * velocity), (velocity,)


def _adagrad(epsilon: float) -> Update:
    def update(
        parameter: Tensor, gradient: Tensor, memory: Memory, numbers: Numbers
    ) -> tuple[Tensor, Memory]:
        total = memory[0] + gradient * gradient
        return parameter - numbers.lr * gradient / (total.sqrt() + epsilon), (total,)

    return update


def _rmsprop(decay: float, epsilon: float) -> Update:
    def update(
        parameter: Tensor, gradient: Tensor, memory: Memory, numbers: Numbers
    ) -> tuple[Tensor, Memory]:
        square = decay * memory[0] + (1 - decay) * gradient * gradient
        return parameter - numbers.lr * gradient / (square.sqrt() + epsilon), (square,)

    return update


def _adam(beta1: float, beta2: float, epsilon: float, weight_decay: float = 0.0) -> Update:
    def update(
        parameter: Tensor, gradient: Tensor, memory: Memory, numbers: Numbers
    ) -> tuple[Tensor, Memory]:
        mean = beta1 * memory[0] + (1 - beta1) * gradient
        square = beta2 * memory[1] + (1 - beta2) * gradient * gradient
        if weight_decay:
            parameter = parameter * (1 - numbers.lr * weight_decay)
        root = square.sqrt() * numbers.root_correction
        size = numbers.lr * numbers.mean_correction
        return parameter - size * mean / (root + epsilon), (mean, square)

    return update


def clipped(gradients: Mapping[str, Tensor], max_norm: Tensor) -> dict[str, Tensor]:
    """``gradients`` scaled so that their common norm is at most ``max_norm``, as PyTorch clips."""
    norm = torch.stack([gradient.square().sum() for gradient in gradients.values()]).sum().sqrt()
    share = (max_norm / (norm + 1e-6)).clamp(max=1.0)
    return {name: gradient * share for name, gradient in gradients.items()}
