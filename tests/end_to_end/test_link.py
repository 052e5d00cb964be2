"""Over a thin link: what is written is told, capped and, while nothing changes, nothing."""

import re

from tests.end_to_end.terminal import Terminal

SSH = {"SSH_CONNECTION": "192.0.2.1 50000 192.0.2.2 22"}
SETTLING_S = 3.0
"""Figures tick once a second: the last of them, and the rate of what that took."""
QUIET_S = 3.0


def test_over_ssh_the_header_tells_what_is_written_and_a_pause_writes_nothing() -> None:
    with Terminal("first-steps", columns=120, rows=40, environment=SSH) as terminal:
        terminal.until_shows("0 Recipe")
        terminal.press("\r")
        terminal.until(lambda text: re.search(r"SSH [1-9\d]\.\d KB/s|SSH 0\.[1-9] KB/s", text), "a rate")
        terminal.press(" ")
        terminal.until_shows("paused in")
        terminal.bytes_within(SETTLING_S)
        assert terminal.bytes_within(QUIET_S) == 0
        assert "SSH 0.0 KB/s" in terminal.text
        terminal.press(" f")
        terminal.until_shows("✓ finished")
        terminal.bytes_within(SETTLING_S)
        assert terminal.bytes_within(QUIET_S) == 0


def test_low_bandwidth_writes_no_more_than_two_kilobytes_a_second() -> None:
    with Terminal("--low-bandwidth", columns=160, rows=48) as terminal:
        terminal.until_shows("tui-trainer")
        at_once = len(terminal.written)
        terminal.press("]]" * 20)  # other screens by turns, each whole
        assert 0 < terminal.bytes_within(4.0) <= 2000 * 4.0 + 1500
        assert at_once <= 3500
        terminal.press("\x03")
        assert terminal.until_ended() == 0
