"""One line about each run, folded from its log without keeping its steps."""

import math
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple, TypeAlias

from tui_trainer.core import disk, liveness
from tui_trainer.core.events import (
    AnyEvent,
    Evaluated,
    FactsTold,
    Finished,
    Note,
    Phase,
    PhaseChanged,
    Predictions,
    Resumed,
    RunStarted,
    Steps,
    evaluations_in,
)
from tui_trainer.core.liveness import Ear, State
from tui_trainer.core.lock import is_locked
from tui_trainer.core.metrics import LOWER_IS_BETTER, headline_of, own_select_by
from tui_trainer.core.pace import Pace
from tui_trainer.core.parentage import Parent
from tui_trainer.core.rundir import RunDir
from tui_trainer.core.runlog import LogReader, RunLogError
from tui_trainer.core.text import plain

SelectBy: TypeAlias = Literal["loss", "accuracy", "r2"]


class Score(NamedTuple):
    """What validation gave at one step."""

    step: int
    epoch: float | None
    """None where nobody knows of epochs."""
    loss: float
    headline: float
    """Accuracy or R²; NaN when it was not measured."""


@dataclass(frozen=True)
class Summary:
    """A run in brief. Every text is safe for a terminal."""

    run: RunDir
    name: str
    title: str
    """Data, architecture, loss and optimizer in a few words; empty when the recipe cannot be read.

    Of a loop of one's own, the first settings of its config.
    """
    parent: Parent | None
    """What a fork goes on from."""
    state: State
    reason: str
    """Why it is in that state, where the worker said so, the log cannot be read or nothing goes on."""
    headline: str
    """Which metric `Score.headline` is: ``accuracy`` or ``r2``, or what a loop of one's own logs."""
    best: Score | None
    """The evaluation that the recipe's ``select_by`` chooses."""
    last: Score | None
    started_at: float
    """Unix time in seconds: when the first attempt began, or the run was made."""
    duration_s: float
    """Active training time over all attempts."""
    step: int
    epoch: float | None
    """None where nobody knows of epochs."""
    parameters: int
    damaged: int
    """How many stretches of the log could not be read."""
    disk_bytes: int
    """What its files hold, as of the last word of its log."""
    unknown: int = 0
    """How many events come from a newer version, which this one does not know."""
    attempt: int = 0
    """The latest start of a worker that it heard of."""

    @property
    def is_live(self) -> bool:
        """Whether it may still change by itself."""
        return self.state not in liveness.ENDS


@dataclass
class Fold:
    """What a summary needs of a log, event by event."""

    select_by: SelectBy = "loss"
    first_started_at: float | None = None
    started: RunStarted | None = None
    attempt: int = 0
    phase: Phase | None = None
    reason: str = ""
    elapsed_s: float = 0.0
    step: int = 0
    pace: Pace = field(default_factory=Pace)
    damaged: int = 0
    unknown: int = 0
    scores: list[Score] = field(default_factory=list)
    """Of every validation of the last weights, by step."""
    headline: str = "accuracy"
    """The metric that people ask for first."""
    _metrics: dict[str, None] = field(default_factory=dict)
    """What was validated, in order of appearance."""
    _num_compared: int = 0
    _best: Score | None = None
    """The best of so many scores."""

    def apply(self, event: AnyEvent) -> None:
        """Take in the next event of the log."""
        self._take_in(event)
        self.pace.tell(event, self.step, self.phase)

    def _take_in(self, event: AnyEvent) -> None:
        self.attempt = event.attempt
        self.elapsed_s = max(self.elapsed_s, event.elapsed_s)
        match event:
            case RunStarted():
                self.started = event
                self.phase, self.reason = None, ""
                self._choose_headline()
                if self.first_started_at is None:
                    self.first_started_at = event.started_at
            case PhaseChanged():
                self.phase, self.reason = event.phase, event.reason
                self.step = max(self.step, event.step)
            case Steps(split="validation"):
                for evaluation in evaluations_in(event):
                    self._score(evaluation)
            case Steps():
                lengths = [len(values) // 4 for values in event.metrics.values()]
                self.step = max(self.step, event.first_step + max(lengths, default=0) - 1)
            case Evaluated(split="validation", weights="last"):
                self._score(event)
            case Resumed():
                self.step = event.at_step
                while self.scores and self.scores[-1].step > event.at_step:
                    self.scores.pop()
                self._num_compared, self._best = 0, None
            case FactsTold():
                self._learn(event)
            case Finished() | Note() | Predictions():
                pass
            case _:
                self.step = max(self.step, event.step)

    @property
    def epoch(self) -> float | None:
        """Where it is, in epochs; None where nobody knows of epochs."""
        return self.epoch_of(self.step)

    @property
    def best(self) -> Score | None:
        """The best by ``select_by``; of equals the earlier. What is not finite is never the best."""
        for score in self.scores[self._num_compared :]:
            if self._is_better(score):
                self._best = score
        self._num_compared = len(self.scores)
        return self._best

    def _is_better(self, score: Score) -> bool:
        best = self._best
        by = own_select_by(self._metrics) if self._is_own else self.select_by
        if by == "loss":
            return math.isfinite(score.loss) and (best is None or score.loss < best.loss)
        sign = -1 if self.headline in LOWER_IS_BETTER else 1
        is_known = math.isfinite(score.headline)
        return is_known and (best is None or sign * score.headline > sign * best.headline)

    @property
    def _is_own(self) -> bool:
        return self.started is not None and self.started.task == "any"

    def epoch_of(self, step: int) -> float | None:
        """A step in epochs; None where nobody knows of epochs."""
        if self.started is None:
            return 0.0
        return step / self.started.steps_per_epoch if self.started.steps_per_epoch else None

    def _score(self, event: Evaluated) -> None:
        self.step = max(self.step, event.step)
        if not event.metrics:
            return
        if not self._metrics.keys() >= event.metrics.keys():
            self._metrics |= dict.fromkeys(event.metrics)
            self._choose_headline()
        loss, headline = (event.metrics.get(name, math.nan) for name in ("loss", self.headline))
        if self.scores and self.scores[-1].step == event.step:  # told in parts
            before = self.scores.pop()
            loss, headline = (
                old if math.isnan(new) else new
                for old, new in ((before.loss, loss), (before.headline, headline))
            )
            self._num_compared, self._best = 0, None
        self.scores.append(Score(event.step, self.epoch_of(event.step), loss, headline))

    def _choose_headline(self) -> None:
        chosen = headline_of(self.started.task if self.started else None, self._metrics)
        if chosen != self.headline:
            self.headline = chosen
            self._rescore([score._replace(headline=math.nan) for score in self.scores])

    def _learn(self, event: FactsTold) -> None:
        if self.started is not None:
            self.started = event.told_to(self.started)
            self._rescore([score._replace(epoch=self.epoch_of(score.step)) for score in self.scores])

    def _rescore(self, scores: list[Score]) -> None:
        self.scores = scores
        self._num_compared, self._best = 0, None


class Summaries:
    """Summaries of many runs: each log is read once, and again only where it grew."""

    def __init__(self) -> None:
        self._known: dict[Path, _Known] = {}

    def read_new(self, runs: Iterable[RunDir], *, max_seconds: float = 0.05) -> bool:
        """Read what is new in these runs' logs, in their order; True when time was up before all was read."""
        deadline = time.monotonic() + max_seconds
        progress = False
        before, self._known = self._known, {}
        for run in runs:
            known = self._known[run.path] = before.get(run.path) or _Known(run)
            if known.stale and (not progress or time.monotonic() < deadline):
                known.read_new(max_seconds)
                progress = True
        return any(known.more for known in self._known.values())

    def get(self, run: RunDir, now: float) -> Summary | None:
        """What is known of a run at ``now`` (Unix time); None before its log was read."""
        known = self._known.get(run.path)
        return known.summary(now) if known is not None and not known.more else None


def summarize(run: RunDir, *, now: float | None = None) -> Summary:
    """Read one run's whole log and sum it up."""
    known = _Known(run)
    while known.more:
        known.read_new(1.0)
    return known.summary(time.time() if now is None else now)


def newest_live(runs: Iterable[RunDir]) -> RunDir | None:
    """The first of ``runs`` that is known to go on. Reads no more logs than it needs to."""
    now = time.time()
    for run in runs:
        may_be_starting = now - _created_at(run) < liveness.STARTING_S
        if is_locked(run) is False and not may_be_starting:
            continue
        summary = summarize(run, now=now)
        if summary.is_live and summary.state != "unknown":
            return run
    return None


class _Known:
    """One run, as far as it was read."""

    def __init__(self, run: RunDir) -> None:
        self.run = run
        self.more = True
        self._reader = LogReader(run.events)
        self._ear = Ear(run)
        self._stamp: tuple[int, int] | None = None
        self._created_at = _created_at(run)
        self._error = ""
        self._name, self._title = "", ""
        self._parent: Parent | None = None
        self._disk_bytes = 0
        self._fold = Fold()

    @property
    def stale(self) -> bool:
        """Whether there is something to read."""
        return self.more or _stamp(self.run.events) != self._stamp

    def read_new(self, max_seconds: float) -> None:
        """Read on, for about so long."""
        if not self._name:
            self._name, self._title, self._fold.select_by = _recorded(self.run)
            with suppress(OSError):
                self._parent = self.run.parent
        self._stamp = _stamp(self.run.events)
        try:
            batch = self._reader.read_new(max_seconds=max_seconds)
        except RunLogError as error:
            self.more, self._error = False, plain(str(error))
            return
        self.more, self._error = batch.more, ""
        self._fold.damaged += len(batch.damage)
        self._fold.unknown += batch.unknown
        for event in batch.events:
            self._fold.apply(event)
        if not self.more:
            self._disk_bytes = disk.used(self.run.path)

    def summary(self, now: float) -> Summary:
        fold, started = self._fold, self._fold.started
        state, why = self._state(now)
        return Summary(
            run=self.run,
            name=plain(started.name) if started else self._name,
            title=self._title,
            parent=self._parent,
            state=state,
            reason=self._error or why or plain(fold.reason),
            headline=fold.headline,
            best=fold.best,
            last=fold.scores[-1] if fold.scores else None,
            started_at=fold.first_started_at or self._created_at,
            duration_s=fold.elapsed_s,
            step=fold.step,
            epoch=fold.epoch,
            parameters=started.parameters if started else 0,
            damaged=fold.damaged,
            unknown=fold.unknown,
            disk_bytes=self._disk_bytes,
            attempt=fold.attempt,
        )

    def _state(self, now: float) -> tuple[State, str]:
        """The state, and what there is to say where nothing is heard of the run."""
        if self._error:
            return "unknown", ""
        try:
            signs = liveness.read_signs(self.run, self._fold, now, self._ear)
        except OSError:  # its folder went away meanwhile
            return "unknown", ""
        state, words = liveness.judge(signs), liveness.in_words(signs, self._fold)
        return state, "" if words == state else words.removeprefix(f"{state}: ")


def _recorded(run: RunDir) -> tuple[str, str, SelectBy]:
    """Name, title and selecting metric of the recorded recipe, as far as it can be read."""
    from tui_trainer.core.titles import title

    try:
        if own := run.own_loop():
            return plain(own.name), own.title, "loss"
        recipe = run.recipe()
    except (OSError, ValueError):
        return plain(run.id), "", "loss"
    return plain(recipe.name), plain(" · ".join(title(recipe))), recipe.training.select_by


def _created_at(run: RunDir) -> float:
    try:
        return run.created_at
    except OSError:
        return 0.0


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_size, stat.st_mtime_ns
