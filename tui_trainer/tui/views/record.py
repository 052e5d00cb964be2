"""View 3 to 5: the layers, what the worker printed, the recipe."""

import textwrap
from collections.abc import Sequence
from itertools import zip_longest

from rich.cells import chop_cells

from tui_trainer.core.events import RunStarted
from tui_trainer.core.own_record import OwnLoop
from tui_trainer.core.settings import settings_of
from tui_trainer.core.text import plain
from tui_trainer.tui.plot.spans import Line, Span
from tui_trainer.tui.plot.table import Column, table, window
from tui_trainer.tui.views.page import Look, Page, said
from tui_trainer.tui.watch import Watch

_WIDE = 100
_WIDE_VALUE, _NARROW_VALUE = 30, 16
"""Cells for the values of settings; the help has what is left, of which there is always some."""
_LEAST_HELP = 20


def layers(watch: Watch, look: Look, width: int, height: int) -> Page:
    """The network, operation by operation."""
    if watch.own is not None:
        return said("A loop of one's own says nothing of its layers.")
    if not watch.layers:
        return said(watch.problem or "The layers of this run are not known.")
    columns = [Column("layer", "left"), Column("output"), Column("parameters"), Column("mult-adds")]
    rows: list[list[str | Span]] = [
        [
            layer.label,
            "×".join(map(str, layer.output_shape)),
            f"{layer.parameters:,}" if layer.parameters else Span("·", "quiet"),
            f"{layer.mult_adds:,}" if layer.mult_adds else Span("·", "quiet"),
        ]
        for layer in watch.layers
    ]
    parameters = sum(layer.parameters for layer in watch.layers)
    mult_adds = sum(layer.mult_adds for layer in watch.layers)
    rows.append([Span("in all", "strong"), "", f"{parameters:,}", f"{mult_adds:,}"])
    return _page(table(columns, rows, width), look.top or 0, height, "for one sample", head=1)


def worker_log(watch: Watch, look: Look, width: int, height: int) -> Page:
    """The end of what the worker printed; it follows as long as nobody scrolls."""
    texts = watch.log_tail()
    if not texts and watch.own is not None:
        return said("What a loop of one's own prints goes to where it was started; an exception comes here.")
    if not texts:
        return said("The worker has printed nothing.")
    lines: list[Line] = [(Span(part),) for text in texts for part in _wrapped(text, max(1, width))]
    top = len(lines) if look.top is None else look.top
    return _page(lines, top, height, "worker.log")


def _wrapped(text: str, width: int) -> list[str]:
    """A line in parts that fit, broken between words where it can be; indents stay."""
    parts = textwrap.wrap(text, width, drop_whitespace=False) or [""]
    return [piece for part in parts for piece in chop_cells(part, width) or [""]]


def recipe(watch: Watch, look: Look, width: int, height: int) -> Page:
    """The line that repeats the run, every setting with what it means, and what equal bits depend on.

    Of a loop of one's own, its config.
    """
    if watch.own is not None:
        return _config(watch, watch.own, look, width, height)
    if watch.recipe is None:
        return said(watch.problem)
    rows: list[list[str | Span]] = [["run", "", Span(plain(watch.run.id), "strong")]]
    if watch.parent is not None:
        is_gone = " (deleted since)" if watch.outline is None else ""
        rows.append(["parent", "", f"{watch.parent}{is_gone}"])
    for part in ("data", "architecture", "loss", "optimizer", "regularization", "training"):
        kind = getattr(getattr(watch.recipe, part), "kind", "")
        if kind:
            rows.append([part, Span(kind, "strong"), ""])
        for setting in settings_of(watch.recipe, part):
            rows.append([setting.path, _value(setting.value), Span(setting.help(look.language), "quiet")])
    started = watch.history.started
    if started is not None:
        rows += _numerics(started)
    rows += [["", "", Span(plain(note), "warn")] for note in watch.notes]
    value_width = _WIDE_VALUE if width >= _WIDE else _NARROW_VALUE
    columns = [Column("setting", "left", 30), Column("value", "left", value_width), Column("", "left", 200)]
    names = max(len(str(row[0])) for row in rows)
    room = max(_LEAST_HELP, width - min(names, columns[0].most) - value_width - 4)
    folded = [part for row in rows for part in _folded(row, value_width, room)]
    command = [(Span(part, "accent"),) for part in _wrapped(watch.command, max(1, width))]
    return _page([*command, *table(columns, folded, width)], look.top or 0, height, "as recorded")


def _folded(row: Sequence[str | Span], value_width: int, room: int) -> list[list[str | Span]]:
    """A setting on as many lines as its value and its help need."""
    name, value, help_ = (cell if isinstance(cell, Span) else Span(cell) for cell in row)
    values, helps = _wrapped(value.text, value_width), textwrap.wrap(help_.text, room)
    return [
        [name if i == 0 else "", value._replace(text=of), help_._replace(text=told)]
        for i, (of, told) in enumerate(zip_longest(values, helps, fillvalue=""))
    ]


def _config(watch: Watch, own: OwnLoop, look: Look, width: int, height: int) -> Page:
    rows: list[list[str | Span]] = [["run", Span(plain(watch.run.id), "strong")]]
    rows += [[key, plain(str(setting))] for key, setting in own.settings()]
    columns = [Column("config", "left", 30), Column("", "left", 200)]
    return _page(table(columns, rows, width), look.top or 0, height, "as recorded")


def _numerics(started: RunStarted) -> list[list[str | Span]]:
    return [
        [plain(f"numerics.{key}"), plain(str(value)), Span("Equal numerics, equal bits (CPU).", "quiet")]
        for key, value in started.numerics.items()
    ]


def _value(value: object) -> str:
    if isinstance(value, tuple):
        return "-".join(map(str, value))
    return plain(f"{value:g}" if isinstance(value, float) else str(value))


def _page(lines: Sequence[Line], top: int, height: int, caption: str, *, head: int = 0) -> Page:
    shown, last = window(lines, top, height, head=head)
    return Page(shown, caption, min(top, last), last)
