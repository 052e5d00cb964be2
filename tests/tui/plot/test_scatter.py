import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tui_trainer.tui.plot.scatter import draw
from tui_trainer.tui.plot.spans import Line, text_of, width_of


def points_in(lines: tuple[Line, ...]) -> list[tuple[int, int]]:
    """Cells (row, column) of the plot that hold a point, from the top left."""
    found = []
    for y, line in enumerate(lines[1:-1]):
        x = 0
        for span in line:
            found += [(y, x + i) for i in range(len(span.text)) if span.role == "point"]
            x += len(span.text)
    return found


def test_perfect_predictions_lie_on_the_diagonal():
    values = np.linspace(0, 10, 11)
    on_it = draw(values, values, 60, 14, target="", glyphs="braille")
    offsets = [abs((x - 4) / 56 - (1 - y / 11)) for y, x in points_in(on_it)]
    assert len(offsets) > 11
    assert max(offsets) < 0.08


def test_what_is_predicted_too_low_lies_below_it():
    below = draw([0.0, 9.0, 10.0], [0.0, 1.0, 10.0], 60, 14, target="", glyphs="braille")
    low = [(y, x) for y, x in points_in(below) if x > 45 and y > 6]
    assert low


def test_axes_name_both_sides_and_their_unit():
    shown = [text_of(line) for line in draw([0, 100], [0, 100], 60, 12, target="mm", glyphs="braille")]
    assert shown[0].strip() == "predicted mm"
    assert shown[-1].endswith("actual")
    assert "50" in shown[-1]
    assert any(line.startswith(" 50┤") for line in shown)


def test_predictions_that_are_not_finite_are_counted():
    shown = draw([1.0, 2.0, 3.0], [1.0, np.nan, np.inf], 60, 12, target="", glyphs="braille")
    assert text_of(shown[0]) == "2 predictions are not finite"
    nothing = draw([1.0], [np.nan], 60, 12, target="", glyphs="braille")
    assert text_of(nothing[0]) == "1 predictions are not finite"


@given(
    st.lists(st.tuples(*[st.floats(width=32)] * 2), max_size=50),
    st.integers(1, 120),
    st.integers(1, 40),
    st.sampled_from(["braille", "blocks", "ascii"]),
)
def test_it_never_leaves_its_box(pairs, width, height, glyphs):
    actual, predicted = np.array(pairs, np.float32).reshape(-1, 2).T
    lines = draw(actual, predicted, max(width, 30), height, target="a unit", glyphs=glyphs)
    assert len(lines) <= max(height, 1)
    assert max(map(width_of, lines)) <= max(width, 30)
