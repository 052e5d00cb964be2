"""What the Compare screen asks of the runs that it shows: to pause, to stop, to go on, to be more."""

from collections.abc import Callable, Sequence
from functools import partial

from tui_trainer.core import comparison as comparisons
from tui_trainer.core import control, queue
from tui_trainer.core.comparison import MORE_SEEDS, Comparison
from tui_trainer.core.rundir import RunHomeError
from tui_trainer.core.standings import Row
from tui_trainer.core.text import plain
from tui_trainer.tui.contest import LIVE, Contest
from tui_trainer.tui.messages import RaceContinued
from tui_trainer.tui.racing import is_cut_short
from tui_trainer.tui.screens.asking import AskingScreen
from tui_trainer.tui.views.contest import Choice


class RacingScreen(AskingScreen):
    """A screen that shows a comparison and can ask its workers for something."""

    def __init__(self) -> None:
        super().__init__()
        self._contest: Contest | None = None
        self._choice = Choice()

    def _rows(self, *states: str) -> list[Row]:
        rows = self._contest.rows if self._contest else []
        return [row for row in rows if row.run is not None and row.state in states]

    def action_pause(self) -> None:
        """Pause all that trains; where nothing does, let all go on."""
        running = self._rows(*(LIVE - {"paused"}))
        for row in running or self._rows("paused"):
            self._send(row, control.Pause if running else control.Continue)

    def action_stop(self, every: bool) -> None:
        """Ask, then stop the runs of the recipe at the cursor, or all."""
        rows = [
            row
            for row in self._rows(*LIVE, "queued")
            if every or (self._contest and row.entrant.label == self._label)
        ]
        whose = "all" if every else plain(self._label, limit=30)
        question = (
            f"{'X' if every else 'x'} again stops {_count(len(rows), 'run')} of {whose}; r resumes them"
        )
        if not rows:
            self._ask("Nothing of it trains or waits: there is nothing to stop.")
        elif self._is_asked and self._question == question:
            self._asked_until = 0.0
            self._in_background(partial(self._stop, rows))
        else:
            self._ask(question)

    @property
    def _label(self) -> str:
        entrants = self._contest.comparison.entrants if self._contest else ()
        return entrants[self._choice.place].label if self._choice.place < len(entrants) else ""

    def _stop(self, rows: Sequence[Row]) -> None:
        """Those that wait leave the queue, the last first, so that none is taken meanwhile."""
        for row in reversed(rows):
            if row.run is not None and not (row.state == "queued" and queue.withdraw(row.run)):
                self._send(row, control.Stop)

    def action_resume(self) -> None:
        """Queue what was stopped or crashed, and have workers started."""
        contest = self._contest
        rows = [row for row in contest.rows if row.run and is_cut_short(row)] if contest else []
        waiting = self._rows("queued")
        if contest is None or not (rows or waiting):
            self._ask("Nothing was stopped or crashed: there is nothing to resume.")
            return
        if not rows and self._rows(*LIVE):
            self._ask("What waits is taken up as soon as a worker is free.")
            return
        self._in_background(partial(self._resume, contest.comparison, rows))

    def _resume(self, comparison: Comparison, rows: Sequence[Row]) -> None:
        for row in rows:
            if row.run is not None:
                queue.put(row.run)
        self.post_message(RaceContinued(comparison))

    def action_seeds(self) -> None:
        """Train five more seeds of each."""
        contest = self._contest
        if contest is None:
            return
        if not contest.comparison.id:
            self._ask("These runs were marked by hand: compare their recipes in New for more seeds.")
            return
        number = MORE_SEEDS * len(contest.comparison.entrants)
        question = f"+ again trains {MORE_SEEDS} more seeds of each: {number} runs"
        if self._is_asked and self._question == question:
            self._asked_until = 0.0
            self._in_background(partial(self._add_seeds, contest))
        else:
            self._ask(question)

    def _add_seeds(self, contest: Contest) -> None:
        more, _ = comparisons.add_seeds(contest.comparison)
        self.app.call_from_thread(contest.update, more)
        self.post_message(RaceContinued(more))

    def _send(self, row: Row, request: Callable[..., control.Request]) -> None:
        if self._contest is None or row.run is None:
            return
        try:
            control.send(row.run, request(attempt=self._contest.heard(row.run).attempt))
        except OSError as error:
            self._complain(f"a run cannot be asked: {error}")

    def _in_background(self, work: Callable[[], None]) -> None:
        """Do what takes longer than a key may, and say what went wrong."""

        def attempt() -> None:
            try:
                work()
            except (OSError, RunHomeError, comparisons.TooManyRuns) as error:
                self.app.call_from_thread(self._complain, str(error))

        self.run_worker(attempt, thread=True)

    def _complain(self, text: str) -> None:
        self.notify(plain(text), severity="error", markup=False, timeout=20)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("" if number == 1 else "s")
