"""Landscapes from above, row by row."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_trainer.core.landscapes import LANDSCAPES
from tui_trainer.tui.plot.contour import NO_GROUND, NUM_BANDS, Shading, Sheet, Terrain, Trail, lay_out, survey
from tui_trainer.tui.plot.drawing import Span
from tui_trainer.tui.plot.raster import GlyphName

BOWL = survey(lambda at: (at**2).sum(axis=-1), ((-2.0, 2.0), (-1.0, 1.0)), [(0.0, 0.0)])
WAY = np.array([[-1.5, 0.75], [1.0, 0.75], [1.0, -0.5]])
START = (-1.5, 0.75)


def sheet(
    width: int = 30,
    height: int = 10,
    shading: Shading = "dotted",
    glyphs: GlyphName = "braille",
    terrain: Terrain = BOWL,
) -> Sheet:
    made = lay_out(terrain, width, height, shading=shading, glyphs=glyphs)
    assert made is not None
    return made


def test_every_other_band_is_dotted_where_there_is_no_ground_to_colour() -> None:
    assert sheet().draw([], START).text().splitlines() == [
        "    1┤··  ··  ········  ··  ··",
        "     │·  o·  ··      ··  ··  ·",
        "     │·  ·  ··  ····  ··  ·  ·",
        "     │· ··  ·  ··  ··  ·  ·· ·",
        "    0┤· ·· ··  ·  + ·  ·· ·· ·",
        "     │· ··  ·  ··  ··  ·  ·· ·",
        "     │·  ·  ··  ····  ··  ·  ·",
        "     │·  ··  ··      ··  ··  ·",
        "   -1┤··  ··  ········  ··  ··",
        "     └-2          0          x",
    ]


@pytest.mark.parametrize(
    ("shading", "glyphs", "row"),
    [
        ("dotted", "braille", "     │·  o⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⢹ ··  ·"),
        ("lettered", "braille", "     │·  o⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉⠉b ··  ·"),
        ("lettered", "ascii", "     |.  obbbbbbbbbbbbbb ..  ."),
    ],
)
def test_a_way_leads_from_the_start_to_its_letter(shading: Shading, glyphs: GlyphName, row: str) -> None:
    drawn = sheet(shading=shading, glyphs=glyphs).draw([Trail(WAY, "B", 1)], START)
    rows = drawn.text().splitlines()
    assert rows[1] == row
    assert sum("B" in row for row in rows) == 1
    assert rows[6].index("B") == rows[1].rindex("⢹" if shading == "dotted" else "b")


def test_where_ways_cross_no_dot_of_either_is_lost() -> None:
    down = Trail(np.array([[0.5, 0.9], [0.5, -0.9]]), "C", 2)
    across = Trail(np.array([[-0.5, 0.5], [1.5, 0.5]]), "D", 3)
    drawn = sheet().draw([down, across], START)
    assert drawn.text().splitlines()[1:4] == [
        "     │·  o·  ··     ⢸··  ··  ·",
        "     │·  ·  ·· ⠒⠒⠒⠒⠒⢺⠒⠒⠒⠒⠒D  ·",
        "     │· ··  ·  ··  ·⢸  ·  ·· ·",
    ]
    colors = [ink.color for text, ink, *_ in drawn.row(2) if "⢺" in text]
    assert colors == [3]


def test_the_ground_is_lowest_at_the_minimum_and_takes_half_a_cell_each() -> None:
    drawn = sheet(width=46, height=13, shading="filled").draw([Trail(WAY, "B", 1)], START)
    ground = drawn.ground[:12, 6:]
    assert ground.min() == 0
    assert ground.max() == NUM_BANDS - 1
    assert ground[5:7, 19:21].max() == 0
    assert (ground == np.flip(ground, axis=1)).all()
    assert (ground == np.flip(ground, axis=(0, 2))).all()
    assert (drawn.ground[:, :6] == NO_GROUND).all()
    halves = drawn.drawing.chars[:12, 6:] == "▀"
    assert halves.any()
    assert (ground[halves][:, 0] != ground[halves][:, 1]).all()


def test_steep_functions_have_bands_by_ratio() -> None:
    rosenbrock = LANDSCAPES[6]
    window = (rosenbrock.window[0], rosenbrock.window[1])
    edges = survey(rosenbrock.value, window, rosenbrock.minima).edges
    ratios = edges[1:] / edges[:-1]
    assert ratios == pytest.approx(np.full(len(ratios), ratios[0]))
    assert np.diff(BOWL.edges) == pytest.approx(np.arange(3, 2 * NUM_BANDS - 1, 2) * BOWL.edges[0])


def test_only_what_changed_is_painted_again() -> None:
    laid_out = sheet()
    before = laid_out.draw([Trail(WAY[:1], "B", 1)], START)
    after = laid_out.draw([Trail(np.array([[-1.2, 0.75]]), "B", 1)], START)
    assert after.changes(before) == [Span(9, 1, 2)]
    assert after.changes(after) == []
    assert after.changes(None) == [Span(0, y, 30) for y in range(10)]


def test_a_cell_is_the_place_it_shows() -> None:
    laid_out = sheet()
    for x in range(6, 30):
        for y in range(9):
            place = laid_out.place_at(x, y)
            assert place is not None
            drawn = laid_out.draw([Trail(np.array([place]), "Z", 0)], START)
            assert drawn.drawing.chars[y, x] == "Z"
    assert laid_out.place_at(3, 3) is None
    assert laid_out.place_at(10, 9) is None


numbers = st.floats(allow_nan=True, allow_infinity=True)


@given(
    st.lists(st.tuples(numbers, numbers), max_size=20),
    st.integers(0, 90),
    st.integers(0, 30),
    st.sampled_from(["filled", "dotted", "lettered"]),
    st.sampled_from(["braille", "ascii"]),
)
def test_no_way_leads_out_of_the_picture(
    points: list[tuple[float, float]], width: int, height: int, shading: Shading, glyphs: GlyphName
) -> None:
    laid_out = lay_out(BOWL, width, height, shading=shading, glyphs=glyphs)
    if laid_out is None:
        assert width < 14 or height < 4
        return
    drawn = laid_out.draw([Trail(np.array(points).reshape(-1, 2), "A", 0)], START)
    assert [sum(len(text) for text, *_ in drawn.row(y)) for y in range(height)] == [width] * height
