"""Checkpoints: all that a training is at one step, in files that outlive what happens around them.

A file is one line (what it is, and as JSON its schema, step and the SHA-256 of the rest), then what
``torch.save`` makes of plain tensors and numbers. It is read with ``weights_only``: no code in it ever runs.
"""

import hashlib
import io
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch
from torch import Tensor

SCHEMA = 1

_WHAT = b"tui-trainer checkpoint "
_MAX_HEADER = 4096


class CheckpointRefused(Exception):
    """A checkpoint cannot be used; one sentence says why."""


@dataclass(frozen=True, slots=True)
class State:
    """A training after ``step`` updates: with the recipe and equal numerics, all that decides what comes."""

    step: int
    network: Mapping[str, Tensor]
    """The last weights, and what batch norm remembers."""
    optimizer: Mapping[str, Any]
    selection: Mapping[str, Any]
    """The best weights, how good they are, and for how long there were no better ones."""
    seconds: Mapping[str, float]
    """Active time so far, by what it went into."""
    settings: Mapping[str, float]
    """What was changed while it trained, by the key of the recipe."""


def write(state: State, path: Path, before_it_counts: Callable[[], None]) -> None:
    """Write ``state``: ``path`` is all of it or not there, and ``before_it_counts`` runs just before it is.

    It survives a loss of power once this returns. Raises OSError, and then leaves nothing behind.
    """
    memory = io.BytesIO()
    torch.save({field.name: _detached(getattr(state, field.name)) for field in fields(state)}, memory)
    payload = memory.getbuffer()
    about = {"schema": SCHEMA, "step": state.step, "sha256": hashlib.sha256(payload).hexdigest()}
    draft = path.with_name(f".{path.name}")
    path.parent.mkdir(mode=0o700, exist_ok=True)
    try:
        with open(draft, "wb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            file.write(_WHAT + json.dumps(about).encode() + b"\n")
            file.write(payload)
            file.flush()
            os.fsync(file.fileno())
        before_it_counts()
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def read(path: Path) -> State:
    """The state that ``path`` holds, its tensors on the CPU. Raises CheckpointRefused."""
    try:
        with path.open("rb") as file:
            header, payload = file.readline(_MAX_HEADER), file.read()
    except OSError as error:
        raise CheckpointRefused(f"{path.name} cannot be read: {error.strerror}") from error
    about = _about(header, path)
    if hashlib.sha256(payload).hexdigest() != about.get("sha256"):
        raise CheckpointRefused(f"{path.name} is damaged: its bytes do not match its checksum")
    try:
        held = torch.load(io.BytesIO(payload), map_location="cpu", weights_only=True)
        state = State(**held)
    except (UnpicklingError, RuntimeError, TypeError, EOFError, ValueError) as error:
        raise CheckpointRefused(f"{path.name} holds more than plain tensors, or something else") from error
    if state.step != about.get("step"):
        raise CheckpointRefused(f"{path.name} contradicts itself about its step")
    return state


def _about(header: bytes, path: Path) -> Mapping[str, Any]:
    try:
        about = json.loads(header.removeprefix(_WHAT)) if header.startswith(_WHAT) else None
    except ValueError:
        about = None
    if not isinstance(about, dict):
        raise CheckpointRefused(f"{path.name} is no checkpoint of tui-trainer, or its header is damaged")
    if about.get("schema") != SCHEMA:
        raise CheckpointRefused(f"{path.name} was written by another version of tui-trainer")
    return about


def _detached(value: Any) -> Any:
    """A copy that shares no memory with the training and takes no more room than it needs."""
    if isinstance(value, Tensor):
        return value.detach().to("cpu", copy=True)
    if isinstance(value, Mapping):
        return {key: _detached(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_detached(inner) for inner in value]
    return value


def _sync_folder(folder: Path) -> None:
    """A new name survives a loss of power once its folder does."""
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
