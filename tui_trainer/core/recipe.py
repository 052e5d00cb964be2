"""The recipe: every choice that makes one training, typed and validated once.

TOML presets, ``--set``, the fields on screen, the line that repeats a run and the run's own record are
this one tree. Each field's description is its help text on screen and on the command line; ``symbol`` is
how a course writes the setting, ``torch`` what PyTorch calls it.
"""

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt, PositiveInt

SCHEMA = 1

Activation: TypeAlias = Literal["identity", "sigmoid", "tanh", "relu", "leaky-relu", "gelu", "softplus"]
Initialization: TypeAlias = Literal["default", "zeros", "normal", "xavier", "he"]
BatchSize: TypeAlias = PositiveInt | Literal["all"]


def setting(
    default: Any, description: str, *, symbol: str | None = None, torch: str | None = None, **limits: Any
) -> Any:
    """A field with its help, the course's ``symbol``, PyTorch's name, and its limits (``gt``, ``le``, …)."""
    names: dict[str, Any] = {
        key: value for key, value in (("symbol", symbol), ("torch", torch)) if value is not None
    }
    return Field(default, description=description, json_schema_extra=names or None, **limits)


class Part(BaseModel):
    """One node of the tree: frozen, strict, no unknown keys, no NaN or inf."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


# 1 Data


class _Dataset(Part):
    split_seed: NonNegativeInt = setting(
        0, "Which samples go to train, validation and test; apart from training.seed."
    )
    train_fraction: float = setting(
        1.0, "Share of the training samples to use; more data is the first cure for overfitting.", gt=0, le=1
    )


class _ToySet(_Dataset):
    points: int = setting(1000, "How many samples to draw.", ge=20, le=100_000)
    seed: NonNegativeInt = setting(0, "Which samples are drawn.")


class Moons(_ToySet):
    """Two interleaved half circles."""

    kind: Literal["moons"] = "moons"
    noise: float = setting(0.2, "Standard deviation of the noise on each coordinate.", ge=0, le=10)


class Blobs(_ToySet):
    """Round clouds of points, one a class."""

    kind: Literal["blobs"] = "blobs"
    classes: int = setting(3, "How many clouds.", ge=2, le=20)
    noise: float = setting(1.0, "Standard deviation within each cloud.", ge=0, le=10)


class Sine(_ToySet):
    """One period of a noisy sine, to be fitted."""

    kind: Literal["sine"] = "sine"
    noise: float = setting(0.1, "Standard deviation of the noise on the target.", ge=0, le=10)


class BundledSet(_Dataset):
    """A small real data set that comes with the package."""

    kind: Literal["breast-cancer", "diabetes", "digits"] = "digits"


class TorchvisionSet(_Dataset):
    """A data set that torchvision reads from disk; downloaded only when asked for."""

    kind: Literal["mnist"] = "mnist"


Data: TypeAlias = Annotated[Moons | Blobs | Sine | BundledSet | TorchvisionSet, Field(discriminator="kind")]


# 2 Architecture


class _Architecture(Part):
    initialization: Initialization = setting(
        "default", "How the weights are drawn before the first step.", torch="torch.nn.init"
    )


class SingleLayer(_Architecture):
    """One linear layer and nothing hidden: linear, logistic or softmax regression."""

    kind: Literal["linear", "logistic-regression", "softmax-regression"] = "linear"


class FullyConnected(_Architecture):
    """Linear layers, an activation after each hidden one."""

    kind: Literal["fully-connected"] = "fully-connected"
    hidden: tuple[PositiveInt, ...] = setting(
        (64,), "Units of each hidden layer, first to last.", torch="Linear(out_features)", min_length=1
    )
    activation: Activation = setting("relu", "The function after each hidden layer.", symbol="σ")


class LeNet(_Architecture):
    """Two convolutions with pooling, then three linear layers (LeCun et al. 1998)."""

    kind: Literal["lenet"] = "lenet"
    activation: Activation = setting("relu", "The function after each hidden layer.", symbol="σ")


Architecture: TypeAlias = Annotated[SingleLayer | FullyConnected | LeNet, Field(discriminator="kind")]


# 3 Loss


class Loss(Part):
    """What the network is trained to make small."""

    kind: Literal["mse", "cross-entropy", "binary-cross-entropy"] = "cross-entropy"


# 4 Optimizer


class GradientDescent(Part):
    """θ ← θ - η g. Whether that is gradient descent or SGD is the batch size's doing."""

    kind: Literal["gd", "sgd"] = "sgd"
    lr: float = setting(0.1, "Learning rate: the size of a step.", symbol="η", torch="lr", gt=0, le=100)


class Momentum(Part):
    """Gradient descent with a velocity (Polyak 1964), as PyTorch runs it."""

    kind: Literal["momentum"] = "momentum"
    lr: float = setting(0.05, "Learning rate: the size of a step.", symbol="η", torch="lr", gt=0, le=100)
    momentum: float = setting(
        0.9, "How much of the last velocity is kept.", symbol="γ", torch="momentum", ge=0, lt=1
    )


class Adam(Part):
    """A step size of its own for every weight, from running moments (Kingma and Ba 2015)."""

    kind: Literal["adam"] = "adam"
    lr: float = setting(0.001, "Learning rate: the size of a step.", symbol="η", torch="lr", gt=0, le=100)
    beta1: float = setting(0.9, "Memory of the mean gradient.", symbol="β₁", torch="betas[0]", ge=0, lt=1)
    beta2: float = setting(
        0.999, "Memory of the squared gradient.", symbol="β₂", torch="betas[1]", ge=0, lt=1
    )
    epsilon: float = setting(1e-8, "Keeps the division finite.", symbol="ε", torch="eps", gt=0, le=1)


Optimizer: TypeAlias = Annotated[GradientDescent | Momentum | Adam, Field(discriminator="kind")]


# 5 Regularization


class L1(Part):
    """λ Σ|w| over the weights of linear and convolutional layers."""

    strength: float = setting(1e-4, "How strongly weights are pulled to zero.", symbol="λ", ge=0, le=100)


class L2(Part):
    """λ Σw² over the weights of linear and convolutional layers; PyTorch's weight_decay is 2λ."""

    strength: float = setting(
        1e-4, "How strongly large weights are punished.", symbol="λ", torch="weight_decay / 2", ge=0, le=100
    )


class Dropout(Part):
    """Hidden units are left out at random in each training step (Srivastava et al. 2014)."""

    rate: float = setting(0.5, "Share of hidden units left out in a step.", symbol="p", torch="p", ge=0, lt=1)


class EarlyStopping(Part):
    """Stop when the selecting validation metric has not improved for a while."""

    patience: PositiveInt = setting(5, "Evaluations without improvement before training stops.")


class Regularization(Part):
    """One optional slot for each kind; they stack."""

    l1: L1 | None = None
    l2: L2 | None = None
    dropout: Dropout | None = None
    early_stopping: EarlyStopping | None = None


# How it is trained


class Training(Part):
    """Epochs, batches, seeds and where it runs."""

    epochs: int = setting(20, "How often the training set is gone through.", ge=1, le=100_000)
    batch_size: BatchSize = setting(32, "Samples in one update: a number, or all.", torch="batch_size")
    seed: NonNegativeInt = setting(0, "Initial weights, order of samples, dropout.")
    device: str = setting(
        "auto",
        "Where it runs: auto, cpu, cuda, cuda:N or mps.",
        pattern=r"^(auto|cpu|mps|cuda(:\d+)?)$",
        examples=["auto", "cpu", "cuda", "cuda:0", "mps"],
    )
    threads: PositiveInt | Literal["auto"] = setting("auto", "CPU threads; fixed for the whole run.")
    evaluate_every: PositiveInt | Literal["epoch"] = setting(
        "epoch", "When train and validation are measured: each epoch, or every N updates."
    )
    select_by: Literal["loss", "accuracy", "r2"] = setting(
        "loss", "The validation metric that chooses the best weights and stops early."
    )


class Recipe(Part):
    """A full set of choices, in the five steps of the course, and how it is trained."""

    name: str = "custom"
    data: Data = BundledSet()
    architecture: Architecture = FullyConnected()
    loss: Loss = Loss()
    optimizer: Optimizer = Adam()
    regularization: Regularization = Regularization()
    training: Training = Training()
