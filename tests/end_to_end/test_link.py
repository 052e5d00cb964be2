"""Over a thin link: what is written is told, capped and, while nothing changes, nothing."""

import re

from tests.end_to_end.terminal import Terminal

SSH = {"SSH_CONNECTION": "192.0.2.1 50000 192.0.2.2 22"}
QUIET_S = 1.5
"""Longer than from one tick or blink to the next; from one heartbeat of a worker, 2 s."""
ESCAPE = "\x1b"


def test_over_ssh_the_header_tells_what_is_written_and_a_pause_writes_nothing() -> None:
    with Terminal("first-steps", columns=120, rows=40, environment=SSH) as terminal:
        terminal.until_shows("0 Recipe")
        terminal.press("\r")
        terminal.until(lambda text: re.search(r"SSH [1-9\d]\.\d KB/s|SSH 0\.[1-9] KB/s", text), "a rate")
        terminal.press(" ")
        terminal.until_shows("paused in")
        terminal.until_quiet(2 * QUIET_S)
        terminal.until_shows("SSH 0.0 KB/s")
        rest_on(terminal, "l", "a new learning rate, or")
        rest_on(terminal, "q", "still training")
        terminal.press(" f")
        terminal.until_shows("✓ finished")
        terminal.until_quiet(QUIET_S)


def test_no_screen_writes_while_nothing_happens() -> None:
    with Terminal(columns=120, rows=40, environment=SSH) as terminal:
        terminal.until_shows("0 Recipe")
        terminal.until_quiet(QUIET_S)
        terminal.press("4\t")
        terminal.until_shows("▸4 Optimizer")
        terminal.until_quiet(QUIET_S)
        terminal.press(ESCAPE)
        terminal.until_quiet(QUIET_S)
        terminal.press("/")
        terminal.until_quiet(QUIET_S)
        rest_on(terminal, "zzz", "zzz")
        rest_on(terminal, "c", "import torch")
        rest_on(terminal, "?", "Esc back")
        rest_on(terminal, ":", "Search for commands")
        terminal.press("]")
        terminal.until_shows("Nothing has been trained")
        terminal.until_quiet(QUIET_S)
        terminal.press("/")
        terminal.until_quiet(QUIET_S)
        rest_on(terminal, "zzz", "zzz")


def test_optimizers_that_do_not_roll_write_nothing() -> None:
    with Terminal("descent", "--optimizer", "rmsprop", environment=SSH) as terminal:
        terminal.until_shows("A rmsprop *")
        terminal.until_quiet(QUIET_S)
        terminal.press(" ")
        terminal.until_shows("playing")
        terminal.press(" ")
        terminal.until_shows("paused")
        terminal.until_quiet(QUIET_S)
        terminal.press(ESCAPE)
        terminal.until_shows("0 Recipe")


def rest_on(terminal: Terminal, keys: str, shown: str) -> None:
    """Go to what ``shown`` tells of, see that it falls silent, and come back."""
    terminal.press(keys)
    terminal.until_shows(shown)
    terminal.until_quiet(QUIET_S)
    terminal.press(ESCAPE)  # alone, or it would make one key with the next
    terminal.until(lambda text: shown not in text, f"back from {keys!r}")


def test_low_bandwidth_writes_no_more_than_two_kilobytes_a_second() -> None:
    with Terminal("--low-bandwidth", columns=160, rows=48) as terminal:
        terminal.until_shows("tui-trainer")
        at_once = len(terminal.written)
        terminal.press("]]" * 20)  # other screens by turns, each whole
        assert 0 < terminal.bytes_within(4.0) <= 2000 * 4.0 + 1500
        assert at_once <= 3500
        terminal.press("\x03")
        assert terminal.until_ended() == 0
