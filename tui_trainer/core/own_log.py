"""What a loop of one's own logs, turned into events: names into splits, single values into blocks."""

import math
import re
import sys
from array import array
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple

from tui_trainer.core.events import Split
from tui_trainer.core.text import plain

MAX_NAME = 80
"""Characters of a metric's name that are kept."""
MAX_CLASSES = 1000
"""A matrix of more is no longer looked at, and one of these takes megabytes."""

_SPLITS: Mapping[str, Split] = {
    "train": "train",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
    "eval": "validation",
    "test": "test",
}
_PREFIX = re.compile(rf"({'|'.join(_SPLITS)})[_/.](.+)", re.IGNORECASE)
_SUFFIX = re.compile(rf"(.+)[_/.]({'|'.join(_SPLITS)})", re.IGNORECASE)


class Block(NamedTuple):
    """Values of the same metrics at consecutive steps."""

    first_step: int
    split: Split | None
    """None: of the steps themselves."""
    metrics: Mapping[str, Sequence[float]]

    @property
    def length(self) -> int:
        """How many steps."""
        return len(next(iter(self.metrics.values())))


@lru_cache(maxsize=4096)
def split_of(name: str) -> tuple[Split | None, str]:
    """The split and the metric that a name means: ``val_loss`` is the loss on validation.

    ``train``, ``val`` (``valid``, ``validation``, ``eval``) and ``test`` count at either end of a name, with
    ``_``, ``/`` or ``.`` between. None is for what is neither: a value of the step itself.
    """
    if found := _PREFIX.fullmatch(name):
        return _SPLITS[found[1].lower()], plain(found[2], limit=MAX_NAME)
    if found := _SUFFIX.fullmatch(name):
        return _SPLITS[found[2].lower()], plain(found[1], limit=MAX_NAME)
    return None, plain(name, limit=MAX_NAME)


class Rows(list[Any]):
    """What was logged and is still to be written: steps, each followed by its values by name.

    Step and values go in by one ``extend``, so that threads and signal handlers may log as well. The values
    are the mapping that the call has made of its keywords: between two steps of a net, when everything has
    gone from the caches, to make anything else of it would cost more than all else in the call. A pair of the
    two would be one more thing for Python's garbage collector to look at, and it would.
    """

    def take(self) -> Iterator[Block]:
        """All rows since the last time in blocks as long as they can be; rows of the same names in order."""
        data = self[:]
        del self[: len(data)]  # of this very list: another thread may be about to add to it
        tables: dict[tuple[str, ...], tuple[list[int], list[Mapping[str, float]]]] = {}
        for step, values in zip(data[::2], data[1::2], strict=True):
            steps, rows = tables.setdefault(tuple(values), ([], []))
            steps.append(step)
            rows.append(values)
        for names, (steps, rows) in tables.items():
            columns = [[values[name] for values in rows] for name in names]
            for start, end in _runs(steps):
                yield from _blocks(steps[start], names, [column[start:end] for column in columns])


def _runs(steps: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Beginning and end of each stretch of consecutive steps."""
    if steps and steps == list(range(steps[0], steps[0] + len(steps))):  # nearly always, and told at once
        yield 0, len(steps)
        return
    start = 0
    for place in range(1, len(steps)):
        if steps[place] != steps[place - 1] + 1:
            yield start, place
            start = place
    if steps:
        yield start, len(steps)


def _blocks(first_step: int, names: Sequence[str], columns: Sequence[Sequence[float]]) -> Iterator[Block]:
    splits: dict[Split | None, dict[str, Sequence[float]]] = {}
    for name, column in zip(names, columns, strict=True):
        split, metric = split_of(name)
        splits.setdefault(split, {})[metric] = column
    for split, metrics in splits.items():
        yield Block(first_step, split, metrics)


def float32(values: Sequence[float]) -> bytes:
    """The values as a run log has them, little-endian; what is beyond float32 counts as infinite."""
    data = array("f", values)
    if sys.byteorder == "big":
        data.byteswap()
    return data.tobytes()


def not_finite(block: Block) -> Iterator[tuple[str, float, int]]:
    """Name, value and step of the first value of each metric that is NaN or infinite."""
    for metric, values in block.metrics.items():
        if not math.isfinite(sum(values)):
            found = ((value, place) for place, value in enumerate(values) if not math.isfinite(value))
            for value, place in islice(found, 1):
                name = f"{block.split} {metric}" if block.split else metric
                yield name, value, block.first_step + place


def counts_of(matrix: Any) -> tuple[tuple[int, ...], ...]:
    """A confusion matrix (C, C) out of lists, an array or a tensor. Raises ValueError or TypeError."""
    rows = matrix.tolist() if hasattr(matrix, "tolist") else matrix
    counts = tuple(tuple(int(count) for count in row) for row in rows)
    if not 0 < len(counts) <= MAX_CLASSES or any(len(row) != len(counts) for row in counts):
        raise ValueError(f"a confusion matrix is a square of up to {MAX_CLASSES:,} classes")
    if min(map(min, counts)) < 0:
        raise ValueError("a confusion matrix holds counts, none below 0")
    return counts
