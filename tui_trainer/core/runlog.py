"""The run log: a worker appends events, any number of viewers read what is new."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from tui_trainer.core import framing
from tui_trainer.core.events import AnyEvent, Event
from tui_trainer.core.framing import Frame, NewerVersionError, Skipped

_encoder = msgspec.msgpack.Encoder()
_decoder: msgspec.msgpack.Decoder[AnyEvent] = msgspec.msgpack.Decoder(AnyEvent)
# A payload with a sound CRC that still does not decode was written by a version that says more than we know.
_UNKNOWN = (msgspec.MsgspecError, ValueError, RecursionError)


class RunLogError(Exception):
    """A log that cannot be read or written as a whole; the text is one sentence for the user."""


def frame_of(event: Event) -> bytes:
    """The bytes that stand for ``event`` in a log. Raises ValueError for one larger than a frame can be."""
    return framing.encode(_encoder.encode(event))


@dataclass(frozen=True)
class Batch:
    """What a read found."""

    events: list[AnyEvent] = field(default_factory=list)
    damage: list[Skipped] = field(default_factory=list)
    """Bytes that hold no readable event and never will."""
    unknown: int = 0
    """How many events a newer version wrote, which this one does not know."""
    more: bool = False
    """The bounds ended this read: there is more to be had at once."""


class LogWriter:
    """Appends events to a log. One at a time: the caller holds the run's lock.

    Opening creates the file or cuts a torn tail, nothing that a reader may already have gone past, and needs
    no room on the disk. It raises RunLogError for a file that a later version wrote or that cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._is_torn = False
        """Whether part of a frame that could not be written whole is still there."""
        self._failed_at_ns: int | None = None
        """Since when nothing could be written, Unix time."""
        with _as_run_log_error(path):
            self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
            try:
                self._end = _end_of_frames(self._fd)
                os.ftruncate(self._fd, self._end)
                if self._end == 0:
                    with suppress(OSError):  # the first frame then brings it
                        self._write(framing.file_header())
            except BaseException:
                os.close(self._fd)
                raise

    @property
    def end(self) -> int:
        """The offset of the next frame."""
        return self._end or len(framing.file_header())

    def append(self, event: Event) -> int:
        """Write one event and return the offset of its frame, for `read_at`. Raises as its two halves do."""
        offset = self.end
        self.append_frame(frame_of(event))
        return offset

    def append_frame(self, frame: bytes) -> None:
        """Write what `frame_of` made.

        Raises OSError when the disk is full or the like, and leaves the log as it was.
        """
        self._write(frame if self._end else framing.file_header() + frame)

    def sync(self) -> None:
        """Return once all that was appended would survive a loss of power."""
        os.fsync(self._fd)

    def close(self) -> None:
        """Close the file; what was appended is in it already."""
        os.close(self._fd)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _write(self, data: bytes) -> None:
        if self._is_torn:
            self._cut()
        written = 0
        try:
            while written < len(data):
                written += os.write(self._fd, memoryview(data)[written:])
        except OSError:
            self._is_torn = True
            self._cut()
            raise
        self._end += written
        self._failed_at_ns = None

    def _cut(self) -> None:
        """Take away part of a frame: readers wait at its start, so the file moves back under nobody.

        Its time stays that of the first failure: viewers are to see for how long nothing was said.
        """
        os.ftruncate(self._fd, self._end)
        self._is_torn = False
        self._failed_at_ns = self._failed_at_ns or time.time_ns()
        os.utime(self._fd, ns=(self._failed_at_ns, self._failed_at_ns))


class LogReader:
    """Reads a log as it grows. It keeps a place, not a file: the log may come late, be cut or be replaced."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.offset = 0
        """How far the log has been read, in bytes."""
        self.size = 0
        """How large the log was when it was last read, in bytes."""

    def read_new(self, *, max_events: int = 10_000, max_seconds: float = 0.05) -> Batch:
        """Events since the last read, as many as the bounds allow, at least one if there is any.

        A torn tail is not yet an event; a log that is not there yet has none. Raises RunLogError for a log
        that a later version wrote or that the system does not let us read.
        """
        deadline = time.monotonic() + max_seconds
        events: list[AnyEvent] = []
        damage: list[Skipped] = []
        unknown = 0
        with _as_run_log_error(self.path):
            try:
                fd = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
            except FileNotFoundError:
                return Batch()
            try:
                size = self.size = os.fstat(fd).st_size
                if size < self.offset:
                    # The file was cut. What it lost was read; what is to come starts after its last frame.
                    self.offset = _end_of_frames(fd)
                if size == self.offset:
                    return Batch()
                for item in framing.scan(partial(os.pread, fd), self.offset):
                    if isinstance(item, Skipped):
                        self.offset = item.offset + item.length
                        damage.append(item)
                        continue
                    self.offset = item.end
                    try:
                        events.append(_decoder.decode(item.payload))
                    except _UNKNOWN:
                        unknown += 1
                    if len(events) >= max_events or time.monotonic() >= deadline:
                        return Batch(events, damage, unknown, more=self.offset < size)
            finally:
                os.close(fd)
        return Batch(events, damage, unknown)


def read_at(path: Path, offset: int) -> AnyEvent:
    """The event whose frame begins at ``offset`` (see `LogWriter.append`).

    Raises RunLogError when there is none, or it is damaged.
    """
    try:
        return _decoder.decode(payload_at(path, offset))
    except _UNKNOWN as error:
        raise RunLogError(f"{path}: no readable event at byte {offset}") from error


def payload_at(path: Path, offset: int) -> bytes:
    """What the frame that begins at ``offset`` holds. Raises RunLogError as `read_at` does."""
    with _as_run_log_error(path):
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            item = next(framing.scan(partial(os.pread, fd), offset), None) if offset > 0 else None
        finally:
            os.close(fd)
    if isinstance(item, Frame):
        return item.payload
    raise RunLogError(f"{path}: no readable event at byte {offset}")


def newer_in_words(count: int) -> str:
    """That so many events were skipped because only a newer version knows them."""
    are = "event comes" if count == 1 else "events come"
    return f"{count:,} {are} from a newer tui-trainer and {'is' if count == 1 else 'are'} not shown"


def _end_of_frames(fd: int) -> int:
    """Where a torn tail begins, or the file ends."""
    end = 0
    for item in framing.scan(partial(os.pread, fd)):
        end = item.end if isinstance(item, Frame) else item.offset + item.length
    return end


@contextmanager
def _as_run_log_error(path: Path) -> Iterator[None]:
    try:
        yield
    except NewerVersionError as error:
        raise RunLogError(f"{path} was {error}") from error
    except OSError as error:
        raise RunLogError(f"{path}: {error.strerror}") from error
