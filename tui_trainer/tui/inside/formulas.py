"""What a step computes, as the course writes it, in characters that every terminal has."""

from collections.abc import Sequence
from typing import NamedTuple

from tui_trainer.core.recipe import (
    AdaGrad,
    Adam,
    AdamW,
    BinaryCrossEntropy,
    CrossEntropy,
    ErrorLoss,
    Focal,
    GradientDescent,
    Huber,
    Loss,
    Momentum,
    Optimizer,
    RMSprop,
)

_SLOPES = {
    "identity": "1",
    "sigmoid": "{h} (1 - {h})",
    "tanh": "(1 - {h}^2)",
    "relu": "(1 where {z} > 0, else 0)",
    "leaky-relu": "(1 where {z} > 0, else 0.01)",
    "gelu": "gelu'({z})",
    "softplus": "sigmoid({z})",
}


class LossFormula(NamedTuple):
    """A sample's loss, and its derivative with respect to the last layer's z."""

    value: str
    slope: str


def slope(activation: str, z: str, h: str) -> str:
    """The derivative of an activation, by what goes into it and what comes out."""
    return _SLOPES[activation].format(z=z, h=h)


def of_loss(loss: Loss, *, is_regression: bool, num_outputs: int) -> LossFormula:
    """How one sample's loss is computed of y^."""
    match loss:
        case ErrorLoss(kind="mae"):
            return LossFormula("|y^ - y|", "sign(y^ - y)")
        case ErrorLoss():
            if is_regression:
                return LossFormula("(y^ - y)^2", "2 (y^ - y)")
            if num_outputs == 1:
                return LossFormula("(y^ - y)^2", "2 (y^ - y) y^ (1 - y^)")
            share = f"2/{num_outputs} (y^ - y)"
            return LossFormula(
                f"1/{num_outputs} sum (y^ - y)^2", f"y^ (e - sum e y^) with e = {share}, y 1 for the class"
            )
        case Huber(delta=delta):
            return LossFormula(
                f"(y^ - y)^2 / 2 up to {delta:g}, then straight", f"y^ - y, at most {delta:g} either way"
            )
        case Focal(gamma=gamma):
            return LossFormula(f"-(1 - p)^{gamma:g} ln p, p the class's y^", "slope of l, by autograd")
        case CrossEntropy() | BinaryCrossEntropy():
            weight = "w " if loss.class_weights != "none" else ""
            smoothed = f", y smoothed by {loss.label_smoothing:g}" if loss.label_smoothing else ""
            told = f" with w the class's weight{smoothed}" if weight else smoothed
            difference = f"{weight}(y^ - y)" if weight else "y^ - y"
            if num_outputs == 1:
                return LossFormula(f"-{weight}(y ln y^ + (1 - y) ln(1 - y^)){told}", difference + told)
            if loss.label_smoothing:
                return LossFormula(f"-{weight}sum y ln y^{told}", difference + told)
            return LossFormula(
                f"-{weight}ln y^ of the class{told}", f"{difference}, y 1 for the class, else 0{told}"
            )


def of_update(optimizer: Optimizer, lr: float, count: int) -> Sequence[str]:
    """What is remembered, how a parameter W moves, and with which numbers."""
    eta = f"η = {lr:.4g}"
    match optimizer:
        case GradientDescent():
            return "W ← W - η g", eta
        case Momentum(kind=kind, momentum=gamma):
            ahead = "(g + γ v)" if kind == "nesterov" else "v"
            return "v ← γ v + g", f"W ← W - η {ahead}", f"{eta}   γ = {gamma:g}"
        case AdaGrad(epsilon=epsilon):
            return "G ← G + g^2", "W ← W - η g / (sqrt(G) + ε)", f"{eta}   ε = {epsilon:g}"
        case RMSprop(decay=rho, epsilon=epsilon):
            return (
                "v ← ρ v + (1 - ρ) g^2",
                "W ← W - η g / (sqrt(v) + ε)",
                f"{eta}   ρ = {rho:g}   ε = {epsilon:g}",
            )
        case Adam() | AdamW():
            step = "m^ / (sqrt(v^) + ε)"
            decays = isinstance(optimizer, AdamW)
            numbers = (
                f"{eta}   β1 = {optimizer.beta1:g}   β2 = {optimizer.beta2:g}   ε = {optimizer.epsilon:g}"
            )
            return (
                "m ← β1 m + (1 - β1) g       m^ = m / (1 - β1^t)",
                "v ← β2 v + (1 - β2) g^2     v^ = v / (1 - β2^t)",
                f"W ← W - η ({step} + λ W)" if decays else f"W ← W - η {step}",
                numbers
                + (f"   λ = {optimizer.weight_decay:g}" if isinstance(optimizer, AdamW) else "")
                + f"   t = {count:,}",
            )
