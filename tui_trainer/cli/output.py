"""What the commands print: results on stdout, all else on stderr, JSON with honest NaNs."""

import codecs
import json
import math
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO

import click

from tui_trainer.core.text import plain


def spell_out(streams: Iterable[TextIO]) -> None:
    """Have what a stream cannot show spelled as one would type it: ``lambda`` for λ, ``e`` for é.

    A terminal that shows ASCII alone gets nothing else, whatever Python takes its encoding for.
    """
    from tui_trainer.tui.terminal import inherited_environment, needs_ascii

    codecs.register_error("spelled", _spelled)
    for stream in streams:
        encoding = "ascii" if stream.isatty() and needs_ascii(inherited_environment()) else stream.encoding
        stream.reconfigure(encoding=encoding, errors="spelled")  # type: ignore[attr-defined]


def _spelled(error: UnicodeError) -> tuple[str, int]:
    from tui_trainer.tui.ascii import spelled

    if not isinstance(error, UnicodeEncodeError):
        raise error
    return spelled(error.object[error.start : error.end]), error.end


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


def write_new(path: Path, text: str, *, force: bool) -> None:
    """Write a file. Raises UsageError where there is one already, unless ``force`` is to replace it."""
    try:
        with path.open("w" if force else "x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise click.UsageError(
            f"{plain(str(path))} is there already: name another file, or add --force"
        ) from None


def warn_of_the_end() -> None:
    """A line on stderr where this system will end a run that trains by itself, with what helps."""
    from tui_trainer.core.detaching import end_of_runs

    if sentence := end_of_runs():
        warn(f"this run trains by itself, but {sentence}")


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


def columns(rows: Sequence[Sequence[str]], numbers: Sequence[int] = ()) -> list[str]:
    """The rows as lines with aligned columns, two spaces apart; those in ``numbers`` keep to the right.

    They are aligned as stdout will show them.
    """
    from rich.cells import cell_len

    encoding, errors = sys.stdout.encoding, sys.stdout.errors or "strict"
    rows = [[cell.encode(encoding, errors).decode(encoding) for cell in row] for row in rows]
    widths = [max(cell_len(row[at]) for row in rows) for at in range(len(rows[0]))] if rows else []
    lines = []
    for row in rows:
        cells = []
        for at, (cell, width) in enumerate(zip(row, widths, strict=True)):
            space = " " * (width - cell_len(cell))
            cells.append(space + cell if at in numbers else cell + space)
        lines.append("  ".join(cells).rstrip())
    return lines
