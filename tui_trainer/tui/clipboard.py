"""Copying out of the terminal, by OSC 52: also over SSH it reaches the clipboard of the person who looks."""

import os

from textual.app import App

from tui_trainer.core.text import plain
from tui_trainer.tui.multiplexer import SILENT

_SHOWN_S = 8.0


def copy(app: App[object], text: str) -> None:
    """Copy ``text``, and say what was copied: a terminal never tells whether it took it."""
    app.copy_to_clipboard(text)
    app.clear_notifications()
    app.notify(f"{_outcome()}: {plain(text)}", markup=False, timeout=_SHOWN_S)


def _outcome() -> str:
    if os.environ.get("TERM", "") in SILENT:
        return "this terminal has no clipboard; to type"
    if os.environ.get("TMUX"):
        return "copied, if tmux has set-clipboard on"
    return "copied, where the terminal permits it"
