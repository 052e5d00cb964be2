import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tui_trainer.tui.plot.labels import FREE, LINE, Anchor, Occupancy, spread

anchors = st.builds(Anchor, st.integers(0, 40), st.integers(0, 9))
words = st.lists(st.tuples(st.text("abc", min_size=1, max_size=12), anchors), max_size=12)


@given(words)
def test_words_never_lie_over_each_other(words):
    occupancy = Occupancy(np.full((10, 40), FREE))
    taken = set()
    for word, anchor in words:
        place = occupancy.place(word, anchor)
        if place:
            x, y = place
            cells = {(x + i, y) for i in range(len(word))}
            assert x >= 0
            assert x + len(word) <= 40
            assert not cells & taken
            taken |= cells


def test_a_word_stands_right_after_what_it_names():
    assert Occupancy(np.full((5, 20), FREE)).place("train", Anchor(8, 2)) == (8, 2)


def test_a_word_moves_up_or_down_rather_than_cover_a_line():
    costs = np.full((5, 20), FREE)
    costs[2] = LINE
    assert Occupancy(costs).place("train", Anchor(20, 2, lean=-1)) == (15, 1)
    assert Occupancy(costs).place("val", Anchor(20, 2, lean=1)) == (17, 3)


def test_a_word_without_any_room_is_left_out():
    occupancy = Occupancy(np.full((1, 5), FREE))
    assert occupancy.place("far too long", Anchor(0, 0)) is None
    assert occupancy.place("12345", Anchor(0, 0)) == (0, 0)
    assert occupancy.place("1", Anchor(0, 0)) is None


@given(st.lists(st.floats(0, 9), min_size=1, max_size=10).map(sorted))
def test_spread_gives_each_a_row_of_its_own_in_order(wanted):
    rows = spread(wanted, 10)
    assert all(a < b for a, b in itertools.pairwise(rows))
    assert rows[0] >= 0
    assert rows[-1] < 10


def test_what_is_apart_already_stays():
    assert spread([1.5, 4.0, 8.2], 10) == [1, 4, 8]
    assert spread([9.0, 9.0, 9.0], 10) == [7, 8, 9]
