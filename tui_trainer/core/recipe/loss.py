"""3 Loss: what the network is trained to make small."""

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from tui_trainer.core.recipe.part import Part, setting


class ErrorLoss(Part):
    """The mean of an error: squared or absolute."""

    kind: Literal["mse", "mae"] = "mse"


class Huber(Part):
    """Squared for small errors, absolute for large ones (Huber 1964)."""

    kind: Literal["huber"] = "huber"
    delta: float = setting(
        1.0,
        "Where it turns from squared to absolute, in deviations of the target.",
        fr="Seuil où la perte passe de quadratique à linéaire, en écarts-types de la cible.",
        symbol="δ",
        torch="delta",
        gt=0,
        le=100,
    )


class _ClassLoss(Part):
    class_weights: Literal["none", "balanced"] = setting(
        "none",
        "Balanced: a rare class counts as much as a frequent one.",
        fr="Avec balanced, une classe rare compte autant qu'une classe fréquente.",
        torch="weight",
    )


class _CrossEntropy(_ClassLoss):
    label_smoothing: float = setting(
        0.0,
        "How much of the target is spread over all classes.",
        fr="Part de la cible répartie entre toutes les classes.",
        symbol="ε",
        torch="label_smoothing",
        ge=0,
        lt=1,
    )


class CrossEntropy(_CrossEntropy):
    """Minus the logarithm of the probability that the network gave the true class."""

    kind: Literal["cross-entropy"] = "cross-entropy"


class BinaryCrossEntropy(_CrossEntropy):
    """Cross-entropy for two classes, from a single output."""

    kind: Literal["binary-cross-entropy"] = "binary-cross-entropy"


class Focal(_ClassLoss):
    """Cross-entropy in which what is well classified counts little (Lin et al. 2017)."""

    kind: Literal["focal"] = "focal"
    gamma: float = setting(
        2.0,
        "How little easy samples count; 0 is cross-entropy.",
        fr="Plus il est grand, moins les exemples faciles comptent ; 0 donne l'entropie croisée.",
        symbol="γ",
        ge=0,
        le=10,
    )


Loss: TypeAlias = Annotated[
    ErrorLoss | Huber | CrossEntropy | BinaryCrossEntropy | Focal, Field(discriminator="kind")
]
