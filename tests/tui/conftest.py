"""Screens as rows of text, drawn for one kind of terminal wherever the tests run."""

from collections.abc import Callable

import pytest
from textual.app import App

from tests.tui.recorded import shown


@pytest.fixture(autouse=True)
def truecolor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.delenv("COLORFGBG", raising=False)


@pytest.fixture
def rows() -> Callable[[App[None]], str]:
    """What an app shows: see `shown`."""
    return shown
