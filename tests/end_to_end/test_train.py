"""The installed ``train`` in a real terminal."""

import os
import re
import signal

from tests.end_to_end.terminal import Terminal
from tui_trainer.core import rundir
from tui_trainer.core.history import load

ENDLESS = ("--regularization", "none", "--epochs", "100000")


def test_on_a_terminal_a_bar_shows_where_training_is_and_what_is_left() -> None:
    with Terminal(
        "train", "first-steps", "--epochs", "40", "--regularization", "none", columns=100
    ) as terminal:
        terminal.until(
            lambda text: re.search(r"epoch \d+/40 .*ETA .*validation loss", text) is not None, "a bar"
        )
        terminal.until_shows("finished after 40 epochs")
        assert terminal.until_ended() == 0
        assert "test" in terminal.text
        assert not terminal.screen.cursor.hidden
    assert load(rundir.find("latest")).phase == "finished"


def test_ctrl_c_stops_cleanly_and_keeps_the_run() -> None:
    with Terminal("train", *ENDLESS) as terminal:
        terminal.until_shows("validation loss")
        terminal.press("\x03")
        assert terminal.until_ended() == 130
        assert "stopping: waiting for the worker" in terminal.text.replace("\n", "")
        assert "the run is kept" in terminal.text
        assert not terminal.screen.cursor.hidden
    history = load(rundir.find("latest"))
    assert history.phase == "stopped"
    assert history.evaluations["validation"]


def test_a_second_ctrl_c_does_not_wait_for_a_worker_that_hangs() -> None:
    with Terminal("train", *ENDLESS) as terminal:
        terminal.until_shows("validation loss")
        started = load(rundir.find("latest")).started
        assert started is not None
        os.kill(started.pid, signal.SIGSTOP)
        terminal.press("\x03")
        terminal.until_shows("stopping")
        terminal.press("\x03")
        assert terminal.until_ended() == 130
        assert "killed" in terminal.text
