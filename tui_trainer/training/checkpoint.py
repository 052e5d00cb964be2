"""Checkpoints: all that a training is at one step, in files that outlive what happens around them.

A file is a header (see ``core.checkpoint_files``), then what ``torch.save`` makes of plain tensors and
numbers. It is read with ``weights_only``: no code in it ever runs.
"""

import io
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import torch
from torch import Tensor

from tui_trainer.core.checkpoint_files import CheckpointRefused, contents, header


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


def copied(state: State) -> State:
    """``state`` as it is now, on the CPU: what training changes from here on does not change it."""
    return State(**{field.name: _copied(getattr(state, field.name)) for field in fields(state)})


def write(state: State, path: Path, before_it_counts: Callable[[], None]) -> None:
    """Write a copy: ``path`` is all of it or not there, and ``before_it_counts`` runs just before it is.

    It survives a loss of power once this returns. Raises OSError, and then leaves nothing behind.
    """
    memory = io.BytesIO()
    torch.save({field.name: getattr(state, field.name) for field in fields(state)}, memory)
    payload = memory.getbuffer()
    draft = path.with_name(f".{path.name}")
    path.parent.mkdir(mode=0o700, exist_ok=True)
    try:
        with open(draft, "wb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            file.write(header(state.step, payload))
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
    step, payload = contents(path)
    try:
        held = torch.load(io.BytesIO(payload), map_location="cpu", weights_only=True)
        state = State(**held)
    except (UnpicklingError, RuntimeError, TypeError, EOFError, ValueError) as error:
        raise CheckpointRefused(f"{path.name} holds more than plain tensors, or something else") from error
    if state.step != step:
        raise CheckpointRefused(f"{path.name} contradicts itself about its step")
    return state


def _copied(value: Any) -> Any:
    """A copy that shares no memory with the training and takes no more room than it needs."""
    if isinstance(value, Tensor):
        return value.detach().to("cpu", copy=True)
    if isinstance(value, Mapping):
        return {key: _copied(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_copied(inner) for inner in value]
    return value


def _sync_folder(folder: Path) -> None:
    """A new name survives a loss of power once its folder does."""
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
