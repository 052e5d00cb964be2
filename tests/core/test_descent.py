"""The course's optimizers, against PyTorch's own."""

import numpy as np
import pytest
import torch

from tui_trainer.core import recipe
from tui_trainer.core.descent import Path, advance, begin, noisy
from tui_trainer.core.landscapes import LANDSCAPES, Landscape
from tui_trainer.core.recipe import Optimizer

BY_NAME = {landscape.name: landscape for landscape in LANDSCAPES}
RAVINE, PARABOLA, VALLEYS = BY_NAME["ravine"], BY_NAME["parabola"], BY_NAME["two valleys"]

PAIRS = [
    (recipe.GradientDescent(kind="gd", lr=0.015), torch.optim.SGD, {}),
    (recipe.Momentum(lr=0.01), torch.optim.SGD, {"momentum": 0.9}),
    (recipe.Momentum(kind="nesterov", lr=0.01), torch.optim.SGD, {"momentum": 0.9, "nesterov": True}),
    (recipe.AdaGrad(lr=0.3), torch.optim.Adagrad, {}),
    (recipe.RMSprop(lr=0.05, decay=0.95), torch.optim.RMSprop, {"alpha": 0.95}),
    (recipe.Adam(lr=0.1, beta1=0.8, beta2=0.99), torch.optim.Adam, {"betas": (0.8, 0.99)}),
    (recipe.AdamW(lr=0.1, weight_decay=0.2), torch.optim.AdamW, {"weight_decay": 0.2}),
]


@pytest.mark.parametrize("is_noisy", [False, True], ids=["exact", "noisy"])
@pytest.mark.parametrize("landscape", [PARABOLA, RAVINE], ids=lambda each: each.name)
@pytest.mark.parametrize(("optimizer", "kind", "settings"), PAIRS, ids=lambda each: getattr(each, "kind", ""))
def test_a_hundred_steps_are_those_of_pytorch(
    optimizer: Optimizer,
    kind: type[torch.optim.Optimizer],
    settings: dict[str, object],
    landscape: Landscape,
    is_noisy: bool,
) -> None:
    slope = noisy(landscape) if is_noisy else lambda _, theta: landscape.gradient(theta)
    theirs = torch.tensor(landscape.start, dtype=torch.float64, requires_grad=True)
    reference = kind([theirs], lr=optimizer.lr, **settings)  # type: ignore[call-arg]
    path = Path(landscape, optimizer, np.array(landscape.start), is_noisy=is_noisy)
    for step in range(1, 101):
        theirs.grad = torch.from_numpy(slope(step, theirs.detach().numpy().copy()))
        reference.step()
        np.testing.assert_allclose(path.at(step).theta, theirs.detach().numpy(), rtol=1e-9, atol=1e-12)


def test_a_step_of_adam_by_hand() -> None:
    """m = 0.1 · 4, v = 0.001 · 16; corrected they are g and g², so the first step is as long as η."""
    state = begin(adam := recipe.Adam(lr=0.5), np.array([2.0]))
    state = advance(adam, state, lambda _, theta: 2 * theta)
    worked = {quantity.symbol: float(quantity.value[0]) for quantity in state.worked}
    assert worked == pytest.approx({"g": 4, "m": 0.4, "v": 0.016, "m^": 4, "v^": 16, "Δθ": -0.5})
    assert float(state.theta[0]) == pytest.approx(1.5)


def test_in_a_ravine_momentum_is_far_ahead_of_gradient_descent() -> None:
    start = np.array(RAVINE.start)
    gd = Path(RAVINE, recipe.GradientDescent(lr=RAVINE.rate), start)
    momentum = Path(RAVINE, recipe.Momentum(lr=RAVINE.rate), start)
    assert momentum.value(100) < 0.01 * gd.value(100)


def test_too_large_a_rate_climbs_until_the_path_ends() -> None:
    path = Path(PARABOLA, recipe.GradientDescent(lr=1.1), np.array([1.0]))
    values = [path.value(step) for step in range(6)]
    assert values == sorted(values)
    assert path.verdict(7) == "outside"
    assert path.verdict(1000) == "diverged"
    assert path.num_steps < 30
    assert path.at(1000) is path.at(path.num_steps)


def test_numbers_beyond_all_bounds_end_a_path_without_a_word() -> None:
    path = Path(VALLEYS, recipe.GradientDescent(lr=100), np.array([2.0]))
    assert path.verdict(50) == "diverged"


def test_where_a_path_comes_to_rest_is_told_apart() -> None:
    gd = Path(VALLEYS, recipe.GradientDescent(lr=VALLEYS.rate), np.array(VALLEYS.start))
    momentum = Path(VALLEYS, recipe.Momentum(lr=VALLEYS.rate), np.array(VALLEYS.start))
    assert gd.verdict(300) == "at rest"
    assert momentum.verdict(300) == "arrived"
    saddle = BY_NAME["saddle"]
    on_the_ridge = Path(saddle, recipe.GradientDescent(lr=saddle.rate), np.array([-2.0, 0.0]))
    assert on_the_ridge.verdict(500) == "at rest"


def test_noise_is_the_same_each_time_and_of_the_size_it_is_said_to_be() -> None:
    slope = noisy(RAVINE)
    theta = np.array([1.0, 0.5])
    np.testing.assert_array_equal(slope(3, theta), slope(3, theta))
    drawn = np.array([slope(step, theta) - RAVINE.gradient(theta) for step in range(1, 2001)])
    assert drawn.std() == pytest.approx(RAVINE.noise, rel=0.1)


def test_looking_back_shows_what_was_shown_before() -> None:
    path = Path(RAVINE, recipe.Adam(lr=0.2), np.array(RAVINE.start))
    before = path.at(10).theta.copy(), path.heights(10).values.copy()
    path.extend(200)
    np.testing.assert_array_equal(path.at(10).theta, before[0])
    np.testing.assert_array_equal(path.heights(10).values, before[1])
    assert path.points(10).shape == (11, 2)
