"""Every way out of the app leaves the terminal as it was found, and none waits for a terminal for long."""

import os
import signal
import sys
import termios
from pathlib import Path

import pytest

from tests.end_to_end.terminal import MODES_AT_FIRST, Terminal

KITTY_KEYS_OFF = b"\x1b[<u"
LOST = 128 + signal.SIGHUP
FAILING = """
from tui_trainer.tui.app import TrainerApp, AppOptions, run_app

class Failing(TrainerApp):
    def action_help(self):
        raise ValueError("a mistake of ours")

import tui_trainer.tui.app
tui_trainer.tui.app.TrainerApp = Failing
raise SystemExit(run_app(AppOptions()))
"""


def assert_restored(terminal: Terminal) -> None:
    assert terminal.modes_set == MODES_AT_FIRST
    assert KITTY_KEYS_OFF in terminal.written
    assert termios.tcgetattr(terminal.process.child_fd) == terminal.modes_before


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGINT, 130)]
)
def test_a_signal_ends_it_and_the_terminal_is_restored(number: int, code: int) -> None:
    with Terminal() as terminal:
        terminal.until_shows("0 Recipe")
        os.kill(terminal.process.pid, number)
        assert terminal.until_ended() == code
        assert_restored(terminal)
        assert "Traceback" not in terminal.text


def test_after_an_exception_the_terminal_is_restored_and_the_exception_told() -> None:
    with Terminal(command=(sys.executable, "-P", "-c", FAILING)) as terminal:
        terminal.until_shows("0 Recipe")
        terminal.press("?")
        assert terminal.until_ended() == 1
        assert_restored(terminal)
        assert "a mistake of ours" in terminal.text


def test_ctrl_c_restores_the_terminal() -> None:
    with Terminal() as terminal:
        terminal.until_shows("0 Recipe")
        terminal.press("\x03")
        assert terminal.until_ended() == 0
        assert_restored(terminal)


def test_in_a_terminal_that_nobody_reads_it_ends_itself_within_seconds() -> None:
    with Terminal() as terminal:
        terminal.until_shows("0 Recipe")
        terminal.fill()
        terminal.press("]")  # from here on it has something to write
        assert terminal.until_ended_unread(30) == LOST
        assert termios.tcgetattr(terminal.process.child_fd) == terminal.modes_before


def test_a_terminal_that_reads_again_shows_what_is_on_screen_by_then() -> None:
    with Terminal() as terminal:
        terminal.until_shows("0 Recipe")
        terminal.fill()
        terminal.press("]")
        terminal.until_shows("Nothing has been trained here yet")
        terminal.press("[")
        terminal.until_shows("0 Recipe")
        assert "Nothing has been trained here yet" not in terminal.text
        terminal.press("q")
        assert terminal.until_ended() == 0
        assert_restored(terminal)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_terminal_that_does_not_read_does_not_keep_it_from_leaving(number: int) -> None:
    with Terminal() as terminal:
        terminal.until_shows("0 Recipe")
        terminal.fill()
        os.kill(terminal.process.pid, number)
        assert terminal.until_ended_unread(30) == 128 + number  # LOST, had it waited for the terminal
        assert termios.tcgetattr(terminal.process.child_fd) == terminal.modes_before


@pytest.mark.parametrize("ignores_hangup", [False, True])
def test_without_a_terminal_it_ends_itself_within_seconds(ignores_hangup: bool) -> None:
    trap = "trap '' HUP; " if ignores_hangup else ""
    command = ("sh", "-c", f"{trap}exec {sys.executable} -P -m tui_trainer")
    with Terminal(command=command) as terminal:
        terminal.until_shows("0 Recipe")
        with Path(os.devnull).open("rb") as nothing:
            os.dup2(nothing.fileno(), terminal.process.child_fd)  # hangs up; pexpect closes what it has
        assert terminal.until_ended_unread(10) in (LOST, -signal.SIGHUP)
