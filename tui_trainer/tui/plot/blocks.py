"""Images and fields of numbers in blocks: two pixels a cell in colour, shades of characters without.

A picture of H × W pixels takes ceil(H / 2) × W cells, however it is painted: a pixel is about square.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Literal, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from tui_trainer.tui.plot.raster import GlyphName
from tui_trainer.tui.plot.spans import RGB, Line, Span, crop, pixel, width_of

_Kind = TypeVar("_Kind", bound=np.generic)
Paint: TypeAlias = Literal["halves", "shades", "ascii"]
"""Half-blocks of two colours a cell; shades of the terminal's own colours; ASCII characters for shades."""
Pixels: TypeAlias = NDArray[np.uint8]
Numbers: TypeAlias = NDArray[np.float64] | NDArray[np.float32]
Colours: TypeAlias = NDArray[np.int64]
"""0xRRGGBB each; NO_COLOUR where the screen's own ground is to show."""

NO_COLOUR = -1
_STEPS = 33
"""So many colours a palette has: few enough that neighbours are one span."""

# Told apart by the colour-blind: a mix of ColorBrewer's RdBu and PuOr, and cividis (Nuñez et al. 2018).
_SIGNED_STOPS = ("2166ac", "92c5de", "f7f7f7", "fdb863", "b35806")
_RISING_STOPS = ("00224e", "35456c", "666970", "948e77", "c8b866", "fee838")
_GREY_STOPS = ("000000", "ffffff")

_SHADES = {"shades": " ░▒▓█", "ascii": " .:-=+*#%@"}
_POSITIVE = {"shades": " ░▒▓█", "ascii": " :+#@"}
_NEGATIVE = {"shades": " ·-=≡", "ascii": " .-~="}
_LUMINANCE = np.array([0.2126, 0.7152, 0.0722])
_BLUE, _ORANGE = 0, 1
"""Colours of curves for negative and positive where there are no others."""


def paint_for(glyphs: GlyphName, *, colour: bool) -> Paint:
    """How to paint for a terminal; ``colour``: whether it takes more than 16."""
    if glyphs == "ascii":
        return "ascii"
    return "halves" if colour else "shades"


def _palette(stops: Sequence[str]) -> Colours:
    """`_STEPS` colours that lead evenly from the first stop to the last."""
    channels = np.array([[int(stop[i : i + 2], 16) for i in (0, 2, 4)] for stop in stops], float)
    at, places = np.linspace(0, 1, _STEPS), np.linspace(0, 1, len(stops))
    mixed = np.stack([np.interp(at, places, channels[:, i]) for i in range(3)], axis=1)
    return packed(np.rint(mixed).astype(np.uint8))


def packed(pixels: Pixels) -> Colours:
    """Colours (…) of pixels (…, 3)."""
    return np.asarray(pixels.astype(np.int64) @ np.array([1 << 16, 1 << 8, 1]))


_SIGNED, _RISING, _GREY = _palette(_SIGNED_STOPS), _palette(_RISING_STOPS), _palette(_GREY_STOPS)


def image(pixels: Pixels, paint: Paint) -> tuple[Line, ...]:
    """An image: (H, W, 3) in colour or (H, W) in grey, 0 to 255."""
    if paint == "halves":
        return halves(packed(pixels) if pixels.ndim == 3 else _GREY[_steps(pixels / 255)])
    light = pixels @ _LUMINANCE if pixels.ndim == 3 else pixels
    return _shaded(light / 255, _SHADES[paint])


def rising(values: Numbers, paint: Paint) -> tuple[Line, ...]:
    """Numbers (H, W) from 0, dark, to 1, light; NaN is blank."""
    if paint == "halves":
        return halves(np.where(np.isfinite(values), _RISING[_steps(values)], NO_COLOUR))
    return _shaded(np.where(np.isfinite(values), values, 0.0), _SHADES[paint])


def signed(values: Numbers, paint: Paint) -> tuple[Line, ...]:
    """Numbers (H, W) from -1, blue, by 0, white, to 1, orange; NaN is blank.

    Without such colours negative ones have characters of their own: lines where positive ones are shades.
    """
    if paint == "halves":
        return halves(np.where(np.isfinite(values), _SIGNED[_steps((values + 1) / 2)], NO_COLOUR))
    means = _by_cell(np.asarray(np.clip(np.where(np.isfinite(values), values, 0.0), -1, 1)))
    levels = np.rint(np.abs(means) * (len(_POSITIVE[paint]) - 1)).astype(int)
    positive, negative = np.array(list(_POSITIVE[paint])), np.array(list(_NEGATIVE[paint]))
    lines: list[Line] = []
    for row, at in zip(means, levels, strict=True):
        text = np.where(row < 0, negative[at], positive[at])
        sign = np.where(at == 0, 0, np.sign(row)).astype(int)
        spans = []
        for start, end in runs(sign):
            piece = "".join(text[start:end].tolist())
            colour = _BLUE if sign[start] < 0 else _ORANGE
            spans.append(Span(piece, "curve", colour) if sign[start] else Span(piece))
        lines.append(tuple(spans))
    return tuple(lines)


def signed_key(paint: Paint, low: str, high: str) -> Line:
    """What the colours of ``signed`` mean: its scale between two labels."""
    scale = np.repeat(np.linspace(-1, 1, 9)[None], 2, axis=0)
    return (Span(f"{low} ", "quiet"), *signed(scale, paint)[0], Span(f" {high}", "quiet"))


def rising_key(paint: Paint, low: str, high: str) -> Line:
    """What the colours of ``rising`` mean."""
    scale = np.repeat(np.linspace(0, 1, 9)[None], 2, axis=0)
    return (Span(f"{low} ", "quiet"), *rising(scale, paint)[0], Span(f" {high}", "quiet"))


def halves(colours: Colours) -> tuple[Line, ...]:
    """Colours (H, W), two a cell. NO_COLOUR leaves the ground of the screen."""
    height, width = colours.shape
    if height % 2:
        colours = np.concatenate([colours, np.full((1, width), NO_COLOUR)])
    lines: list[Line] = []
    for upper, lower in zip(colours[::2], colours[1::2], strict=True):
        above, below = upper.tolist(), lower.tolist()
        spans = [_half(above[a], below[a], b - a) for a, b in runs(upper * (1 << 25) + lower)]
        lines.append(tuple(spans))
    return tuple(lines)


def _half(upper: int, lower: int, width: int) -> Span:
    if upper == lower:
        return pixel(" " * width, None, _ink(lower))
    if upper == NO_COLOUR:
        return pixel("▄" * width, _ink(lower), None)
    return pixel("▀" * width, _ink(upper), _ink(lower))


def _ink(colour: int) -> RGB | None:
    return None if colour == NO_COLOUR else colour


def resized(values: NDArray[_Kind], height: int, width: int) -> NDArray[_Kind]:
    """``values`` (H, W, …) at ``height`` × ``width``: each place shows what lies at its middle."""
    rows = ((np.arange(height) + 0.5) * values.shape[0] / height).astype(int)
    columns = ((np.arange(width) + 0.5) * values.shape[1] / width).astype(int)
    return np.asarray(values[rows[:, None], columns])


def averaged(values: Numbers, height: int, width: int) -> Numbers:
    """``values`` (H, W) at fewer places, each the mean of what lies in it."""
    down, across = _shares(values.shape[0], height), _shares(values.shape[1], width)
    return np.asarray(down @ values @ across.T)


def _shares(known: int, wanted: int) -> NDArray[np.float64]:
    """Weights (wanted, known): how much of each new place an old one covers."""
    edges = np.linspace(0, known, wanted + 1)
    starts = np.maximum.outer(edges[:-1], np.arange(known))
    ends = np.minimum.outer(edges[1:], np.arange(1, known + 1))
    covered = np.maximum(0, ends - starts)
    return np.asarray(covered / covered.sum(axis=1, keepdims=True))


def smooth(values: Numbers, height: int, width: int) -> NDArray[np.float64]:
    """``values`` (H, W) at ``height`` × ``width`` places, between those that are known."""
    # Gathered, not multiplied: threads of a matrix product would wait for those that train.
    above, below, down = _between(values.shape[0], height)
    before, after, across = _between(values.shape[1], width)
    rows = values[above] + (values[below] - values[above]) * down[:, None]
    return np.asarray(rows[:, before] + (rows[:, after] - rows[:, before]) * across, np.float64)


def _between(known: int, wanted: int) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """The known cells before and after the middle of each wanted one, and how far it is from the first."""
    places = np.clip((np.arange(wanted) + 0.5) * known / wanted - 0.5, 0, known - 1)
    first = np.minimum(places.astype(np.int64), max(0, known - 2))
    return first, np.minimum(first + 1, known - 1), places - first


def fitting(height: int, width: int, *, columns: int, rows: int) -> tuple[int, int]:
    """Pixels (height, width), in the proportions of a picture, that fill ``columns`` × ``rows`` cells.

    What is enlarged is so by a whole number, so that all of its pixels are of one size.
    """
    factor = min(columns / width, 2 * rows / height)
    factor = float(int(factor)) if factor >= 1 else factor
    return max(1, int(height * factor)), max(1, int(width * factor))


def beside(pictures: Sequence[Sequence[Line]], widths: Sequence[int], *, gap: int = 1) -> tuple[Line, ...]:
    """Pictures side by side, each in so many cells, their tops in one row."""
    lines: list[Line] = []
    for y in range(max(map(len, pictures), default=0)):
        spans: list[Span] = []
        for picture, width in zip(pictures, widths, strict=True):
            line = picture[y] if y < len(picture) else ()
            spans += [*crop(line, width), Span(" " * gap)]
        lines.append(tuple(spans[:-1] if gap else spans))
    return tuple(lines)


def centred(line: Line, width: int) -> Line:
    """A line in the middle of ``width`` cells."""
    return crop((Span(" " * max(0, (width - width_of(line)) // 2)), *line), width)


def _steps(values: Numbers) -> NDArray[np.int64]:
    """Places in a palette of numbers from 0 to 1."""
    known = np.nan_to_num(values, nan=0.0, posinf=1.0, neginf=0.0)
    return np.asarray(np.rint(np.clip(known, 0, 1) * (_STEPS - 1)), np.int64)


def _shaded(values: Numbers, ramp: str) -> tuple[Line, ...]:
    means = _by_cell(np.asarray(np.clip(values, 0, 1)))
    text = np.array(list(ramp))[np.rint(means * (len(ramp) - 1)).astype(int)]
    return tuple((Span("".join(row.tolist())),) for row in text)


def _by_cell(values: Numbers) -> Numbers:
    """The mean (ceil(H / 2), W) of each two rows; a last one stands alone."""
    if len(values) % 2:
        values = np.concatenate([values, values[-1:]])
    return (values[::2] + values[1::2]) / 2


def runs(codes: NDArray[np.int64]) -> list[tuple[int, int]]:
    """From where to where neighbours are equal."""
    if not len(codes):
        return []
    edges = [0, *(np.flatnonzero(codes[1:] != codes[:-1]) + 1).tolist(), len(codes)]
    return list(pairwise(edges))
