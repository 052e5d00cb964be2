"""What a recorded slice says of itself."""

import numpy as np
import pytest

from tui_trainer.core.inside.surface import LossSlice, Lowest, places


def taken(losses: object) -> LossSlice:
    array = np.asarray(losses, "<f4")
    return LossSlice(
        attempt=1,
        elapsed_s=1.0,
        step=5,
        dimensions=array.ndim,
        along="random",
        span=2.0,
        seed=0,
        points=len(array),
        num_samples=10,
        losses=array.tobytes(),
    )


def test_places_are_even_and_the_middle_is_exactly_zero() -> None:
    at = places(0.3, 7)
    assert at[3] == 0.0
    np.testing.assert_allclose(at, np.linspace(-0.3, 0.3, 7))


@pytest.mark.parametrize(
    ("losses", "loss", "lowest"),
    [
        ([3, 2, 1, 2, 3], 1.0, Lowest(0.0, 0.0, 1.0)),
        ([3, 0.5, 1, 2, 3], 1.0, Lowest(-1.0, 0.0, 0.5)),
        ([np.nan, np.inf, 1, 0.5, np.nan], 1.0, Lowest(1.0, 0.0, 0.5)),
        ([1, 1, 1], 1.0, Lowest(0.0, 0.0, 1.0)),
        ([[4, 5, 6], [1, 2, 3], [7, 0, 9]], 2.0, Lowest(0.0, 2.0, 0.0)),
        ([[4, 5, 0], [1, 2, 3], [7, 8, 9]], 2.0, Lowest(2.0, -2.0, 0.0)),
    ],
)
def test_the_lowest_place_is_that_of_the_least_finite_loss(
    losses: object, loss: float, lowest: Lowest
) -> None:
    found = taken(losses)
    assert found.loss == loss
    assert found.lowest == lowest
