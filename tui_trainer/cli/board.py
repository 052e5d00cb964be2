"""Where a comparison is, for those who watch it at a terminal: a line for each recipe, redrawn in place."""

import time
from collections.abc import Mapping, Sequence
from itertools import groupby
from math import isfinite
from statistics import fmean

from rich.console import Console
from rich.live import Live
from rich.text import Text

from tui_trainer.core.comparison import Comparison
from tui_trainer.core.figures import duration, value
from tui_trainer.core.standings import Row
from tui_trainer.core.text import plain

_REFRESH_S = 0.2
_BAR = 20
_LEAST_S = 1.0
"""Before that no time left can be told."""


class Progress:
    """A bar and the best value so far for each recipe, and the time left for all, on stderr."""

    def __init__(self, comparison: Comparison, weights: Mapping[str, float]) -> None:
        """``weights`` says what each run costs, by its id."""
        self._console = Console(stderr=True, highlight=False, markup=False)
        self._console.print(Text(f"comparison {comparison.id}", style="dim"))
        self._weights, self._limit_s = weights, comparison.seconds_per_run
        self._live = Live(console=self._console, auto_refresh=False, transient=True)
        self._live.start()
        self._began: tuple[float, float] | None = None
        self._due = 0.0

    def show(self, rows: Sequence[Row]) -> None:
        """Draw them, five times a second at most."""
        if time.monotonic() < self._due:
            return
        self._due = time.monotonic() + _REFRESH_S
        groups = [list(group) for _, group in groupby(rows, key=lambda row: row.entrant.label)]
        room = max(1, self._console.height - 3)
        shown, wide = groups[:room], max(len(plain(group[0].entrant.label)) for group in groups)
        lines = [self._line(group, min(wide, 32)) for group in shown]
        if len(groups) > room:
            lines.append(f"… {len(groups) - room} more")
        over = sum(row.is_over for row in rows)
        at_work = sum(not row.is_over and row.state != "queued" for row in rows)
        lines.append(f"{over}/{len(rows)} runs over, {at_work} at work{self._left(rows)}")
        self._live.update(Text("\n".join(lines), no_wrap=True, overflow="ellipsis"), refresh=True)

    def close(self) -> None:
        """Leave the place to the results."""
        self._live.stop()

    def _line(self, rows: Sequence[Row], width: int) -> str:
        share = fmean(map(self._share, rows))
        bar = "━" * round(share * _BAR)
        best = [row.best.headline for row in rows if row.best is not None and isfinite(row.best.headline)]
        label = plain(rows[0].entrant.label, limit=width).ljust(width)
        over = sum(row.is_over for row in rows)
        return f"{label}  {bar:<{_BAR}}  {over}/{len(rows)}  {f'best {value(fmean(best))}' if best else ''}"

    def _share(self, row: Row) -> float:
        by_time = row.seconds / self._limit_s if self._limit_s else 0.0
        return min(1.0, max(row.share_done, by_time))

    def _left(self, rows: Sequence[Row]) -> str:
        """The time left, from what was done since this was first asked."""
        total = sum(self._weight(row) for row in rows) or 1.0
        done = sum(self._weight(row) * self._share(row) for row in rows) / total
        if not done:
            return ""
        if self._began is None:
            self._began = (time.monotonic(), done)
        seconds, before = time.monotonic() - self._began[0], self._began[1]
        if seconds < _LEAST_S or done <= before:
            return ""
        return f", ETA {duration(seconds * (1 - done) / (done - before))}"

    def _weight(self, row: Row) -> float:
        return self._weights.get(row.run.id, 0.0) if row.run is not None else 0.0
