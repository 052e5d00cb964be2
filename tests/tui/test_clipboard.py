"""What is copied of a run, and how a command to the terminal gets through what lies between."""

import re

import pytest

from tests.tui.recorded import NOW, recorded, until
from tui_trainer.tui.app import TrainerApp
from tui_trainer.tui.multiplexer import passed_on
from tui_trainer.tui.screens.run import RunScreen

COMMAND = "\x1b]52;c;" + "QUJD" * 400 + "\x07"


@pytest.mark.parametrize(
    "around", [{}, {"TERM": "xterm-256color"}, {"TERM": "screen-256color", "TMUX": "/tmp/tmux,1,0"}]
)
def test_terminals_and_tmux_are_told_as_it_is(around: dict[str, str]) -> None:
    assert passed_on(COMMAND, around) == COMMAND


def test_gnu_screen_passes_on_what_comes_in_strings_it_has_room_for() -> None:
    told = passed_on(COMMAND, {"TERM": "screen", "STY": "1.pts-0.box"})
    strings = told.removesuffix("\x1b\\").split("\x1b\\")
    assert all(string.startswith("\x1bP") and len(string) < 768 for string in strings)
    assert "".join(string.removeprefix("\x1bP") for string in strings) == COMMAND


def test_behind_ssh_a_screen_may_be_either() -> None:
    told = passed_on(COMMAND, {"TERM": "screen-256color"})
    assert told.startswith(COMMAND)
    assert told.removeprefix(COMMAND) == passed_on(COMMAND, {"TERM": "screen", "STY": "1.pts-0.box"})


def test_a_console_that_would_print_it_is_told_nothing() -> None:
    assert passed_on(COMMAND, {"TERM": "linux"}) == ""


async def test_a_run_is_copied_as_its_command_and_under_the_cursor_as_its_values() -> None:
    app = TrainerApp()
    async with app.run_test(size=(120, 40)) as pilot:
        screen = RunScreen(recorded("digits"), clock=lambda: NOW)
        app.push_screen(screen)
        await until(pilot, lambda: screen._watch.since is not None)
        await pilot.press("C")
        assert app.clipboard == screen._watch.command
        await pilot.press("left", "left", "C")
        loss, accuracy = app.clipboard.split("; ")
        assert re.fullmatch(
            r"loss at epoch 11\.\d: train\(eval\) 0\.0\d+, val 0\.0\d+, train \(batch\) [\d.]+", loss
        )
        assert re.fullmatch(r"accuracy at epoch 11\.\d: train\(eval\) 0\.9\d+, val 0\.9\d+", accuracy)
