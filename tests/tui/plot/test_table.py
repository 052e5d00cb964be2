from tui_trainer.tui.plot.spans import Span, shorten, spread, text_of, width_of
from tui_trainer.tui.plot.table import Column, table, window


def test_columns_are_as_wide_as_their_widest_cell():
    lines = table([Column("name", "left"), Column("n")], [["a", "1,000"], ["longer", "2"]], 40)
    assert [text_of(line) for line in lines] == ["name        n", "a       1,000", "longer      2"]


def test_a_cell_that_is_too_wide_is_cut_where_it_says_so():
    lines = table([Column("name", "left", 6), Column("n")], [["日本語のクラス", "2"]], 40)
    assert text_of(lines[1]) == "日本…   2"
    assert width_of(lines[1]) == width_of(lines[0]) == 9


def test_a_window_keeps_the_head_and_says_what_it_leaves_out():
    lines = [(Span(str(i)),) for i in range(10)]
    shown, last = window(lines, 99, 5, head=1)
    assert [text_of(line) for line in shown] == ["0", "7", "8", "9", "7 to 9 of 9  ↑↓"]
    assert last == 6
    assert window(lines, 3, 10) == (tuple(lines), 0)


def test_two_ends_of_a_line_never_touch():
    line = spread((Span("a long beginning"),), (Span("the end"),), 20)
    assert text_of(line) == "a long begi… the end"
    assert width_of(spread((Span("a"),), (Span("b"),), 9)) == 9


def test_short_texts_stay_whole():
    assert [shorten("abc", n) for n in (4, 3, 2, 1, 0)] == ["abc", "abc", "a…", "…", ""]
