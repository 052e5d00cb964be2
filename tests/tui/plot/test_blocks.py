import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tui_trainer.tui.plot import blocks
from tui_trainer.tui.plot.blocks import Paint
from tui_trainer.tui.plot.spans import Span, text_of, width_of

RED, GREEN, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)
PAINTS: list[Paint] = ["halves", "shades", "ascii"]


def test_a_cell_shows_two_pixels_one_above_the_other():
    pixels = np.array([[RED, RED, RED], [GREEN, GREEN, RED], [BLUE, BLUE, BLUE]], np.uint8)
    first, last = blocks.image(pixels, "halves")
    assert first == (
        Span("▀▀", "pixel", inks=(0xFF0000, 0x00FF00)),
        Span(" ", "pixel", inks=(None, 0xFF0000)),
    )
    assert last == (Span("▀▀▀", "pixel", inks=(0x0000FF, None)),)


def test_what_is_not_known_is_left_blank():
    line = blocks.rising(np.array([[np.nan, 0.0], [1.0, np.nan]]), "halves")[0]
    assert [(span.text, span.inks) for span in line] == [
        ("▄", (0xFEE838, None)),
        ("▀", (0x00224E, None)),
    ]


def test_negative_numbers_are_blue_and_positive_ones_orange_from_white():
    line = blocks.signed(np.repeat([[-1.0, 0.0, 1.0]], 2, axis=0), "halves")[0]
    assert [span.inks and span.inks[1] for span in line] == [0x2166AC, 0xF7F7F7, 0xB35806]


@pytest.mark.parametrize(("paint", "shown"), [("shades", "≡=  ▒█"), ("ascii", "=~  +@")])
def test_without_those_colours_signs_are_told_apart_by_their_characters(paint: Paint, shown: str):
    line = blocks.signed(np.repeat([[-1.0, -0.7, 0.1, -0.1, 0.5, 1.0]], 2, axis=0), paint)[0]
    assert text_of(line) == shown
    assert [span.level for span in line if span.role == "curve"] == [0, 1]


def test_grey_without_colours_is_darker_the_more_ink_it_gets():
    ramp = np.repeat(np.linspace(0, 255, 10)[None], 2, axis=0).astype(np.uint8)
    assert text_of(blocks.image(ramp, "ascii")[0]) == " .:-=+*#%@"
    assert text_of(blocks.image(ramp[:, [0, 2, 5, 7, 9]], "shades")[0]) == " ░▒▓█"


def test_a_picture_is_enlarged_evenly_and_made_smaller_where_it_must():
    assert blocks.fitting(8, 8, columns=40, rows=12) == (24, 24)
    assert blocks.fitting(32, 32, columns=20, rows=40) == (20, 20)
    large = blocks.resized(np.array([[1, 2], [3, 4]]), 4, 4)
    assert large.tolist() == [[1, 1, 2, 2], [1, 1, 2, 2], [3, 3, 4, 4], [3, 3, 4, 4]]


def test_pictures_stand_side_by_side_at_their_tops():
    lines = blocks.beside([[(Span("a"),), (Span("b"),)], [(Span("c"),)]], [3, 2], gap=1)
    assert [text_of(line) for line in lines] == ["a   c ", "b     "]


@given(
    arrays(np.float64, st.tuples(st.integers(0, 9), st.integers(0, 9))),
    st.sampled_from(PAINTS),
    st.sampled_from([blocks.signed, blocks.rising]),
)
def test_any_field_takes_half_its_height_whatever_its_numbers(values, paint, draw):
    lines = draw(values, paint)
    assert len(lines) == (len(values) + 1) // 2
    assert all(width_of(line) == values.shape[1] for line in lines)
    if paint == "ascii":
        assert all(text_of(line).isascii() for line in lines)
