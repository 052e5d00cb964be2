"""Two confusion matrices side by side, and the one minus the other."""

import numpy as np

from tui_trainer.core.confusion import per_class
from tui_trainer.core.text import plain
from tui_trainer.tui.contest import Contest, Counts
from tui_trainer.tui.plot import matrix
from tui_trainer.tui.plot.overlay import letter
from tui_trainer.tui.plot.spans import Line, Role, Span, crop, right

_GAP = 3
_LABEL, _LEAST_COLUMN = 12, 4


def confusions(contest: Contest, a: int, b: int | None, width: int, *, colour: bool) -> list[Line]:
    """Those of the entrants at ``a`` and ``b``, over all seeds; lines that may be more than fit."""
    if contest.is_regression:
        return [
            (Span("These recipes predict numbers: there are no classes to be taken for others.", "quiet"),)
        ]
    pair = [(place, *contest.confusion(place)) for place in (a, b) if place is not None]
    known = [(place, counts, seeds) for place, counts, seeds in pair if counts is not None]
    if not known:
        return [(Span("No confusion matrix was recorded so far.", "quiet"),)]
    blocks = []
    size = len(known[0][1])
    own = _width([counts for _, counts, _ in known], contest.classes, colour=colour)
    fits = [number for number in (3, 2) if number * own + (number - 1) * _GAP <= width]
    beside = fits[0] if fits else 1
    each_width = (width - (beside - 1) * _GAP) // beside
    for place, counts, seeds in known:
        label = plain(contest.tallies[place].entrant.label)
        over = f"{seeds} seed{'s' * (seeds != 1)}, each at its best"
        view = matrix.View(colour=colour)
        drawn = matrix.draw(counts, contest.classes, view, each_width, size + 3).lines
        blocks.append([(Span(f"{letter(place)} {label}", "strong"), Span(f"  {over}", "quiet")), *drawn])
    if len(known) == 2 and known[0][1].shape == known[1][1].shape:
        blocks.append(_difference(known[0], known[1], contest.classes, each_width))
    lines: list[Line] = []
    for start in range(0, len(blocks), beside):
        lines += [*([()] if lines else []), *_beside(blocks[start : start + beside], each_width)]
    return lines


def _width(matrices: list[Counts], names: list[str], *, colour: bool) -> int:
    """The least cells that each of ``matrices`` takes with all its columns."""
    label = max(len("true \\ pred."), min(18, max(map(len, names), default=0)))
    digits = max(len(str(int(counts.sum(axis=1).max(initial=10)))) for counts in matrices)
    return label + 1 + len(matrices[0]) * (digits + (1 if colour else 2)) + len(" recall")


def _difference(
    a: tuple[int, Counts, int], b: tuple[int, Counts, int], names: list[str], width: int
) -> list[Line]:
    """Samples a seed, A minus B; more on the diagonal and less beside it is better for A."""
    (place_a, counts_a, seeds_a), (place_b, counts_b, seeds_b) = a, b
    cells = counts_a / max(seeds_a, 1) - counts_b / max(seeds_b, 1)
    recall = per_class(counts_a).recall - per_class(counts_b).recall
    title = f"{letter(place_a)} - {letter(place_b)}"
    labels = [*names, *map(str, range(len(names), len(cells)))]
    label = min(18, max([_LABEL, *map(len, labels)]))
    room = (width - label - 1 - 7) // max(1, len(cells))
    column = max(_LEAST_COLUMN, min(9, room))
    heads = "".join(right(name, column) for name in labels[: len(cells)])
    lines: list[Line] = [
        (Span(title, "strong"), Span("  samples a seed; recall in points", "quiet")),
        (Span(right("true \\ pred.", label) + " ", "quiet"), Span(heads), Span(" recall", "quiet")),
    ]
    for i, row in enumerate(cells):
        spans = [Span(right(labels[i], label) + " ")]
        for j, value in enumerate(row):
            better = value * (1 if i == j else -1)
            role: Role = "quiet" if abs(value) < 0.05 else "good" if better > 0 else "bad"
            spans.append(Span(right(_signed(float(value)), column), role))
        points = 100 * recall[i]
        text = "–" if np.isnan(points) else _signed(float(points))
        spans.append(Span(right(text, 7), "quiet" if text == "·" else "text"))
        lines.append(tuple(spans))
    return lines


def _signed(value: float) -> str:
    if abs(value) < 0.05:
        return "·"
    return f"{value:+.1f}" if abs(value) < 9.95 else f"{value:+.0f}"


def _beside(blocks: list[list[Line]], width: int) -> list[Line]:
    height = max(map(len, blocks))
    lines = []
    for row in range(height):
        spans: list[Span] = []
        for place, block in enumerate(blocks):
            line = block[row] if row < len(block) else ()
            spans += [*([Span(" " * _GAP)] if place else []), *crop(line, width)]
        lines.append(tuple(spans))
    return lines
