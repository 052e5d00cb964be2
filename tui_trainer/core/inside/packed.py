"""Many small numbers in few bytes: a byte each, deflated."""

import zlib
from collections.abc import Sequence
from math import nan, prod

import msgspec
import numpy as np
from numpy.typing import NDArray

_NOT_FINITE = 255
_LEVEL = 1
"""The quickest: a picture is packed between two steps of a training."""


def pack(values: NDArray[np.uint8] | NDArray[np.int8]) -> bytes:
    """Bytes that ``unpack`` or ``unpack_signed`` can read."""
    return zlib.compress(np.ascontiguousarray(values).tobytes(), _LEVEL)


def unpack(data: bytes, shape: Sequence[int]) -> NDArray[np.uint8]:
    """Numbers from 0 to 255 in the shape they had. Raises ValueError where they are not so many."""
    count = prod(shape)
    inflating = zlib.decompressobj()
    try:
        raw = inflating.decompress(data, count + 1)
    except zlib.error as error:
        raise ValueError(f"cannot be inflated: {error}") from error
    if len(raw) != count:
        raise ValueError(f"holds {len(raw)} numbers, not {count}")
    return np.frombuffer(raw, np.uint8).reshape(shape)


def unpack_signed(data: bytes, shape: Sequence[int]) -> NDArray[np.int8]:
    """Numbers from -127 to 127. Raises ValueError where they are not so many."""
    return unpack(data, shape).view(np.int8)


class Field(msgspec.Struct, frozen=True, gc=False):
    """Numbers from ``low`` to ``high`` in 254 equal steps; NaN for what is not finite."""

    low: float
    high: float
    steps: bytes

    @classmethod
    def of(cls, values: NDArray[np.floating]) -> "Field":
        """``values``, of any shape, rounded."""
        finite = np.isfinite(values)
        if not finite.any():
            return cls(nan, nan, pack(np.full(values.shape, _NOT_FINITE, np.uint8)))
        known = values[finite].astype(np.float64)
        low, high = float(known.min()), float(known.max())
        steps = np.full(values.shape, _NOT_FINITE, np.uint8)
        steps[finite] = np.rint((known - low) / ((high - low) or 1.0) * (_NOT_FINITE - 1))
        return cls(low, high, pack(steps))

    def array(self, shape: Sequence[int]) -> NDArray[np.float64]:
        """The numbers in the shape they had. Raises ValueError where they are not so many."""
        steps = unpack(self.steps, shape)
        values = self.low + steps * ((self.high - self.low) / (_NOT_FINITE - 1))
        return np.where(steps == _NOT_FINITE, np.nan, values)
