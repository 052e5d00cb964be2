"""Slices of a loss, from numbers to places."""

import msgspec
import numpy as np
import pytest

from tests.core.inside.test_surface import taken
from tui_trainer.core.inside.surface import Waypoint
from tui_trainer.tui.plot.contour import NUM_BANDS, lay_out
from tui_trainer.tui.plot.lineplot import draw
from tui_trainer.tui.plot.model import ChartOptions
from tui_trainer.tui.plot.slices import between, chart, terrain, trails

AT = np.linspace(-2, 2, 9)
BOWL = 0.01 + AT**2 + 4 * (AT[:, None] - 0.5) ** 2
"""(b, a): lowest at a = 0, b = 0.5."""


def test_a_curve_marks_here_and_the_lowest_place() -> None:
    model = chart(taken((AT - 1) ** 2))
    assert [(mark.x, mark.text) for mark in model.marks] == [(0.0, "here"), (1.0, "lowest")]
    assert draw(model, ChartOptions(), 40, 10).text().splitlines() == ROWS


ROWS = [
    "train loss",
    "    │⢄                ┊ here   ┊ lowest",
    " 7.5┤ ⠑⢄              ┊        ┊",
    "    │   ⠑⢄            ┊        ┊",
    " 5.0┤     ⠑⢄          ┊        ┊",
    "    │       ⠉⠢⣀       ┊        ┊",
    " 2.5┤          ⠑⠢⣀    ┊        ┊",
    "    │             ⠉⠒⠤⢄⡀        ┊",
    " 0.0┤                 ●⠉⠒⠢⠤⠤⢄⣀⣀⣀⣀⡠⠤⠤⠔⠒⠊⠉",
    "    └-2      -1       0        1       a",
]


def test_heights_between_places_are_bilinear_and_constant_outside() -> None:
    heights = np.add.outer(10 * AT, AT)
    inside = np.array([[0.1, -1.3], [2.0, 2.0], [-2.0, 1.99]])
    np.testing.assert_allclose(between(heights, 2.0, inside), inside @ [1, 10])
    assert between(heights, 2.0, np.array([9.0, -9.0])) == pytest.approx(2 - 20)


def test_bands_are_spaced_by_ratio_and_the_lowest_is_where_the_loss_is_least() -> None:
    land = terrain(taken(BOWL))
    ratios = land.edges[1:] / land.edges[:-1]
    np.testing.assert_allclose(ratios, (BOWL.max() / BOWL.min()) ** (1 / NUM_BANDS), rtol=1e-6)
    assert land.marks == ((0.0, 0.5),)
    np.testing.assert_allclose(land.value(np.stack(np.meshgrid(AT, AT), axis=-1)), BOWL, rtol=1e-6)
    bands = land.bands(AT, AT)
    assert bands[5, 4] == 0
    assert bands.max() == NUM_BANDS - 1


@pytest.mark.parametrize(
    "losses",
    [
        np.zeros((5, 5)),
        np.full((5, 5), np.nan),
        np.full((5, 5), np.inf),
        np.where(np.eye(5) > 0, 1e-30, np.inf),
        np.diag([1.0, 2.0, np.nan, 3e38, 0.0]),
    ],
    ids=["zero", "nan", "inf", "tiny", "mixed"],
)
def test_whatever_the_losses_are_there_is_a_picture(losses: np.ndarray) -> None:
    land = terrain(taken(losses))
    assert (np.diff(land.edges) > 0).all()
    sheet = lay_out(land, 40, 12, shading="filled", glyphs="braille")
    assert sheet is not None
    assert sheet.draw(trails(taken(losses)), (0.0, 0.0)).text()


def test_ways_lead_to_the_weights_and_on_from_them() -> None:
    plane = taken(BOWL)
    (alone,) = trails(plane)
    assert alone.letter == "W"
    assert alone.points.tolist() == [[0.0, 0.0]]
    path = (Waypoint(1, 1.5, 1.0), Waypoint(3, 1.0, -0.5), Waypoint(7, -1.0, 0.5))
    after, before = trails(msgspec.structs.replace(plane, path=path))
    assert (before.letter, after.letter) == ("W", "E")
    assert before.points.tolist() == [[1.5, 1.0], [1.0, -0.5], [0.0, 0.0]]
    assert after.points.tolist() == [[0.0, 0.0], [-1.0, 0.5]]
