"""Operating system commands (OSC) on their way through tmux or GNU screen to the terminal around them."""

from collections.abc import Mapping

SILENT = ("dumb", "linux")
"""Values of TERM of terminals that may print such a command, and have nothing to obey it with."""
_CHUNK = 700
"""GNU screen cuts off strings that are longer than 768 bytes."""


def passed_on(command: str, environ: Mapping[str, str]) -> str:
    """``command`` as it is to be written so that it arrives.

    tmux knows what it passes on (the clipboard with ``set-clipboard on``). GNU screen drops all that it does
    not know, unless it comes in device control strings. Where TERM may mean either, both are written: each
    drops what is for the other.
    """
    term = environ.get("TERM", "")
    if term in SILENT:
        return ""
    in_tmux, in_screen = bool(environ.get("TMUX")), bool(environ.get("STY"))
    direct = command if in_tmux or not in_screen else ""
    if not in_screen and (in_tmux or not term.startswith("screen")):
        return direct
    chunks = (command[start : start + _CHUNK] for start in range(0, len(command), _CHUNK))
    return direct + "".join(f"\x1bP{chunk}\x1b\\" for chunk in chunks)
