"""A progress bar with what is left, for those who train at a terminal. The only module that needs Rich."""

import time

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn
from rich.text import Text

from tui_trainer.cli.following import Report
from tui_trainer.cli.results import scores
from tui_trainer.core.events import AnyEvent, Note
from tui_trainer.core.figures import duration
from tui_trainer.core.history import History
from tui_trainer.core.text import plain

_REFRESH_S = 0.1


class Bar(Report):
    """Epoch, bar, time left and the scores of the last evaluation, on stderr."""

    def __init__(self, run_id: str) -> None:
        self._console = Console(stderr=True, highlight=False, markup=False)
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=20),
            TextColumn("{task.fields[left]}", markup=False),
            TextColumn("{task.fields[scores]}", markup=False),
            console=self._console,
            auto_refresh=False,
        )
        self._task = self._progress.add_task("starting", total=None, left="", scores="")
        self._console.print(Text(f"run {run_id}", style="dim"))
        self._progress.start()
        self._due = 0.0

    def heard(self, event: AnyEvent, history: History) -> None:
        """Remarks of the worker go above the bar."""
        del history
        if isinstance(event, Note):
            self._console.print(Text(plain(event.text)))

    def tick(self, history: History) -> None:
        """Draw where it is, ten times a second at most."""
        if time.monotonic() >= self._due:
            self._draw(history)

    def close(self, history: History) -> None:
        """Leave the last state on screen, and the cursor below it."""
        self._draw(history)
        self._progress.stop()

    def _draw(self, history: History) -> None:
        self._due = time.monotonic() + _REFRESH_S
        if history.started is None:
            self._progress.update(self._task, description=history.phase or "starting", refresh=True)
            return
        eta, validation = history.eta_s(), history.validation_at(history.step)
        epoch = min(int(history.epoch_of(history.step)) + (not history.ended), round(history.num_epochs))
        self._progress.update(
            self._task,
            description=f"epoch {epoch}/{history.num_epochs:.0f}",
            total=history.planned_steps,
            completed=history.step,
            left=f"ETA {duration(eta)}" if eta is not None else history.phase or "",
            scores=f"validation {scores(validation)}" if validation else "",
            refresh=True,
        )
