import numpy as np
import pytest
from hypothesis import given
from hypothesis.extra.numpy import arrays
from rich.cells import cell_len

from tui_trainer.tui.plot.raster import GLYPH_NAMES, GLYPHS

dots = arrays(bool, (12, 4))


@given(dots)
def test_braille_shows_every_dot(dots):
    glyphs = GLYPHS["braille"]
    codes = glyphs.codes(dots)
    assert codes.shape == (3, 2)
    shown = np.zeros_like(dots)
    # The dots of a braille character by its Unicode number: 1 2 3 7 at the left, 4 5 6 8 at the right.
    places = {1: (0, 0), 2: (1, 0), 3: (2, 0), 7: (3, 0), 4: (0, 1), 5: (1, 1), 6: (2, 1), 8: (3, 1)}
    for (y, x), character in np.ndenumerate(glyphs.cells[codes]):
        bits = 0 if character == " " else ord(character) - 0x2800
        for number, (row, column) in places.items():
            shown[4 * y + row, 2 * x + column] = bits >> (number - 1) & 1
    assert (shown == dots).all()


@pytest.mark.parametrize("name", GLYPH_NAMES)
@given(dots, dots)
def test_one_shape_over_another_is_or(name, one, other):
    glyphs = GLYPHS[name]
    assert (glyphs.codes(one | other) == glyphs.codes(one) | glyphs.codes(other)).all()


def test_blocks_fill_the_quarters_of_a_cell():
    corners = np.array([[1, 0], [0, 1]], bool)
    assert GLYPHS["blocks"].cells[GLYPHS["blocks"].codes(corners)].tolist() == [["▚"]]


@pytest.mark.parametrize("name", GLYPH_NAMES)
def test_every_glyph_takes_one_cell_and_ascii_is_ascii(name):
    glyphs = GLYPHS[name]
    assert len(glyphs.cells) == len(glyphs.faint) == 2 ** (glyphs.rows * glyphs.columns)
    singles = (glyphs.tick, glyphs.axis, glyphs.corner, glyphs.mark, glyphs.cursor, glyphs.cross)
    used = "".join([*glyphs.cells, *glyphs.faint, *glyphs.points, *singles, glyphs.dash])
    assert all(cell_len(character) == 1 for character in used)
    assert used.isascii() == (name == "ascii")


def test_texts_keep_to_the_set():
    assert GLYPHS["ascii"].text("≤0 · ∞ é") == "<=0 | inf ?"
    assert GLYPHS["braille"].text("≤0 漢") == "≤0 ?"
