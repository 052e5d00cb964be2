"""Classes over a plane: regions, the boundary between them, and samples on top."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tui_trainer.tui.plot.blocks import Paint, runs, smooth
from tui_trainer.tui.plot.frame import Frame
from tui_trainer.tui.plot.raster import Chars
from tui_trainer.tui.plot.spans import RGB, Line, Span, pixel

Floats: TypeAlias = NDArray[np.float64]
Shown: TypeAlias = Literal["both", "validation", "none"]
"""Which samples lie on top."""

LETTERS = "abcdefghijklmnopqrstuvw"
"""Without x, which marks what is wrong."""
TRAIN, VALIDATION, WRONG, WRONG_VALIDATION = "•", "○", "×", "⊗"
_TEXTURES: dict[Paint, str] = {"halves": "", "shades": " ░▒·-+=:", "ascii": " .:-+=~,"}
_RAMPS: dict[Paint, str] = {"halves": "", "shades": " ░▒▓█", "ascii": " .:-=+*#"}
_TINT, _FAINTEST, _STRONGEST = 0.34, 0.04, 0.5
"""How much of a class's colour is in its region: the same everywhere, or the more the surer."""
_LEVELS = 12


@dataclass(frozen=True)
class Tints:
    """The colours of a theme."""

    ground: RGB
    ink: RGB
    palette: tuple[RGB, ...]

    def of_class(self, number: int, strength: float) -> RGB:
        """A class's colour mixed into the ground."""
        return mixed(self.ground, self.palette[number % len(self.palette)], strength)


@dataclass(frozen=True, eq=False)
class Regions:
    """What a grid of places is taken for, the first row at the top."""

    classes: NDArray[np.uint8]
    confidence: Floats
    num_classes: int


@dataclass(frozen=True, eq=False)
class Samples:
    """Points in the plane, n of them."""

    xs: NDArray[np.float32]
    ys: NDArray[np.float32]
    classes: NDArray[np.int64]
    is_train: NDArray[np.bool_]
    is_wrong: NDArray[np.bool_]


@dataclass(frozen=True)
class Style:
    """How it is painted."""

    paint: Paint
    tints: Tints
    shaded: bool = False
    """Whether regions are the stronger the surer the network is."""
    shown: Shown = "both"


def draw(
    regions: Regions, samples: Samples | None, frame: Frame, style: Style, labels: tuple[str, str]
) -> tuple[Line, ...]:
    """The plane within its axes."""
    if frame.is_too_small:
        return ((Span("too small to draw", "quiet"),),)
    glyphs = frame.glyph_set
    winners, sureness = _winners(regions, frame.rows * glyphs.rows, frame.columns * glyphs.columns)
    border = np.zeros(winners.shape, bool)
    border[:, :-1] |= winners[:, 1:] != winners[:, :-1]
    border[:-1] |= winners[1:] != winners[:-1]
    cells = _Cells(frame, style, regions.num_classes, winners, sureness)
    cells.lay_border(glyphs.cells[glyphs.codes(border)])
    if samples is not None and style.shown != "none":
        cells.lay_samples(samples)
    return frame.around(cells.lines(), *labels)


@lru_cache(maxsize=2)
def _winners(regions: Regions, height: int, width: int) -> tuple[NDArray[np.int64], Floats]:
    """The most probable class and its probability at ``height`` × ``width`` places between those of the grid.

    Of the grid only the winner's probability is known; the others are taken to share the rest evenly.
    """
    if regions.num_classes == 2:
        second = np.where(regions.classes == 1, regions.confidence, 1 - regions.confidence)
        score = smooth(second, height, width)
        return (score > 0.5).astype(np.int64), np.maximum(score, 1 - score)
    rest = (1 - regions.confidence) / max(1, regions.num_classes - 1)
    winners, best = np.zeros((height, width), np.int64), np.full((height, width), -1.0)
    for number in np.unique(regions.classes).tolist():
        score = smooth(np.where(regions.classes == number, regions.confidence, rest), height, width)
        is_better = score > best
        winners[is_better] = number
        best = np.maximum(best, score)
    return winners, best


class _Cells:
    """Characters with their colours, as regions, border and samples are laid over one another."""

    def __init__(
        self, frame: Frame, style: Style, num_classes: int, winners: NDArray[np.int64], sureness: Floats
    ) -> None:
        self._frame, self._style = frame, style
        glyphs, shape = frame.glyph_set, (frame.rows, frame.columns)
        across = slice(glyphs.columns // 2, None, glyphs.columns)
        starts = (glyphs.rows // 2, 0, glyphs.rows - 1)
        middle, upper, lower = ((slice(start, None, glyphs.rows), across) for start in starts)
        least = 1 / max(2, num_classes)
        level = np.rint(np.clip((sureness - least) / (1 - least), 0, 1) * _LEVELS).astype(int)
        self._classes = winners[middle]
        self._chars: Chars = np.full(shape, " ")
        self._fixed = np.zeros(shape, bool)
        self._inks = self._colours(winners[upper], level[upper])
        self._grounds = self._colours(winners[lower], level[lower])
        self._middles = self._colours(self._classes, level[middle])
        self._roles: NDArray[np.int64] = self._classes.copy()
        if style.paint != "halves":
            self._chars = self._textures(level[middle])

    def _colours(self, classes: NDArray[np.int64], levels: NDArray[np.int64]) -> NDArray[np.int64]:
        """Tints of regions, 0xRRGGBB."""
        table = _table(self._style.tints, int(classes.max(initial=0)) + 1, shaded=self._style.shaded)
        return np.asarray(table[classes, levels])

    def _textures(self, levels: NDArray[np.int64]) -> Chars:
        if self._style.shaded:
            ramp = np.array(list(_RAMPS[self._style.paint]))
            return np.asarray(ramp[levels * (len(ramp) - 1) // _LEVELS])
        textures = np.array(list(_TEXTURES[self._style.paint]))
        return np.asarray(textures[self._classes % len(textures)])

    def lay_border(self, chars: Chars) -> None:
        """Dots where one class ends and another begins."""
        drawn = chars != " "
        self._chars = np.where(drawn, chars, self._chars)
        self._fixed |= drawn
        self._inks = np.where(drawn, self._style.tints.ink, self._inks)
        self._roles = np.where(drawn, _STRONG, self._roles)

    def lay_samples(self, samples: Samples) -> None:
        """A character each; what is wrong lies above what is right, validation above train."""
        style = self._style
        columns, rows, inside = self._frame.cells_of(samples.xs, samples.ys)
        kept = inside & ((style.shown == "both") | ~samples.is_train)
        order = np.lexsort((~samples.is_train, samples.is_wrong))
        order = order[kept[order]]
        at = rows[order], columns[order]  # where several lie in one cell, the last assignment stays
        classes, is_train, is_wrong = samples.classes[order], samples.is_train[order], samples.is_wrong[order]
        glyphs = [
            [
                [glyph_of(style.paint, number, is_train=train, is_wrong=wrong) for wrong in (False, True)]
                for train in (False, True)
            ]
            for number in range(int(classes.max(initial=0)) + 1)
        ]
        palette = np.array(style.tints.palette)
        self._chars[at] = np.array(glyphs)[classes, is_train.astype(int), is_wrong.astype(int)]
        self._fixed[at] = True
        self._inks[at] = palette[classes % len(palette)]
        self._roles[at] = np.where(is_wrong, _STRONG, classes)

    def lines(self) -> list[Line]:
        """All rows."""
        return [self._line(row) for row in range(len(self._chars))]

    def _line(self, row: int) -> Line:
        if self._style.paint != "halves":
            roles, text = self._roles[row].tolist(), "".join(self._chars[row].tolist())
            return tuple(
                Span(text[a:b], "strong") if roles[a] == _STRONG else Span(text[a:b], "curve", roles[a])
                for a, b in runs(self._roles[row])
            )
        fixed, inks = self._fixed[row], self._inks[row]
        grounds = np.where(fixed, self._middles[row], self._grounds[row])
        text = "".join(np.where(fixed | (inks == grounds), self._chars[row], "▀").tolist())
        above, below = inks.tolist(), grounds.tolist()
        return tuple(pixel(text[a:b], above[a], below[a]) for a, b in runs(inks * (1 << 25) + grounds))


_STRONG = -1


@lru_cache(maxsize=8)
def _table(tints: Tints, num_classes: int, *, shaded: bool) -> NDArray[np.int64]:
    """Tints, 0xRRGGBB, by class and how sure it is (num_classes, _LEVELS + 1)."""
    strengths = np.linspace(*(_FAINTEST, _STRONGEST) if shaded else (_TINT, _TINT), _LEVELS + 1).tolist()
    return np.array(
        [[tints.of_class(number, strength) for strength in strengths] for number in range(num_classes)]
    )


def glyph_of(paint: Paint, number: int, *, is_train: bool, is_wrong: bool) -> str:
    """How a sample of a class is drawn: without colours by its class's letter, a capital for validation."""
    if paint == "halves":
        if is_wrong:
            return WRONG if is_train else WRONG_VALIDATION
        return TRAIN if is_train else VALIDATION
    if is_wrong:
        return "x" if is_train else "X"
    letter = LETTERS[number % len(LETTERS)]
    return letter if is_train else letter.upper()


def mixed(ground: RGB, colour: RGB, share: float) -> RGB:
    """So much of a colour over another."""
    channels = ((ground >> shift & 0xFF, colour >> shift & 0xFF) for shift in (16, 8, 0))
    red, green, blue = (round(under + (over - under) * share) for under, over in channels)
    return red << 16 | green << 8 | blue
