import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tui_trainer.core.landscapes import LANDSCAPES, Landscape

EACH = pytest.mark.parametrize("landscape", LANDSCAPES, ids=lambda each: each.name)


@EACH
@given(shares=st.tuples(st.floats(0, 1), st.floats(0, 1)))
def test_gradients_are_what_finite_differences_say(landscape: Landscape, shares: tuple[float, float]) -> None:
    low = np.array([low for low, _ in landscape.window])
    theta = low + np.array(shares[: landscape.num_parameters]) * landscape.spans
    assume(landscape.name != "kink" or abs(theta[0]) > 1e-3)
    step = 1e-6
    for i, exact in enumerate(landscape.gradient(theta)):
        beside = step * np.eye(landscape.num_parameters)[i]
        measured = (landscape.value(theta + beside) - landscape.value(theta - beside)) / (2 * step)
        assert measured == pytest.approx(exact, rel=1e-5, abs=1e-4)


@EACH
def test_nothing_in_sight_is_lower_than_the_minima(landscape: Landscape) -> None:
    axes = [np.linspace(low, high, 301) for low, high in landscape.window]
    everywhere = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
    values = landscape.value(everywhere)
    for minimum in landscape.minima:
        theta = np.array(minimum)
        assert landscape.holds(theta)
        assert landscape.value(theta) == pytest.approx(landscape.lowest, abs=1e-9)
        assert np.abs(landscape.gradient(theta)).max() < 1e-6
        assert landscape.distance(theta) == 0
    assert values.min() >= landscape.lowest - 1e-9
    found = everywhere[np.unravel_index(np.argmin(values), values.shape)]
    assert landscape.distance(found) < 0.05 * float(landscape.spans.max())
    assert landscape.holds(np.array(landscape.start))
