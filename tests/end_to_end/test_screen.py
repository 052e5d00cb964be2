"""What is written: the whole screen when it must be, once, and what is copied by the terminal's own means."""

import base64
import os
import re
import signal

import pytest

from tests.end_to_end.terminal import Terminal
from tui_trainer.core import rundir
from tui_trainer.core.compose import Choices, compose
from tui_trainer.core.presets import Library

TITLE = b"tui-trainer"


def test_the_first_frame_is_written_once() -> None:
    with Terminal() as terminal:
        terminal.until_shows("0 Recipe")
        terminal.press("\x03")
        assert terminal.until_ended() == 0
        assert terminal.written.count(TITLE) == 1


@pytest.mark.parametrize("again", ["ctrl+l", "SIGWINCH"])
def test_a_garbled_screen_is_drawn_again(again: str) -> None:
    with Terminal() as terminal:
        terminal.until_shows("commands")
        terminal.write_beside("\x1b[H####\x1b[24H####")
        terminal.until(lambda text: text.count("####") == 2, "garbled")
        if again == "ctrl+l":
            terminal.press("\x0c")
        else:  # dtach and its like say so when a terminal of the same size is attached
            os.kill(terminal.process.pid, signal.SIGWINCH)
        terminal.until(lambda text: "tui-trainer" in text and "####" not in text, "drawn again")


@pytest.mark.parametrize(
    ("around", "start"),
    [({}, rb"\x1b\]52;"), ({"STY": "1.pts-0.box", "TERM": "screen"}, rb"\x1bP\x1b\]52;")],
    ids=["terminal", "screen"],
)
def test_what_is_copied_reaches_the_terminal(around: dict[str, str], start: bytes) -> None:
    run = rundir.create(compose(Library.load(), Choices()).recipe)
    with Terminal("tp1-mnist", environment=around) as terminal:
        terminal.until_shows("0 Recipe")
        terminal.press("C")
        terminal.until_shows("tui-trainer train tp1-mnist")
        terminal.press("]")
        terminal.until_shows(run.id)
        terminal.press("C")
        terminal.until_shows("copied, where the terminal permits")
        copied = re.findall(start + rb"c;([^\x07]+)\x07", terminal.written)
        assert [base64.b64decode(text).decode() for text in copied] == ["tui-trainer train tp1-mnist", run.id]
