"""The learning rate range test, on losses whose stable rates are known."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tui_trainer.core.preflight.rate_range import (
    EXPLODED,
    HIGHEST,
    LOWEST,
    capped,
    has_exploded,
    num_steps,
    propose,
    rate_at,
    smoothed,
)

Floats = NDArray[np.float64]


def swept(
    curvature: float, *, batch_size: int = 32, noise: float = 0.0, seed: int = 0
) -> tuple[Floats, Floats]:
    """Gradient descent on ½ L x² + 0.01 from x with loss 1: stable below the rate 2 / L and nowhere above.

    ``noise`` is the standard deviation of what each batch adds to the loss.
    """
    random = np.random.default_rng(seed)
    steps, x = num_steps(batch_size), math.sqrt(2 / curvature)
    rates, losses = np.empty((2, steps))
    for at in range(steps):
        rates[at] = rate_at(at + 1, steps)
        losses[at] = 0.5 * curvature * x * x + 0.01 + noise * random.standard_normal()
        x -= rates[at] * curvature * x
        if has_exploded(rates[: at + 1], losses[: at + 1]):
            break
    return rates[: at + 1], losses[: at + 1]


def test_the_sweep_goes_from_end_to_end_by_one_factor() -> None:
    rates = [rate_at(step, 281) for step in range(1, 282)]
    assert (rates[0], rates[-1]) == (pytest.approx(LOWEST), pytest.approx(HIGHEST))
    assert np.diff(np.log(rates)) == pytest.approx(math.log(rates[1] / rates[0]))


def test_small_batches_get_more_steps_and_slow_ones_fewer() -> None:
    assert num_steps(1) > num_steps(32) > num_steps(128) == num_steps(1024)
    assert num_steps(128, step_s=1.0) == 70
    assert num_steps(128, step_s=0.3) == 200
    assert num_steps(128, step_s=0.01) == num_steps(128)


@pytest.mark.parametrize("curvature", [2.0, 5.0, 50.0, 2000.0])
def test_of_a_quadratic_a_rate_is_proposed_that_is_stable_and_no_crawl(curvature: float) -> None:
    rates, losses = swept(curvature)
    assert rates[-1] < HIGHEST, "beyond 2 / L it explodes, and the sweep ends"
    proposal = propose(rates, losses)
    assert proposal is not None
    assert 0.05 / curvature < proposal.rate < 2 / curvature


@settings(max_examples=30)
@given(st.integers(0, 10_000), st.sampled_from([1, 8, 32]), st.floats(0, 0.1))
def test_under_noise_it_stays_stable(seed: int, batch_size: int, noise: float) -> None:
    proposal = propose(*swept(5.0, batch_size=batch_size, noise=noise, seed=seed))
    assert proposal is not None
    assert 0.01 / 5 < proposal.rate < 2 / 5


@given(st.integers(0, 10_000), st.floats(0.01, 0.3))
def test_noise_alone_proposes_nothing(seed: int, noise: float) -> None:
    steps = num_steps(32)
    rates = [rate_at(step, steps) for step in range(1, steps + 1)]
    losses = 1 + noise * np.random.default_rng(seed).standard_normal(steps)
    assert propose(rates, losses) is None


@settings(max_examples=30)
@given(st.integers(0, 1000), st.floats(1e-3, 1e3))
def test_the_unit_of_the_loss_does_not_matter(seed: int, scale: float) -> None:
    rates, losses = swept(5.0, noise=0.1, seed=seed)
    assert propose(rates, losses * scale) == propose(rates, losses)


@given(st.lists(st.floats(width=32), min_size=0, max_size=300))
def test_whatever_the_losses_are_the_curve_stays_within_them(values: list[float]) -> None:
    rates = np.array([rate_at(step, 300) for step in range(1, len(values) + 1)])
    losses = np.array(values)
    propose(rates, losses)
    shown, curve = capped(rates, losses), smoothed(rates, losses)
    assert len(curve) == len(values)
    if np.isfinite(shown).all() and len(shown):
        reach = 1e-9 * max(np.abs(shown).max(), 1e-300)
        assert shown.min() - reach <= curve.min() <= curve.max() <= shown.max() + reach


def test_what_explodes_at_the_end_leaves_the_proposal_alone() -> None:
    rates, losses = swept(5.0)
    for last in (math.nan, math.inf, 1e30):
        worse = losses.copy()
        worse[-1] = last
        assert propose(rates, worse) == propose(rates, losses)
        assert has_exploded(rates, worse)


def test_one_bad_batch_is_no_explosion() -> None:
    steps = num_steps(32)
    rates = [rate_at(step, steps) for step in range(1, 301)]
    losses = np.ones(300)
    losses[-1] = 2.5 * EXPLODED
    assert not has_exploded(rates, losses)
    losses[-20:] = 2.5 * EXPLODED
    assert has_exploded(rates, losses)
