"""What is known of a data set from its recipe alone, before anything is loaded."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from types import MappingProxyType

from tui_trainer.core.events import Task
from tui_trainer.core.recipe import (
    Blobs,
    BundledSet,
    Circles,
    Data,
    Moons,
    Plane,
    Sine,
    Spirals,
    TorchvisionSet,
    Xor,
)

_MEASURES = (
    "radius",
    "texture",
    "perimeter",
    "area",
    "smoothness",
    "compactness",
    "concavity",
    "concave points",
    "symmetry",
    "fractal dimension",
)


@dataclass(frozen=True, slots=True)
class DataFacts:
    """A data set as a recipe asks for it."""

    task: Task
    input_shape: tuple[int, ...]
    """One sample: ``(F,)`` for a table, ``(C, H, W)`` for an image."""
    num_samples: int
    num_train: int
    """Samples trained on, after ``train_fraction``."""
    num_validation: int
    num_test: int
    classes: tuple[str, ...] = ()
    """Class names, in the order of the labels; empty for regression."""
    features: tuple[str, ...] = ()
    """Column names of a table; empty for images."""
    target: str = ""
    """What is predicted, for regression."""
    may_flip: bool = False
    """Images: whether a mirrored one shows the same thing."""
    is_signed: bool = False
    """Regression: whether targets may be below zero."""

    @property
    def is_image(self) -> bool:
        """Whether a sample has height and width."""
        return len(self.input_shape) == 3

    @property
    def num_inputs(self) -> int:
        """Numbers in one sample."""
        return prod(self.input_shape)

    @property
    def dimensions(self) -> str:
        """The set in one line: ``1,797 images 8×8 → 10 classes``."""
        if self.is_image:
            _, height, width = self.input_shape
            samples = f"{self.num_samples:,} images {height}×{width}"
        elif self.features == _PLANE:
            samples = f"{self.num_samples:,} points in the plane"
        else:
            columns = "1 column" if self.num_inputs == 1 else f"{self.num_inputs} columns"
            samples = f"{self.num_samples:,} rows of {columns}"
        return f"{samples} → " + (f"{len(self.classes)} classes" if self.classes else "a number")


def facts(data: Data) -> DataFacts:
    """Shapes, names and split sizes of ``data``, without loading it."""
    about = _describe(data)
    num_train, num_validation, num_test = OFFICIAL_SIZES.get(data.kind) or split_sizes(about.num_samples)
    return DataFacts(
        task=about.task,
        input_shape=about.input_shape,
        num_samples=about.num_samples,
        num_train=max(1, round(num_train * data.train_fraction)),
        num_validation=num_validation,
        num_test=num_test,
        classes=about.classes,
        features=about.features,
        target=about.target,
        may_flip=about.may_flip,
        is_signed=about.is_signed,
    )


OFFICIAL_SIZES: Mapping[str, tuple[int, int, int]] = MappingProxyType(
    {
        "mnist": (54_000, 6_000, 10_000),
        "fashion-mnist": (54_000, 6_000, 10_000),
        "cifar10": (45_000, 5_000, 10_000),
    }
)
"""Sets with an official test part keep it and give 10 % of the official train part to validation."""


def split_sizes(num_samples: int) -> tuple[int, int, int]:
    """Train, validation and test sizes of a set without an official test part: 70, 15 and 15 %."""
    num_train, num_validation = round(0.7 * num_samples), round(0.15 * num_samples)
    return num_train, num_validation, num_samples - num_train - num_validation


@dataclass(frozen=True, slots=True)
class _Description:
    """A set before it is split; the fields are those of DataFacts."""

    task: Task
    input_shape: tuple[int, ...]
    num_samples: int
    classes: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    target: str = ""
    may_flip: bool = False
    is_signed: bool = False


def _describe(data: Data) -> _Description:
    match data:
        case Moons():
            return _Description("binary", (2,), data.points, ("upper", "lower"), _PLANE)
        case Blobs():
            classes = tuple(f"cloud {number}" for number in range(1, data.classes + 1))
            return _Description(
                "binary" if data.classes == 2 else "multiclass", (2,), data.points, classes, _PLANE
            )
        case Circles():
            return _Description("binary", (2,), data.points, ("ring", "disc"), _PLANE)
        case Spirals():
            return _Description("binary", (2,), data.points, ("first arm", "second arm"), _PLANE)
        case Xor():
            return _Description("binary", (2,), data.points, ("alike", "different"), _PLANE)
        case Sine():
            return _Description("regression", (1,), data.points, (), ("x",), target="y", is_signed=True)
        case Plane():
            return _Description("regression", (2,), data.points, (), _PLANE, target="y", is_signed=True)
        case BundledSet() | TorchvisionSet():
            return _FIXED[data.kind]


_PLANE = ("x1", "x2")
_DIGITS = tuple("0123456789")
_FIXED: Mapping[str, _Description] = MappingProxyType(
    {
        "digits": _Description("multiclass", (1, 8, 8), 1_797, _DIGITS),
        "digits-even-odd": _Description("binary", (1, 8, 8), 1_797, ("even", "odd")),
        "mnist": _Description("multiclass", (1, 28, 28), 70_000, _DIGITS),
        "fashion-mnist": _Description(
            "multiclass",
            (1, 28, 28),
            70_000,
            (
                "T-shirt/top",
                "trouser",
                "pullover",
                "dress",
                "coat",
                "sandal",
                "shirt",
                "sneaker",
                "bag",
                "ankle boot",
            ),
            may_flip=True,
        ),
        "cifar10": _Description(
            "multiclass",
            (3, 32, 32),
            60_000,
            (
                "airplane",
                "automobile",
                "bird",
                "cat",
                "deer",
                "dog",
                "frog",
                "horse",
                "ship",
                "truck",
            ),
            may_flip=True,
        ),
        "iris": _Description(
            "multiclass",
            (4,),
            150,
            ("setosa", "versicolor", "virginica"),
            ("sepal length", "sepal width", "petal length", "petal width"),
        ),
        "wine": _Description(
            "multiclass",
            (13,),
            178,
            ("cultivar 1", "cultivar 2", "cultivar 3"),
            (
                "alcohol",
                "malic acid",
                "ash",
                "alcalinity of ash",
                "magnesium",
                "total phenols",
                "flavanoids",
                "nonflavanoid phenols",
                "proanthocyanins",
                "color intensity",
                "hue",
                "OD280/OD315 of diluted wines",
                "proline",
            ),
        ),
        "breast-cancer": _Description(
            "binary",
            (30,),
            569,
            classes=("malignant", "benign"),
            features=(
                *(f"mean {measure}" for measure in _MEASURES),
                *(f"{measure} error" for measure in _MEASURES),
                *(f"worst {measure}" for measure in _MEASURES),
            ),
        ),
        "diabetes": _Description(
            "regression",
            (10,),
            442,
            features=("age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6"),
            target="disease progression after one year",
        ),
    }
)
