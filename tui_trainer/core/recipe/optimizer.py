"""4 Optimizer: how a step follows from a gradient, and how its size changes over training."""

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field

from tui_trainer.core.recipe.part import Part, setting


class Constant(Part):
    """The learning rate stays."""

    kind: Literal["constant"] = "constant"


class StepDecay(Part):
    """The learning rate drops at once, a few times, at equal distances."""

    kind: Literal["step"] = "step"
    drops: int = setting(2, "How often it drops.", fr="Nombre de baisses.", ge=1, le=100)
    gamma: float = setting(
        0.1,
        "What a drop multiplies the rate by.",
        fr="Facteur par lequel chaque baisse multiplie le taux.",
        symbol="γ",
        torch="StepLR(gamma)",
        gt=0,
        lt=1,
    )


class Cosine(Part):
    """The learning rate falls along half a cosine (Loshchilov and Hutter 2017)."""

    kind: Literal["cosine"] = "cosine"
    floor: float = setting(
        0.0,
        "What is left of the rate at the end, as a share.",
        fr="Part du taux qui reste à la fin.",
        torch="CosineAnnealingLR(eta_min)",
        ge=0,
        lt=1,
    )


class OneCycle(Part):
    """The learning rate rises, then falls to almost nothing (Smith and Topin 2018)."""

    kind: Literal["one-cycle"] = "one-cycle"
    rise: float = setting(
        0.3,
        "Share of training in which it rises.",
        fr="Part de l'entraînement pendant laquelle le taux monte.",
        torch="OneCycleLR(pct_start)",
        gt=0,
        lt=1,
    )
    start: float = setting(
        0.04,
        "Where it starts, as a share of the rate.",
        fr="Valeur de départ, en fraction du taux.",
        torch="1 / OneCycleLR(div_factor)",
        gt=0,
        le=1,
    )


class Warmup(Part):
    """The learning rate rises in a straight line, then stays (Goyal et al. 2017)."""

    kind: Literal["warmup"] = "warmup"
    rise: float = setting(
        0.1,
        "Share of training in which it rises.",
        fr="Part de l'entraînement pendant laquelle le taux monte.",
        gt=0,
        lt=1,
    )


Schedule: TypeAlias = Annotated[
    Constant | StepDecay | Cosine | OneCycle | Warmup, Field(discriminator="kind")
]


def learning_rate(default: float) -> Any:
    """The setting that every optimizer begins with."""
    return setting(
        default,
        "Learning rate: the size of a step.",
        fr="Taux d'apprentissage : la taille d'un pas.",
        symbol="η",
        torch="lr",
        gt=0,
        le=100,
    )


def epsilon(default: float, **least: float) -> Any:
    """What keeps the division of an adaptive optimizer finite."""
    return setting(
        default,
        "Keeps the division finite.",
        fr="Évite la division par zéro.",
        symbol="ε",
        torch="eps",
        le=1,
        **least,
    )


def mean_memory() -> Any:
    """Adam's first memory."""
    return setting(
        0.9,
        "Memory of the mean gradient.",
        fr="Mémoire du gradient moyen.",
        symbol="β₁",
        torch="betas[0]",
        ge=0,
        lt=1,
    )


def square_memory() -> Any:
    """Adam's second memory."""
    return setting(
        0.999,
        "Memory of the squared gradient.",
        fr="Mémoire du carré du gradient.",
        symbol="β₂",
        torch="betas[1]",
        ge=0,
        lt=1,
    )


def schedule() -> Any:
    """The setting that every optimizer ends with."""
    return setting(
        Constant(),
        "How the learning rate changes while training goes on.",
        fr="Évolution du taux d'apprentissage au fil de l'entraînement.",
    )


class GradientDescent(Part):
    """θ ← θ - η g. Whether that is gradient descent or SGD is the batch size's doing."""

    kind: Literal["gd", "sgd"] = "sgd"
    lr: float = learning_rate(0.1)
    schedule: Schedule = schedule()


class Momentum(Part):
    """Gradient descent with a velocity (Polyak 1964), or with one that looks ahead (Nesterov 1983)."""

    kind: Literal["momentum", "nesterov"] = "momentum"
    lr: float = learning_rate(0.05)
    momentum: float = setting(
        0.9,
        "How much of the last velocity is kept.",
        fr="Part de la vitesse précédente qui est conservée.",
        symbol="γ",
        torch="momentum",
        ge=0,
        lt=1,
    )
    schedule: Schedule = schedule()


class AdaGrad(Part):
    """Steps shrink with the sum of all squared gradients of a weight (Duchi et al. 2011)."""

    kind: Literal["adagrad"] = "adagrad"
    lr: float = learning_rate(0.01)
    epsilon: float = epsilon(1e-10, ge=0)
    schedule: Schedule = schedule()


class RMSprop(Part):
    """Steps shrink with a running mean of a weight's squared gradients (Hinton 2012)."""

    kind: Literal["rmsprop"] = "rmsprop"
    lr: float = learning_rate(0.001)
    decay: float = setting(
        0.99,
        "Memory of the squared gradient.",
        fr="Mémoire du carré du gradient.",
        symbol="ρ",
        torch="alpha",
        ge=0,
        lt=1,
    )
    epsilon: float = epsilon(1e-8, gt=0)
    schedule: Schedule = schedule()


class Adam(Part):
    """A step size of its own for every weight, from running moments (Kingma and Ba 2015)."""

    kind: Literal["adam"] = "adam"
    lr: float = learning_rate(0.001)
    beta1: float = mean_memory()
    beta2: float = square_memory()
    epsilon: float = epsilon(1e-8, gt=0)
    schedule: Schedule = schedule()


class AdamW(Part):
    """Adam whose weights decay apart from the gradient (Loshchilov and Hutter 2019)."""

    kind: Literal["adamw"] = "adamw"
    lr: float = learning_rate(0.001)
    beta1: float = mean_memory()
    beta2: float = square_memory()
    epsilon: float = epsilon(1e-8, gt=0)
    weight_decay: float = setting(
        0.01,
        "Share of every weight that a step takes away, times η.",
        fr="Part de chaque poids retranchée à chaque pas, à multiplier par η.",
        symbol="λ",
        torch="weight_decay",
        ge=0,
        le=10,
    )
    schedule: Schedule = schedule()


Optimizer: TypeAlias = Annotated[
    GradientDescent | Momentum | AdaGrad | RMSprop | Adam | AdamW, Field(discriminator="kind")
]
