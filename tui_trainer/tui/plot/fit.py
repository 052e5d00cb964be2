"""How well numbers are predicted: the fitted curve over the samples, and what it leaves over."""

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from tui_trainer.core.figures import value
from tui_trainer.tui.plot.bars import rightward
from tui_trainer.tui.plot.blocks import runs
from tui_trainer.tui.plot.frame import Frame, range_of
from tui_trainer.tui.plot.raster import GlyphName
from tui_trainer.tui.plot.regions import TRAIN, VALIDATION
from tui_trainer.tui.plot.spans import Line, Role, Span, crop, left

Floats: TypeAlias = NDArray[np.float64] | NDArray[np.float32]
_BINS_ROOM = 24
"""Cells for the histogram beside the residuals."""
_NOTHING, _QUIET, _TRAIN, _VALIDATION, _CURVE = range(5)
_ROLES: dict[int, tuple[Role, float]] = {
    _NOTHING: ("text", 0),
    _QUIET: ("quiet", 0),
    _TRAIN: ("quiet", 0),
    _VALIDATION: ("point", 0),
    _CURVE: ("curve", 1),
}


def curve(
    xs: Floats,
    fitted: Floats,
    samples: tuple[Floats, Floats, NDArray[np.bool_]],
    width: int,
    height: int,
    *,
    x_label: str,
    glyphs: GlyphName,
) -> tuple[Line, ...]:
    """Predictions (n,) along the input; samples are inputs, targets (m,) and which of them are of train.

    The y axis holds the samples and what of the curve lies not far beyond them.
    """
    inputs, targets, is_train = samples
    low, high = range_of(targets if len(targets) else fitted)
    reach = 0.5 * (high - low)
    near = fitted[np.isfinite(fitted) & (fitted > low - reach) & (fitted < high + reach)]
    frame = Frame(width, height, (float(xs[0]), float(xs[-1])), range_of([low, high, *near], room=0), glyphs)
    if frame.is_too_small:
        return ((Span("too small to draw", "quiet"),),)
    cells = _Cells(frame)
    train, validation = marks(glyphs)
    for which, glyph, role in ((is_train, train, _TRAIN), (~is_train, validation, _VALIDATION)):
        cells.points(
            inputs[which], targets[which], "." if glyphs == "ascii" and role == _TRAIN else glyph, role
        )
    cells.path(xs, fitted, _CURVE)
    return frame.around(cells.lines(), x_label)


def marks(glyphs: GlyphName) -> tuple[str, str]:
    """How samples of train and of validation are drawn."""
    return (".", "o") if glyphs == "ascii" else (TRAIN, VALIDATION)


def residuals(
    predicted: Floats, actual: Floats, width: int, height: int, *, target: str, glyphs: GlyphName
) -> tuple[Line, ...]:
    """What is left of the targets (n,), actual minus predicted, against the prediction; beside it how often.

    Where a model fits, points lie about zero in a band that is the same everywhere.
    """
    finite = np.isfinite(predicted) & np.isfinite(actual)
    xs = predicted[finite].astype(np.float64)
    left_over = actual[finite].astype(np.float64) - xs
    if not len(xs):
        return ((Span("no prediction is finite", "bad"),),)
    furthest = float(np.abs(left_over).max()) or 1.0
    room = min(_BINS_ROOM, width // 3)
    body = height - 1
    frame = Frame(width - room, body, range_of(xs), (-1.05 * furthest, 1.05 * furthest), glyphs)
    if frame.is_too_small or room < 8:
        return ((Span("too small to draw", "quiet"),),)
    cells = _Cells(frame)
    ends = np.linspace(*frame.x, frame.columns)
    cells.dashes(ends, np.zeros(len(ends)))
    cells.dots(xs, left_over, _VALIDATION)
    _, rows, _ = frame.cells_of(xs, left_over)
    counts = np.bincount(rows, minlength=frame.rows)
    drawn = frame.around(cells.lines(), "predicted")
    longest = room - 2 - len(f" {counts.max()}")
    head = left(
        frame.glyph_set.text(f"residual: actual − predicted {target}".replace("−", "-")), width - room
    )
    lines: list[Line] = [(Span(head, "quiet"), Span(left("  how many", room), "quiet"))]
    for row, line in enumerate(drawn):
        if row < frame.rows:
            length = counts[row] / counts.max() * longest
            bar = rightward(length, ascii_only=frame.glyph_set.ascii_only)
            count = f" {counts[row]}" if counts[row] else ""
            lines.append((*crop(line, width - room), Span("  " + bar, "point"), Span(count, "quiet")))
        else:
            lines.append(line)
    return tuple(lines)


def summary(predicted: Floats, actual: Floats) -> str:
    """Mean, root mean square and largest of the residuals, in words."""
    left_over = actual.astype(np.float64) - predicted
    left_over = left_over[np.isfinite(left_over)]
    if not len(left_over):
        return "no prediction is finite"
    rmse, largest = float(np.sqrt((left_over**2).mean())), float(np.abs(left_over).max())
    return f"residuals mean {value(float(left_over.mean()))}, RMSE {value(rmse)}, largest {value(largest)}"


class _Cells:
    """Characters and what each belongs to."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._chars = np.full((frame.rows, frame.columns), " ")
        self._kinds = np.zeros((frame.rows, frame.columns), int)

    def points(self, xs: Floats, ys: Floats, glyph: str, kind: int) -> None:
        """A character each."""
        columns, rows, inside = self._frame.cells_of(xs, ys)
        self._chars[rows[inside], columns[inside]] = glyph
        self._kinds[rows[inside], columns[inside]] = kind

    def dots(self, xs: Floats, ys: Floats, kind: int) -> None:
        """A dot each; two by two where there are few."""
        raster = self._raster()
        columns, rows, inside = self._frame.dots_of(xs, ys)
        size = 2 if len(xs) <= 400 and self._frame.glyph_set.rows > 2 else 1
        for down in range(size):
            for across in range(size):
                at_y = np.minimum(rows[inside] + down, raster.shape[0] - 1)
                raster[at_y, np.minimum(columns[inside] + across, raster.shape[1] - 1)] = True
        self._lay(raster, kind)

    def dashes(self, xs: Floats, ys: Floats) -> None:
        """A broken line behind what comes later."""
        columns, rows, inside = self._frame.cells_of(xs, ys)
        kept = inside & (columns % 3 != 2)
        self._chars[rows[kept], columns[kept]] = "-" if self._frame.glyph_set.ascii_only else "─"
        self._kinds[rows[kept], columns[kept]] = _QUIET

    def path(self, xs: Floats, ys: Floats, kind: int) -> None:
        """A line through points, straight between them; broken where one is not finite."""
        raster = self._raster()
        fine = np.linspace(xs[0], xs[-1], 2 * raster.shape[1])
        low, high = self._frame.y
        with np.errstate(invalid="ignore"):
            heights = (1 - (np.interp(fine, xs, ys) - low) / (high - low)) * raster.shape[0]
        columns = np.minimum(np.arange(len(fine)) // 2, raster.shape[1] - 1).tolist()
        rows = np.clip(np.nan_to_num(heights, nan=-9), -9, raster.shape[0] + 9).astype(int).tolist()
        known = np.isfinite(heights)
        for at in range(1, len(rows)):
            if known[at] and known[at - 1]:
                top, bottom = sorted(rows[at - 1 : at + 1])
                raster[max(0, top) : max(0, bottom + 1), columns[at]] = True
        self._lay(raster, kind)

    def _raster(self) -> NDArray[np.bool_]:
        glyphs = self._frame.glyph_set
        return np.zeros((self._frame.rows * glyphs.rows, self._frame.columns * glyphs.columns), bool)

    def _lay(self, raster: NDArray[np.bool_], kind: int) -> None:
        codes = self._frame.glyph_set.codes(raster)
        self._chars = np.where(codes > 0, self._frame.glyph_set.cells[codes], self._chars)
        self._kinds = np.where(codes > 0, kind, self._kinds)

    def lines(self) -> list[Line]:
        """All rows."""
        lines: list[Line] = []
        for chars, kinds in zip(self._chars, self._kinds, strict=True):
            spans = []
            for start, end in runs(kinds):
                role, level = _ROLES[int(kinds[start])]
                spans.append(Span("".join(chars[start:end].tolist()), role, level))
            lines.append(tuple(spans))
        return lines
