"""A report as Markdown. Curves are bars there: a picture would be a second file."""

import re
from collections.abc import Iterable, Iterator, Sequence

from tui_trainer.core import figures
from tui_trainer.core.brief import thin
from tui_trainer.core.report.blocks import Block, Chart, Code, Heading, Matrix, Table, Text
from tui_trainer.core.text import plain

_MEANT = re.compile(r"([\\`*{}\[\]<>|~&$@]|(?<!\w)_|_(?!\w)|(?<=:)/(?=/))")
"""What means something anywhere: emphasis, code, links, tables, entities, formulas, mentions, addresses."""
_MEANT_FIRST = re.compile(r"^(\d*)([-+#=.)])")
"""What makes a line an item, a heading or a rule."""
_BARS = 24


def render(blocks: Iterable[Block]) -> str:
    """The whole file."""
    return "\n\n".join("\n".join(_lines(block)) for block in blocks) + "\n"


def escaped(text: str) -> str:
    """``text`` as part of a line that means nothing to Markdown."""
    return _MEANT.sub(r"\\\1", plain(text))


def _paragraph(text: str) -> str:
    return _MEANT_FIRST.sub(r"\1\\\2", escaped(text).lstrip())


def _lines(block: Block) -> Iterator[str]:
    match block:
        case Heading(text, level):
            yield f"{'#' * level} {escaped(text)}"
        case Text(text, "verdict"):
            yield f"**{escaped(text).strip()}**"
        case Text(text):
            yield _paragraph(text)
        case Code(lines):
            # Indented, since no text can end such a block.
            yield from (f"    {plain(line)}" for line in lines)
        case Table():
            yield from _table(block.head, block.rows, block.numbers)
        case Chart():
            yield from _chart(block)
        case Matrix():
            yield f"{_paragraph(block.title)}: rows are the true class, columns the predicted one"
            yield ""
            body = [
                [escaped(name), *(f"**{n}**" if at == place else str(n) for at, n in enumerate(row))]
                for place, (name, row) in enumerate(zip(block.classes, block.counts, strict=False))
            ]
            head = ("true \\\\ predicted", *map(escaped, block.classes))
            yield from _raw_table(head, body, range(1, len(head)))


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], numbers: Iterable[int]) -> Iterator[str]:
    return _raw_table([*map(escaped, head)], [[*map(escaped, row)] for row in rows], numbers)


def _raw_table(head: Sequence[str], rows: Sequence[Sequence[str]], numbers: Iterable[int]) -> Iterator[str]:
    right = set(numbers)
    yield f"| {' | '.join(head)} |"
    yield f"| {' | '.join('---:' if at in right else '---' for at in range(len(head)))} |"
    yield from (f"| {' | '.join(row)} |" for row in rows)


def _chart(chart: Chart) -> Iterator[str]:
    yield f"{_paragraph(chart.title)}, from the first value to the last"
    yield ""
    rows = []
    for curve in chart.curves:
        values = [value for _, value in curve.points]
        if values and not curve.is_thin:
            bars = figures.sparkline(thin(values, _BARS))
            rows.append((curve.label, figures.value(values[0]), bars, figures.value(values[-1])))
    rows += [(label, figures.value(value), "", figures.value(value)) for value, label in chart.baselines]
    yield from _table(("", "first", "", "last"), rows, (1, 3))
