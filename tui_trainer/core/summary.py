"""One line about each run, whose log is read once and again only where it grew."""

import math
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from tui_trainer.core import disk, index, labels, liveness
from tui_trainer.core.brief import Brief, Fold, SelectBy, lean, trend
from tui_trainer.core.events import ENDED
from tui_trainer.core.index import Entry, Stamp
from tui_trainer.core.labels import Labels
from tui_trainer.core.liveness import Ear, State
from tui_trainer.core.lock import is_locked
from tui_trainer.core.parentage import Parent
from tui_trainer.core.rundir import RunDir
from tui_trainer.core.runlog import LogReader, RunLogError
from tui_trainer.core.scores import Score
from tui_trainer.core.text import plain

_LOOK_S = 3.0
"""A run that has ended changes only where it is resumed or labelled: it is looked at so often."""


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
    trend: tuple[float, ...] = ()
    """How validation went, in a few values of the headline metric, or of the loss where it has none."""
    tags: tuple[str, ...] = ()
    note: str = ""

    @cached_property
    def words(self) -> str:
        """What a filter looks at, in lower case."""
        return " ".join([self.run.id, self.name, self.title, self.state, *self.tags, self.note]).lower()

    @property
    def is_live(self) -> bool:
        """Whether it may still change by itself."""
        return self.state not in liveness.ENDS


class Summaries:
    """Summaries of many runs: each log is read once, and again only where it grew.

    With a ``file`` for an index, a log that was read into it before and is as it was then is not read.
    """

    def __init__(self, file: Path | None = None) -> None:
        self._known: dict[Path, _Known] = {}
        self._file = file
        self._entries = index.load(file) if file else {}
        self._looked_at = -math.inf

    def look_again(self) -> None:
        """Let the next read look at every run, also at those that have ended."""
        self._looked_at = -math.inf

    def read_new(self, runs: Iterable[RunDir], *, max_seconds: float = 0.05) -> bool:
        """Read what is new in these runs' logs, in their order; True when time was up before all was read.

        What an index has of them is there at once, also before it was seen whether that still holds.
        """
        now = time.monotonic()
        deadline = now + max_seconds
        if is_due := now - self._looked_at >= _LOOK_S:
            self._looked_at = now
        has_checked = has_read = False  # one at least, each time
        before, self._known = self._known, {}
        for run in runs:
            known = before.get(run.path) or _Known(run, self._entries.get(run.id))
            self._known[run.path] = known
            if not known.is_checked:
                if has_checked and time.monotonic() >= deadline:
                    continue
                known.check()
                has_checked, is_stale = True, known.more
            else:
                if is_due:
                    known.look()
                is_stale = known.more or ((is_due or not known.has_ended) and known.has_changed)
            if is_stale and (not has_read or time.monotonic() < deadline):
                known.read_new(max_seconds)
                has_read = True
        return any(known.more or not known.is_checked for known in self._known.values())

    def get(self, run: RunDir, now: float) -> Summary | None:
        """What is known of a run at ``now`` (Unix time); None before its log was read."""
        known = self._known.get(run.path)
        return known.summary(now) if known is not None and known.brief is not None else None

    def keep(self) -> None:
        """Keep what was read for whoever lists these runs next, if an index is kept and lacks some of it."""
        entries = {known.run.id: entry for known in self._known.values() if (entry := known.entry)}
        if self._file and _settled(entries) != _settled(self._entries):
            index.save(self._file, entries)
            self._entries = entries


def _settled(entries: Mapping[str, Entry]) -> dict[str, Stamp | None]:
    """What an index must know; what is about to change needs only be there."""
    return {id_: entry.stamp if entry.brief.phase in ENDED else None for id_, entry in entries.items()}


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
    """One run, as far as it was read, or as an index has it."""

    def __init__(self, run: RunDir, entry: Entry | None = None) -> None:
        self.run = run
        self.brief: Brief | None = None
        """None before all was read once."""
        self.more = True
        """There is something to read for sure."""
        self.is_checked = False
        """Whether it was looked at, and not in the index alone."""
        self._stamp: Stamp | None = None
        if entry is not None:
            self.brief, self._stamp, self.more = entry.brief, entry.stamp, False
        self._reading: _Reading | None = None
        self._ear = Ear(run)
        self._labels, self._folder_stamp, self._is_queued = Labels(), 0, False
        self._summary: Summary | None = None
        """Of a run that has ended: it stays as it is."""

    @property
    def has_ended(self) -> bool:
        """Whether its worker said so."""
        return self.brief is not None and self.brief.phase in ENDED

    @property
    def has_changed(self) -> bool:
        """Whether its files have since they were read."""
        return index.stamp_of(self.run) != self._stamp

    @property
    def entry(self) -> Entry | None:
        """What an index may keep of it."""
        if self.more or self.brief is None or self._stamp is None:
            return None
        return Entry(self._stamp, self.brief)

    def check(self) -> None:
        """See for the first time whether what the index has of it still holds."""
        self.is_checked = True
        self.more = self._stamp is None or self.has_changed
        self.look()

    def look(self) -> None:
        """See what came into its folder or left it: labels, a place in a queue."""
        if (stamp := index.modified_ns(self.run.path)) != self._folder_stamp:
            self._labels, self._folder_stamp, self._summary = labels.read(self.run), stamp, None
            self._is_queued = self.run.queued.exists()

    @property
    def _is_settled(self) -> bool:
        """It has ended, and no worker took it since: its state is known without another look."""
        return self.has_ended and not self._is_queued and self._stamp is not None and self._stamp.is_at_rest

    def read_new(self, max_seconds: float) -> None:
        """Read on, for about so long."""
        if self._reading is None:
            self._reading = _Reading(self.run)
        self._stamp, self._summary = index.stamp_of(self.run), None
        self.more = self._reading.read_new(max_seconds)
        if not self.more:
            self.brief = self._reading.brief()

    def summary(self, now: float) -> Summary:
        """What there is to say of it at ``now``, once it was read."""
        if self._summary is not None:
            return self._summary
        brief = self.brief
        assert brief is not None
        state, why = self._state(brief, now)
        summary = Summary(
            run=self.run,
            name=brief.name,
            title=brief.title,
            parent=brief.parent,
            state=state,
            reason=why or brief.reason,
            headline=brief.headline,
            best=brief.best,
            last=brief.last,
            started_at=brief.started_at,
            duration_s=brief.duration_s,
            step=brief.step,
            epoch=brief.epoch,
            parameters=brief.parameters,
            damaged=brief.damaged,
            disk_bytes=brief.disk_bytes,
            unknown=brief.unknown,
            attempt=brief.attempt,
            trend=brief.trend,
            tags=self._labels.tags,
            note=self._labels.note,
        )
        if summary.state in ENDED:
            self._summary = summary
        return summary

    def _state(self, brief: Brief, now: float) -> tuple[State, str]:
        """The state, and what there is to say where nothing is heard of the run."""
        if self._is_settled and brief.phase is not None:
            return brief.phase, ""
        if brief.is_unreadable:
            return "unknown", ""
        try:
            signs = liveness.read_signs(self.run, brief, now, self._ear)
        except OSError:  # its folder went away meanwhile
            return "unknown", ""
        state, words = liveness.judge(signs), liveness.in_words(signs, brief)
        return state, "" if words == state else words.removeprefix(f"{state}: ")


class _Reading:
    """The way through one run's log."""

    def __init__(self, run: RunDir) -> None:
        self._run = run
        self._reader = LogReader(run.events)
        self._created_at = _created_at(run)
        self._error = ""
        self._fold = Fold()
        self._name, self._title, self._fold.select_by = _recorded(run)
        self._parent: Parent | None = None
        with suppress(OSError):
            self._parent = run.parent

    def read_new(self, max_seconds: float) -> bool:
        """Read on, for about so long; whether there is more."""
        try:
            batch = self._reader.read_new(max_seconds=max_seconds)
        except RunLogError as error:
            self._error = plain(str(error))
            return False
        self._error = ""
        self._fold.damaged += len(batch.damage)
        self._fold.unknown += batch.unknown
        for event in batch.events:
            self._fold.apply(event)
        return batch.more

    def brief(self) -> Brief:
        """What was read."""
        fold, started = self._fold, self._fold.started
        return Brief(
            name=plain(started.name) if started else self._name,
            title=self._title,
            parent=self._parent,
            reason=self._error or plain(fold.reason),
            is_unreadable=bool(self._error),
            headline=fold.headline,
            best=fold.best,
            last=fold.scores[-1] if fold.scores else None,
            trend=trend(fold.scores),
            started_at=fold.first_started_at or self._created_at,
            duration_s=fold.elapsed_s,
            step=fold.step,
            epoch=fold.epoch,
            parameters=started.parameters if started else 0,
            damaged=fold.damaged,
            unknown=fold.unknown,
            disk_bytes=disk.used(self._run.path),
            attempt=fold.attempt,
            phase=fold.phase,
            pace=fold.pace,
            started=lean(started),
        )


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
