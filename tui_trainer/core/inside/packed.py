"""Many small numbers in few bytes: a byte each, deflated."""

import zlib
from collections.abc import Sequence
from math import prod

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


class Fields(msgspec.Struct, frozen=True, gc=False):
    """Some fields of numbers, each in 254 equal steps from its lowest to its highest; NaN is kept."""

    lows: bytes
    highs: bytes
    """Of each field; little-endian float32, NaN where nothing in it is finite."""
    steps: bytes

    @classmethod
    def of(cls, values: NDArray[np.floating]) -> "Fields":
        """``values`` (fields, …), rounded."""
        flat = np.asarray(values, np.float64).reshape(len(values), -1)
        finite = np.isfinite(flat)
        known = finite.any(axis=1, keepdims=True)
        lows = np.where(known, np.where(finite, flat, np.inf).min(axis=1, keepdims=True), 0.0)
        highs = np.where(known, np.where(finite, flat, -np.inf).max(axis=1, keepdims=True), 0.0)
        parts = (np.where(finite, flat, lows) - lows) / np.where(highs > lows, highs - lows, 1.0)
        steps = np.where(finite, np.rint(parts * (_NOT_FINITE - 1)), _NOT_FINITE)
        low, high = (np.where(known, end, np.nan).astype("<f4").tobytes() for end in (lows, highs))
        return cls(low, high, pack(steps.astype(np.uint8)))

    def __len__(self) -> int:
        """How many fields."""
        return len(self.lows) // 4

    def ranges(self) -> NDArray[np.float32]:
        """Lowest and highest of each field, (fields, 2)."""
        return np.stack([np.frombuffer(end, "<f4") for end in (self.lows, self.highs)], axis=1)

    def arrays(self, shape: Sequence[int]) -> NDArray[np.float64]:
        """The numbers (fields, *shape). Raises ValueError where they are not so many."""
        steps = unpack(self.steps, (len(self), *shape))
        low, high = self.ranges().astype(np.float64).T.reshape(2, -1, *[1] * len(shape))
        return np.where(steps == _NOT_FINITE, np.nan, low + steps * ((high - low) / (_NOT_FINITE - 1)))
