import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tui_trainer.tui.plot.drawing import INKS, Drawing, Ink, ink

SHAPE = (4, 30)
drawings = st.builds(
    Drawing,
    arrays("<U1", SHAPE, elements=st.sampled_from(" ab")),
    arrays(np.uint8, SHAPE, elements=st.integers(0, 3)),
)


@given(drawings, drawings)
def test_changes_cover_every_changed_cell_and_end_in_one(before, after):
    differs = (before.chars != after.chars) | (before.inks != after.inks)
    for span in after.changes(before):
        assert differs[span.y, span.x]
        assert differs[span.y, span.x + span.width - 1]
        differs[span.y, span.x : span.x + span.width] = False
    assert not differs.any()


@given(drawings)
def test_nothing_changed_is_no_span(drawing):
    assert Drawing(drawing.chars.copy(), drawing.inks.copy()).changes(drawing) == []


def test_far_apart_changes_are_spans_of_their_own():
    before, after = Drawing.blank(40, 2), Drawing.blank(40, 2)
    after.write(1, 1, "a", 1)
    after.write(5, 1, "b", 1)
    after.write(30, 1, "c", 1)
    assert after.changes(before) == [(1, 1, 5), (30, 1, 1)]


def test_another_size_is_painted_whole():
    assert Drawing.blank(5, 2).changes(Drawing.blank(4, 2)) == [(0, 0, 5), (0, 1, 5)]


@given(drawings)
def test_rows_are_pieces_of_one_ink(drawing):
    for y in range(SHAPE[0]):
        row = drawing.row(y)
        assert "".join(text for text, _ in row) == "".join(drawing.chars[y])
        assert all(a[1] != b[1] for a, b in itertools.pairwise(row))


def test_writing_beyond_the_edge_is_cut():
    drawing = Drawing.blank(6, 1)
    drawing.write(4, 0, "train", ink("name", 0))
    assert drawing.text() == "    tr"
    assert drawing.row(0) == [("    ", Ink("blank")), ("tr", Ink("name", 0))]


def test_inks_have_codes_and_colours_start_over():
    assert all(INKS[ink(*each)] == each for each in INKS)
    assert ink("line", 8) == ink("line", 0)
