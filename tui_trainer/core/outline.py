"""What was measured in a run from a step on, and no more: another run that is drawn beside one."""

from tui_trainer.core.events import AnyEvent, Evaluated, Resumed, Split, Steps, evaluations_in
from tui_trainer.core.rundir import RunDir
from tui_trainer.core.runlog import LogReader, RunLogError
from tui_trainer.core.series import Series


class Outline:
    """Follows the evaluations of a run; steps between them are passed over, so that it takes little room."""

    def __init__(self, run: RunDir, since: int) -> None:
        self.since = since
        """The first step that counts."""
        self.curves: dict[tuple[Split, str], Series] = {}
        """Split and metric -> one value an evaluation of the current weights."""
        self.elapsed_s = Series()
        """Active training time at each evaluation."""
        self.more = True
        """Whether there is more to be read at once."""
        self._reader = LogReader(run.events)
        self._is_readable = True

    def read_new(self, max_seconds: float = 0.01) -> bool:
        """Read on for about so long; whether that changed a curve."""
        if not self._is_readable:
            return False
        try:
            batch = self._reader.read_new(max_seconds=max_seconds)
        except (RunLogError, OSError):  # it is only drawn beside another one
            self.more = self._is_readable = False
            return False
        self.more = batch.more
        changed = [self._apply(event) for event in batch.events]
        return any(changed)

    def read_all(self) -> None:
        """Read all there is."""
        while self.more:
            self.read_new(1.0)

    def _apply(self, event: AnyEvent) -> bool:
        match event:
            case Evaluated(weights="last"):
                return self._take(event)
            case Steps():
                taken = [self._take(evaluation) for evaluation in evaluations_in(event)]
                return any(taken)
            case Resumed():
                for series in (*self.curves.values(), self.elapsed_s):
                    series.cut_after(event.at_step)
                return True
            case _:
                return False

    def _take(self, event: Evaluated) -> bool:
        if event.step < self.since or event.split == "test":
            return False
        for metric, value in event.metrics.items():
            self.curves.setdefault((event.split, metric), Series()).append_point(event.step, value)
        self.elapsed_s.append_point(event.step, event.elapsed_s)
        return True
