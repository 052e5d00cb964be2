import numpy as np
import pytest

from tui_trainer.core.recipe import Blobs, Moons, Sine
from tui_trainer.training.toy import draw


@pytest.mark.parametrize("data", [Moons(points=101), Blobs(points=101, classes=4), Sine(points=101)])
def test_a_toy_set_is_a_function_of_its_settings(data):
    (x, y), (again_x, again_y) = draw(data), draw(data)
    np.testing.assert_array_equal(x, again_x)
    np.testing.assert_array_equal(y, again_y)
    assert len(x) == len(y) == 101
    other_x, _ = draw(data.model_copy(update={"seed": 1}))
    assert (x != other_x).any()


def test_without_noise_moons_are_half_circles():
    x, y = draw(Moons(points=200, noise=0))
    upper, lower = x[y == 0], x[y == 1]
    assert len(upper) == len(lower) == 100
    np.testing.assert_allclose(np.hypot(*upper.T), 1)
    assert (upper[:, 1] >= 0).all()
    np.testing.assert_allclose(np.hypot(lower[:, 0] - 1, lower[:, 1] - 0.5), 1)
    assert (lower[:, 1] <= 0.5).all()


def test_blobs_are_clouds_of_equal_size_apart_from_each_other():
    x, y = draw(Blobs(points=4000, classes=4, noise=0.5))
    np.testing.assert_array_equal(np.bincount(y), [1000] * 4)
    centres = np.stack([x[y == label].mean(axis=0) for label in range(4)])
    for label in range(4):
        np.testing.assert_allclose(x[y == label].std(axis=0), 0.5, rtol=0.1)
    distances = np.linalg.norm(centres[:, None] - centres[None], axis=2)
    assert distances[~np.eye(4, dtype=bool)].min() > 5


def test_sine_is_one_period_with_the_noise_asked_for():
    x, y = draw(Sine(points=5000, noise=0.1))
    assert x.shape == y.shape == (5000, 1)
    assert -np.pi <= x.min() < -3.1
    assert 3.1 < x.max() <= np.pi
    np.testing.assert_allclose((y - np.sin(x)).std(), 0.1, rtol=0.05)
