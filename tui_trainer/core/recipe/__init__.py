"""The recipe: every choice that makes one training, typed and validated once.

TOML presets, ``--set``, the fields on screen, the line that repeats a run and the run's own record are
this one tree. Each field's description is its help text on screen and on the command line, ``fr`` the same
in French; ``symbol`` is how a course writes the setting, ``torch`` what PyTorch calls it.
"""

from tui_trainer.core.recipe.architecture import (
    Activation,
    Architecture,
    Cnn,
    FullyConnected,
    Initialization,
    LeNet,
    Perceptron,
    ResNet18,
    SingleLayer,
    Vgg16,
)
from tui_trainer.core.recipe.data import (
    Blobs,
    BundledSet,
    Circles,
    Data,
    Moons,
    Plane,
    Sine,
    Spirals,
    TorchvisionSet,
    ToySet,
    Xor,
)
from tui_trainer.core.recipe.loss import BinaryCrossEntropy, CrossEntropy, ErrorLoss, Focal, Huber, Loss
from tui_trainer.core.recipe.optimizer import (
    AdaGrad,
    Adam,
    AdamW,
    Constant,
    Cosine,
    GradientDescent,
    Momentum,
    OneCycle,
    Optimizer,
    RMSprop,
    Schedule,
    StepDecay,
    Warmup,
)
from tui_trainer.core.recipe.part import Part
from tui_trainer.core.recipe.regularization import (
    L1,
    L2,
    Augmentation,
    BatchNorm,
    Dropout,
    EarlyStopping,
    GradientClipping,
    Regularization,
)
from tui_trainer.core.recipe.training import BatchSize, Training

__all__ = [
    "L1",
    "L2",
    "SCHEMA",
    "Activation",
    "AdaGrad",
    "Adam",
    "AdamW",
    "Architecture",
    "Augmentation",
    "BatchNorm",
    "BatchSize",
    "BinaryCrossEntropy",
    "Blobs",
    "BundledSet",
    "Circles",
    "Cnn",
    "Constant",
    "Cosine",
    "CrossEntropy",
    "Data",
    "Dropout",
    "EarlyStopping",
    "ErrorLoss",
    "Focal",
    "FullyConnected",
    "GradientClipping",
    "GradientDescent",
    "Huber",
    "Initialization",
    "LeNet",
    "Loss",
    "Momentum",
    "Moons",
    "OneCycle",
    "Optimizer",
    "Part",
    "Perceptron",
    "Plane",
    "RMSprop",
    "Recipe",
    "Regularization",
    "ResNet18",
    "Schedule",
    "Sine",
    "SingleLayer",
    "Spirals",
    "StepDecay",
    "TorchvisionSet",
    "ToySet",
    "Training",
    "Vgg16",
    "Warmup",
    "Xor",
]

SCHEMA = 1


class Recipe(Part):
    """A full set of choices, in the five steps of the course, and how it is trained."""

    name: str = "custom"
    data: Data = BundledSet()
    architecture: Architecture = FullyConnected()
    loss: Loss = CrossEntropy()
    optimizer: Optimizer = Adam()
    regularization: Regularization = Regularization()
    training: Training = Training()
