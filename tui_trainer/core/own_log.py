"""What a loop of one's own logs, turned into events: names into splits, single values into blocks."""

import math
import re
import sys
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice
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


def blocks_of(rows: Iterable[Row]) -> Iterator[Block]:
    """The rows in their order, in blocks as long as they can be."""
    names: tuple[str, ...] = ()
    first_step = next_step = 0
    pending: list[Iterable[float]] = []
    for step, logged in rows:
        # In all but a few rows the names are those of the row before: this is the loop that a call's cost is.
        if pending and step == next_step and tuple(logged) == names:
            pending.append(logged.values())
            next_step += 1
            continue
        yield from _blocks(first_step, names, pending)
        names, first_step, next_step, pending = tuple(logged), step, step + 1, [logged.values()]
    yield from _blocks(first_step, names, pending)


def _blocks(first_step: int, names: Sequence[str], rows: Iterable[Iterable[float]]) -> Iterator[Block]:
    splits: dict[Split | None, dict[str, Sequence[float]]] = {}
    for name, column in zip(names, zip(*rows, strict=True), strict=False):
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
