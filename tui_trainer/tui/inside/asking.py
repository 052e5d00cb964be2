"""Asks a network questions: the worker that trains it, else one that reads its checkpoints."""

import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from secrets import token_hex

import msgspec

from tui_trainer.core import control
from tui_trainer.core.control import Ask, Stop
from tui_trainer.core.events import Answered
from tui_trainer.core.history import History
from tui_trainer.core.inside.pictures import Picture, picture_at
from tui_trainer.core.inside.questions import Question
from tui_trainer.core.liveness import State
from tui_trainer.core.lock import is_locked
from tui_trainer.core.rundir import RunDir
from tui_trainer.core.runlog import LogReader, RunLogError
from tui_trainer.core.text import plain
from tui_trainer.tui import launcher
from tui_trainer.tui.watch import Watch

_ANSWERING: frozenset[State] = frozenset({"training", "evaluating", "paused"})
_READ_S = 0.02


@dataclass(frozen=True)
class Reply:
    """What there is to a question by now."""

    picture: Picture | None = None
    """The answer; of something followed the latest one."""
    step: int = 0
    """Of the weights that were asked."""
    done: float = 0.0
    """How much of it is worked out."""
    problem: str = ""
    """Why there will be none."""


@dataclass(frozen=True)
class _Pending:
    ask: Ask
    asks_run: bool
    """Whether the run's own worker is asked."""
    attempt: int = 0
    """Of the worker that was asked; 0 while none was."""


class Asking:
    """The questions of one viewer about one run. Call ``read_new`` as often as the run's log is read."""

    def __init__(
        self, watch: Watch, start: Callable[[RunDir], "subprocess.Popen[bytes]"] = launcher.start_inspection
    ) -> None:
        self._watch = watch
        self._start = start
        self._pending: dict[str, _Pending] = {}
        self._last: dict[str, Reply] = {}
        self._inspection = watch.run.inspection
        self._heard = History()
        self._reader: LogReader | None = None
        self._worker: subprocess.Popen[bytes] | None = None
        self._began_at = 0.0
        self._problem = ""

    def ask(
        self, question: Question, *, at_step: int | None = None, follow_s: float = 0.0, instead_of: str = ""
    ) -> str:
        """Ask something; the id by which ``reply`` tells. ``at_step`` names a checkpoint to be asked.

        ``follow_s``: for so long it is answered anew as the network learns; ask again to have it longer.
        ``instead_of``: the id of a question that this one replaces, and whose answer stands until this one's.
        """
        ask = Ask(
            attempt=0,
            id=token_hex(6),
            question=question,
            at_step=at_step,
            follow_s=follow_s,
            instead_of=instead_of,
        )
        if (before := self._last.get(instead_of)) is not None:
            self._last[ask.id] = replace(before, done=0.0, problem="")
        self.forget(instead_of)
        self._pending[ask.id] = _Pending(ask, asks_run=self._is_answering and at_step is None)
        self._problem = ""
        self._send()
        return ask.id

    def forget(self, id_: str) -> None:
        """An answer is no longer wanted."""
        self._pending.pop(id_, None)
        self._last.pop(id_, None)

    def reply(self, id_: str) -> Reply:
        """What there is to a question by now."""
        if (pending := self._pending.get(id_)) is None:
            return self._last.get(id_, Reply())
        run, heard = self._watch.run, self._watch.recorded
        if not pending.asks_run:
            run, heard = self._inspection, self._heard
            if self._problem:
                return Reply(problem=self._problem)
        answered = heard.answers.get(id_)
        if answered is None:
            return self._last.get(id_, Reply())
        reply = self._last[id_] = _reply(run, answered, self._last.get(id_))
        if (reply.problem or answered.done == 1.0) and not pending.ask.follow_s:
            del self._pending[id_]
        return reply

    def close(self) -> None:
        """Nobody asks here any more: what was started for it ends; who else asks starts another."""
        if self._worker is not None and self._worker.poll() is None and self._heard.attempt:
            with suppress(OSError):
                control.send(self._inspection, Stop(attempt=self._heard.attempt))

    @property
    def waits_for(self) -> str:
        """What has to be done before anything can be answered, in words; empty where nothing."""
        if not self._pending or all(each.asks_run for each in self._pending.values()) or self._is_ready:
            return ""
        return f"loading PyTorch and the data… {time.monotonic() - self._began_at:.0f} s"

    def read_new(self) -> bool:
        """Read what was said to inspections, and send what waits for them; whether there was anything new."""
        found = self._read()
        if not self._is_answering:  # what the run's worker left unanswered is for another
            for id_, pending in self._pending.items():
                if pending.asks_run:
                    self._pending[id_] = replace(pending, asks_run=False, attempt=0)
        self._send()
        return found

    def _read(self) -> bool:
        if self._reader is None:
            return False
        try:
            batch = self._reader.read_new(max_seconds=_READ_S)
        except RunLogError as error:
            self._problem = plain(str(error))
            return True
        for event in batch.events:
            self._heard.apply(event)
        if self._worker is not None and self._worker.poll() is not None:
            self._worker = None
            if self._pending and not self._is_ready:
                why = plain(self._heard.reason) or "the worker that was to look at it ended without a word"
                self._problem = why
                return True
        return bool(batch.events)

    # Whom to ask

    @property
    def _is_answering(self) -> bool:
        """Whether the run's own worker hears questions."""
        return self._watch.state in _ANSWERING and self._watch.own is None

    @property
    def _is_ready(self) -> bool:
        """Whether an inspection hears questions."""
        return self._heard.phase == "paused" and bool(is_locked(self._inspection))

    def _send(self) -> None:
        for id_, pending in list(self._pending.items()):
            attempt = self._watch.attempt if pending.asks_run else self._heard.attempt
            if pending.attempt == attempt and attempt:
                continue
            if not pending.asks_run and not self._is_ready:
                self._have_inspected()
                continue
            target = self._watch.run if pending.asks_run else self._inspection
            try:
                control.send(target, _to(pending.ask, attempt))
            except OSError as error:
                self._problem = plain(f"it cannot be asked: {error}")
                return
            self._pending[id_] = replace(pending, attempt=attempt)

    def _have_inspected(self) -> None:
        """Start what looks at checkpoints, unless it is there or could not be had."""
        if self._watch.own is not None:
            self._problem = "a loop of one's own keeps its network to itself: there is nothing to ask"
        if self._problem or (self._worker is not None and self._worker.poll() is None):
            return
        if self._reader is None:
            self._reader, self._began_at = LogReader(self._inspection.events), time.monotonic()
        if is_locked(self._inspection):
            return
        self._began_at = time.monotonic()
        try:
            self._worker = self._start(self._watch.run)
        except OSError as error:
            self._problem = plain(f"nothing can be started to look at it: {error}")


def _to(ask: Ask, attempt: int) -> Ask:
    return msgspec.structs.replace(ask, attempt=attempt)


def _reply(run: RunDir, answered: Answered, before: Reply | None) -> Reply:
    if answered.problem:
        return Reply(step=answered.step, problem=plain(answered.problem))
    if answered.offset is None:
        return replace(before or Reply(), done=answered.done)
    try:
        return Reply(picture_of(run, answered.offset), answered.step, answered.done)
    except RunLogError as error:
        return Reply(step=answered.step, problem=plain(str(error)))


@lru_cache(maxsize=64)
def picture_of(run: RunDir, offset: int) -> Picture:
    """A picture of a run. Raises RunLogError."""
    return picture_at(run.pictures, offset)
