"""Lines as dots, against a drawing of the same values point by point."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tui_trainer.tui.plot.trace import Heights, Spans, dashed, dotted, line_spans, solid

NUM_ROWS = 20


def heights(*columns, positions=None):
    """Each column a list of the rows of its values: NaN is not finite, an empty list is no value."""
    finite = [[row for row in column if not math.isnan(row)] for column in columns]
    return Heights(
        positions=np.array(positions if positions is not None else range(len(columns)), float),
        top=np.array([min(column, default=math.nan) for column in finite], float),
        bottom=np.array([max(column, default=math.nan) for column in finite], float),
        first=np.array([column[0] if column else math.nan for column in columns], float),
        last=np.array([column[-1] if column else math.nan for column in columns], float),
        known=np.array([bool(column) for column in columns]),
    )


def drawn(*columns, num_columns=None, positions=None):
    spans = line_spans(heights(*columns, positions=positions), num_columns or len(columns))
    return ["".join(".#"[int(dot)] for dot in row) for row in solid(spans, 6)]


def test_a_column_with_many_values_is_vertical():
    assert drawn([3, 1, 4]) == [".", "#", "#", "#", "#", "."]


def test_a_straight_line_leads_through_columns_without_values():
    assert drawn([0], [], [], [], [4]) == ["#....", ".#...", "..#..", "...#.", "....#", "....."]


def test_a_steep_line_leaves_no_row_empty():
    assert drawn([0], [5]) == ["#.", "#.", "#.", ".#", ".#", ".#"]


def test_what_is_not_finite_breaks_the_line():
    assert drawn([2], [math.nan], [2]) == ["...", "...", "#.#", "...", "...", "..."]
    assert drawn([2], [], [math.nan], [], [2]) == [".....", ".....", "#...#", ".....", ".....", "....."]


def test_finite_values_beside_others_are_drawn_but_not_joined_on_that_side():
    assert drawn([0], [math.nan, 4, 5], [5]) == ["#..", "...", "...", "...", ".#.", ".##"]


def test_a_line_comes_in_from_outside_at_the_right_height():
    picture = drawn([0], [], [], [4], positions=[-2, 0, 1, 2], num_columns=3)
    assert picture == ["...", "...", "#..", ".#.", "..#", "..."]


def test_a_far_value_outside_does_not_bend_the_first_column():
    assert drawn([0], [4], [4], positions=[-9, 0, 1], num_columns=2) == ["..", "..", "..", "..", "##", ".."]


rows = st.integers(0, NUM_ROWS - 1)
columns = st.lists(st.lists(rows, max_size=4), min_size=1, max_size=15)


@given(columns)
def test_every_value_is_on_the_line_and_the_line_has_no_hole(columns):
    dots = solid(line_spans(heights(*columns), len(columns)), NUM_ROWS)
    for x, column in enumerate(columns):
        assert all(dots[row, x] for row in column)
    known = [x for x, column in enumerate(columns) if column]
    if not known:
        assert not dots.any()
        return
    inside = dots[:, known[0] : known[-1] + 1]
    assert not dots[:, : known[0]].any()
    assert not dots[:, known[-1] + 1 :].any()
    assert inside.any(axis=0).all()
    for x in range(inside.shape[1] - 1):
        here, there = np.flatnonzero(inside[:, x]), np.flatnonzero(inside[:, x + 1])
        assert here[0] <= there[-1] + 1
        assert there[0] <= here[-1] + 1


@given(columns)
def test_a_line_never_leaves_the_range_of_its_values(columns):
    values = [row for column in columns for row in column]
    dots = solid(line_spans(heights(*columns), len(columns)), NUM_ROWS)
    if values:
        drawn_rows = np.flatnonzero(dots.any(axis=1))
        assert (drawn_rows[0], drawn_rows[-1]) == (min(values), max(values))


@given(columns)
def test_dotted_is_lighter_but_keeps_every_extreme(columns):
    spans = line_spans(heights(*columns), len(columns))
    full, light = solid(spans, NUM_ROWS), dotted(spans, NUM_ROWS)
    assert not (light & ~full).any()
    for x in range(len(columns)):
        drawn_rows = np.flatnonzero(full[:, x])
        if len(drawn_rows):
            assert light[drawn_rows[0], x]
            assert light[drawn_rows[-1], x]
            assert light[:, x].sum() <= len(drawn_rows) / 2 + 2


def test_dashes_alternate():
    dots = dashed(1, 3, 8, 2)
    assert dots.sum() == 4
    assert dots[1].tolist() == [True, True, False, False, True, True, False, False]


def test_no_span_draws_nothing():
    assert not solid(Spans(np.array([1]), np.array([0])), 4).any()
