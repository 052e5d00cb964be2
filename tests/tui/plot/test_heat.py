import numpy as np

from tui_trainer.tui.plot.heat import LABEL, heat
from tui_trainer.tui.plot.spans import text_of

NAN = np.nan
EDGES = np.array([-1.0, 0.0, 1.0, 2.0])


def rows(shares: list[list[float]], *, ascii_only: bool = False) -> list[str]:
    lines = heat(np.array(shares), EDGES, "weights", LABEL + len(shares[0]), ascii_only=ascii_only)
    return [text_of(line) for line in lines]


def test_the_fullest_row_of_a_column_is_darkest_and_the_largest_numbers_are_above() -> None:
    assert rows([[1.0, 0.1, 0.25], [0.0, 0.8, 0.25], [0.0, 0.1, 0.5]]) == [
        "weights     ",
        "    2.00│ ░█",
        "       0│ █▓",
        "  -1.000│█░▓",
    ]


def test_a_moment_of_which_nothing_is_known_is_blank() -> None:
    assert rows([[NAN, 1.0], [NAN, 0.0], [NAN, 0.0]])[1:] == ["    2.00│  ", "       0│  ", "  -1.000│ █"]


def test_in_ascii_it_is_ascii() -> None:
    text = rows([[1.0, 0.1], [0.0, 0.8], [0.0, 0.1]], ascii_only=True)
    assert all(row.isascii() for row in text)
    assert text[3] == "  -1.000|@="


def test_a_mark_stands_over_its_column() -> None:
    shares = np.array([[1.0, 0.1, 0.25], [0.0, 0.8, 0.25], [0.0, 0.1, 0.5]])
    (head, *_), (plain, *_) = (heat(shares, EDGES, "weights", 12, mark=mark) for mark in (1, None))
    assert (text_of(head), text_of(plain)) == ("weights   ▼ ", "weights     ")
