"""What the Descent screen says and draws, as pure functions from the optimizers on their way."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np

from tui_trainer.core import figures
from tui_trainer.core.descent import State, Verdict
from tui_trainer.core.landscapes import Floats
from tui_trainer.tui.descents import Descents, Runner
from tui_trainer.tui.plot.contour import Trail
from tui_trainer.tui.plot.drawing import NUM_COLORS
from tui_trainer.tui.plot.model import ChartModel, Curve
from tui_trainer.tui.plot.spans import Line, Role, Span, clip, crop, left, right, spread
from tui_trainer.tui.plot.table import window

Say: TypeAlias = Callable[[str], str]
"""Makes a formula fit for the terminal."""

_TYPED = str.maketrans(
    {"θ": "w", "η": "lr ", "∇": "grad ", "√": "sqrt ", "ε": "eps", "γ": "gamma ", "ρ": "rho ", "λ": "decay "}
    | {"β": "b", "₁": "1", "₂": "2", "ᵗ": "^t", "Δ": "d", "∞": "inf", "σ": "s.d."}
    | {"½": "0.5 ", "²": "^2", "³": "^3", "⁴": "^4"}
)
_NUM_POINTS = 400
_TAIL = 12
"""So many steps before the last are drawn on a curve."""
_GREY = 7
_VERDICTS: dict[Verdict, Role] = {
    "": "quiet",
    "outside": "warn",
    "diverged": "bad",
    "arrived": "good",
    "at rest": "warn",
}
_WIDE_TABLE = 54
"""From here on there is room for the step in the table."""
_RULE, _WIDEST_RULE = 15, 24
"""Cells that a formula takes at least, and at most."""


def typed(text: str) -> str:
    """A formula as one types it, for terminals that have nothing but ASCII."""
    return " ".join(text.translate(_TYPED).split())


def head(descents: Descents, width: int, say: Say = str) -> Line:
    """The function, and where in time one is."""
    landscape = descents.landscape
    state = "playing" if descents.is_playing else "over" if descents.is_over else "paused"
    return spread(
        (
            Span(f"{descents.number + 1} {landscape.name}  ", "accent"),
            Span("f = ", "quiet"),
            Span(say(landscape.formula), "strong"),
        ),
        (
            Span("step ", "quiet"),
            Span(f"{descents.step:,}", "strong"),
            Span(f"  {descents.speed}/s  ", "quiet"),
            Span(state, "quiet" if state == "paused" else "text"),
        ),
        width,
    )


def trails(descents: Descents) -> list[Trail]:
    """The paths over a landscape of two parameters."""
    return [
        Trail(runner.path.points(descents.step), runner.letter, runner.place % NUM_COLORS)
        for runner in descents.shown
    ]


def slope(descents: Descents, say: Say = str) -> ChartModel:
    """The curve of a landscape of one parameter, and the optimizers on it."""
    landscape = descents.landscape
    ((low, high),) = landscape.window
    xs = np.linspace(low, high, _NUM_POINTS)
    curves = [Curve.of("", xs, landscape.value(xs[:, None]), "line", _GREY)]
    start = landscape.value(np.array(descents.start))
    marked = _lettered(Curve.of("", descents.start, [start], "points", _GREY), "o")
    tails, fronts = [], []
    for runner in descents.shown:
        points = runner.path.points(descents.step)
        color = runner.place % NUM_COLORS
        tails += _dotted(descents, points[-1 - _TAIL : -1], runner.letter.lower(), color)
        fronts += _dotted(descents, points[-1:], runner.letter, color)
    curves += [marked, *tails, *fronts]
    return ChartModel("", tuple(curves), x_label=say("θ"), x_range=(low, high), x_whole=False)


def _dotted(descents: Descents, points: Floats, glyph: str, color: int) -> list[Curve]:
    """Points (n, 1) on the curve, those in sight; none where there are none."""
    ((low, high),) = descents.landscape.window
    xs = np.unique(points[np.isfinite(points)])
    xs = xs[(xs >= low) & (xs <= high)]
    if not len(xs):
        return []
    return [_lettered(Curve.of("", xs, descents.landscape.value(xs[:, None]), "points", color), glyph)]


def _lettered(curve: Curve, glyph: str) -> Curve:
    return Curve("", curve.series, "points", curve.color, curve.axis, glyph=glyph)


def losses(descents: Descents) -> ChartModel:
    """How high above the lowest place each is, over the steps."""
    curves = tuple(
        Curve(runner.letter, runner.path.heights(descents.step), color=runner.place % NUM_COLORS)
        for runner in descents.shown
    )
    return ChartModel(
        "f - lowest f",
        curves,
        x_range=(0.0, float(descents.horizon)),
        empty="v shows the chosen optimizer",
    )


def table(descents: Descents, width: int, height: int, say: Say = str) -> tuple[tuple[Line, ...], int]:
    """One optimizer a row, as many as fit around the chosen one; and which line that is in."""
    is_wide = width >= _WIDE_TABLE
    names = [f"rate {say('η')}", *(["step"] if is_wide else []), "f", "to min"]
    lines: list[Line] = [
        (Span(left("  optimizer", 12) + "".join(map(right, names, _widths(is_wide))), "quiet"),)
    ]
    lines += [_row(descents, runner, is_wide) for runner in descents.runners]
    room = max(1, height - 1)
    top = 0
    if len(lines) - 1 > room:
        top = min(max(0, descents.chosen - (room - 1) + 1), len(lines) - 1 - (room - 1))
    shown, _ = window([clip(line, width) for line in lines], top, height, head=1)
    return shown, descents.chosen - top + 1


def _widths(is_wide: bool) -> Sequence[int]:
    return (9, 7, 10, 9) if is_wide else (7, 8, 7)


def _row(descents: Descents, runner: Runner, is_wide: bool) -> Line:
    """``C▸momentum   0.005    12   0.31   0.052  outside``; little of one that is hidden."""
    label = runner.label + " *" * runner.is_own
    rate = f"{runner.optimizer.lr:.3g}"
    pointer = "▸" if runner.place == descents.chosen else " "
    widths = _widths(is_wide)
    if not runner.is_shown:
        return (Span(left(f" {pointer}{label}", 12) + right(rate, widths[0]), "quiet"),)
    path = runner.path
    theta = path.at(descents.step).theta
    cells = [rate]
    if is_wide:
        cells.append(f"{min(descents.step, path.num_steps):,}")
    found = (path.value(descents.step), descents.landscape.distance(theta))
    cells += [_number(value, width - 1) for value, width in zip(found, widths[-2:], strict=True)]
    verdict, gap = path.verdict(descents.step), "  " if is_wide else " "
    return (
        Span(f"{runner.letter}{pointer}", "curve", runner.place % NUM_COLORS),
        Span(left(label, 10)),
        Span("".join(right(cell, width) for cell, width in zip(cells, widths, strict=True))),
        Span(f"{gap}{verdict}", _VERDICTS[verdict]),
    )


def formulas(descents: Descents, width: int, height: int, say: Say = str) -> list[Line]:
    """The rules of the chosen optimizer, with the numbers of the last step, or of the first one to come."""
    runner = descents.runners[descents.chosen]
    step = max(descents.step, 1)
    state = runner.path.at(step)
    numbers = 10 if width >= 40 else 8
    room = min(max(_RULE, width - 3 - numbers * len(state.theta)), _WIDEST_RULE)
    lines = [
        (
            Span(left(say(quantity.symbol), 3), "strong"),
            Span(left(say(quantity.rule), room), "quiet"),
            *_numbers(quantity.value, numbers),
        )
        for quantity in state.worked
    ]
    if len(lines) < height:
        after = (Span(left(say("θ"), 3), "strong"), Span(left(say("θ + Δθ"), room), "quiet"))
        lines.append((*after, *_numbers(state.theta, numbers)))
    if len(lines) < height:
        lines.insert(0, _heading(descents, runner, state, 3 + room, numbers, say))
    settings = _settings(runner, descents)
    if len(lines) < height and settings:
        lines.append((Span(say(settings), "quiet"),))
    return [clip(line, width) for line in lines]


def _heading(descents: Descents, runner: Runner, state: State, room: int, numbers: int, say: Say) -> Line:
    """Whose step it is, and which column is which parameter."""
    names = "xy" if len(state.theta) == 2 else "θ"
    has_ended = state.step < descents.step
    when = f" until {state.step:,}" if has_ended else " next" if descents.step == 0 else ""
    start: Line = (
        Span(f"{runner.letter} ", "curve", runner.place % NUM_COLORS),
        Span(runner.label, "strong"),
        Span(when, "quiet"),
    )
    return (*crop(start, room), *(Span(right(say(name), numbers), "quiet") for name in names))


def _settings(runner: Runner, descents: Descents) -> str:
    """The optimizer's other settings, and how noisy its gradients are."""
    symbols = {
        "momentum": "γ",
        "decay": "ρ",
        "beta1": "β₁",
        "beta2": "β₂",
        "epsilon": "ε",
        "weight_decay": "λ",
    }
    settings = runner.optimizer.model_dump()
    said = [f"η {runner.optimizer.lr:g}"]
    said += [f"{symbol} {settings[name]:g}" for name, symbol in symbols.items() if name in settings]
    if runner.is_noisy:
        said.append(f"noise σ {descents.landscape.noise:g}")
    return ", ".join(said)


def _numbers(values: Floats, width: int) -> list[Span]:
    return [Span(right(_number(float(value), width - 1), width)) for value in values]


def _number(value: float, width: int) -> str:
    """A value in about three digits, in two and with an exponent where that takes too much room."""
    text = figures.value(value)
    if len(text) <= width and "e" not in text:
        return text
    mantissa, exponent = f"{value:.1e}".split("e")
    return f"{mantissa}e{int(exponent)}"
