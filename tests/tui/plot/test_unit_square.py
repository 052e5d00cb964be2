import numpy as np
import pytest

from tui_trainer.tui.plot.raster import GLYPH_NAMES, GlyphName
from tui_trainer.tui.plot.spans import text_of, width_of
from tui_trainer.tui.plot.unit_square import Square, draw

STEPS = Square("ROC", "false", np.array([0, 0, 1.0]), np.array([0, 0.5, 1]), (0.0, 1.0), (0.0, 0.5))


def test_a_curve_a_dashed_line_and_a_point() -> None:
    assert [text_of(line).rstrip() for line in draw(STEPS, 16, 8, "ascii")] == [
        "ROC",
        "  1+        .--'",
        "   |    .--':",
        " .5+o--'  :.",
        "   ||",
        "   || .",
        "  0+|:",
        "   +0  false   1",
    ]


@pytest.mark.parametrize("glyphs", GLYPH_NAMES)
@pytest.mark.parametrize("box", [(80, 24), (10, 4), (9, 3), (40, 11)])
def test_it_fills_its_box_whatever_is_drawn(glyphs: GlyphName, box: tuple[int, int]) -> None:
    nothing = Square("x" * 200, "y" * 99, np.zeros(1), np.zeros(1), (0.3, 0.3), (float("nan"), 0.0))
    for square in (STEPS, nothing):
        lines = draw(square, *box, glyphs)
        assert len(lines) == box[1]
        assert {width_of(line) for line in lines} == {box[0]}
