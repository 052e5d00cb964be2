"""Frames on disk: what is written, and how a reader finds its way through what survived.

A file is a header (magic, version, CRC) and then frames: sync mark, length, CRC of the payload, CRC of those
twelve bytes, payload. Integers are little-endian, CRCs are zlib's CRC-32.

A frame whose bytes are not all there yet is a torn tail: its writer may still be at work, so a reader waits.
A frame whose bytes are there but wrong is damage: a reader goes on at the next whole frame.
"""

import struct
from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeAlias
from zlib import crc32

VERSION = 1
MAX_PAYLOAD = 16 * 2**20
"""Bytes. Bounds what a reader ever holds, and how far a damaged length can lead it astray."""

_MAGIC = b"\x89tuilog\n"
_FILE_HEADER = struct.Struct("<8sII")
_FRAME_HEADER = struct.Struct("<4sIII")
_CHECKED = _FRAME_HEADER.size - 4
# None of these bytes occurs in UTF-8, so no text from outside can pass for the start of a frame.
_SYNC = b"\xff\xf5\xc1\xfe"
# Large enough that system calls cost nothing beside decoding, small enough that a bounded read stays cheap.
_BLOCK = 256 * 1024

Read: TypeAlias = Callable[[int, int], bytes]
"""``read(length, offset)``: up to ``length`` bytes of the file; fewer only at its end."""


class Frame(NamedTuple):
    """A whole frame, from ``offset`` to before ``end`` in the file."""

    offset: int
    end: int
    payload: bytes


class Skipped(NamedTuple):
    """Bytes of a file that are no frame."""

    offset: int
    length: int


class NewerVersionError(Exception):
    """The file was written by a later version of the program, in a format this one does not know."""


class _Torn(NamedTuple):
    """Too few bytes to tell: there must be at least ``needed`` from here on."""

    needed: int


def file_header() -> bytes:
    """The bytes a file begins with."""
    checked = _MAGIC + VERSION.to_bytes(4, "little")
    return checked + crc32(checked).to_bytes(4, "little")


def encode(payload: bytes) -> bytes:
    """One frame around ``payload``. Raises ValueError for a payload larger than ``MAX_PAYLOAD``."""
    if len(payload) > MAX_PAYLOAD:
        raise ValueError(f"a frame holds at most {MAX_PAYLOAD} bytes, this payload has {len(payload)}")
    checked = _SYNC + len(payload).to_bytes(4, "little") + crc32(payload).to_bytes(4, "little")
    return checked + crc32(checked).to_bytes(4, "little") + payload


def scan(read: Read, offset: int = 0) -> Iterator[Frame | Skipped]:
    """Frames and damage from ``offset`` to the last whole frame, in order and without gaps.

    What follows the last item is a torn tail (or nothing): scan again from there when the file has grown.
    ``offset`` is 0 or the end of an earlier item. Raises NewerVersionError where an intact file header
    names a later version.
    """
    if offset == 0:
        header = read(_FILE_HEADER.size, 0)
        if len(header) < _FILE_HEADER.size:
            return
        offset = _after_file_header(header)
    damaged_from: int | None = None
    size = _BLOCK
    while True:
        block = read(size, offset)
        at_end = len(block) < size
        at = 0
        while True:
            found = _frame_at(block, at)
            if isinstance(found, bytes):
                if damaged_from is not None:
                    yield Skipped(damaged_from, offset + at - damaged_from)
                    damaged_from = None
                end = at + _FRAME_HEADER.size + len(found)
                yield Frame(offset + at, offset + end, found)
                at = end
            elif found is None or (at_end and _holds_frame(block, at + 1)):
                if damaged_from is None:
                    damaged_from = offset + at
                at = _next_start(block, at + 1)
            else:
                size = max(_BLOCK, found.needed)
                break
        offset += at
        if at_end:
            break
    if damaged_from is not None:
        yield Skipped(damaged_from, offset - damaged_from)


def _after_file_header(header: bytes) -> int:
    """Where frames begin; 0 for a damaged header, which is then skipped like any damage."""
    magic, version, check = _FILE_HEADER.unpack(header)
    if magic != _MAGIC or check != crc32(header[:-4]):
        return 0
    if version > VERSION:
        raise NewerVersionError(f"written in format {version}; this version of tui-trainer reads {VERSION}")
    return _FILE_HEADER.size


def _frame_at(block: bytes, at: int) -> bytes | _Torn | None:
    """The payload of the frame that begins at ``at``; None for bytes that cannot become a frame."""
    if len(block) - at < _FRAME_HEADER.size:
        return _Torn(_FRAME_HEADER.size) if _SYNC.startswith(block[at : at + len(_SYNC)]) else None
    sync, length, payload_crc, header_crc = _FRAME_HEADER.unpack_from(block, at)
    if sync != _SYNC or header_crc != crc32(block[at : at + _CHECKED]) or length > MAX_PAYLOAD:
        return None
    begin = at + _FRAME_HEADER.size
    if begin + length > len(block):
        return _Torn(_FRAME_HEADER.size + length)
    payload = block[begin : begin + length]
    return payload if crc32(payload) == payload_crc else None


def _next_start(block: bytes, at: int) -> int:
    """The first place from ``at`` on where a frame begins or may begin once more bytes are there."""
    at = block.find(_SYNC, at)
    while at >= 0:
        if _frame_at(block, at) is not None:
            return at
        at = block.find(_SYNC, at + 1)
    for cut in range(len(_SYNC) - 1, 0, -1):
        if block.endswith(_SYNC[:cut]):
            return len(block) - cut
    return len(block)


def _holds_frame(block: bytes, at: int) -> bool:
    """Whether a whole frame begins anywhere from ``at`` on: then what seems torn before it is damage."""
    at = block.find(_SYNC, at)
    while at >= 0:
        if isinstance(_frame_at(block, at), bytes):
            return True
        at = block.find(_SYNC, at + 1)
    return False
