import numpy as np
import pytest

from tui_trainer.tui.plot.pixels import image, size_of
from tui_trainer.tui.plot.spans import text_of, width_of


def test_two_pixels_share_a_cell_and_equal_neighbours_a_span() -> None:
    values = np.array([[[0, 16, 16], [16, 0, 0]]], np.float32)
    (line,) = image(values, 3, 1, low=0, high=16, colour=True)
    assert [(span.text, span.inks) for span in line] == [("▀", (0, 0xFFFFFF)), ("▀▀", (0xFFFFFF, 0))]


def test_three_channels_are_red_green_and_blue() -> None:
    values = np.zeros((3, 2, 1), np.float32)
    values[0, 0], values[2, 1] = 1, 1
    (line,) = image(values, 1, 1, low=0, high=1, colour=True)
    assert line[0].inks == (0xFF0000, 0x0000FF)


def test_without_colour_characters_are_shades() -> None:
    values = np.array([[[0, 1], [0, 1]]], np.float32)
    lines = image(values, 4, 2, low=0, high=1, colour=False)
    assert [text_of(line) for line in lines] == ["  @@", "  @@"]


@pytest.mark.parametrize("shape", [(8, 8), (28, 28), (5, 3), (1, 1), (200, 300)])
@pytest.mark.parametrize("box", [(1, 1), (16, 8), (33, 9)])
def test_an_image_is_as_large_as_it_says_and_never_leaves_its_box(
    shape: tuple[int, int], box: tuple[int, int]
) -> None:
    lines = image(np.full((1, *shape), np.nan, np.float32), *box, low=0, high=1, colour=True)
    assert (width_of(lines[0]), len(lines)) == size_of(shape, *box)
    assert width_of(lines[0]) <= box[0]
    assert len(lines) <= box[1]
