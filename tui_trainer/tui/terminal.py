"""What the terminal can show: characters beyond ASCII or not, how many colours, light or dark."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, TypeAlias

ColorSystem: TypeAlias = Literal["none", "16", "256", "truecolor"]

MIN_WIDTH, MIN_HEIGHT = 80, 24
WIDE, TALL = 110, 34
"""From here on there is room for more side by side, and below one another."""

_COERCED = ("C.UTF-8", "C.utf8", "UTF-8")
_C_LOCALES = ("", "C", "POSIX")
_ASCII_TERMINALS = ("dumb", "linux")


def inherited_environment(
    environ: Mapping[str, str] = os.environ, *, recorded: Path = Path("/proc/self/environ")
) -> Mapping[str, str]:
    """The environment as this process received it.

    In a C locale Python sets LC_CTYPE to UTF-8 for itself and its children (PEP 538), which says nothing of
    the terminal. Linux keeps the environment a process began with; elsewhere LC_CTYPE is taken for Python's
    own doing where nothing else names a locale.
    """
    try:
        entries = os.fsdecode(recorded.read_bytes()).split("\0")
    except OSError:
        others = (environ.get("LC_ALL", ""), environ.get("LANG", ""))
        if environ.get("LC_CTYPE") in _COERCED and all(locale in _C_LOCALES for locale in others):
            return {name: value for name, value in environ.items() if name != "LC_CTYPE"}
        return environ
    return dict(entry.split("=", 1) for entry in entries if "=" in entry)


def needs_ascii(environ: Mapping[str, str]) -> bool:
    """Whether only ASCII comes out right: the locale is not UTF-8, or the terminal lacks glyphs."""
    if environ.get("TERM", "") in _ASCII_TERMINALS:
        return True
    locale = next(filter(None, map(environ.get, ("LC_ALL", "LC_CTYPE", "LANG"))), "")
    return not locale.partition("@")[0].lower().replace("-", "").endswith("utf8")


def color_system(environ: Mapping[str, str]) -> ColorSystem:
    """How many colours the terminal takes. NO_COLOR (https://no-color.org) wins."""
    term = environ.get("TERM", "")
    if environ.get("NO_COLOR") or term in ("dumb", "unknown"):
        return "none"
    if environ.get("COLORTERM", "").lower() in ("truecolor", "24bit") or term.endswith("-direct"):
        return "truecolor"
    return "256" if "256" in term or term.startswith(("xterm-kitty", "alacritty", "foot")) else "16"


def is_light(environ: Mapping[str, str]) -> bool:
    """Whether the background is light, as far as the terminal says so (COLORFGBG); dark else."""
    background = environ.get("COLORFGBG", "").rpartition(";")[2]
    return background in ("7", "15")
