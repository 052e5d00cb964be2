"""A spoiled sample beside what the network makes of it, as styled lines."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tui_trainer.core import figures
from tui_trainer.core.facts import DataFacts
from tui_trainer.core.figures import value
from tui_trainer.core.inside.poked import PokedSample
from tui_trainer.core.inside.samples import Samples
from tui_trainer.core.text import plain
from tui_trainer.tui.inside.spoiling import Spoil
from tui_trainer.tui.plot import belief, blocks, plane
from tui_trainer.tui.plot.raster import GlyphName
from tui_trainer.tui.plot.spans import Line, Span, clip, left, right, width_of

Floats = NDArray[np.float32]
_HEAD, _FOOT = 2, 3
_GAP = 3
_MAX_NAME = 26
_LEAST_BARS = 30
_PLANE_PROPORTION = 3
"""A plane is at most so many times as wide as high, in cells."""


@dataclass(frozen=True)
class Subject:
    """What is drawn."""

    picture: PokedSample
    about: DataFacts
    spoil: Spoil
    row: int = 0
    """The column under the cursor."""
    around: Samples | None = None
    """Samples to draw around a point of the plane."""
    course: Sequence[tuple[int, float, float]] = ()
    """Step, and what is made of the true class (or predicted): as it is, and spoiled."""
    glyphs: GlyphName = "braille"
    colour: bool = True

    @property
    def spoiled(self) -> Floats:
        """The numbers (…) of the sample as the network gets it."""
        return np.frombuffer(self.picture.spoiled, "<f4").reshape(tuple(self.picture.shape))

    @property
    def values(self) -> Floats:
        """Its numbers as they are."""
        return np.frombuffer(self.picture.values, "<f4").reshape(tuple(self.picture.shape))


def draw(subject: Subject, width: int, height: int) -> tuple[Line, ...]:
    """The sample at the left, bars at the right, below how the answer went."""
    rows = max(1, height - _HEAD - _FOOT)
    sample, taken = _sample(subject, max(1, width - _LEAST_BARS - _GAP), rows)
    made = _made_of_it(subject, max(1, width - taken - _GAP), rows)
    body = blocks.beside((sample, made), (taken, width - taken - _GAP), gap=_GAP)
    filled = [*body, *[()] * (rows - len(body))][:rows]
    head = [clip(line, width) for line in _head(subject)]
    return (*head, *filled, *(clip(line, width) for line in _foot(subject, width)))[:height]


def column_name(about: DataFacts, column: int) -> str:
    """What a column is called."""
    return about.features[column] if column < len(about.features) else f"column {column + 1}"


def is_point(about: DataFacts) -> bool:
    """Whether a sample is drawn as a point of the plane."""
    return about.input_shape == (2,) and bool(about.classes)


def _head(subject: Subject) -> list[Line]:
    picture = subject.picture
    where = f"{picture.split} {picture.index + 1:,} of {picture.of:,}"
    losses = Span(f"   loss {value(picture.loss_before)} → {value(picture.loss)}", "quiet")
    first = (Span(where), Span(f"   true {_actual(subject)}", "strong"), losses)
    second = [Span(subject.spoil.in_words(), "quiet" if subject.spoil.is_clean else "accent")]
    if is_point(subject.about):
        marks = zip(plane.MARKS, subject.about.classes, strict=False)
        told = "   ".join(f"{mark} {plain(name)}" for mark, name in marks)
        second.append(Span(f"   {told}   ○ before   ● now", "quiet"))
    return [first, tuple(second)]


def _actual(subject: Subject) -> str:
    if not subject.about.classes:
        return f"{value(subject.picture.actual)}"
    return plain(subject.about.classes[int(subject.picture.actual)])


def _sample(subject: Subject, width: int, height: int) -> tuple[Sequence[Line], int]:
    """The sample's picture, and how many cells it takes."""
    if subject.about.is_image:
        return _image(subject, width, height)
    if is_point(subject.about):
        width = min(width, _PLANE_PROPORTION * height)
        return _point(subject, width, height), width
    return _row(subject, width, height)


def _image(subject: Subject, width: int, height: int) -> tuple[Sequence[Line], int]:
    shown = np.moveaxis(subject.spoiled, 0, -1)
    brightest = float(subject.values.max()) or 1.0
    pixels = (np.clip(shown / brightest, 0, 1) * 255).astype(np.uint8)
    if pixels.shape[2] == 1:
        pixels = pixels[:, :, 0]
    size = blocks.fitting(pixels.shape[0], pixels.shape[1], columns=width, rows=height)
    paint = blocks.paint_for(subject.glyphs, colour=subject.colour)
    return blocks.image(blocks.resized(pixels, *size), paint), size[1]


def _point(subject: Subject, width: int, height: int) -> Sequence[Line]:
    around = subject.around.samples if subject.around is not None else ()
    places = [np.frombuffer(sample.values, "<f4") for sample in around]
    x1, x2 = (float(number) for number in subject.values)
    now1, now2 = (float(number) for number in subject.spoiled)
    return plane.draw(
        np.array(places, np.float32).reshape(-1, 2),
        [int(sample.actual) for sample in around],
        (x1, x2),
        (now1, now2),
        width,
        height,
    )


def _row(subject: Subject, width: int, height: int) -> tuple[Sequence[Line], int]:
    """A row a column: name, value, by how many deviations it was changed; the cursor stays in sight."""
    names = [column_name(subject.about, i) for i in range(len(subject.values))]
    deviations = np.frombuffer(subject.picture.deviations, "<f4")
    label = min(_MAX_NAME, max(map(len, names)), max(8, width - 22))
    room = height if len(names) <= height else height - 1
    top = min(max(0, subject.row - room // 2), max(0, len(names) - room))
    lines: list[Line] = []
    for i in range(top, min(top + room, len(names))):
        moved = (subject.spoiled[i] - subject.values[i]) / deviations[i]
        change = f"{moved:+.1f} dev." if abs(moved) > 1e-4 else ""
        chosen = i == subject.row
        text = (
            f"{'▸' if chosen else ' '} {left(names[i], label)} {right(value(float(subject.spoiled[i])), 8)} "
        )
        lines.append((Span(text, "strong" if chosen else "text"), Span(right(change, 10), "accent")))
    if room < len(names):
        lines.append((Span(f"  {top + 1} to {top + room} of {len(names)} columns", "quiet"),))
    return lines, min(width, max(map(width_of, lines)))


def _made_of_it(subject: Subject, width: int, height: int) -> Sequence[Line]:
    before, after = (
        np.frombuffer(output, "<f4") for output in (subject.picture.output_before, subject.picture.output)
    )
    if not subject.about.classes:
        return belief.number(float(before[0]), float(after[0]), subject.picture.actual, width)
    names = [plain(name) for name in subject.about.classes]
    gained = "+" if subject.glyphs == "ascii" else "▒"
    actual = int(subject.picture.actual)
    return belief.bars(before, after, names, actual, width, height, gained=gained)


def _foot(subject: Subject, width: int) -> list[Line]:
    """How the answer went as the network learned."""
    of = f"of {_actual(subject)}" if subject.about.classes else "predicted"
    lines: list[Line] = [()]
    for name, place in (("as it is", 1), ("spoiled", 2)):
        shares = [(each[1], each[2])[place - 1] for each in subject.course]
        head = left(f"{of}, {name}", 30)
        now = right(value(shares[-1]) if shares else "–", 8)
        room = max(1, width - 30 - 10)
        course = belief.course if subject.about.classes else _spread
        lines.append((Span(head, "quiet"), Span(now, "strong"), Span(f"  {course(shares, room)}", "point")))
    return lines


def _spread(predictions: Sequence[float], width: int) -> str:
    """Predictions between their least and their greatest."""
    return figures.sparkline(predictions[-width:])
