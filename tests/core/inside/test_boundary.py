import numpy as np
import pytest

from tui_trainer.core.inside.boundary import Window, is_straight

ROWS, COLUMNS = np.mgrid[0:48, 0:72]


@pytest.mark.parametrize(("across", "down"), [(1.0, 0.0), (0.0, 1.0), (0.3, 1.0), (-1.0, 0.9)])
def test_half_planes_meet_in_a_straight_line(across: float, down: float) -> None:
    side = across * (COLUMNS - 33.3) + down * (ROWS - 20.1) > 0
    assert is_straight(side.astype(np.uint8))


def test_a_disc_a_bend_one_class_and_three_classes_do_not() -> None:
    disc = (COLUMNS - 36) ** 2 + (ROWS - 24) ** 2 < 200
    bend = ROWS > 20 + 0.002 * (COLUMNS - 36) ** 2
    for classes in (disc, bend, disc | True, ROWS // 16):
        assert not is_straight(classes.astype(np.uint8))


def test_places_are_the_middles_of_cells_from_the_top_left() -> None:
    places = Window((0.0, 10.0), (4.0, 12.0), 2, 4).places()
    assert places[[0, 3, 4, 7]].tolist() == [[0.5, 11.5], [3.5, 11.5], [0.5, 10.5], [3.5, 10.5]]
