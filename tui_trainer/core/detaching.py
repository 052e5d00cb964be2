"""What of this system ends a run that its user leaves alone, and what helps."""

import os
import pwd
import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from tui_trainer.core.text import plain

_FOLDERS = ("etc/systemd", "run/systemd", "usr/local/lib/systemd", "usr/lib/systemd")
"""Where logind looks for its settings; of files with the same name the first counts."""
_YES = ("1", "yes", "y", "true", "t", "on")
_IN_SESSION = re.compile(r"/session-[^/]+\.scope(/|$)", re.MULTILINE)
_IN_USER_MANAGER = re.compile(r"/user@\d+\.service(/|$)", re.MULTILINE)


def end_of_runs(
    *, root: Path = Path("/"), environment: Mapping[str, str] = os.environ, user: str | None = None
) -> str:
    """What ends a run that this process leaves behind, and the remedy; empty where nothing is known to.

    Looks at the job of Slurm, at systemd-logind's settings and at the control group of this process, which is
    its worker's too. Only what is set is believed: what logind does without, each distribution chooses.
    """
    if job := environment.get("SLURM_JOB_ID"):
        return (
            f"Slurm ends it with job {plain(job, limit=40)}, in tmux too: keep that job open, or train in "
            "a job of its own, without --detach (sbatch --wrap 'tui-trainer train')"
        )
    groups = _text(root / "proc/self/cgroup")
    user = user or _user()
    if _IN_SESSION.search(groups):
        logind = _Logind.read(root)
        if logind.ends_processes_of(user):
            return (
                f"it ends when you log out (KillUserProcesses=yes in {plain(str(logind.said_in))}), in tmux "
                "too: loginctl enable-linger once, and then systemd-run --user --scope tui-trainer (or tmux)"
            )
    elif _IN_USER_MANAGER.search(groups) and not (root / "var/lib/systemd/linger" / user).exists():
        return "it ends when you log out of your last session; loginctl enable-linger once, and it goes on"
    return ""


class _Logind(NamedTuple):
    """What systemd-logind was told of processes that outlast their session."""

    kills: bool
    said_in: Path
    only: frozenset[str]
    """Users whose processes are ended; empty: all."""
    excluded: frozenset[str] | None
    """Users whose processes are not ended; None: root."""

    @classmethod
    def read(cls, root: Path) -> "_Logind":
        """The settings under ``root``: one file, then drop-ins by their names."""
        kills, said_in = False, root
        lists: dict[str, list[str] | None] = {"KillOnlyUsers": None, "KillExcludeUsers": None}
        for path in _files(root):
            for key, value in _settings(_text(path)):
                if key == "KillUserProcesses":
                    kills, said_in = value.lower() in _YES, path
                elif key in lists:
                    lists[key] = [*(lists[key] or []), *value.split()] if value else None
        excluded = lists["KillExcludeUsers"]
        only = frozenset(lists["KillOnlyUsers"] or ())
        return cls(kills, said_in, only, None if excluded is None else frozenset(excluded))

    def ends_processes_of(self, user: str) -> bool:
        """Whether what ``user`` started in a session ends with it."""
        excluded = {"root"} if self.excluded is None else self.excluded
        return self.kills and user not in excluded and (not self.only or user in self.only)


def _files(root: Path) -> list[Path]:
    """In the order in which they are read: what comes later counts."""
    main = [path for folder in _FOLDERS if (path := root / folder / "logind.conf").exists()]
    drop_ins: dict[str, Path] = {}
    for folder in _FOLDERS:
        try:
            found = list((root / folder / "logind.conf.d").glob("*.conf"))
        except OSError:
            continue
        for path in found:
            drop_ins.setdefault(path.name, path)
    return [*main[:1], *(drop_ins[name] for name in sorted(drop_ins))]


def _settings(text: str) -> list[tuple[str, str]]:
    """The assignments in the section ``[Login]``."""
    section, found = "", []
    for line in map(str.strip, text.splitlines()):
        if line.startswith("["):
            section = line
        elif section == "[Login]" and "=" in line and not line.startswith(("#", ";")):
            key, _, value = line.partition("=")
            found.append((key.strip(), value.strip()))
    return found


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""


def _user() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())
