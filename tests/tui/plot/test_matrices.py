"""Matrices and vectors as text."""

import numpy as np

from tui_trainer.tui.plot.matrices import Matrix, beside
from tui_trainer.tui.plot.spans import text_of, width_of


def rows(*matrices: Matrix, width: int = 40) -> list[str]:
    return [text_of(line).rstrip() for line in beside(matrices, width)]


def array(*numbers: object) -> np.ndarray:
    return np.array(numbers, np.float32)


def test_columns_are_level_and_vectors_stand_upright() -> None:
    assert rows(Matrix("W1", array([1, -0.25], [0.5, 12])), Matrix("b1", array(0, 0.1, -0.0))) == [
        "W1              b1",
        "[1.000 -0.250]  [0.000]",
        "[0.500   12.0]  [0.100]",
        "                [0.000]",
    ]


def test_what_does_not_fit_goes_on_below() -> None:
    matrices = [Matrix(f"h{i}", array(i, i)) for i in range(1, 5)]
    assert rows(*matrices, width=27) == [
        "h1       h2      h3",
        "[1.000]  [2.00]  [3.00]",
        "[1.000]  [2.00]  [3.00]",
        "h4",
        "[4.00]",
        "[4.00]",
    ]


def test_a_long_matrix_lies_on_its_side_so_that_all_is_there_to_read() -> None:
    drawn = rows(Matrix("W1", np.arange(20, dtype=np.float32).reshape(2, 10)))
    assert drawn[0] == "W1^T"
    assert len(drawn) == 11
    assert drawn[1] == "[0.000 10.0]"


def test_what_is_wider_than_all_there_is_ends_in_dots() -> None:
    lines = beside([Matrix("W", np.ones((8, 8), np.float32))], 30)
    assert max(map(width_of, lines)) == 30
    assert text_of(lines[1]).endswith("…")
