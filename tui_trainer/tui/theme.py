"""The app's colours: calm, one dark and one light set."""

from dataclasses import replace

from textual.theme import BUILTIN_THEMES, Theme

from tui_trainer.tui.terminal import ColorSystem

NIGHT = Theme(
    name="night",
    dark=True,
    primary="#79b8ff",
    secondary="#8b98a9",
    accent="#e3b341",
    success="#6bc46d",
    warning="#e3b341",
    error="#f47067",
    foreground="#d5dbe3",
    background="#11151a",
    surface="#181d24",
    panel="#242b34",
    variables={"muted": "#8b98a9"},
)
DAY = Theme(
    name="day",
    dark=False,
    primary="#0757ba",
    secondary="#57606a",
    accent="#8a5a00",
    success="#116329",
    warning="#8a5a00",
    error="#b3202b",
    foreground="#1f2328",
    background="#fbfbf9",
    surface="#f1f1ee",
    panel="#e2e3df",
    variables={"muted": "#5c6570"},
)


def _of_terminal(name: str, builtin: str) -> Theme:
    """A theme of the terminal's own 16 colours."""
    theme = BUILTIN_THEMES[builtin]
    return replace(theme, name=name, variables={**theme.variables, "muted": "ansi_bright_black"})


NIGHT_16, DAY_16 = _of_terminal("night-16", "ansi-dark"), _of_terminal("day-16", "ansi-light")
THEMES = (NIGHT, DAY, NIGHT_16, DAY_16)


def theme_for(colors: ColorSystem, *, light: bool) -> str:
    """The name of the theme for a terminal; with few colours, one made of the terminal's own."""
    if colors in ("16", "none"):
        return (DAY_16 if light else NIGHT_16).name
    return (DAY if light else NIGHT).name
