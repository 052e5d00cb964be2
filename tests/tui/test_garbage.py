"""No full pass of the garbage collector comes between a key and its answer."""

import gc
import time
import weakref
from collections.abc import Iterator

import pytest
from rich.segment import Segment
from textual.strip import Strip

from tui_trainer.tui.garbage import Collector


@pytest.fixture
def collector() -> Iterator[Collector]:
    found = Collector()
    found.begin()
    gc.collect()
    yield found
    found.end()


class Knot:
    """Refers to itself, and goes only when it is looked for."""

    def __init__(self) -> None:
        self.itself = self


def make_smaller_passes(number: int) -> None:
    """After ten Python would make a full one."""
    for _ in range(number):
        gc.collect(1)


def test_python_itself_makes_no_full_pass_until_the_app_is_left():
    usual = gc.get_threshold()
    collector = Collector()
    gc.disable()  # as while the app starts
    collector.begin()
    assert gc.isenabled()
    assert gc.get_threshold()[2] > 1e6
    collector.end()
    assert gc.get_threshold() == usual
    assert gc.get_freeze_count() == 0


def test_garbage_is_looked_for_when_a_key_was_answered_a_while_ago(collector: Collector):
    held = Knot()
    knot = weakref.ref(held)
    make_smaller_passes(20)
    del held  # too old by now for a smaller pass to find it
    collector.key_at = time.monotonic()
    collector.look()
    assert knot() is not None
    collector.key_at -= 1.0
    collector.look()
    assert knot() is None


def test_keys_without_end_do_not_keep_it_for_ever(collector: Collector):
    held = Knot()
    knot = weakref.ref(held)
    make_smaller_passes(200)
    del held
    collector.key_at = time.monotonic()
    collector.look()
    assert knot() is None


def test_a_line_that_was_painted_goes_without_being_looked_for(collector: Collector):
    def num_strips() -> int:
        return sum(type(each) is Strip for each in gc.get_objects())

    gc.disable()
    try:
        before = num_strips()
        strip = Strip([Segment("a line")])
        assert strip.divide([6]) == [strip]
        assert [part.text for part in strip.divide([2, 6])] == ["a ", "line"]
        del strip
        assert num_strips() == before
    finally:
        gc.enable()
