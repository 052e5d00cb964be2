"""The first line of a checkpoint and its checksum; imports no PyTorch, so that viewers can look too."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

SCHEMA = 1

_WHAT = b"tui-trainer checkpoint "
_MAX_HEADER = 4096


class CheckpointRefused(Exception):
    """A checkpoint cannot be used; one sentence says why."""


def header(step: int, payload: bytes | memoryview) -> bytes:
    """The line that goes before ``payload``."""
    about = {"schema": SCHEMA, "step": step, "sha256": hashlib.sha256(payload).hexdigest()}
    return _WHAT + json.dumps(about).encode() + b"\n"


def payload_of(path: Path) -> tuple[int, bytes]:
    """The step that a file names and what it holds besides, as it was written. Raises CheckpointRefused."""
    try:
        with path.open("rb") as file:
            line, payload = file.readline(_MAX_HEADER), file.read()
    except OSError as error:
        raise CheckpointRefused(f"{path.name} cannot be read: {error.strerror}") from error
    about = _about(line, path)
    if hashlib.sha256(payload).hexdigest() != about.get("sha256"):
        raise CheckpointRefused(f"{path.name} is damaged: its bytes do not match its checksum")
    return int(about.get("step", -1)), payload


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
