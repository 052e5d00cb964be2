"""What state a run is in, as far as can be known from here."""

import os
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, Protocol, TypeAlias

from tui_trainer.core.events import ENDED, Phase, RunStarted
from tui_trainer.core.lock import is_locked
from tui_trainer.core.rundir import RunDir
from tui_trainer.core.text import plain

State: TypeAlias = Literal[
    "queued",
    "starting",
    "loading",
    "training",
    "evaluating",
    "paused",
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


class Heard(Protocol):
    """What a run log said, by whoever folded it."""

    @property
    def started(self) -> RunStarted | None:
        """The first event of the latest attempt."""

    @property
    def phase(self) -> Phase | None:
        """The last phase said; None before the first."""


@dataclass(frozen=True)
class Signs:
    """What there is to judge by. Times are Unix times in seconds."""

    locked: bool | None
    """Whether a worker has the run; None where the file system has no locks."""
    phase: Phase | None
    """The last one it said; None before its first word."""
    elsewhere: bool
    """It started on another host or before a reboot, where our locks need not be its locks."""
    created_at: float
    heard_at: float | None
    """When something was last written to the run log."""
    queued: bool = False
    """Whether it waits for a worker to take it from a queue."""


def judge(signs: Signs, now: float) -> State:
    """The state of a run by these signs at ``now``."""
    if signs.queued and not signs.locked:
        return "queued"
    if signs.phase in ENDED:
        return signs.phase
    if signs.elsewhere or (signs.locked is None and signs.phase is not None):
        return "unknown"
    if signs.locked:
        return signs.phase or "starting"
    if signs.phase is None and abs(now - signs.created_at) < STARTING_S:
        return "starting"
    if signs.locked is None:
        return "unknown"
    if signs.phase is not None and signs.heard_at is not None and abs(now - signs.heard_at) < SETTLE_S:
        return signs.phase
    return "crashed"


def read_signs(run: RunDir, history: Heard) -> Signs:
    """The signs of a run whose log has been read to its end."""
    started = history.started
    return Signs(
        locked=is_locked(run),
        phase=history.phase or ("loading" if started else None),
        elsewhere=started is not None and (started.host, started.boot_id) != (host(), boot_id()),
        created_at=run.created_at,
        heard_at=_modified_at(run.events),
        queued=run.queued.exists(),
    )


def state_of(run: RunDir, history: Heard, now: float) -> State:
    """The state of a run whose log has been read to its end; ``now`` is a Unix time in seconds."""
    return judge(read_signs(run, history), now)


def describe(run: RunDir, history: Heard, now: float) -> str:
    """`state_of` in words: where it cannot be known, when the run was last heard and from where."""
    signs = read_signs(run, history)
    state = judge(signs, now)
    if state != "unknown":
        return state
    if signs.heard_at is None:
        return "never heard from"
    where = f" from {plain(history.started.host)}" if history.started else ""
    return f"last heard {_ago(now - signs.heard_at)} ago{where}"


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


def _modified_at(path: Path) -> float | None:
    try:
        return path.stat().st_mtime
    except OSError:
        return None


def _ago(seconds: float) -> str:
    """A length of time in its largest fitting unit."""
    seconds = max(seconds, 0.0)
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds // length:.0f} {unit}"
    return f"{seconds:.0f} s"
