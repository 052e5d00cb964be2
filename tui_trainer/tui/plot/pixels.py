"""Images in half-blocks: two pixels a cell, one above the other, about square."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from tui_trainer.tui.plot import blocks
from tui_trainer.tui.plot.spans import Line, Span, pixel

Values: TypeAlias = NDArray[np.float32] | NDArray[np.float64]

_LEVELS = 32
"""Shades of a colour: more are not told apart, and each pair of them is a style of its own."""
_RAMP = " .:-=+*#%@"
_UPPER_HALF = "▀"


def image(
    values: Values, width: int, height: int, *, low: float, high: float, colour: bool
) -> tuple[Line, ...]:
    """``values`` (1 or 3, H, W), where ``low`` is black, in at most ``width`` × ``height`` cells.

    Enlarged by a whole number, or thinned where it is too large. Without ``colour`` characters are shades.
    """
    shades = np.clip((values.astype(np.float64) - low) / (high - low if high > low else 1.0), 0, 1)
    shades = np.nan_to_num(_fitted(shades, width, height))
    if shades.shape[1] % 2:
        shades = np.concatenate([shades, np.zeros_like(shades[:, :1])], axis=1)
    if not colour:
        grey = shades.mean(axis=0)
        places = np.rint((grey[::2] + grey[1::2]) / 2 * (len(_RAMP) - 1)).astype(int)
        return tuple((Span("".join(_RAMP[place] for place in row)),) for row in places.tolist())
    steps = np.rint(np.rint(shades * (_LEVELS - 1)) * (255 / (_LEVELS - 1))).astype(np.uint8)
    colours = blocks.packed(np.moveaxis(np.broadcast_to(steps, (3, *steps.shape[1:])), 0, -1))
    return tuple(_row(upper, lower) for upper, lower in zip(colours[::2], colours[1::2], strict=True))


def size_of(shape: tuple[int, int], width: int, height: int) -> tuple[int, int]:
    """Cells that an image of ``shape`` (H, W) takes of ``width`` × ``height``: columns and rows."""
    rows, columns = blocks.fitting(*shape, columns=width, rows=height)
    return columns, -(-rows // 2)


def _fitted(values: NDArray[np.float64], width: int, height: int) -> NDArray[np.float64]:
    _, old_rows, old_columns = values.shape
    rows, columns = blocks.fitting(old_rows, old_columns, columns=width, rows=height)
    at_row, at_column = np.arange(rows) * old_rows // rows, np.arange(columns) * old_columns // columns
    return values[:, at_row][:, :, at_column]


def _row(upper: blocks.Colours, lower: blocks.Colours) -> Line:
    """One row of cells; neighbours of equal colours share a span."""
    return tuple(
        pixel(_UPPER_HALF * (end - start), int(upper[start]), int(lower[start]))
        for start, end in blocks.runs(upper * (1 << 25) + lower)
    )
