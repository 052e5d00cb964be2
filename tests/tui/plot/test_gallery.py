import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tui_trainer.tui.plot import bars, gallery
from tui_trainer.tui.plot.gallery import Layout, Tile
from tui_trainer.tui.plot.spans import Span, text_of, width_of


def tiles(count: int) -> list[Tile]:
    return [
        Tile(str(number), "quiet", lambda height, width: [(Span("#" * width),)] * ((height + 1) // 2))
        for number in range(count)
    ]


def test_pictures_are_as_large_as_lets_ten_be_seen():
    assert gallery.lay_out(4, 8, 8, 78, 18) == Layout(16, 16, 4, 2)
    assert gallery.lay_out(10, 8, 8, 78, 18) == Layout(8, 8, 8, 3)
    assert gallery.lay_out(64, 28, 28, 78, 18) == Layout(14, 14, 5, 2)
    assert gallery.lay_out(1, 8, 8, 78, 18).height == 32


def test_the_page_of_the_chosen_one_is_shown():
    layout = Layout(4, 6, 2, 2)
    lines = [text_of(line).split() for line in gallery.draw(tiles(7), 5, layout, 20)]
    assert [line for line in lines if "######" not in line] == [["4", "▸5"], ["6"]]


@given(st.integers(1, 70), st.integers(1, 40), st.integers(1, 40), st.integers(8, 150), st.integers(2, 45))
def test_a_page_never_leaves_its_box(count, high, wide, columns, rows):
    layout = gallery.lay_out(count, high, wide, columns, rows)
    lines = gallery.draw(tiles(count), count - 1, layout, rows)
    assert len(lines) <= rows
    assert layout.across == 1 or all(width_of(line) <= columns for line in lines)


def test_bars_go_to_the_side_of_their_sign_the_largest_first():
    lines = bars.draw(np.array([0.5, -1.0, 0.1]), ["a", "bb", "c"], 40, 5, ascii_only=True)
    texts = [text_of(line) for line in lines]
    assert [text.split()[0] for text in texts] == ["bb", "a", "c"]
    assert texts[0].index("#") < texts[0].index("|") < texts[1].index("#")
    assert [text.count("#") for text in texts] == [13, 6, 1]


def test_where_not_all_bars_fit_it_says_how_many_are_left():
    names = [f"column {number}" for number in range(30)]
    lines = bars.draw(np.arange(30.0), names, 60, 10, ascii_only=False)
    assert text_of(lines[-1]) == "and 21 smaller ones"
    assert all(width_of(line) <= 60 for line in lines)
