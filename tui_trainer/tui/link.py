"""The way from the app to the terminal: how often it is written to, and how much."""

from collections.abc import Mapping
from dataclasses import dataclass

FULL_RATE = 10.0
"""Updates a second where they cost nothing."""
_RATE_OVER_SSH = 5.0
_LOW_BANDWIDTH = 2000
"""Bytes a second, at most."""
_MEASURED_OVER_S = 0.9
"""Figures tick once a second, or a little sooner."""


@dataclass(frozen=True)
class Link:
    """What is known of the link, and what it is given."""

    is_remote: bool = False
    updates_per_s: float = FULL_RATE
    bytes_per_s: int | None = None
    """No more than so many; None for as many as it takes."""

    @property
    def tick_s(self) -> float:
        """Seconds from one update to the next."""
        return 1 / self.updates_per_s


LOCAL = Link()


def link_for(environ: Mapping[str, str], *, fps: float | None = None, low_bandwidth: bool = False) -> Link:
    """The link as the environment tells it, and as the user wants it used."""
    is_remote = bool(environ.get("SSH_CONNECTION"))
    rate = fps or (_RATE_OVER_SSH if is_remote or low_bandwidth else FULL_RATE)
    return Link(is_remote, rate, _LOW_BANDWIDTH if low_bandwidth else None)


class ByteRate:
    """Bytes a second out of a count that grows, over the last whole second or more."""

    def __init__(self) -> None:
        self._count = 0
        self._counted_at: float | None = None
        self._rate: float | None = None

    def measured(self, count: int, now: float) -> float | None:
        """The rate at ``now`` (a monotonic clock); the one before until a second has passed."""
        if self._counted_at is None:
            self._count, self._counted_at = count, now
        elif (seconds := now - self._counted_at) >= _MEASURED_OVER_S:
            self._rate = (count - self._count) / seconds
            self._count, self._counted_at = count, now
        return self._rate
