"""A chart as SVG, to stand inside a page that says what the colours of its classes are."""

import math
from collections.abc import Iterator, Sequence
from html import escape

from tui_trainer.core import figures
from tui_trainer.core.report.blocks import Chart, Curve
from tui_trainer.core.text import plain

NUM_LOOKS = 8
"""So many colours there are; the curves after them differ by dashes and marks."""
_DASHES = ("", "7 4", "2 3", "9 3 2 3", "12 4", "4 2", "1 5", "7 2 2 2 2 2")
_WIDTH, _HEIGHT = 640, 280
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 150, 26, 34
_MOST_MARKS = 24
_LABEL_ROOM = 14
_LARGEST = 1e150
_MOST_DECADES = 100.0
"""Positive values over a wider range than this are drawn on a logarithmic axis."""


def draw(chart: Chart) -> str:
    """The chart as an ``svg`` element; all text in it is escaped."""
    finite = [value for curve in chart.curves for _, value in curve.points if _can_be_drawn(value)]
    baselines = [(value, label) for value, label in chart.baselines if _can_be_drawn(value)]
    finite += [value for value, _ in baselines]
    xs = [x for curve in chart.curves for x, _ in curve.points]
    if not finite or not xs:
        return ""
    frame = _Frame((min(xs), max(xs)), (min(finite), max(finite)))
    parts = [
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{_text(chart.title)}">',
        f'<text class="title" x="{_LEFT}" y="14">{_text(chart.title)}</text>',
        *_axes(frame, chart.x_label),
        *(_baseline(frame, value) for value, _ in baselines),
        *(part for curve in chart.curves if curve.is_thin for part in _curve(frame, curve)),
        *(part for curve in chart.curves if not curve.is_thin for part in _curve(frame, curve)),
        *_labels(frame, chart.curves, baselines),
        "</svg>",
    ]
    return "\n".join(parts)


def _can_be_drawn(value: float) -> bool:
    """Finite, and so far from the largest number that an axis around it still has ends."""
    return abs(value) < _LARGEST


class _Frame:
    """From values to places in the picture."""

    def __init__(self, x_range: tuple[float, float], y_range: tuple[float, float]) -> None:
        low, high = y_range
        self.is_log = low > 0 and high / low > _MOST_DECADES
        self.x_low, self.x_high = x_range[0], max(x_range[1], x_range[0] + 1e-9)
        if self.is_log:
            low, high = math.log10(low), math.log10(high)
        margin = (high - low) * 0.04 or abs(high) * 0.1 or 0.5
        self.low, self.high = low - margin, high + margin

    def x(self, value: float) -> float:
        share = (value - self.x_low) / (self.x_high - self.x_low)
        return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)

    def y(self, value: float) -> float:
        value = math.log10(value) if self.is_log else value
        share = (value - self.low) / (self.high - self.low)
        return _HEIGHT - _BOTTOM - share * (_HEIGHT - _TOP - _BOTTOM)

    def y_ticks(self) -> list[float]:
        if not self.is_log:
            return _ticks(self.low, self.high)
        decades = range(math.ceil(self.low), math.floor(self.high) + 1)
        return [10.0**decade for decade in decades[:: max(1, len(decades) // 5)]]


def _ticks(low: float, high: float) -> list[float]:
    """About five round values between two others."""
    rough = (high - low) / 5
    power = 10.0 ** math.floor(math.log10(rough))
    step = power * next(factor for factor in (1, 2, 5, 10) if factor * power >= rough * 0.999)
    first = math.ceil(low / step)
    return [round(step * i, 12) for i in range(first, math.floor(high / step) + 1)]


def _axes(frame: _Frame, x_label: str) -> Iterator[str]:
    bottom, right = _HEIGHT - _BOTTOM, _WIDTH - _RIGHT
    for value in frame.y_ticks():
        y = frame.y(value)
        yield f'<line class="grid" x1="{_LEFT}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}"/>'
        said = f"{value:g}" if 1e-5 < abs(value) < 1e5 or not value else figures.value(value)
        yield f'<text class="tick" x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{said}</text>'
    for value in _ticks(frame.x_low, frame.x_high):
        place = f'x="{frame.x(value):.1f}" y="{bottom + 16}" text-anchor="middle"'
        yield f'<text class="tick" {place}>{figures.epoch(value)}</text>'
    yield f'<line class="axis" x1="{_LEFT}" x2="{right}" y1="{bottom}" y2="{bottom}"/>'
    yield f'<text class="tick" x="{right}" y="{bottom + 30}" text-anchor="end">{_text(x_label)}</text>'


def _baseline(frame: _Frame, value: float) -> str:
    y = frame.y(value)
    return f'<line class="base" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'


def _curve(frame: _Frame, curve: Curve) -> Iterator[str]:
    """Its line, broken where it is not finite and marked there; then its marks."""
    look = f"c{curve.look % NUM_LOOKS}{' thin' if curve.is_thin else ''}"
    places = [(frame.x(x), frame.y(y)) if _can_be_drawn(y) else None for x, y in curve.points]
    path: list[str] = []
    is_down = False
    for place in places:
        if place is not None:
            path.append(f"{'L' if is_down else 'M'}{place[0]:.1f} {place[1]:.1f}")
        is_down = place is not None
    dash = _DASHES[(curve.look + curve.look // NUM_LOOKS) % len(_DASHES)]
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    if path:
        yield f'<path class="{look}" d="{"".join(path)}"{dashes}/>'
    if not curve.is_thin:
        known = [place for place in places if place is not None]
        every = max(1, math.ceil(len(known) / _MOST_MARKS))
        if curve.has_points or len(known) == 1:
            yield from (_mark(curve.look, look, x, y) for x, y in known[::every])
        for (x, value), found in zip(curve.points, places, strict=True):
            if found is None:
                said = _text(f"× {figures.value(value)} at {figures.epoch(x)}")
                side = "end" if frame.x(x) > _WIDTH / 2 else "start"
                at = f'x="{frame.x(x):.1f}" y="{_TOP + 14 * (1 + curve.look % 4)}" text-anchor="{side}"'
                yield f'<text class="odd c{curve.look % NUM_LOOKS}" {at}>{said}</text>'
                break


def _mark(look: int, name: str, x: float, y: float) -> str:
    match look % 4:
        case 0:
            return f'<circle class="{name} mark" cx="{x:.1f}" cy="{y:.1f}" r="3"/>'
        case 1:
            return f'<rect class="{name} mark" x="{x - 3:.1f}" y="{y - 3:.1f}" width="6" height="6"/>'
        case 2:
            corners = f"{x:.1f},{y - 4:.1f} {x - 4:.1f},{y + 3:.1f} {x + 4:.1f},{y + 3:.1f}"
        case _:
            corners = f"{x:.1f},{y - 4:.1f} {x - 4:.1f},{y:.1f} {x:.1f},{y + 4:.1f} {x + 4:.1f},{y:.1f}"
    return f'<polygon class="{name} mark" points="{corners}"/>'


def _labels(frame: _Frame, curves: Sequence[Curve], baselines: Sequence[tuple[float, str]]) -> Iterator[str]:
    """Names at the right ends, moved apart where they would touch."""
    wanted: list[tuple[float, str, str]] = []
    for curve in curves:
        known = [value for _, value in curve.points if _can_be_drawn(value)]
        if known and not curve.is_thin:
            wanted.append((frame.y(known[-1]), f"label c{curve.look % NUM_LOOKS}", curve.label))
    wanted += [(frame.y(value), "label quiet", label) for value, label in baselines]
    for y, (_, look, label) in zip(_apart([y for y, *_ in sorted(wanted)]), sorted(wanted), strict=True):
        x = _WIDTH - _RIGHT + 8
        yield f'<text class="{look}" x="{x}" y="{y + 4:.1f}">{_text(label, limit=24)}</text>'


def _apart(places: Sequence[float]) -> list[float]:
    """Increasing places, at least a line from each other, as near as can be to where they were."""
    moved: list[float] = []
    for place in places:
        moved.append(max(place, moved[-1] + _LABEL_ROOM) if moved else place)
    lowest: float = _HEIGHT - _BOTTOM
    for at in range(len(moved) - 1, -1, -1):
        moved[at] = min(moved[at], lowest)
        lowest = moved[at] - _LABEL_ROOM
    return moved


def _text(text: str, *, limit: int | None = None) -> str:
    return escape(plain(text, limit=limit))
