import math
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tui_trainer.core.series import Series

values = st.floats(width=32, allow_nan=True, allow_infinity=True)
blocks = st.lists(st.tuples(st.integers(0, 300), st.lists(values, min_size=1, max_size=80)), max_size=8)


def filled(told: list[tuple[int, list[float]]]) -> tuple[Series, dict[int, float]]:
    """A series, and what it should hold: the later word about a step counts."""
    series, expected = Series(), {}
    for first_step, block in told:
        series.append_block(first_step, block)
        expected |= {first_step + i: float(np.float32(value)) for i, value in enumerate(block)}
    return series, dict(sorted(expected.items()))


def same(a, b) -> bool:
    return np.array_equal(np.asarray(a, float), np.asarray(b, float), equal_nan=True)


@given(blocks)
def test_holds_every_value_at_its_step_whatever_the_order_of_arrival(told):
    series, expected = filled(told)
    assert series.steps.tolist() == list(expected)
    assert same(series.values, list(expected.values()))
    assert series.last_step == (max(expected) if expected else None)


@given(blocks, st.integers(-1, 400), st.lists(values, min_size=1, max_size=5))
def test_cut_after_forgets_what_is_later_and_goes_on_from_there(told, step, more):
    series, expected = filled(told)
    series.columns([0.0, 500.0])
    series.cut_after(step)
    expected = {s: v for s, v in expected.items() if s <= step}
    assert series.steps.tolist() == list(expected)
    assert same(series.values, list(expected.values()))

    series.append_block(step + 1, more)
    expected |= {step + 1 + i: float(np.float32(value)) for i, value in enumerate(more)}
    assert series.steps.tolist() == list(expected)
    assert series.non_finite_steps().tolist() == [s for s, v in expected.items() if not math.isfinite(v)]
    assert same(series.columns([-1.0, 1000.0]).minimum, [brute(min, expected, -1, 1000)])


def brute(choose, expected, low, high):
    finite = [v for s, v in expected.items() if low <= s < high and math.isfinite(v)]
    return choose(finite) if finite else math.nan


@given(blocks, st.lists(st.floats(-10, 450), min_size=2, max_size=30).map(sorted))
def test_columns_are_the_extremes_and_ends_of_each_range(told, edges):
    series, expected = filled(told)
    columns = series.columns(edges)
    ranges = list(pairwise(edges))
    inside = [[v for s, v in expected.items() if low <= s < high] for low, high in ranges]
    assert same(columns.minimum, [brute(min, expected, *each) for each in ranges])
    assert same(columns.maximum, [brute(max, expected, *each) for each in ranges])
    assert same(columns.first, [each[0] if each else math.nan for each in inside])
    assert same(columns.last, [each[-1] if each else math.nan for each in inside])
    assert columns.count.tolist() == [len(each) for each in inside]


@given(blocks, st.lists(st.floats(-10, 450), min_size=2, max_size=30).map(sorted))
def test_sums_are_of_the_finite_values_alone(told, edges):
    series, expected = filled(told)
    totals, counts = series.sums(edges)
    for total, count, low, high in zip(totals, counts, edges, edges[1:], strict=False):
        finite = [v for s, v in expected.items() if low <= s < high and math.isfinite(v)]
        assert count == len(finite)
        size = math.fsum(map(abs, finite))
        assert math.isclose(total, math.fsum(finite), rel_tol=1e-4, abs_tol=1e-4 * size + 1e-40)


@given(blocks)
def test_non_finite_steps_are_named(told):
    series, expected = filled(told)
    assert series.non_finite_steps().tolist() == [s for s, v in expected.items() if not math.isfinite(v)]


@given(blocks, st.floats(-5, 500))
def test_at_is_what_held_at_a_step(told, step):
    series, expected = filled(told)
    before = [(s, v) for s, v in expected.items() if s <= step]
    held = series.at(step)
    assert (held is None) == (not before)
    if held:
        assert same(held, before[-1])


def test_a_value_for_every_step_costs_four_bytes():
    series = Series()
    for first in range(0, 100_000, 100):
        series.append_block(first, np.zeros(100))
    assert series.values.nbytes == 400_000
    assert len(series._run_step) == 1
