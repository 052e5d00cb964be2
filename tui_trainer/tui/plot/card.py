"""One sample as styled lines: what it looks like, and how probable each class is for it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tui_trainer.core import figures
from tui_trainer.tui.plot import pixels
from tui_trainer.tui.plot.bars import rightward
from tui_trainer.tui.plot.spans import Line, Role, Span, clip, crop, left, right, width_of

_VALUE = 5
"""Cells of a probability: `` 0.93``, `` <.01``."""
_LONGEST_NAME, _LONGEST_COLUMN = 12, 22
_LEAST_BARS, _MOST_BARS = 18, 44
_LEAST_IMAGE = 16
"""Cells across; smaller images are enlarged."""
_NUMBER = 9
"""Cells of a number in a table."""


@dataclass(frozen=True, eq=False)
class Card:
    """What is to be shown of a sample."""

    title: str
    names: Sequence[str]
    """Of the classes, (C,)."""
    probabilities: NDArray[np.float64]
    """(C,)."""
    true: int
    values: NDArray[np.float32] | None = None
    """(F,) of a table, or (channels, H, W) of an image; None while they are not known."""
    columns: Sequence[str] = ()
    """Names of a table's columns."""
    low: float = 0.0
    high: float = 1.0
    """What is black and what is white in an image."""
    colour: bool = True
    ascii_only: bool = False


def size(
    shape: Sequence[int], num_classes: int, width: int, height: int, *, large: bool = False
) -> tuple[int, int]:
    """Cells of a card for samples of ``shape`` on a page: columns and rows; a ``large`` one takes all."""
    if large:
        return width, height
    if len(shape) == 3:
        room = max(_LEAST_IMAGE, shape[2]), max(_LEAST_IMAGE // 2, shape[1] // 2)
        columns, rows = pixels.size_of((shape[1], shape[2]), *room)
    else:
        columns, rows = _LONGEST_COLUMN + _NUMBER, max(shape[0] if shape else 4, min(num_classes, 8))
    across = max(1, width // (columns + _LEAST_BARS + 4))
    return width // across, min(height, rows + 1)


def draw(card: Card, width: int, height: int) -> tuple[Line, ...]:
    """The card in exactly ``width`` × ``height`` cells; its last columns are left blank."""
    inner, rows = width - 2, height - 1
    predicted = int(card.probabilities.argmax())
    role: Role = "good" if predicted == card.true else "bad"
    verdict = "" if predicted == card.true else f", taken for {_name(card, predicted)}"
    words = f"{_name(card, card.true)}{verdict}"
    head = clip((Span(words, role), Span(f"  {card.title}", "quiet")), inner)
    looks = _looks(card, inner - _LEAST_BARS - 2, rows)
    looks_width = max(map(width_of, looks), default=0)
    room = width - looks_width - 2
    bars = _bars(card, min(_MOST_BARS, room - 2), rows)
    lines: list[Line] = [crop(head, width)]
    for y in range(rows):
        beside = looks[y] if y < len(looks) else (Span(" " * looks_width),)
        bar = crop(bars[y], room) if y < len(bars) else (Span(" " * room),)
        lines.append((*beside, Span(" " * (looks_width + 2 - width_of(beside))), *bar))
    return tuple(lines)


def _looks(card: Card, width: int, height: int) -> Sequence[Line]:
    if card.values is None:
        return []
    if card.values.ndim == 3:
        colour = card.colour and not card.ascii_only
        return pixels.image(card.values, width, height, low=card.low, high=card.high, colour=colour)
    return _table(card.values.tolist(), card.columns, width, height)


def _table(values: Sequence[float], columns: Sequence[str], width: int, height: int) -> Sequence[Line]:
    names = [columns[i] if i < len(columns) else f"column {i + 1}" for i in range(len(values))]
    label = min(_LONGEST_COLUMN, max(map(len, names)))
    one = label + _NUMBER
    beside = max(1, min(-(-len(values) // max(1, height)), (width + 2) // (one + 2)))
    rows = min(height, -(-len(values) // beside))
    shown = rows * beside
    cells: list[Line] = [
        (Span(left(name, label), "quiet"), Span(right(figures.value(value), _NUMBER)))
        for name, value in zip(names, values, strict=True)
    ]
    if shown < len(cells):
        more = len(cells) - shown + 1
        cells[shown - 1 :] = [(Span(left(f"and {more} more", one), "quiet"),)]
    lines: list[Line] = []
    for y in range(rows):
        line: list[Span] = []
        for place, cell in enumerate(cells[y::rows]):
            line += [*([Span("  ")] if place else []), *cell]
        lines.append(tuple(line))
    return lines


def _bars(card: Card, width: int, height: int) -> Sequence[Line]:
    num_classes = len(card.probabilities)
    shown: Sequence[int] = range(num_classes)
    if num_classes > height:
        likeliest = np.argsort(-card.probabilities, kind="stable")[:height].tolist()
        if card.true not in likeliest:
            likeliest[-1] = card.true
        shown = likeliest
    label = min(_LONGEST_NAME, max(len(_name(card, i)) for i in shown), max(1, width - 2 - _VALUE - 4))
    room = max(0, width - 2 - label - 1 - _VALUE)
    predicted = int(card.probabilities.argmax())
    lines: list[Line] = []
    for i in shown:
        probability = float(card.probabilities[i])
        share = 0.0 if np.isnan(probability) else min(max(0.0, probability), 1.0)
        role: Role = "good" if i == card.true else "bad" if i == predicted else "quiet"
        mark = Span("▸ " if i == card.true else "  ", "good")
        lines.append(
            (
                mark,
                Span(left(_name(card, i), label) + " ", "strong" if i == card.true else "text"),
                Span(_bar(share, room, ascii_only=card.ascii_only), role),
                Span(right(_probability(probability), _VALUE)),
            )
        )
    return lines


def _bar(share: float, width: int, *, ascii_only: bool) -> str:
    return rightward(share * width, ascii_only=ascii_only).ljust(width)


def _probability(value: float) -> str:
    if np.isnan(value):
        return "nan"
    if value >= 0.995:
        return "1.0" if value >= 0.9995 else ".99"
    return f"{value:.2f}" if value >= 0.01 else "<.01"


def _name(card: Card, chosen: int) -> str:
    return card.names[chosen] if chosen < len(card.names) else str(chosen)
