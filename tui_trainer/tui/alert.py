"""Calls a person back who looks elsewhere: the bell, and a notification of the desktop where there is one."""

from textual.app import App

from tui_trainer.core.text import plain


def alert(app: App[object], text: str) -> None:
    """Ring the bell, and say ``text`` by OSC 9, as iTerm2 began and many terminals do since."""
    app.bell()
    driver = app._driver
    if driver is not None and not driver.is_headless:
        driver.write(notification(text))


def notification(text: str) -> str:
    """The escape sequence that shows ``text``, and does nothing else whatever it holds."""
    return f"\x1b]9;tui-trainer: {plain(text, limit=200)}\x07"
