"""Screens as rows of text, drawn for one kind of terminal wherever the tests run."""

from collections.abc import Callable

import pytest
from textual.app import App


@pytest.fixture(autouse=True)
def truecolor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.delenv("COLORFGBG", raising=False)


@pytest.fixture
def rows() -> Callable[[App[None]], str]:
    """What an app shows, a line a row, without trailing spaces."""

    def shown(app: App[None]) -> str:
        strips = app.screen._compositor.render_strips()
        return "\n".join(strip.text.rstrip() for strip in strips)

    return shown
