import itertools
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_trainer.core.framing import (
    MAX_PAYLOAD,
    VERSION,
    Frame,
    NewerVersionError,
    Skipped,
    encode,
    file_header,
    scan,
)

payloads = st.lists(st.binary(max_size=60), min_size=1, max_size=6)


def items_of(data: bytes, offset: int = 0) -> list[Frame | Skipped]:
    return list(scan(lambda length, at: data[at : at + length], offset))


def payloads_of(items: Sequence[Frame | Skipped]) -> list[bytes]:
    return [item.payload for item in items if isinstance(item, Frame)]


def skipped_of(items: Sequence[Frame | Skipped]) -> list[Skipped]:
    return [item for item in items if isinstance(item, Skipped)]


def file_of(payloads: Sequence[bytes]) -> bytes:
    return file_header() + b"".join(map(encode, payloads))


def places_of(payloads: Sequence[bytes]) -> list[tuple[int, int]]:
    ends = list(itertools.accumulate((len(encode(each)) for each in payloads), initial=len(file_header())))
    return list(itertools.pairwise(ends))


def is_subsequence(these: Sequence[bytes], *, of: Sequence[bytes]) -> bool:
    rest = iter(of)
    return all(each in rest for each in these)


@given(payloads)
def test_what_was_framed_is_read_back_in_order_and_in_place(payloads: list[bytes]) -> None:
    items = items_of(file_of(payloads))
    assert [(item.offset, item.end) for item in items if isinstance(item, Frame)] == places_of(payloads)
    assert payloads_of(items) == payloads
    assert not skipped_of(items)


@given(payloads)
def test_a_file_cut_anywhere_holds_the_frames_before_the_cut_and_waits(payloads: list[bytes]) -> None:
    data = file_of(payloads)
    for cut in range(len(data)):
        items = items_of(data[:cut])
        whole = sum(end <= cut for _, end in places_of(payloads))
        assert payloads_of(items) == payloads[:whole]
        assert not skipped_of(items), cut


@given(payloads, st.integers(0), st.integers(1, 255))
def test_one_flipped_byte_costs_one_frame_and_is_reported(
    payloads: list[bytes], where: int, flip: int
) -> None:
    data = bytearray(file_of(payloads))
    where %= len(data)
    data[where] ^= flip
    items = items_of(bytes(data))
    hit = [i for i, (begin, end) in enumerate(places_of(payloads)) if begin <= where < end]
    assert payloads_of(items) == [each for i, each in enumerate(payloads) if i not in hit]
    begin, end = places_of(payloads)[hit[0]] if hit else (0, len(file_header()))
    (damage,) = skipped_of(items)
    assert damage.offset == begin
    # Where the damage ends the file, the last bytes may look like the header of a frame to come: those wait.
    assert damage.length == end - begin or (end == len(data) and damage.length > end - begin - 16)


@given(payloads, payloads, st.binary(min_size=1, max_size=80))
def test_rubbish_between_frames_is_skipped_in_one_piece(
    before: list[bytes], after: list[bytes], rubbish: bytes
) -> None:
    head = file_of(before)
    items = items_of(head + rubbish + b"".join(map(encode, after)))
    assert payloads_of(items) == before + after
    assert skipped_of(items) == [Skipped(len(head), len(rubbish))]


@given(st.binary(max_size=400))
def test_any_bytes_can_be_read_without_an_error_or_an_invention(data: bytes) -> None:
    assert not payloads_of(items_of(data))
    assert not payloads_of(items_of(file_header() + data))


@given(payloads, st.data())
def test_lost_bytes_cost_the_frames_they_were_part_of(payloads: list[bytes], draw: st.DataObject) -> None:
    data, places = file_of(payloads), places_of(payloads)
    begin = draw.draw(st.integers(len(file_header()), len(data) - 1))
    end = draw.draw(st.integers(begin + 1, len(data)))
    read = payloads_of(items_of(data[:begin] + data[end:]))
    kept = [
        each for each, place in zip(payloads, places, strict=True) if place[1] <= begin or place[0] >= end
    ]
    # A head and a tail that fit together may make a whole frame again, as when what was lost is all of one.
    assert is_subsequence(kept, of=read)
    assert is_subsequence(read, of=payloads)


def test_a_torn_frame_with_whole_ones_behind_it_is_damage_and_not_a_tail() -> None:
    head, torn = file_of([b"one"]), encode(b"x" * 1000)[:500]
    items = items_of(head + torn + encode(b"two"))
    assert payloads_of(items) == [b"one", b"two"]
    assert skipped_of(items) == [Skipped(len(head), 500)]


def test_reading_goes_on_where_it_ended_when_the_tail_is_completed() -> None:
    data = file_of([b"one", b"two"])
    (first,) = items_of(data[:-1])
    assert payloads_of(items_of(data, first.end if isinstance(first, Frame) else 0)) == [b"two"]


@pytest.mark.parametrize("size", [256 * 1024 - 40, 256 * 1024 - 16, 256 * 1024, 3_000_000])
def test_frames_of_any_size_cross_the_blocks_of_a_read(size: int) -> None:
    many = [b"a" * size, b"", b"b" * 10, b"c" * size]
    assert payloads_of(items_of(file_of(many))) == many
    begin, end = places_of(many)[0]
    spoiled = bytearray(file_of(many))
    spoiled[begin + 20] ^= 1
    items = items_of(bytes(spoiled))
    assert payloads_of(items) == many[1:]
    assert skipped_of(items) == [Skipped(begin, end - begin)]


def test_damage_longer_than_a_block_is_reported_once() -> None:
    head = file_of([b"one"])
    items = items_of(head + bytes(1_000_000) + encode(b"two"))
    assert payloads_of(items) == [b"one", b"two"]
    assert skipped_of(items) == [Skipped(len(head), 1_000_000)]


def test_a_payload_beyond_the_limit_is_refused() -> None:
    with pytest.raises(ValueError, match="16777216"):
        encode(bytes(MAX_PAYLOAD + 1))
    (frame,) = items_of(file_of([bytes(MAX_PAYLOAD)]))
    assert isinstance(frame, Frame)


def test_a_file_of_a_later_version_is_refused_and_a_damaged_version_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tui_trainer.core.framing.VERSION", VERSION + 1)
    later = file_header() + encode(b"one")
    monkeypatch.undo()
    with pytest.raises(NewerVersionError, match=f"format {VERSION + 1}"):
        items_of(later)
    spoiled = bytearray(file_of([b"one"]))
    spoiled[8] += 1
    assert payloads_of(items_of(bytes(spoiled))) == [b"one"]
