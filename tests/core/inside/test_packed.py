import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tui_trainer.core.inside.packed import Fields, pack, unpack, unpack_signed


@given(arrays(np.float32, st.tuples(*[st.integers(1, 5)] * 3), elements=st.floats(-1e6, 1e6, width=32)))
def test_fields_come_back_within_half_a_step_each_in_its_own_range(values):
    back = Fields.of(values).arrays(values.shape[1:])
    ranges = np.ptp(values.astype(np.float64), axis=(1, 2), keepdims=True)
    assert (np.abs(back - values) <= ranges / 500 + 1e-6 * np.abs(values).max()).all()


def test_what_is_not_finite_comes_back_as_nan():
    fields = Fields.of(np.array([[np.nan, 1.0, 3.0], [np.nan, np.inf, -np.inf], [2.0, 2.0, np.inf]]))
    assert np.array_equal(fields.arrays((3,)), [[np.nan, 1, 3], [np.nan] * 3, [2, 2, np.nan]], equal_nan=True)
    assert np.array_equal(fields.ranges(), [[1, 3], [np.nan] * 2, [2, 2]], equal_nan=True)


def test_signed_numbers_come_back():
    values = np.array([[-127, 0], [127, 3]], np.int8)
    assert np.array_equal(unpack_signed(pack(values), (2, 2)), values)


@pytest.mark.parametrize("data", [b"", b"no", zlib.compress(bytes(3)), zlib.compress(bytes(10_000_000))])
def test_what_does_not_hold_what_it_says_is_refused(data):
    with pytest.raises(ValueError, match=r"cannot be inflated|holds \d+ numbers, not 4"):
        unpack(data, (2, 2))
