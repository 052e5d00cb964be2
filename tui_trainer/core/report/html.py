"""A report as one HTML page: no script, nothing fetched, light and dark as the reader has it."""

from collections.abc import Iterable, Iterator, Sequence
from html import escape

import numpy as np

from tui_trainer.core import figures
from tui_trainer.core.confusion import per_class
from tui_trainer.core.report import svg
from tui_trainer.core.report.blocks import Block, Chart, Code, Heading, Matrix, Table, Text
from tui_trainer.core.text import plain

# After Okabe and Ito (2008), as in the app: told apart by the colour-blind too, on white and on black.
_LIGHT = ("#0072b2", "#c45100", "#00805c", "#a23b77", "#8a6d00", "#7a3e00", "#3b50c4", "#5a6470")
_DARK = ("#56b4e9", "#e69f00", "#2bbe94", "#d98cb8", "#f0e442", "#f07a45", "#8fa8ff", "#b0b7c0")
_WEAKEST, _STRONGEST = 0.12, 0.6
_MARKS = {"good": "✓ ", "note": "· ", "alarm": "! "}

_STYLE = """
:root { color-scheme: light dark; --ground: #fff; --ink: #1b1f24; --quiet: #5a6470; --line: #d5dae0;
  --soft: #f4f6f8; --hit: 0 114 178; --miss: 213 94 0; LIGHT }
@media (prefers-color-scheme: dark) { :root { --ground: #14171b; --ink: #e6e9ed; --quiet: #9aa4af;
  --line: #343b44; --soft: #1d2228; --hit: 86 180 233; --miss: 240 122 69; DARK } }
body { background: var(--ground); color: var(--ink); font: 15px/1.5 system-ui, sans-serif;
  max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1, h2, h3 { line-height: 1.25; } h2 { margin-top: 2.2rem; border-bottom: 1px solid var(--line); }
.quiet { color: var(--quiet); } .verdict { font-weight: 600; } .alarm { font-weight: 600; }
.wide { overflow-x: auto; } table { border-collapse: collapse; margin: .6rem 0; font-size: .92em; }
th, td { padding: .2rem .6rem; border-bottom: 1px solid var(--line); text-align: left; white-space: nowrap; }
th { font-weight: 600; } .n { text-align: right; font-variant-numeric: tabular-nums; }
.matrix td, .matrix th { border: 1px solid var(--line); text-align: right; padding: .15rem .5rem; }
.hit { background: rgb(var(--hit) / var(--a)); font-weight: 600; }
.miss { background: rgb(var(--miss) / var(--a)); } .zero { color: var(--quiet); }
pre { background: var(--soft); padding: .6rem .8rem; overflow-x: auto; }
svg { width: 100%; max-width: 44rem; height: auto; display: block; }
svg text { fill: var(--ink); font: 11px system-ui, sans-serif; }
svg .title { font-weight: 600; font-size: 13px; }
svg .tick, svg .label.quiet { fill: var(--quiet); }
svg .grid { stroke: var(--line); } svg .axis { stroke: var(--quiet); }
svg .base { stroke: var(--quiet); stroke-dasharray: 2 4; }
svg path { fill: none; stroke-width: 2; } svg path.thin { stroke-width: 1; opacity: .35; }
"""


def render(blocks: Iterable[Block]) -> str:
    """The whole file."""
    blocks = tuple(blocks)
    title = next((block.text for block in blocks if isinstance(block, Heading)), "report")
    return "\n".join(
        [
            "<!doctype html>",
            '<html lang="en">',
            "<head>",
            '<meta charset="utf-8">',
            # Says to the browser, too, that nothing is fetched and nothing runs.
            '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
            "style-src 'unsafe-inline'\">",
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{_text(title)}</title>",
            f"<style>{_style()}</style>",
            "</head>",
            "<body>",
            *(line for block in blocks for line in _lines(block)),
            "</body>",
            "</html>",
            "",
        ]
    )


def _style() -> str:
    def named(colours: Sequence[str]) -> str:
        return " ".join(f"--c{at}: {colour};" for at, colour in enumerate(colours))

    looks = "".join(
        f"svg path.c{at} {{ stroke: var(--c{at}); }}\n"
        f"svg .mark.c{at}, svg .label.c{at}, svg .odd.c{at} {{ fill: var(--c{at}); }}\n"
        for at in range(svg.NUM_LOOKS)
    )
    return _STYLE.replace("LIGHT", named(_LIGHT)).replace("DARK", named(_DARK)) + looks


def _lines(block: Block) -> Iterator[str]:
    match block:
        case Heading():
            yield f"<h{block.level}>{_text(block.text)}</h{block.level}>"
        case Text():
            yield f'<p class="{block.tone}">{_MARKS.get(block.tone, "")}{_text(block.text)}</p>'
        case Code():
            yield f"<pre>{chr(10).join(map(_text, block.lines))}</pre>"
        case Table():
            yield from _table(block)
        case Chart():
            yield svg.draw(block)
        case Matrix():
            yield from _matrix(block)


def _table(block: Table) -> Iterator[str]:
    def cells(tag: str, row: Sequence[str]) -> str:
        kinds = [f'{tag} class="n"' if at in block.numbers else tag for at in range(len(row))]
        said = (f"<{kind}>{_text(cell)}</{tag}>" for kind, cell in zip(kinds, row, strict=True))
        return f"<tr>{''.join(said)}</tr>"

    yield '<div class="wide"><table>'
    yield cells("th", block.head)
    yield from (cells("td", row) for row in block.rows)
    yield "</table></div>"


def _matrix(block: Matrix) -> Iterator[str]:
    """Each cell as dark as its share of the true class; recall at the right, precision below."""
    counts = np.asarray(block.counts, np.int64)
    scores, support = per_class(counts), counts.sum(axis=1)
    yield f"<h3>{_text(block.title)}</h3>"
    yield '<p class="quiet">Rows are the true class, columns the predicted one.</p>'
    yield '<div class="wide"><table class="matrix">'
    names = [_text(name, limit=24) for name in block.classes]
    yield f"<tr><th></th>{''.join(f'<th>{name}</th>' for name in names)}<th>recall</th></tr>"
    for true, name in enumerate(names):
        cells = []
        for predicted in range(len(names)):
            count, share = int(counts[true, predicted]), counts[true, predicted] / max(1, support[true])
            if not count:
                cells.append('<td class="zero">·</td>')
                continue
            kind = "hit" if true == predicted else "miss"
            tint = _WEAKEST + (_STRONGEST - _WEAKEST) * share
            cells.append(f'<td class="{kind}" style="--a: {tint:.3f}">{count:,}</td>')
        yield f"<tr><th>{name}</th>{''.join(cells)}<td>{_score(scores.recall[true])}</td></tr>"
    precision = "".join(f"<td>{_score(value)}</td>" for value in scores.precision)
    yield f"<tr><th>precision</th>{precision}<td></td></tr>"
    yield "</table></div>"


def _score(value: float) -> str:
    return "–" if np.isnan(value) else figures.value(float(value))


def _text(text: str, *, limit: int | None = None) -> str:
    return escape(plain(text, limit=limit))
