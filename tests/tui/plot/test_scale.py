import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tui_trainer.tui.plot.scale import linear_scale, log_scale

finite = st.floats(width=32, allow_nan=False, allow_infinity=False)
rows = st.integers(3, 50)
dots = st.integers(2, 4)


@given(finite, finite, rows, dots)
def test_a_linear_scale_holds_its_values_in_order(a, b, rows, dots):
    low, high = sorted((a, b))
    scale = linear_scale(low, high, rows=rows, dots=dots)
    bottom, top = scale.heights([low, high])
    assert -1e-6 <= bottom <= top <= 1 + 1e-6
    assert math.isnan(scale.heights(math.nan))


@given(finite, finite, st.integers(7, 50), dots)
def test_little_room_is_lost_to_round_labels(a, b, rows, dots):
    low, high = sorted((a, b))
    assume(high - low > 1e-4 * max(abs(low), abs(high)) and high - low > 1e-30)
    bottom, top = linear_scale(low, high, rows=rows, dots=dots).heights([low, high])
    assert top - bottom > 0.45


@given(finite, finite, rows, dots)
def test_labels_are_round_a_whole_number_of_rows_apart_and_different(a, b, rows, dots):
    low, high = sorted((a, b))
    assume(high - low > 1e-4 * max(abs(low), abs(high)) or low == high)
    assume(high == low or high - low > 1e-30)
    scale = linear_scale(low, high, rows=rows, dots=dots)
    ticks, labels = scale.ticks()
    assert 2 <= len(ticks) == len(set(labels)) <= rows
    from_top = (1 - scale.heights(ticks)) * (rows * dots - 1)
    cells = (rows * dots - 1 - from_top) / dots
    assert np.allclose(cells, np.round(cells), atol=1e-3)
    assert len(set(np.round(np.diff(cells)))) == 1


@pytest.mark.parametrize(
    ("low", "high", "labels"),
    [
        (0.05, 2.31, ["0", "1", "2"]),
        (0.1, 0.97, ["0.0", "0.4", "0.8"]),
        (2.3, 2.3, ["0", "1", "2"]),
        (0.0, 0.0, ["0.0", "0.4", "0.8"]),
        (-0.4, 0.6, ["-0.4", "0.0", "0.4"]),
        (2900.0, 3000.0, ["2910", "2940", "2970", "3000"]),
    ],
)
def test_zero_is_shown_when_it_is_near(low, high, labels):
    assert linear_scale(low, high, rows=8, dots=4).ticks()[1] == labels


positive = st.floats(1e-30, 1e30)


@given(positive, positive)
def test_a_log_scale_holds_its_values_in_order(a, b):
    low, high = sorted((a, b))
    bottom, top = log_scale(low, high, 5).heights([low, high])
    assert -1e-6 <= bottom <= top <= 1 + 1e-6


@given(positive, positive, st.integers(2, 20))
def test_log_labels_are_inside_and_few(a, b, at_most):
    scale = log_scale(*sorted((a, b)), at_most)
    ticks, labels = scale.ticks()
    assert len(ticks) == len(labels) <= at_most
    heights = scale.heights(ticks)
    assert ((heights >= -1e-6) & (heights <= 1 + 1e-6)).all()


def test_equal_ratios_are_equally_high():
    heights = log_scale(0.01, 100, 5).heights([0.01, 0.1, 1, 10, 100])
    assert np.allclose(np.diff(heights), 0.25)


def test_what_has_no_logarithm_lies_at_the_bottom_and_the_axis_says_so():
    scale = log_scale(0.01, 1, 5, floor=0.1)
    assert scale.heights([0, -5]).tolist() == [0, 0]
    assert scale.heights(0.01) == pytest.approx(0.1)
    ticks, labels = scale.ticks()
    assert (ticks[0], labels[0]) == (0, "≤0")
    assert "≤0" not in log_scale(0.01, 1, 5).ticks()[1]
