"""2 Architecture: how the network is built."""

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field, PositiveInt

from tui_trainer.core.recipe.part import Part, setting

Activation: TypeAlias = Literal["identity", "sigmoid", "tanh", "relu", "leaky-relu", "gelu", "softplus"]
Initialization: TypeAlias = Literal["default", "zeros", "normal", "xavier", "he"]


def hidden_activation() -> Any:
    """The setting of every architecture whose hidden layers have one to choose."""
    return setting(
        "relu",
        "The function after each hidden layer.",
        fr="La fonction après chaque couche cachée.",
        symbol="σ",
    )


class _Architecture(Part):
    initialization: Initialization = setting(
        "default",
        "How the weights are drawn before the first step.",
        fr="Comment les poids sont tirés avant le premier pas.",
        torch="torch.nn.init",
    )


class SingleLayer(_Architecture):
    """One linear layer and nothing hidden: linear, logistic or softmax regression."""

    kind: Literal["linear", "logistic-regression", "softmax-regression"] = "linear"


class FullyConnected(_Architecture):
    """Linear layers, an activation after each hidden one."""

    kind: Literal["fully-connected"] = "fully-connected"
    hidden: tuple[PositiveInt, ...] = setting(
        (64,),
        "Units of each hidden layer, first to last.",
        fr="Nombre d'unités de chaque couche cachée, de la première à la dernière.",
        torch="Linear(out_features)",
        min_length=1,
    )
    activation: Activation = hidden_activation()


class Perceptron(_Architecture):
    """One unit: a weighted sum and an activation (Rosenblatt 1958). With sigmoid: logistic regression."""

    kind: Literal["perceptron"] = "perceptron"
    activation: Literal["auto", "identity", "relu", "sigmoid"] = setting(
        "auto",
        "The function of the unit: auto is sigmoid for two classes, identity for a number.",
        fr="La fonction de l'unité : auto vaut sigmoid pour deux classes, identity pour un nombre.",
        symbol="σ",
    )


class _Convolutional(_Architecture):
    activation: Activation = hidden_activation()


class LeNet(_Convolutional):
    """Two convolutions with pooling, then three linear layers (LeCun et al. 1998)."""

    kind: Literal["lenet"] = "lenet"


class Cnn(_Convolutional):
    """Blocks of convolution, batch norm, activation and pooling, then one hidden linear layer."""

    kind: Literal["cnn"] = "cnn"
    channels: tuple[PositiveInt, ...] = setting(
        (16, 32),
        "Filters of each convolution, first to last.",
        fr="Nombre de filtres de chaque convolution, de la première à la dernière.",
        torch="Conv2d(out_channels)",
        min_length=1,
    )
    hidden: PositiveInt = setting(
        64,
        "Units of the hidden linear layer.",
        fr="Nombre d'unités de la couche linéaire cachée.",
        torch="Linear(out_features)",
    )


class ResNet18(_Architecture):
    """Eight residual blocks of two convolutions (He et al. 2016), its stem fitted to small images."""

    kind: Literal["resnet18"] = "resnet18"


class Vgg16(_Convolutional):
    """Thirteen 3×3 convolutions and pools (Simonyan and Zisserman 2015), its head fitted to small images."""

    kind: Literal["vgg16"] = "vgg16"


Architecture: TypeAlias = Annotated[
    SingleLayer | Perceptron | FullyConnected | LeNet | Cnn | ResNet18 | Vgg16, Field(discriminator="kind")
]
