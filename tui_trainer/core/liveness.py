"""What state a run is in, as far as can be known from here."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, Protocol, TypeAlias

from tui_trainer.core import disk
from tui_trainer.core.control import ControlReader, Stop
from tui_trainer.core.events import ENDED, Phase, RunStarted
from tui_trainer.core.figures import duration, rate
from tui_trainer.core.lock import has_not_spoken, is_locked
from tui_trainer.core.pace import Pace
from tui_trainer.core.rundir import RunDir
from tui_trainer.core.text import plain

State: TypeAlias = Literal[
    "queued",
    "starting",
    "loading",
    "training",
    "evaluating",
    "paused",
    "stalled",
    "stopping",
    "finished",
    "stopped",
    "failed",
    "crashed",
    "unknown",
]

ENDS: frozenset[State] = frozenset({*ENDED, "crashed"})
"""States that nothing but another attempt changes."""

STARTING_S = 60.0
"""How long a worker may take to say its first word."""
SETTLE_S = 2.0
"""A worker's last words and its end come together, and a viewer may look in between: not yet a crash."""

STILL_S = 30.0
"""A run that makes no progress for less than this is not called stalled."""
STILL_TIMES = 3
"""Nor is one that was as slow before: so many times its own longest wait is not yet strange."""
STILL_UNKNOWN_S = 300.0
"""The same where its pace is not known: while it loads or saves, and for its first steps."""

SILENT_S = 3.0
"""A worker that trains speaks more often than that, unless the disk does not take it."""

DISK_IS_FULL = "the disk is full"


class Heard(Protocol):
    """What a run log said, by whoever folded it."""

    @property
    def started(self) -> RunStarted | None:
        """The first event of the latest attempt."""

    @property
    def attempt(self) -> int:
        """The latest that said anything; 0 before the first."""

    @property
    def phase(self) -> Phase | None:
        """The last phase said; None before the first."""

    @property
    def pace(self) -> Pace:
        """How quickly it made progress."""


class Ear:
    """What a viewer that stays hears of a run besides its events.

    It goes by a clock that nobody sets: only what was before its time does it judge by Unix time.
    """

    def __init__(self, run: RunDir, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._run = run
        self._clock = clock
        self._created: float | None = None
        self._heard: float | None = None
        self._stamp: tuple[int, float] | None = None
        self._control: ControlReader | None = None
        self._attempt = 0
        self._is_told_to_stop = False

    def age_s(self, now: float) -> float:
        """How long ago the run was made; ``now`` is a Unix time in seconds."""
        if self._created is None:
            self._created = self._clock() - abs(now - self._run.created_at)
        return self._clock() - self._created

    def silent_s(self, now: float) -> float | None:
        """How long ago the run log last grew; None where there is none."""
        try:
            stat = self._run.events.stat()
        except OSError:
            return None
        stamp = stat.st_size, stat.st_mtime
        if self._heard is None:
            self._heard = self._clock() - max(0.0, now - stat.st_mtime)
        elif stamp != self._stamp:
            self._heard = self._clock()
        self._stamp = stamp
        return self._clock() - self._heard

    def is_told_to_stop(self, attempt: int) -> bool:
        """Whether somebody asked this attempt to end."""
        if self._control is None or self._attempt != attempt:
            self._control, self._attempt = ControlReader(self._run.control, attempt), attempt
            self._is_told_to_stop = False
        self._is_told_to_stop |= any(isinstance(request, Stop) for request in self._control.poll())
        return self._is_told_to_stop


@dataclass(frozen=True)
class Signs:
    """What there is to judge by."""

    locked: bool | None
    """Whether a worker has the run; None where the file system has no locks."""
    phase: Phase | None
    """The last one it said; None before its first word."""
    elsewhere: bool
    """It started on another host, or before a reboot and there are no locks to tell whether it ended."""
    age_s: float
    """How long ago the run was made."""
    silent_s: float | None
    """How long ago something was last written to the run log."""
    is_new: bool = False
    """The worker has said nothing yet: the last word was an earlier one's."""
    is_told_to_stop: bool = False
    """Somebody asked it to end."""
    still_s: float = 0.0
    """How long it has made no progress."""
    patience_s: float = STILL_UNKNOWN_S
    """For how long that is not yet strange."""
    disk_is_full: bool = False
    """Nothing can be written to it any more, so that the worker waits and cannot say so."""
    queued: bool = False
    """Whether it waits for a worker to take it from a queue."""
    is_untouched: bool = False
    """No worker ever had it: what is said of it came with it, as in a fork."""
    attempt: int = 1
    """Which one its worker makes, the first being 1: requests are for that one."""


def judge(signs: Signs) -> State:
    """The state of a run by these signs."""
    if signs.queued and not signs.locked:
        return "queued"
    if signs.locked and signs.is_new:
        return "stopping" if signs.is_told_to_stop else "starting"
    if signs.phase in ENDED:
        return signs.phase
    if signs.elsewhere or (signs.locked is None and signs.phase is not None):
        return "unknown"
    if signs.locked:
        if signs.disk_is_full:
            return "paused"
        if signs.phase != "paused" and signs.still_s > signs.patience_s:
            return "stalled"
        return "stopping" if signs.is_told_to_stop else signs.phase or "starting"
    if (signs.phase is None or signs.is_untouched) and signs.age_s < STARTING_S:
        return signs.phase or "starting"
    if signs.locked is None:
        return "unknown"
    if signs.phase is not None and signs.silent_s is not None and signs.silent_s < SETTLE_S:
        return signs.phase
    return "crashed"


def read_signs(run: RunDir, heard: Heard, now: float, ear: Ear | None = None) -> Signs:
    """The signs of a run whose log has been read to its end; ``now`` is a Unix time in seconds."""
    ear = ear or Ear(run)
    started, pace = heard.started, heard.pace
    locked = is_locked(run)
    is_new = bool(locked) and has_not_spoken(run)
    attempt = max(1, heard.attempt + is_new)
    phase = heard.phase or ("loading" if started else None)
    age_s, silent_s = ear.age_s(now), ear.silent_s(now)
    is_silent = silent_s is not None and silent_s > SILENT_S
    is_usual = phase in ("training", "evaluating") and pace.is_known
    is_usual &= started is None or started.task != "any"  # a loop of one's own says nothing while it waits
    return Signs(
        locked=locked,
        phase=phase,
        elsewhere=started is not None and _is_elsewhere(started, locked),
        age_s=age_s,
        silent_s=silent_s,
        is_new=is_new,
        is_told_to_stop=bool(locked) and ear.is_told_to_stop(attempt),
        still_s=age_s if phase is None or silent_s is None else pace.still_s + silent_s,
        disk_is_full=is_silent and phase in ("training", "evaluating", "paused") and disk.is_full(run.path),
        patience_s=max(STILL_S if is_usual else STILL_UNKNOWN_S, STILL_TIMES * pace.longest_s),
        queued=run.queued.exists(),
        is_untouched=phase == "loading" and not run.lock.exists(),
        attempt=attempt,
    )


def _is_elsewhere(started: RunStarted, locked: bool | None) -> bool:
    """Whether it may train where our locks are not its locks; no worker outlives a reboot of this machine."""
    return started.host != host() or (started.boot_id != boot_id() and locked is None)


def attempt_of(run: RunDir, heard: int) -> int:
    """Which attempt the worker that has the run makes, the latest heard of being ``heard``.

    Requests are for that one.
    """
    return max(1, heard + (bool(is_locked(run)) and has_not_spoken(run)))


def state_of(run: RunDir, heard: Heard, now: float, ear: Ear | None = None) -> State:
    """The state of a run whose log has been read to its end; ``now`` is a Unix time in seconds.

    Who asks again and again keeps an ``ear`` for it, and is not misled by a clock that is set meanwhile.
    """
    return judge(read_signs(run, heard, now, ear))


def describe(run: RunDir, heard: Heard, now: float, ear: Ear | None = None) -> str:
    """`state_of` in words: why it seems stalled; where it cannot be known, when it was last heard of."""
    return in_words(read_signs(run, heard, now, ear), heard)


def in_words(signs: Signs, heard: Heard) -> str:
    """What `judge` says of ``signs``, in words."""
    state = judge(signs)
    if state == "paused" and signs.disk_is_full:
        return f"paused: {DISK_IS_FULL}"
    if state == "stalled":
        step_s = heard.pace.step_s
        if step_s is None or signs.phase not in ("training", "evaluating"):
            return f"stalled: no word for {_ago(signs.still_s)}"
        usual = f"one every {duration(step_s)}" if step_s >= 0.1 else f"{rate(1 / step_s)} a second"
        return f"stalled: no step for {_ago(signs.still_s)}; it makes {usual}"
    if state != "unknown":
        return state
    if signs.silent_s is None:
        return "never heard from"
    where = f" from {plain(heard.started.host)}" if heard.started else ""
    return f"last heard {_ago(signs.silent_s)} ago{where}"


def host() -> str:
    """The name of this machine."""
    return os.uname().nodename


@cache
def boot_id() -> str:
    """What tells one boot of this machine from the next; empty where the system does not say."""
    try:
        if sys.platform == "darwin":
            command = ["/usr/sbin/sysctl", "-n", "kern.bootsessionuuid"]
            return subprocess.run(command, capture_output=True, text=True, timeout=5).stdout.strip()
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except (OSError, subprocess.SubprocessError):
        return ""


def _ago(seconds: float) -> str:
    """A length of time in its largest fitting unit."""
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds // length:.0f} {unit}"
    return f"{seconds:.0f} s"
