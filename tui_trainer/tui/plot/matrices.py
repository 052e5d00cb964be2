"""Matrices and vectors as small tables, side by side under their names."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tui_trainer.core.figures import value
from tui_trainer.tui.plot.spans import Line, Role, Span, clip, left, right

_GAP = 2
_LONG = 8
"""A matrix with more columns than this, and fewer rows than columns, lies on its side."""


@dataclass(frozen=True)
class Matrix:
    """Numbers (R, C) under a name; a vector (N,) is a column. ``role`` is how the numbers look."""

    name: str
    numbers: NDArray[np.float32]
    role: Role = "text"

    def lines(self) -> tuple[tuple[Line, ...], int]:
        """All rows, and how wide they are."""
        numbers, name = self.numbers, self.name
        if numbers.ndim == 1:
            numbers = numbers[:, None]
        elif is_long(numbers):
            numbers, name = numbers.T, transposed(name)
        cells = [[value(float(number) + 0.0) for number in row] for row in numbers]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        rows = [" ".join(right(cell, w) for cell, w in zip(row, widths, strict=True)) for row in cells]
        width = max(len(name), sum(widths) + len(widths) + 1)
        body = (
            (Span("[", "quiet"), Span(row, self.role), Span(left("]", width - len(row) - 1), "quiet"))
            for row in rows
        )
        return ((Span(left(name, width), "quiet"),), *body), width


def is_long(numbers: NDArray[np.float32]) -> bool:
    """Whether a matrix lies on its side, so that all of it can be read."""
    return numbers.ndim == 2 and numbers.shape[1] > max(_LONG, numbers.shape[0])


def transposed(name: str) -> str:
    """What the transpose is called."""
    return name.removesuffix("^T") if name.endswith("^T") else f"{name}^T"


def beside(matrices: Sequence[Matrix], width: int) -> list[Line]:
    """The matrices from left to right, in as many bands as ``width`` cells need; tops are level."""
    bands: list[list[tuple[tuple[Line, ...], int]]] = [[]]
    used = 0
    for matrix in matrices:
        drawn = matrix.lines()
        if bands[-1] and used + _GAP + drawn[1] > width:
            bands.append([])
            used = 0
        used += drawn[1] + (_GAP if bands[-1] else 0)
        bands[-1].append(drawn)
    return [clip(line, width) for band in bands for line in _joined(band)]


def _joined(band: Sequence[tuple[tuple[Line, ...], int]]) -> list[Line]:
    lines: list[Line] = []
    for y in range(max((len(rows) for rows, _ in band), default=0)):
        spans: list[Span] = []
        for rows, width in band:
            spans += rows[y] if y < len(rows) else (Span(" " * width),)
            spans.append(Span(" " * _GAP))
        lines.append(tuple(spans[:-1]))
    return lines
