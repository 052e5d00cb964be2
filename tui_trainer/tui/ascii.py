"""Texts and screens in ASCII alone, for terminals that have nothing else."""

import unicodedata
from collections.abc import Callable
from functools import lru_cache

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter
from textual.widget import Widget

# As words, for running text: may be longer than what it stands for.
_SPELLED = str.maketrans(
    {
        "←": "<-",
        "→": "->",
        "≥": ">=",
        "≤": "<=",
        "≈": "~",
        "↑": "Up",
        "↓": "Down",
        "…": "...",
        "√": "sqrt",
        "∇": "grad ",
        "Σ": "sum ",
        "∞": "inf",
        "·": "-",
        "×": "x",
        "α": "alpha",
        "β": "beta",
        "γ": "gamma",
        "δ": "delta",
        "ε": "epsilon",
        "η": "eta",
        "θ": "theta",
        "λ": "lambda",
        "μ": "mu",
        "ρ": "rho",
        "σ": "sigma",
        "½": "0.5",
        "²": "^2",
        "³": "^3",
        "⁴": "^4",
        "ŷ": "y^",
        "«": '"',
        "»": '"',
        "œ": "oe",
        "æ": "ae",
        "ß": "ss",
        "\N{NO-BREAK SPACE}": " ",
        "\N{NARROW NO-BREAK SPACE}": " ",
    }
)

# Cell for cell, for what is on screen already: the width may not change.
_CELLS = {
    "●": "*",
    "○": "o",
    "◆": "*",
    "■": "#",
    "□": "o",
    "▸": ">",
    "▶": ">",
    "◂": "<",
    "▾": "v",
    "▴": "^",
    "→": ">",
    "←": "<",
    "↑": "^",
    "↓": "v",
    "✓": "+",
    "✗": "x",
    "·": "-",
    "•": "*",
    "…": "~",
    "▁": "_",
    "▂": ".",
    "▃": ":",
    "▅": "=",
    "▆": "+",
    "▇": "*",
    "–": "-",
    "—": "-",
    "×": "x",
    "≈": "~",
    "≥": ">",
    "≤": "<",
    "β": "b",
    "γ": "g",
    "ε": "e",
    "ρ": "r",
    "λ": "l",
    "η": "n",
    "σ": "s",
    "Σ": "S",
    "±": "~",
    "’": "'",
    "‘": "'",
    "“": '"',
    "”": '"',
    "ø": "o",
    "ł": "l",
}


def spelled(text: str) -> str:
    """``text`` in ASCII as one would type it: Greek letters by name, accents dropped, ``?`` for the rest."""
    return text if text.isascii() else _cells(with_keys(text).translate(_SPELLED))


def with_keys(text: str) -> str:
    """Arrows in pairs are keys, not a direction."""
    return text.replace("↑↓", "Up/Down").replace("←→", "Left/Right")


def _cells(text: str) -> str:
    """``text`` in ASCII, each character as wide as before."""
    return "".join(map(_cell, text))


@lru_cache(4096)
def _cell(character: str) -> str:
    if character.isascii():
        return character
    if found := _CELLS.get(character):
        return found
    name = unicodedata.name(character, "")
    if name.startswith("BOX DRAWINGS"):
        return _line(name)
    if name.startswith("BRAILLE"):
        return " " if name.endswith("BLANK") else "."
    if "EIGHTH" in name:
        return "|" if "LEFT" in name or "RIGHT" in name else "-"
    if "BLOCK" in name or "SHADE" in name or "QUADRANT" in name:
        return "#"
    if "SPACE" in name:
        return " "
    width = cell_len(character)
    letter = unicodedata.normalize("NFKD", character)[:1]
    return letter[:width].ljust(width) if letter.isascii() and letter.isprintable() else "?" * width


def _line(name: str) -> str:
    directions = {word for word in ("HORIZONTAL", "VERTICAL", "UP", "DOWN", "LEFT", "RIGHT") if word in name}
    if directions <= {"HORIZONTAL", "LEFT", "RIGHT"}:
        return "-"
    return "|" if directions <= {"VERTICAL", "UP", "DOWN"} else "+"


class AsciiFilter(LineFilter):
    """The last thing before the terminal: whatever a widget drew, only ASCII leaves the app."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """``segments`` cell for cell in ASCII."""
        del background
        return [
            segment
            if segment.text.isascii()
            else Segment(_cells(segment.text), segment.style, segment.control)
            for segment in segments
        ]


def only_ascii(widget: Widget) -> bool:
    """Whether what ``widget`` draws will reach the terminal in ASCII alone."""
    return any(isinstance(line_filter, AsciiFilter) for line_filter in widget.get_line_filters())


def wording(widget: Widget) -> Callable[[str], str]:
    """What makes a text fit for the terminal that ``widget`` is drawn on."""
    return spelled if only_ascii(widget) else str
