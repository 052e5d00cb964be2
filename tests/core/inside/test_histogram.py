"""Histograms on other axes than their own."""

import numpy as np
import pytest

from tui_trainer.core.events import LayersMeasured
from tui_trainer.core.inside.layers import Histogram, per_weight, unit_factors


def histogram(low: float, high: float, counts: list[int]) -> Histogram:
    return Histogram(low, high, np.asarray(counts, "<u4").tobytes())


def test_shares_lie_evenly_within_their_bins() -> None:
    found = histogram(0.0, 4.0, [1, 0, 2, 1])
    assert found.shares_in(np.array([0.0, 1.0, 2.0, 3.0, 4.0])).tolist() == [0.25, 0.0, 0.5, 0.25]
    assert found.shares_in(np.array([-1.0, 0.5, 2.5, 9.0])) == pytest.approx([0.125, 0.375, 0.5])


def test_equal_numbers_lie_in_one_place() -> None:
    assert histogram(2.0, 2.0, [0, 5, 0]).shares_in(np.array([0.0, 1.0, 3.0])) == pytest.approx([0.0, 1.0])


def test_of_nothing_no_share_is_known() -> None:
    nothing = histogram(0.0, 0.0, [0, 0])
    assert np.isnan(nothing.shares_in(np.array([0.0, 1.0]))).all()
    assert np.isnan(nothing.range_of(0.1)).all()


def test_the_range_leaves_out_the_tails() -> None:
    found = histogram(0.0, 10.0, [1, 0, 0, 0, 500, 500, 0, 0, 0, 1])
    assert found.range_of(0.01) == (4.0, 6.0)
    assert found.range_of(0.0) == (0.0, 10.0)


def test_gradients_of_layers_of_any_size_compare() -> None:
    measured = LayersMeasured(
        attempt=1,
        elapsed_s=0.0,
        step=1,
        layers=["a", "b"],
        gradient_norms=[3.0 * 10, 3.0 * 2],  # every number is 3
        signal_norms=[0.5 * 8, 0.5 * 4],  # every number is 0.5, a mean over 4 samples
        weight_norms=[1.0, 1.0],
        update_ratios=[0.1, 0.1],
        saturated=[0.0, 0.0],
        dead=[0.0, 0.0],
        sizes=[100, 4],
        widths=[16, 4],
        num_samples=4,
    )
    assert per_weight(measured).tolist() == [3.0, 3.0]
    assert (measured.signal_norms * unit_factors(measured)).tolist() == [2.0, 2.0]
