"""Colours of curves: told apart by the colour-blind too, after Okabe and Ito (2008), on dark and on light."""

from typing import TypeAlias

Palette: TypeAlias = tuple[str, ...]

DARK: Palette = (
    "#56b4e9",
    "#e69f00",
    "#2bbe94",
    "#d98cb8",
    "#f0e442",
    "#f07a45",
    "#8fa8ff",
    "#b0b7c0",
)
LIGHT: Palette = (
    "#0072b2",
    "#c45100",
    "#00805c",
    "#a23b77",
    "#8a6d00",
    "#7a3e00",
    "#3b50c4",
    "#5a6470",
)
ANSI: Palette = (
    "ansi_blue",
    "ansi_yellow",
    "ansi_green",
    "ansi_magenta",
    "ansi_cyan",
    "ansi_red",
    "ansi_bright_blue",
    "ansi_bright_black",
)
"""The terminal's own colours, whatever it makes of them."""


def palette_for(*, dark: bool, ansi: bool = False) -> Palette:
    """The eight colours for a theme."""
    return ANSI if ansi else DARK if dark else LIGHT
