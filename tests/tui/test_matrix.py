import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from tui_trainer.tui.plot.matrix import Picture, View, draw
from tui_trainer.tui.plot.spans import text_of, width_of

DIGITS = [str(i) for i in range(10)]
FASHION = ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Boot"]


def almost_right(num_classes: int, support: int = 27) -> np.ndarray:
    """All right, but for class 1, three samples of which are taken for the last class."""
    matrix = np.diag([support] * num_classes)
    matrix[1, 1] -= 3
    matrix[1, -1] += 3
    return matrix


def rows(picture: Picture) -> list[str]:
    return [text_of(line).rstrip() for line in picture.lines]


def test_true_classes_are_rows_and_predicted_ones_columns():
    shown = rows(draw(almost_right(3), ["ant", "bee", "cat"], View(), 60, 6))
    assert shown == [
        "true \\ predicted ant bee cat  recall",
        "             ant  27   ·   ·    1.00",
        "             bee   ·  24   3    0.89",
        "             cat   ·   ·  27    1.00",
        "       precision 1.0 1.0 .90",
    ]


def test_ten_classes_fit_the_lower_half_of_a_small_screen_and_twenty_scroll():
    assert len(rows(draw(almost_right(10), DIGITS, View(), 80, 11))) == 11
    names = [f"class {i}" for i in range(20)]
    end = draw(almost_right(20), names, View(row=99), 80, 11)
    assert "class 19" in rows(end)[-2]
    assert rows(end)[-1].startswith("rows 12 to 20 of 20")
    assert end.last_row == 11


def test_columns_scroll_under_names_that_stay():
    shown = rows(draw(almost_right(100), [], View(column=50), 80, 12))
    assert shown[0].split()[3] == "50"
    assert shown[2].split()[0] == "1"
    assert "columns 51 to 72 of 100" in shown[-1]


def test_without_colour_brackets_tell_right_from_wrong():
    shown = rows(draw(almost_right(3), ["ant", "bee", "cat"], View(colour=False), 60, 5))
    assert shown[2] == "             bee   · [24]  3    0.89"


def test_names_that_would_look_alike_are_numbered():
    names = [f"kind of fish {i}" for i in range(20)]
    shown = rows(draw(almost_right(20), names, View(), 80, 22))
    heads = shown[0].split()[-21:-1]
    assert heads == [str(i + 1) for i in range(20)]
    assert shown[3].split()[0] == "3"


def test_a_row_with_an_error_is_never_a_full_hundred_percent():
    matrix = np.array([[999, 1], [0, 1000]])
    shown = rows(draw(matrix, ["a", "b"], View(cells="percent"), 40, 4))
    assert shown[1].split()[1:3] == ["99", "<1"]
    assert shown[2].split()[1:3] == ["·", "100"]


def test_columns_stand_still_while_counts_move():
    untrained = np.zeros((10, 10), int)
    untrained[:, 4] = 27
    heads = {rows(draw(matrix, DIGITS, View(), 80, 11))[0] for matrix in (untrained, almost_right(10))}
    assert len(heads) == 1


def test_a_class_nobody_predicted_has_no_precision():
    untrained = np.array([[0, 9], [0, 9]])
    assert rows(draw(untrained, ["a", "b"], View(), 40, 5))[-1].split() == ["precision", "–", ".50"]


def test_precision_is_left_out_where_its_columns_have_no_room():
    shown = rows(draw(almost_right(20, 9), [str(i) for i in range(20)], View(), 77, 30))
    assert "…" not in "".join(shown)
    assert not any("prec" in row for row in shown)
    assert shown[2].endswith("    0.67")


def test_the_word_precision_fits_beside_narrow_names():
    shown = rows(draw(almost_right(8, 270), DIGITS, View(), 46, 12))
    assert shown[-1].split()[:2] == ["prec.", "1.0"]


@given(
    npst.arrays(np.int64, st.integers(1, 30).map(lambda c: (c, c)), elements=st.integers(0, 10**7)),
    st.lists(st.sampled_from([*FASHION, "x" * 300, "日本語のクラス", ""]), max_size=30),
    st.booleans(),
    st.sampled_from(["counts", "percent"]),
    st.integers(34, 200),
    st.integers(2, 60),
    st.integers(0, 40),
)
def test_it_never_leaves_its_box(matrix, names, colour, cells, width, height, scrolled):
    picture = draw(matrix, names, View(cells, scrolled, scrolled, colour), width, height)
    assert len(picture.lines) <= height
    assert max(map(width_of, picture.lines)) <= width


def test_a_cursor_is_scrolled_to():
    picture = draw(almost_right(100), [], View(cursor=(99, 60)), 80, 12)
    assert sum(span.role == "cursor" for line in picture.lines for span in line) == 1
    assert rows(picture)[-2].split()[0] == "99"
    assert picture.column <= 60
    again = draw(almost_right(100), [], View(row=picture.row, column=picture.column, cursor=(98, 60)), 80, 12)
    assert (again.row, again.column) == (picture.row, picture.column)


def test_what_changed_has_a_sign_and_better_is_told_from_worse():
    shown = draw(almost_right(3), ["a", "b", "c"], View(minus=np.diag([27] * 3)), 40, 5)
    assert rows(shown)[2].split()[:4] == ["b", "·", "-3", "+3"]
    assert {span.role for span in shown.lines[2] if span.text.strip() in ("+3", "-3")} == {"bad"}
