"""Probabilities before and after, as bars."""

import numpy as np
import pytest

from tui_trainer.tui.plot import belief, plane
from tui_trainer.tui.plot.spans import text_of, width_of

NAMES = ("cat", "dog", "frog")


def bars(before: list[float], after: list[float], actual: int, width: int, height: int) -> list[str]:
    made = np.array(before, np.float32), np.array(after, np.float32)
    return [text_of(line) for line in belief.bars(*made, NAMES, actual, width, height)]


def test_what_was_lost_is_dotted_and_what_was_gained_is_lighter() -> None:
    assert bars([0.8, 0.2, 0.0], [0.4, 0.2, 0.4], 0, 23, 4) == [
        "▸ cat  ████····   0.400",
        "  dog  ██         0.200",
        "  frog ▒▒▒▒       0.400",
        "  █ now  ▒ gained  · l…",
    ]


def test_of_more_classes_than_rows_the_true_one_and_the_likeliest_stay() -> None:
    rows = bars([0.0, 0.2, 0.8], [0.1, 0.2, 0.7], 0, 30, 3)
    assert [row[2:6].strip() for row in rows[:2]] == ["cat", "frog"]


def test_what_is_not_a_number_is_said() -> None:
    assert "NaN" in bars([np.nan] * 3, [np.nan] * 3, 1, 30, 5)[0]
    assert "NaN" in text_of(belief.number(1.0, np.nan, 2.0, 30)[0])
    assert belief.course([0.0, np.nan, 0.5, 1.0], 9) == "▁×▅█"


def test_a_number_is_shown_where_it_was_and_is() -> None:
    line = text_of(belief.number(0.0, 10.0, 5.0, 41)[3])
    assert [line.index(mark) for mark in "○▲●"] == pytest.approx([6, 20, 34], abs=1)


def test_a_point_lies_among_the_samples_x_to_the_right_and_y_up() -> None:
    samples = np.array([[0, 0], [10, 0]], np.float32)
    rows = [text_of(line) for line in plane.draw(samples, [0, 1], (0, 10), (10, 10), 40, 12)]
    low = next(row for row in rows if "x" in row)
    high = next(row for row in rows if "●" in row)
    assert rows.index(high) < rows.index(low)
    assert (low.index("x"), low.index("o")) == (high.index("○"), high.index("●"))
    assert max(width_of(line) for line in plane.draw(samples, [0, 1], (0, 10), (10, 10), 40, 12)) <= 40
