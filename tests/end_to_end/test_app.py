"""The installed program in a real terminal, from its start to the shell's prompt."""

import re
import termios

import pytest

from tests.end_to_end.terminal import MODES_AT_FIRST, Terminal
from tui_trainer.core import rundir
from tui_trainer.core.history import load

ALTERNATE_SCREEN = 1049
AFTER_AN_EPOCH = re.compile(r"validation\D*epoch [1-9]")
ROW = re.compile(r"^\s+([0-9])((?:\s+\[?(?:\d+|·)\]?){10})", re.MULTILINE)


def diagonal(text: str) -> dict[int, int]:
    """What of each class is right, in the rows of the confusion matrix that are on screen."""
    return {
        int(true): int(re.sub(r"\D", "", cells.split()[int(true)]) or 0) for true, cells in ROW.findall(text)
    }


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (120, 40)])
def test_first_steps_is_trained_and_watched_and_the_terminal_restored(columns: int, rows: int) -> None:
    with Terminal(columns=columns, rows=rows) as terminal:
        terminal.until_shows("first-steps")
        assert ALTERNATE_SCREEN in terminal.modes_set
        terminal.press("\r")
        untrained = terminal.until(
            lambda text: "before training" in text and len(diagonal(text)) >= 4, "the guesses before training"
        )
        guesses = diagonal(untrained)
        terminal.until(lambda text: AFTER_AN_EPOCH.search(text) is not None, "an evaluation after an epoch")
        terminal.press("f")
        terminal.until(lambda text: "finished" in text and "test accuracy" in text, "the end of training")
        assert sum(diagonal(terminal.text).values()) > 20 * len(guesses) > sum(guesses.values())
        terminal.press("q")
        assert terminal.until_ended() == 0
        assert terminal.modes_set == MODES_AT_FIRST
        assert termios.tcgetattr(terminal.process.child_fd) == terminal.modes_before
    history = load(rundir.find("latest"))
    assert history.phase == "finished"
    assert history.chosen["test"].metrics["accuracy"] > 0.9
