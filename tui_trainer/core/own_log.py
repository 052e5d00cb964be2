"""What a loop of one's own logs, turned into events: names into splits, single values into blocks."""

import math
import re
import sys
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from tui_trainer.core.events import Split
from tui_trainer.core.text import plain

MAX_NAME = 80
"""Characters of a metric's name that are kept."""

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


Row: TypeAlias = tuple[int, Mapping[str, float]]
"""A step, and what was logged there at once."""


class Block(NamedTuple):
    """Values of the same metrics at consecutive steps."""

    first_step: int
    metrics: Mapping[str, Sequence[float]]


class Measured(NamedTuple):
    """Metrics of a split, measured at one step."""

    step: int
    split: Split
    metrics: Mapping[str, float]


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


def parts_of(rows: Iterable[Row]) -> Iterator[Block | Measured]:
    """The rows in their order, values of steps in blocks as long as they can be."""
    names: tuple[str, ...] = ()
    first_step = next_step = 0
    pending: list[Iterable[float]] = []
    for step, logged in rows:
        # In all but a few rows the names are those of the row before: this is the loop that a call's cost is.
        if pending and step == next_step and tuple(logged) == names:
            pending.append(logged.values())
            next_step += 1
            continue
        if pending:
            yield _block(first_step, names, pending)
            pending = []
        named = [(*split_of(name), value) for name, value in logged.items()]
        if named and all(split is None for split, *_ in named):
            names, first_step, next_step, pending = tuple(logged), step, step + 1, [logged.values()]
        else:
            yield from _taken_apart(step, named)
    if pending:
        yield _block(first_step, names, pending)


def _block(first_step: int, names: Iterable[str], rows: Iterable[Iterable[float]]) -> Block:
    columns = zip(*rows, strict=True)
    return Block(first_step, {split_of(name)[1]: column for name, column in zip(names, columns, strict=True)})


def _taken_apart(step: int, named: Iterable[tuple[Split | None, str, float]]) -> Iterator[Block | Measured]:
    """One row whose metrics are of several splits."""
    metrics: dict[Split | None, dict[str, float]] = {}
    for split, metric, value in named:
        metrics.setdefault(split, {})[metric] = value
    for split, values in metrics.items():
        if split is None:
            yield Block(step, {metric: (value,) for metric, value in values.items()})
        else:
            yield Measured(step, split, values)


def float32(values: Sequence[float]) -> bytes:
    """The values as a run log has them, little-endian; what is beyond float32 counts as infinite."""
    data = array("f", values)
    if sys.byteorder == "big":
        data.byteswap()
    return data.tobytes()


def not_finite(part: Block | Measured) -> Iterator[tuple[str, float, int]]:
    """Name, value and step of the first of each metric that is NaN or infinite."""
    if isinstance(part, Measured):
        for metric, value in part.metrics.items():
            if not math.isfinite(value):
                yield f"{part.split} {metric}", value, part.step
        return
    for metric, values in part.metrics.items():
        if not math.isfinite(sum(values)):
            for place, value in enumerate(values):
                if not math.isfinite(value):
                    yield metric, value, part.first_step + place
                    break
