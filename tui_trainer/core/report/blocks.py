"""What a report is made of, whatever file it becomes. Texts may come from outside: renderers escape them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

Tone: TypeAlias = Literal["plain", "quiet", "verdict", "good", "note", "alarm"]


@dataclass(frozen=True)
class Heading:
    """A title; level 1 is the report's own."""

    text: str
    level: Literal[1, 2, 3] = 2


@dataclass(frozen=True)
class Text:
    """A sentence or two."""

    text: str
    tone: Tone = "plain"


@dataclass(frozen=True)
class Table:
    """Cells in rows as long as ``head``."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: frozenset[int] = frozenset()
    """The columns that keep to the right."""


@dataclass(frozen=True)
class Curve:
    """A metric over x. What belongs together (the seeds of a recipe) has one ``look``."""

    label: str
    look: int
    points: Sequence[tuple[float, float]]
    """By increasing x; a value may be NaN or infinite."""
    is_thin: bool = False
    """One of several behind their mean: without a name at its end."""
    has_points: bool = True
    """Measured now and then, as validation is: drawn with a mark a value."""


@dataclass(frozen=True)
class Chart:
    """Curves over one x axis."""

    title: str
    x_label: str
    curves: tuple[Curve, ...]
    baselines: tuple[tuple[float, str], ...] = ()
    """Trivial answers: value and name."""


@dataclass(frozen=True)
class Matrix:
    """A confusion matrix (C, C): rows are the true class, columns the predicted one."""

    title: str
    classes: tuple[str, ...]
    counts: Sequence[Sequence[int]]


@dataclass(frozen=True)
class Code:
    """Lines to be typed."""

    lines: tuple[str, ...]


Block: TypeAlias = Heading | Text | Table | Chart | Matrix | Code
