"""5 Regularization: what keeps the network from learning its samples by heart."""

from pydantic import PositiveInt

from tui_trainer.core.recipe.part import Part, setting


class L1(Part):
    """λ Σ|w| over the weights of linear and convolutional layers."""

    strength: float = setting(
        1e-4,
        "How strongly weights are pulled to zero.",
        fr="Force avec laquelle les poids sont ramenés vers zéro.",
        symbol="λ",
        ge=0,
        le=100,
    )


class L2(Part):
    """λ Σw² over the weights of linear and convolutional layers; PyTorch's weight_decay is 2λ."""

    strength: float = setting(
        1e-4,
        "How strongly large weights are punished.",
        fr="Force de la pénalité sur les grands poids.",
        symbol="λ",
        torch="weight_decay / 2",
        ge=0,
        le=100,
    )


class Dropout(Part):
    """Hidden units are left out at random in each training step (Srivastava et al. 2014)."""

    rate: float = setting(
        0.5,
        "Share of hidden units left out in a step.",
        fr="Part des unités cachées désactivées à chaque pas.",
        symbol="p",
        torch="p",
        ge=0,
        lt=1,
    )


class BatchNorm(Part):
    """Each unit is normalized over the batch, after its layer and before its activation (Ioffe 2015)."""

    momentum: float = setting(
        0.1,
        "How fast the running mean and variance follow the batches.",
        fr="Vitesse à laquelle la moyenne et la variance glissantes suivent les lots.",
        torch="momentum",
        gt=0,
        le=1,
    )


class Augmentation(Part):
    """Training samples are changed a little, each in its own way, whenever they are used."""

    shift: float = setting(
        0.1,
        "Images: at most so much of their side, each way.",
        fr="Images : décalage maximal dans chaque sens, en fraction de leur côté.",
        ge=0,
        le=0.5,
    )
    rotation: float = setting(
        10.0,
        "Images: at most so many degrees, each way.",
        fr="Images : rotation maximale dans chaque sens, en degrés.",
        ge=0,
        le=180,
    )
    flip: bool = setting(
        True,
        "Images: half of them mirrored, where that is no other thing: never digits.",
        fr="Images : une sur deux en miroir, si le sens n'en change pas ; jamais les chiffres.",
    )
    noise: float = setting(
        0.1,
        "Tables: standard deviation, in deviations of the column.",
        fr="Tableaux : écart-type du bruit, en écarts-types de la colonne.",
        ge=0,
        le=10,
    )


class GradientClipping(Part):
    """A gradient longer than this is shortened to it (Pascanu et al. 2013)."""

    max_norm: float = setting(
        1.0,
        "Longest length of the whole gradient.",
        fr="Norme maximale du gradient tout entier.",
        torch="clip_grad_norm_(max_norm)",
        gt=0,
        le=1e6,
    )


class EarlyStopping(Part):
    """Stop when the selecting validation metric has not improved for a while."""

    patience: PositiveInt = setting(
        5,
        "Evaluations without improvement before training stops.",
        fr="Nombre d'évaluations sans progrès avant l'arrêt.",
    )


class Regularization(Part):
    """One optional slot for each kind; they stack."""

    l1: L1 | None = None
    l2: L2 | None = None
    dropout: Dropout | None = None
    batch_norm: BatchNorm | None = None
    early_stopping: EarlyStopping | None = None
    augmentation: Augmentation | None = None
    gradient_clipping: GradientClipping | None = None
