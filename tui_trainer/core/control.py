"""What a viewer asks of a worker: one JSON line per request, in a file of the run directory.

A request names the attempt it is meant for, so that an old "stop" cannot hit a run that was resumed since.
"""

import errno
import fcntl
import os
from contextlib import suppress
from math import inf
from pathlib import Path
from typing import TypeAlias

import msgspec

from tui_trainer.core.inside.questions import Question
from tui_trainer.core.rundir import RunDir

# More than any request is long; what is longer is damage.
_MAX_LINE = 64 * 1024


class _Request(msgspec.Struct, frozen=True, kw_only=True, tag_field="request"):
    attempt: int


class Stop(_Request, frozen=True, kw_only=True, tag="stop"):
    """End cleanly, and keep all that was recorded."""


class Pause(_Request, frozen=True, kw_only=True, tag="pause"):
    """Wait after the step at hand."""


class Continue(_Request, frozen=True, kw_only=True, tag="continue"):
    """Go on after a pause."""


class Pace(_Request, frozen=True, kw_only=True, tag="pace"):
    """Make at most so many updates a second; None is full speed. Raises ValueError for what is no rate."""

    updates_per_s: float | None = None

    def __post_init__(self) -> None:
        if self.updates_per_s is not None and not 0 < self.updates_per_s < inf:
            raise ValueError(f"a pace is a number of updates a second above 0, not {self.updates_per_s}")


class Step(_Request, frozen=True, kw_only=True, tag="step"):
    """Go on for so many batches and epochs, to an epoch's end, then pause."""

    batches: int = 0
    epochs: int = 0


class Change(_Request, frozen=True, kw_only=True, tag="change"):
    """Train on with another value of a setting of ``core.edits``, from ``at_step`` or the step at hand."""

    setting: str
    value: float
    at_step: int = 0


class Ask(_Request, frozen=True, kw_only=True, tag="ask"):
    """Answer a question about the network, and for ``follow_s`` again whenever it has learned on."""

    id: str
    question: Question
    at_step: int | None = None
    """Of the checkpoint that is asked; None: of the weights at hand. Only an inspection has a choice."""
    follow_s: float = 0.0
    instead_of: str = ""
    """Id of an earlier question that nobody wants an answer to any more."""


Request: TypeAlias = Stop | Pause | Continue | Pace | Step | Change | Ask

WHATEVER_ATTEMPT = 0
"""For a `Change` that is to come at its step, however often the run was resumed until then."""

_decoder: msgspec.json.Decoder[Request] = msgspec.json.Decoder(Request)


def send(run: RunDir, request: Request) -> None:
    """Append a request to the run's control file. Raises OSError when it cannot be written."""
    _append(run.control, msgspec.json.encode(request) + b"\n")


def make_room(run: RunDir) -> None:
    """Have the control file begin with an empty line: where the disk is full later, the rest of its block
    takes a request to stop.
    """
    with suppress(OSError):
        if not run.control.exists():
            _append(run.control, b"\n")


def _append(path: Path, line: bytes) -> None:
    """Append a line, all of it or nothing. Raises OSError that names ``path``."""
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        # Without locks in the file system, appending in one write is still whole for lines this short.
        with suppress(OSError):
            fcntl.lockf(fd, fcntl.LOCK_EX)
        size = os.fstat(fd).st_size
        # What a sender that died left unfinished must not swallow this line.
        torn = size > 0 and os.pread(fd, 1, size - 1) != b"\n"
        data = b"\n" * torn + line
        if os.write(fd, data) < len(data):
            os.ftruncate(fd, size)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    except OSError as error:
        raise OSError(f"{path}: {error.strerror}") from error
    finally:
        os.close(fd)


class ControlReader:
    """The requests to one attempt of a run, as they come. Cheap enough to ask many times a second."""

    def __init__(self, path: Path, attempt: int) -> None:
        self._path = path
        self._attempt = attempt
        self._offset = 0

    def poll(self) -> list[Request]:
        """Requests since the last call, in order; damaged lines and other attempts' requests are skipped."""
        try:
            size = self._path.stat().st_size
        except OSError:
            return []
        self._offset = min(self._offset, size)
        requests: list[Request] = []
        while self._offset < size:
            try:
                with self._path.open("rb") as file:
                    file.seek(self._offset)
                    block = file.read(_MAX_LINE)
            except OSError:
                break
            end = block.rfind(b"\n") + 1
            if end == 0 and len(block) < _MAX_LINE:
                break
            self._offset += end or len(block)
            for line in block[:end].splitlines():
                with suppress(msgspec.MsgspecError, ValueError):
                    request = _decoder.decode(line)
                    is_planned = isinstance(request, Change) and request.attempt == WHATEVER_ATTEMPT
                    if request.attempt == self._attempt or is_planned:
                        requests.append(request)
        return requests
