import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tui_trainer.tui.plot.card import Card, draw, size
from tui_trainer.tui.plot.spans import text_of, width_of


def rows(card: Card, width: int, height: int) -> list[str]:
    return [text_of(line).rstrip() for line in draw(card, width, height)]


def test_a_row_of_a_table_stands_beside_its_probabilities() -> None:
    card = Card("sample 7", ["ant", "bee"], np.array([0.75, 0.25]), 1, np.array([1.5, 200], "f4"), ["a", "b"])
    assert rows(card, 50, 3) == [
        "bee, taken for ant  sample 7",
        "a    1.500    ant ██████████████████▊       0.75",
        "b      200  ▸ bee ██████▎                   0.25",
    ]


def test_of_many_classes_the_likeliest_and_the_true_one_are_shown() -> None:
    card = Card("", [f"c{i}" for i in range(100)], np.arange(100) / 4950, 0)
    shown = rows(card, 50, 5)
    assert [line.split()[0] for line in shown[1:4]] == ["c99", "c98", "c97"]
    assert "▸ c0" in shown[4]


@given(
    st.sampled_from([(1, 8, 8), (3, 32, 32), (1, 28, 28), (2,), (30,), ()]),
    st.integers(2, 100),
    st.integers(40, 200),
    st.integers(3, 60),
    st.booleans(),
)
def test_a_card_has_the_size_it_is_given(
    shape: tuple[int, ...], num_classes: int, width: int, height: int, large: bool
) -> None:
    columns, of_rows = size(shape, num_classes, width, height, large=large)
    assert columns <= width
    assert of_rows <= height
    values = np.ones(shape, np.float32) if shape else None
    card = Card("x" * 90, [], np.full(num_classes, np.nan), num_classes - 1, values)
    drawn = draw(card, columns, of_rows)
    assert len(drawn) == of_rows
    assert {width_of(line) for line in drawn} == {columns}
