"""L1 and L2 penalties on the weights, applied through their gradient.

As terms of the loss that autograd differentiates they would cost a quarter of the speed and more.
"""

import torch
from torch import nn

from tui_trainer.core.recipe import Regularization


class Penalty:
    """λ₁ Σ|w| + λ₂ Σw² over the weights of linear and convolutional layers; biases go free."""

    def __init__(self, model: nn.Module, regularization: Regularization) -> None:
        self.l1 = regularization.l1.strength if regularization.l1 else 0.0
        self.l2 = regularization.l2.strength if regularization.l2 else 0.0
        penalized = (nn.Linear, nn.Conv1d, nn.Conv2d, nn.Conv3d)
        self.weights = [module.weight for module in model.modules() if isinstance(module, penalized)]

    @property
    def is_on(self) -> bool:
        """Whether there is anything to add."""
        return self.l1 > 0 or self.l2 > 0

    @torch.no_grad()
    def add_gradient(self) -> None:
        """Add λ₁ sign(w) + 2 λ₂ w to the gradients that ``backward`` has left."""
        for weight in self.weights:
            assert weight.grad is not None, "add_gradient comes after backward"
            if self.l1 > 0:
                weight.grad.add_(weight.sign(), alpha=self.l1)
            if self.l2 > 0:
                weight.grad.add_(weight, alpha=2 * self.l2)

    @torch.no_grad()
    def value(self) -> float:
        """What the penalties come to at the present weights."""
        return sum(
            self.l1 * weight.abs().sum().item() + self.l2 * weight.square().sum().item()
            for weight in self.weights
        )
