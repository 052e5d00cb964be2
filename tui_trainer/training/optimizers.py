"""The optimizer part of a recipe, as PyTorch's, less what PyTorch wraps around it."""

from collections.abc import Iterable
from inspect import unwrap
from typing import TypeVar

import torch
from torch.nn import Parameter
from torch.optim import SGD, Adagrad, Adam, AdamW, Optimizer, RMSprop

from tui_trainer.core import recipe

O = TypeVar("O", bound=Optimizer)  # noqa: E741


def implementation(config: recipe.Optimizer) -> str:
    """Which of PyTorch's implementations runs: fused is one kernel for all parameters.

    It is on every device the fastest, on CPU by half for small nets. RMSprop has none: its foreach gives on a
    CPU the bits of a loop over the parameters, sooner for small ones and 5 % later for an MLP on MNIST.
    """
    return "foreach" if isinstance(config, recipe.RMSprop) else "fused"


def build_optimizer(config: recipe.Optimizer, parameters: Iterable[Parameter]) -> Optimizer:
    """The optimizer that ``config`` describes, over ``parameters``."""
    match config:
        case recipe.GradientDescent(lr=lr):
            return _bare(SGD)(parameters, lr=lr, fused=True)
        case recipe.Momentum(kind=kind, lr=lr, momentum=momentum):
            nesterov = kind == "nesterov" and momentum > 0
            return _bare(SGD)(parameters, lr=lr, momentum=momentum, nesterov=nesterov, fused=True)
        case recipe.AdaGrad(lr=lr, epsilon=epsilon):
            return _bare(Adagrad)(parameters, lr=lr, eps=epsilon, fused=True)
        case recipe.RMSprop(lr=lr, decay=decay, epsilon=epsilon):
            return _bare(RMSprop)(parameters, lr=lr, alpha=decay, eps=epsilon, foreach=True)
        case recipe.Adam(lr=lr, beta1=beta1, beta2=beta2, epsilon=epsilon):
            return _bare(Adam)(parameters, lr=lr, betas=(beta1, beta2), eps=epsilon, fused=True)
        case recipe.AdamW(lr=lr, beta1=beta1, beta2=beta2, epsilon=epsilon, weight_decay=decay):
            betas = (beta1, beta2)
            return _bare(AdamW)(parameters, lr=lr, betas=betas, eps=epsilon, weight_decay=decay, fused=True)


def _bare(kind: type[O]) -> type[O]:
    """``kind`` without the wrappers of its methods, which serve the profiler, hooks and torch.compile.

    They import ``torch._dynamo`` when the first optimizer is made, which takes as long as ``import torch``,
    and cost a small net a fifth of each step. The arithmetic is the same, bit for bit.
    """
    take_step = unwrap(kind.step)

    def step(self: O) -> None:
        with torch.no_grad():
            take_step(self)

    def zero_grad(self: O, set_to_none: bool = True) -> None:
        assert set_to_none
        for group in self.param_groups:
            for parameter in group["params"]:
                parameter.grad = None

    vars(step)["hooked"] = True  # so that PyTorch does not wrap it again
    names = ("add_param_group", "state_dict", "load_state_dict")
    own = {name: unwrap(getattr(kind, name)) for name in names}
    return type(kind.__name__, (kind,), {**own, "step": step, "zero_grad": zero_grad})
