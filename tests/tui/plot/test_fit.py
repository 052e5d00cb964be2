import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_trainer.tui.plot.fit import curve, residuals, summary
from tui_trainer.tui.plot.spans import Line, text_of, width_of

NOBODY = (np.zeros(0), np.zeros(0), np.zeros(0, bool))


def cells_of(lines: tuple[Line, ...], role: str) -> list[tuple[int, int]]:
    found = []
    for y, line in enumerate(lines):
        x = 0
        for span in line:
            found += [(y, x + i) for i, char in enumerate(span.text) if span.role == role and char != " "]
            x += len(span.text)
    return found


def test_the_curve_is_unbroken_and_goes_through_its_values():
    xs = np.linspace(-1, 1, 41)
    lines = curve(xs, xs**3, NOBODY, 60, 16, x_label="x", glyphs="braille")
    cells = cells_of(lines, "curve")
    margin = min(x for _, x in cells)
    assert {x for _, x in cells} == set(range(margin, 60))
    middle = (60 - margin) // 2 + margin
    assert any(abs(y - 7) <= 1 and abs(x - middle) <= 1 for y, x in cells)
    assert (0, 59) in cells


def test_a_steep_curve_has_no_gaps():
    xs = np.linspace(-1, 1, 100)
    lines = curve(xs, np.sign(xs), NOBODY, 60, 16, x_label="x", glyphs="braille")
    assert {y for y, _ in cells_of(lines, "curve")} == set(range(15))


def test_samples_of_train_and_validation_have_marks_of_their_own():
    samples = (np.array([-0.5, 0.5]), np.array([0.2, 0.8]), np.array([True, False]))
    lines = curve(np.array([-1.0, 1.0]), np.zeros(2), samples, 60, 16, x_label="", glyphs="braille")
    text = "\n".join(map(text_of, lines))
    assert text.index("○") < text.index("•")


def test_a_curve_that_left_the_samples_far_behind_does_not_flatten_them():
    samples = (np.array([0.0, 1.0]), np.array([0.0, 1.0]), np.array([True, True]))
    lines = curve(
        np.linspace(0, 1, 9), np.linspace(0, 1e9, 9), samples, 60, 16, x_label="x", glyphs="braille"
    )
    assert "1.0" in "".join(map(text_of, lines))


def test_residuals_lie_about_zero_and_are_counted_row_by_row():
    rng = np.random.default_rng(0)
    predicted = rng.random(50)
    actual = predicted + rng.normal(0, 0.1, 50)
    lines = residuals(predicted, actual, 78, 15, target="mm", glyphs="braille")
    assert text_of(lines[0]).startswith("residual: actual - predicted mm")
    counts = [int(text_of(line).rsplit(maxsplit=1)[-1]) for line in lines[1:-1] if "█" in text_of(line)]
    assert sum(counts) == 50
    assert any("─" in text_of(line) for line in lines[6:10])


def test_their_mean_and_root_mean_square():
    assert summary(np.array([1.0, 2.0]), np.array([2.0, 5.0])) == (
        "residuals mean 2.00, RMSE 2.24, largest 3.00"
    )


@pytest.mark.parametrize("glyphs", ["braille", "ascii"])
@given(st.lists(st.tuples(*[st.floats(width=32)] * 2), max_size=30), st.integers(1, 120), st.integers(1, 40))
def test_nothing_leaves_its_box(glyphs, pairs, width, height):
    predicted, actual = np.array(pairs, np.float32).reshape(-1, 2).T
    width = max(width, 30)
    for lines in (
        residuals(predicted, actual, width, height, target="a unit", glyphs=glyphs),
        curve(
            np.linspace(0, 1, len(predicted) + 2),
            np.append(predicted, [0, 1]),
            NOBODY,
            width,
            height,
            x_label="x",
            glyphs=glyphs,
        ),
    ):
        assert len(lines) <= max(height, 1)
        assert max(map(width_of, lines)) <= width
