"""One metric over steps: raw float32 values, and the extremes of any ranges of steps.

The extremes are reduced from the raw values each time: at 0.1 ms for 1,000,000 of them there is nothing to
keep in step with them.
"""

import math
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]

_LARGEST = float(np.finfo(np.float32).max)


@dataclass(frozen=True, eq=False)
class Columns:
    """What lies in each of n half-open ranges of steps. All arrays are (n,)."""

    minimum: Floats
    """Smallest finite value; NaN where there is none."""
    maximum: Floats
    """Largest finite value; NaN where there is none."""
    first: Floats
    """First value, as recorded; NaN where there is none."""
    last: Floats
    """Last value, as recorded; NaN where there is none."""
    count: Ints
    """How many values, non-finite ones included."""


class Series:
    """Values at increasing integer steps.

    Consecutive steps are kept as runs ``(first index, first step)``, so that a series with a value for every
    step costs four bytes a point. Appending is amortized O(1). A step told twice keeps the later value, and a
    step told late goes to its place.
    """

    def __init__(self) -> None:
        self._buffer = np.empty(256, np.float32)
        self._size = 0
        self._runs = np.empty((2, 4), np.int64)
        self._num_runs = 0
        self._next_step = 0
        self._odd = np.empty(0, np.int64)
        self._num_checked = 0

    def __len__(self) -> int:
        return self._size

    @property
    def values(self) -> NDArray[np.float32]:
        """All values in step order, as a view that is valid until the next change."""
        return self._buffer[: self._size]

    @property
    def steps(self) -> Ints:
        """The step of every value, increasing."""
        return self.step_at(np.arange(self._size))

    @property
    def last_step(self) -> int | None:
        """The last step that has a value."""
        return self._next_step - 1 if self._size else None

    @property
    def _run_index(self) -> Ints:
        """The first index of each run."""
        return self._runs[0, : self._num_runs]

    @property
    def _run_step(self) -> Ints:
        """The first step of each run."""
        return self._runs[1, : self._num_runs]

    # Filling

    def append_point(self, step: int, value: float) -> None:
        """Add one value; what is beyond float32 counts as infinite."""
        if self._size and step < self._next_step:
            with np.errstate(over="ignore"):
                self._merge(step, np.array([value], np.float32))
            return
        self._make_room(step, 1)
        self._buffer[self._size] = math.copysign(math.inf, value) if abs(value) > _LARGEST else value
        self._size += 1
        self._next_step = step + 1

    def append_block(self, first_step: int, values: ArrayLike) -> None:
        """Add the values (n,) of n consecutive steps."""
        values = np.asarray(values, np.float32)
        if not len(values):
            return
        if self._size and first_step < self._next_step:
            self._merge(first_step, values)
            return
        self._make_room(first_step, len(values))
        self._buffer[self._size : self._size + len(values)] = values
        self._size += len(values)
        self._next_step = first_step + len(values)

    def _make_room(self, first_step: int, count: int) -> None:
        """Room for ``count`` values from ``first_step`` on, in a run of their own after a gap."""
        if not self._size or first_step > self._next_step:
            if self._num_runs == self._runs.shape[1]:
                self._runs = _grown(self._runs, self._num_runs, 2 * self._num_runs)
            self._runs[:, self._num_runs] = self._size, first_step
            self._num_runs += 1
        size = self._size + count
        if size > len(self._buffer):
            self._buffer = _grown(self._buffer, self._size, max(size, 2 * len(self._buffer)))

    def cut_after(self, step: int) -> None:
        """Forget every value after ``step``."""
        size = int(self.index_of(step + 1))
        if size == self._size:
            return
        self._size = size
        self._num_runs = int(np.searchsorted(self._run_index, size))
        self._next_step = int(self.step_at(size - 1)) + 1 if size else 0
        self._num_checked = min(self._num_checked, size)
        self._odd = self._odd[self._odd < size]

    def _merge(self, first_step: int, values: NDArray[np.float32]) -> None:
        """Put a block that does not come after all others where it belongs."""
        steps = np.concatenate([self.steps, np.arange(first_step, first_step + len(values))])
        all_values = np.concatenate([self.values, values])
        steps, from_the_end = np.unique(steps[::-1], return_index=True)
        self._buffer = all_values[::-1][from_the_end]
        self._size = len(steps)
        starts = np.flatnonzero(np.diff(steps, prepend=steps[0] - 2) != 1)
        self._runs, self._num_runs = np.stack([starts, steps[starts]]), len(starts)
        self._next_step = int(steps[-1]) + 1
        self._num_checked, self._odd = 0, self._odd[:0]

    # Steps and indices

    def index_of(self, steps: ArrayLike) -> Ints:
        """Index of the first value at or after each of ``steps`` (any shape, fractions allowed)."""
        wanted = np.ceil(np.asarray(steps, np.float64)).astype(np.int64)
        if self._num_runs <= 1:
            return np.clip(wanted - (self._run_step[0] if self._size else 0), 0, self._size)
        run_step, run_index = self._run_step, self._run_index
        run = np.searchsorted(run_step, wanted, side="right") - 1
        last = run == self._num_runs - 1
        end = np.where(last, self._size, run_index[np.where(last, run, run + 1)])
        return np.where(run < 0, 0, np.minimum(run_index[run] + wanted - run_step[run], end))

    def step_at(self, indices: ArrayLike) -> Ints:
        """The step of the value at each of ``indices`` (any shape)."""
        indices = np.asarray(indices)
        if not self._size:
            return np.zeros(indices.shape, np.int64)
        run = np.searchsorted(self._run_index, indices, side="right") - 1
        return np.asarray(indices - self._run_index[run] + self._run_step[run])

    def at(self, step: float) -> tuple[int, float] | None:
        """The last (step, value) at or before ``step``: what held there."""
        index = int(self.index_of(np.floor(step) + 1)) - 1
        return (int(self.step_at(index)), float(self._buffer[index])) if index >= 0 else None

    def non_finite_steps(self) -> Ints:
        """Every step whose value is NaN or infinite, increasing."""
        return self.step_at(self._odd_indices())

    def _odd_indices(self) -> Ints:
        """Indices of all values that are not finite; each value is looked at once."""
        if self._num_checked < self._size:
            found = np.flatnonzero(~np.isfinite(self._buffer[self._num_checked : self._size]))
            if len(found):
                self._odd = np.concatenate([self._odd, found + self._num_checked])
            self._num_checked = self._size
        return self._odd

    # Reading ranges

    def columns(self, edges: ArrayLike) -> Columns:
        """What lies between neighbouring ``edges``: n + 1 increasing steps, fractions allowed."""
        bounds = self.index_of(edges)
        start, end = bounds[:-1], bounds[1:]
        count = end - start
        some = count > 0
        minimum, maximum, first, last = np.full((4, len(count)), np.nan)
        if some.any():
            # Neighbouring ranges share their ends: the starts of those with values are all reduceat needs.
            values, starts = self._without_infinities(int(bounds[-1])), start[some]
            minimum[some], maximum[some] = np.fmin.reduceat(values, starts), np.fmax.reduceat(values, starts)
            first[some], last[some] = self._buffer[starts], self._buffer[end[some] - 1]
        return Columns(minimum, maximum, first, last, count)

    def sums(self, edges: ArrayLike) -> tuple[Floats, Ints]:
        """Sum and number (n,) of the finite values between neighbouring ``edges``, as for ``columns``."""
        bounds = self.index_of(edges)
        count = np.diff(bounds)
        some = count > 0
        totals = np.zeros(len(count))
        if some.any():
            values, starts = self._buffer[: bounds[-1]], bounds[:-1][some]
            odd = self._odd_indices()
            odd = odd[odd < bounds[-1]]
            if len(odd):
                values = values.copy()
                values[odd] = 0
                count = count - np.diff(np.searchsorted(odd, bounds))
            totals[some] = np.add.reduceat(values, starts)
            if not np.isfinite(totals).all():  # too large for float32, whose sums take a third of the time
                totals[some] = np.add.reduceat(values, starts, dtype=np.float64)
        return totals, count

    def _without_infinities(self, end: int) -> NDArray[np.float32]:
        """Values up to index ``end`` with NaN in place of infinities: fmin and fmax pass over NaN alone."""
        odd = self._odd_indices()
        odd = odd[odd < end]
        values = self._buffer[:end]
        if len(odd):
            values = values.copy()
            values[odd] = np.nan
        return values


def _grown(array: NDArray[Any], used: int, size: int) -> NDArray[Any]:
    """``array`` (..., n) with room for ``size`` along its last axis, and what is ``used`` of it."""
    larger = np.empty((*array.shape[:-1], size), array.dtype)
    larger[..., :used] = array[..., :used]
    return larger
