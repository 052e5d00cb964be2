"""What is known of a data set from its recipe alone, before anything is loaded."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from types import MappingProxyType

from tui_trainer.core.events import Task
from tui_trainer.core.recipe import Blobs, BundledSet, Data, Moons, Sine, TorchvisionSet

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
    )


OFFICIAL_SIZES: Mapping[str, tuple[int, int, int]] = MappingProxyType({"mnist": (54_000, 6_000, 10_000)})
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


def _describe(data: Data) -> _Description:
    match data:
        case Moons():
            return _Description("binary", (2,), data.points, ("upper", "lower"), _PLANE)
        case Blobs():
            classes = tuple(f"cloud {number}" for number in range(1, data.classes + 1))
            return _Description(
                "binary" if data.classes == 2 else "multiclass", (2,), data.points, classes, _PLANE
            )
        case Sine():
            return _Description("regression", (1,), data.points, features=("x",), target="y")
        case BundledSet() | TorchvisionSet():
            return _FIXED[data.kind]


_PLANE = ("x1", "x2")
_DIGITS = tuple("0123456789")
_FIXED: Mapping[str, _Description] = MappingProxyType(
    {
        "digits": _Description("multiclass", (1, 8, 8), 1_797, _DIGITS),
        "mnist": _Description("multiclass", (1, 28, 28), 70_000, _DIGITS),
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
