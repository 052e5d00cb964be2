"""Dots to characters: braille, quadrant blocks or ASCII."""

from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray
from rich.cells import get_character_cell_size

GlyphName: TypeAlias = Literal["braille", "blocks", "ascii"]
Dots: TypeAlias = NDArray[np.bool_]
Codes: TypeAlias = NDArray[np.uint8]
Chars: TypeAlias = NDArray[np.str_]

_TYPEWRITER = str.maketrans({"·": "|", "≤": "<=", "↑": "^", "↓": "v", "∞": "inf", "–": "-", "…": "..."})


@dataclass(frozen=True, eq=False)
class Glyphs:
    """One way to draw with characters.

    A cell holds ``rows`` × ``columns`` dots. Its code has a bit a dot, the first row first, the left column
    first, so that drawing one shape over another is OR.
    """

    rows: int
    columns: int
    cells: Chars
    """The character of every code, (2 ** (rows × columns),); a blank for none."""
    faint: Chars
    """The same for what lies behind; where dots are too coarse to look lighter, other characters."""
    points: str
    """One value each; shapes of their own tell point curves apart without colour."""
    tick: str
    axis: str
    corner: str
    mark: str
    cursor: str
    cross: str
    """Where a value is not finite."""
    dash: str = ""
    """What a dashed line is made of where dots are too coarse for it."""
    ascii_only: bool = False

    def codes(self, dots: Dots) -> Codes:
        """Cell codes (H, W) of a dot raster (H × rows, W × columns)."""
        height, width = dots.shape[0] // self.rows, dots.shape[1] // self.columns
        bits = dots.reshape(height, self.rows, width, self.columns).transpose(0, 2, 1, 3)
        packed = np.packbits(bits.reshape(height, width, -1), axis=2, bitorder="little")
        return packed[:, :, 0]

    def text(self, text: str) -> str:
        """``text`` as this set can show it, one cell a character."""
        if text.isascii():
            return text
        if self.ascii_only:
            return text.translate(_TYPEWRITER).encode("ascii", "replace").decode("ascii")
        return "".join(c if get_character_cell_size(c) == 1 else "?" for c in text)


def _braille() -> Chars:
    """Braille numbers its dots down the left column, then the right one; the fourth row came later."""
    bit_of_dot = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
    flat = [bit for row in bit_of_dot for bit in row]
    codes = (sum(bit for i, bit in enumerate(flat) if code >> i & 1) for code in range(256))
    return np.array([chr(0x2800 + code) if code else " " for code in codes])


_BRAILLE = _braille()
_QUADRANTS = np.array(list(" ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█"))

GLYPHS: dict[GlyphName, Glyphs] = {
    "braille": Glyphs(
        rows=4, columns=2, cells=_BRAILLE, faint=_BRAILLE, points="●◆▲■",
        tick="┤", axis="│", corner="└", mark="┊", cursor="│", cross="×",
    ),
    "blocks": Glyphs(
        rows=2, columns=2, cells=_QUADRANTS, faint=_QUADRANTS, points="●◆▲■",
        tick="┤", axis="│", corner="└", mark="┊", cursor="│", cross="×", dash="─",
    ),
    "ascii": Glyphs(
        rows=3, columns=1, cells=np.array(list(" '-'.|,|")), faint=np.array(list(" ..:.:::")), points="o#^%",
        tick="+", axis="|", corner="+", mark=":", cursor="|", cross="x", dash="-", ascii_only=True,
    ),
}  # fmt: skip

GLYPH_NAMES: tuple[GlyphName, ...] = get_args(GlyphName)
