"""Attend a comparison from the command line: start its workers, tell where they are and what came of it."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence

from tui_trainer.cli.board import Progress
from tui_trainer.cli.comparison_results import comparison_lines, comparison_object, run_line, run_object
from tui_trainer.cli.following import Interrupts
from tui_trainer.cli.output import say, to_json, warn
from tui_trainer.cli.program import INTERRUPTED
from tui_trainer.core.comparison import Comparison
from tui_trainer.core.standings import Row, Standings
from tui_trainer.tui import racing

_LOOK_S = 0.1


def start(comparison: Comparison, env: Mapping[str, str]) -> list[subprocess.Popen[bytes]]:
    """Start the workers for all that is queued, and what the trivial answer takes."""
    return [started.worker for started in racing.start(comparison, env)]


def race(comparison: Comparison, env: Mapping[str, str], *, as_json: bool, quiet: bool) -> int:
    """Train what is queued to its end, and return the exit status."""
    standings, told = Standings(comparison), _teller(comparison, as_json, quiet)
    with Interrupts() as interrupts:
        workers = start(comparison, env)
        try:
            rows = _follow(standings, workers, interrupts, told)
        finally:
            told.close()
    if as_json:
        say(to_json(comparison_object(standings, rows)))
    elif not quiet:
        say("\n".join(comparison_lines(standings, rows)))
    if interrupts.count:
        warn(f"interrupted; what was trained is kept: tui-trainer compare --resume {comparison.id}")
        return INTERRUPTED
    broken = [row for row in rows if row.state in ("crashed", "failed", "unknown") and not row.has_diverged]
    for row in broken:
        assert row.run is not None
        why = row.reason or f"{row.state}: tui-trainer logs {row.run.id}"
        warn(f"{row.entrant.label}, seed {row.seed}: {why}")
    waiting = sum(row.state == "queued" for row in rows)
    if waiting:
        again = f"tui-trainer compare --resume {comparison.id}"
        warn(f"{waiting} of the runs still wait, since their worker ended: {again}")
    return 1 if broken or waiting else 0


class _Teller:
    """Tells of a comparison on its way."""

    def __init__(self, tell: Callable[[Row, str], None] | None, progress: Progress | None) -> None:
        self._tell, self._progress = tell, progress
        self._told: set[tuple[str, int]] = set()

    def hear(self, rows: Sequence[Row]) -> None:
        """Where they are now."""
        over = [row for row in rows if row.is_over]
        for row in over:
            key = (row.entrant.label, row.seed)
            if key not in self._told:
                self._told.add(key)
                if self._tell is not None:
                    self._tell(row, f"{len(self._told)}/{len(rows)}")
        if self._progress is not None:
            self._progress.show(rows)

    def close(self) -> None:
        """Nothing more will come."""
        if self._progress is not None:
            self._progress.close()


def _teller(comparison: Comparison, as_json: bool, quiet: bool) -> _Teller:
    def as_objects(row: Row, _count: str) -> None:
        say(to_json(run_object(row)))

    def as_lines(row: Row, count: str) -> None:
        say(run_line(row, count), sys.stderr if as_json else sys.stdout)

    def as_both(row: Row, count: str) -> None:
        as_objects(row, count)
        as_lines(row, count)

    if quiet:
        return _Teller(as_objects if as_json else None, None)
    if sys.stdout.isatty() and sys.stderr.isatty():
        weights = {job.run.id: job.seconds for job in racing.jobs_of(comparison.runs())}
        progress = Progress(comparison, weights)
        return _Teller(as_objects if as_json else None, progress)
    warn(f"comparison {comparison.id}")
    return _Teller(as_both if as_json else as_lines, None)


def _follow(
    standings: Standings,
    workers: Sequence[subprocess.Popen[bytes]],
    interrupts: Interrupts,
    told: _Teller,
) -> list[Row]:
    """Read what is said until all workers have ended; an interrupt asks them to stop, a second kills them."""
    answered = 0
    while True:
        # Asked before reading: when they have ended by then, what is read is all there is.
        have_ended = all(worker.poll() is not None for worker in workers)
        more = standings.read_new(max_seconds=_LOOK_S)
        rows = standings.rows(time.time())
        told.hear(rows)
        if have_ended and not more:
            return _settled(standings)
        if interrupts.count > answered:
            answered = interrupts.count
            _interrupt(workers, answered)
        if not more:
            time.sleep(_LOOK_S)


def _settled(standings: Standings) -> list[Row]:
    """The rows when no worker is left: a moment after its last word a crash is not told from an end."""
    deadline = time.monotonic() + 5.0
    while True:
        rows = standings.rows(time.time())
        if all(row.is_over or row.state == "queued" for row in rows) or time.monotonic() > deadline:
            return rows
        time.sleep(_LOOK_S)


def _interrupt(workers: Sequence[subprocess.Popen[bytes]], count: int) -> None:
    if count == 1:
        warn("stopping: waiting for the workers to end cleanly (Ctrl+C again kills them)")
    else:
        warn("killed: steps that were not recorded yet are lost")
    for worker in workers:
        worker.send_signal(signal.SIGTERM if count == 1 else signal.SIGKILL)
