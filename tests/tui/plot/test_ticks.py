import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tui_trainer.tui.plot.ticks import linear_ticks, log_tick_labels, log_ticks, nice_step, tick_labels

numbers = st.floats(-1e9, 1e9)
counts = st.integers(2, 30)


def ranges(low, high):
    """Neither empty nor so narrow that floats cannot tell its numbers apart."""
    return high - low > 1e-6 * max(abs(low), abs(high), 1e-9)


@given(numbers, numbers, counts)
def test_linear_ticks_are_few_round_and_inside(low, high, at_most):
    assume(ranges(low, high))
    ticks = linear_ticks(low, high, at_most)
    slack = 1e-6 * (high - low)
    assert len(ticks) <= at_most
    assert (np.diff(ticks) > 0).all()
    assert ((ticks >= low - slack) & (ticks <= high + slack)).all()
    if len(ticks) > 1:
        step = ticks[1] - ticks[0]
        digits = step / 10 ** math.floor(math.log10(step) + 1e-9)
        assert min(abs(digits - nice) for nice in (1, 2, 2.5, 5, 10)) < 1e-5
        assert np.allclose(ticks / step, np.round(ticks / step), atol=1e-4)


@given(numbers, numbers, st.integers(4, 30))
def test_there_are_enough_ticks_to_read_a_value(low, high, at_most):
    assume(ranges(low, high))
    assert len(linear_ticks(low, high, at_most)) >= at_most // 2.5 - 1


@given(st.floats(0.01, 1e9), st.integers(1, 30))
def test_whole_steps_are_for_counting(span, at_most):
    step = nice_step(span, at_most, whole=True)
    assert step == round(step) >= 1


@given(st.floats(-12, 12), st.floats(0.001, 14), counts)
def test_log_ticks_are_few_and_inside(exponent, decades, at_most):
    low, high = 10**exponent, 10 ** (exponent + decades)
    ticks = log_ticks(low, high, at_most)
    assert len(ticks) <= at_most
    assert (np.diff(ticks) > 0).all()
    assert ((ticks >= low * (1 - 1e-6)) & (ticks <= high * (1 + 1e-6))).all()


@given(numbers, numbers, counts)
def test_labels_of_different_ticks_differ_and_say_their_value(low, high, at_most):
    assume(ranges(low, high))
    ticks = linear_ticks(low, high, at_most)
    labels = tick_labels(ticks)
    assert len(set(labels)) == len(ticks)
    units = {"k": 1e3, "M": 1e6, "G": 1e9}
    for tick, label in zip(ticks, labels, strict=True):
        value = float(label.rstrip("kMG")) * units.get(label[-1], 1)
        assert value == pytest.approx(tick, rel=1e-6, abs=1e-6 * (high - low))


@pytest.mark.parametrize(
    ("ticks", "labels"),
    [
        ([0, 0.5, 1, 1.5], ["0.0", "0.5", "1.0", "1.5"]),
        ([0, 0.25, 0.5], ["0.00", "0.25", "0.50"]),
        ([0, 200_000, 400_000], ["0", "200k", "400k"]),
        ([0, 2.5e6, 5e6], ["0", "2500k", "5000k"]),
        ([1e7, 2e7], ["10M", "20M"]),
        ([-0.1, 0.0, 0.1], ["-0.1", "0.0", "0.1"]),
        ([0, 2e-5, 4e-5], ["0", "2e-5", "4e-5"]),
        ([1e20, 2e20], ["1e20", "2e20"]),
        ([7], ["7"]),
        ([], []),
    ],
)
def test_tick_labels(ticks, labels):
    assert tick_labels(ticks) == labels


def test_log_labels_are_as_precise_as_each_needs_and_of_one_form():
    assert log_tick_labels([0.001, 0.5, 1, 100, 100_000]) == ["0.001", "0.5", "1", "100", "100k"]
    assert log_tick_labels([1e-6, 0.001, 1, 1000]) == ["1e-6", "1e-3", "1", "1e3"]
    assert log_tick_labels([1, 1e9, 1e18]) == ["1", "1e9", "1e18"]
