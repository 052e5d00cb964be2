"""How far a download is, in words, now and then."""

from time import perf_counter

SILENCE_S = 1.0
"""The shortest time between two of them."""


class DownloadProgress:
    """Turns counts of bytes into ``downloading: 5.2 of 9.9 MB, 1.3 MB/s, 4 s to go``."""

    def __init__(self) -> None:
        self._began = self._told = perf_counter()
        self._last_done = 0

    def tell(self, done: int, total: int | None) -> str:
        """What to say of a file with ``done`` of ``total`` bytes here; empty when it is not yet time."""
        now = perf_counter()
        if done < self._last_done:  # another file
            self._began = now
        self._last_done = done
        if now - self._told < SILENCE_S or now == self._began:
            return ""
        self._told = now
        rate = done / (now - self._began)
        so_far = f"{done / 1e6:.1f}" if total is None else f"{done / 1e6:.1f} of {total / 1e6:.1f}"
        to_go = "" if total is None or not rate else f", {(total - done) / rate:.0f} s to go"
        return f"downloading: {so_far} MB, {rate / 1e6:.1f} MB/s{to_go}"
