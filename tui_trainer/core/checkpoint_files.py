"""Where the checkpoints of a run lie, and whether one is whole; imports no PyTorch: viewers look too.

A file is one line (what it is, and as JSON its schema, step and the SHA-256 of the rest), then its contents.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tui_trainer.core.rundir import RunDir

SCHEMA = 1

_WHAT = b"tui-trainer checkpoint "
_MAX_HEADER = 4096
_NAME = re.compile(r"step-(\d{9,})\.ckpt")


class CheckpointRefused(Exception):
    """A checkpoint cannot be used; one sentence says why."""


def path_of(run: RunDir, step: int) -> Path:
    """The file of the checkpoint at ``step``."""
    return run.checkpoints / f"step-{step:09d}.ckpt"


def saved_steps(run: RunDir) -> list[int]:
    """The steps that have a checkpoint, in order; none where there is no folder."""
    try:
        names = [path.name for path in run.checkpoints.iterdir()]
    except OSError:
        return []
    return sorted(int(found[1]) for name in names if (found := _NAME.fullmatch(name)))


def nearest_best(steps: Sequence[int], best_step: int) -> int | None:
    """Of the steps with a checkpoint, in order, the first that has seen the best validation, if one has.

    It is the one at that step, or the next that was worth its cost.
    """
    return next((step for step in steps if step >= best_step), None)


def header(step: int, payload: bytes | memoryview) -> bytes:
    """The line that a file with ``payload`` begins with."""
    about = {"schema": SCHEMA, "step": step, "sha256": hashlib.sha256(payload).hexdigest()}
    return _WHAT + json.dumps(about).encode() + b"\n"


def contents(path: Path) -> tuple[int, bytes]:
    """The step and the payload of a checkpoint that is whole. Raises CheckpointRefused."""
    try:
        with path.open("rb") as file:
            line, payload = file.readline(_MAX_HEADER), file.read()
    except OSError as error:
        raise CheckpointRefused(f"{path.name} cannot be read: {error.strerror}") from error
    about = _about(line, path)
    if hashlib.sha256(payload).hexdigest() != about.get("sha256"):
        raise CheckpointRefused(f"{path.name} is damaged: its bytes do not match its checksum")
    return about.get("step", -1), payload


def _about(line: bytes, path: Path) -> Mapping[str, Any]:
    try:
        about = json.loads(line.removeprefix(_WHAT)) if line.startswith(_WHAT) else None
    except ValueError:
        about = None
    if not isinstance(about, dict):
        raise CheckpointRefused(f"{path.name} is no checkpoint of tui-trainer, or its header is damaged")
    if about.get("schema") != SCHEMA:
        raise CheckpointRefused(f"{path.name} was written by another version of tui-trainer")
    return about
