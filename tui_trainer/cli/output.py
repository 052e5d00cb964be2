"""What the commands print: results on stdout, all else on stderr, JSON with honest NaNs."""

import json
import math
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any, TextIO

from tui_trainer.core.text import plain

_TYPED = str.maketrans(
    {"≥": ">=", "≤": "<=", "×": "x", "²": "2", "λ": "lambda", "∞": "inf", "✓": "+", "·": "-", "…": "..."}
)


def say(text: str, stream: TextIO | None = None) -> None:
    """Lines on stdout, or ``stream``, at once. When whoever read it has gone, the rest goes nowhere."""
    stream = stream or sys.stdout
    try:
        print(text, file=stream, flush=True)
    except BrokenPipeError:
        hush(stream)


def hush(stream: TextIO) -> None:
    """Let all that is still to be written to ``stream`` go nowhere, without complaint."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def warn(text: str) -> None:
    """One line on stderr, safe for a terminal."""
    say(plain(text), sys.stderr)


def to_json(value: Any) -> str:
    """``value`` as one line of JSON in ASCII, so that no text in it can reach a terminal as a command.

    JSON has no numbers for NaN and the infinities: they are the strings "NaN", "Infinity" and "-Infinity",
    which Python's and most other languages' text-to-float functions read.
    """
    return json.dumps(_representable(value), allow_nan=False).replace("\x7f", "\\u007f")


def _representable(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, Mapping):
        return {key: _representable(inner) for key, inner in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_representable(inner) for inner in value]
    return value


def typed(text: str) -> str:
    """``text`` as stdout can show it: where that is not Unicode, our signs are spelled as one would type."""
    return text if "utf" in (sys.stdout.encoding or "").lower() else text.translate(_TYPED)


def columns(rows: Sequence[Sequence[str]], numbers: Sequence[int] = ()) -> list[str]:
    """The rows as lines with aligned columns, two spaces apart; those in ``numbers`` keep to the right."""
    from rich.cells import cell_len

    widths = [max(cell_len(row[at]) for row in rows) for at in range(len(rows[0]))] if rows else []
    lines = []
    for row in rows:
        cells = []
        for at, (cell, width) in enumerate(zip(row, widths, strict=True)):
            space = " " * (width - cell_len(cell))
            cells.append(space + cell if at in numbers else cell + space)
        lines.append("  ".join(cells).rstrip())
    return lines
