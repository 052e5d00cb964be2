"""A script as a new file."""

import sys
from itertools import count
from pathlib import Path

from tui_trainer.core.text import slug

_IMPORTED = sys.stdlib_module_names | {"joblib", "numpy", "scipy", "sklearn", "sympy", "torch", "torchvision"}
"""Names that a script beside it would import in the place of what it means."""


def save(text: str, name: str, folder: Path) -> Path:
    """Write ``text`` to ``NAME.py`` in ``folder``, or to NAME-2.py, NAME-3.py, … where there is one already.

    Raises OSError where that cannot be done.
    """
    stem = slug(name) or "recipe"
    if stem in _IMPORTED:
        stem += "-script"
    for number in count(1):
        path = folder / (f"{stem}.py" if number == 1 else f"{stem}-{number}.py")
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
        except FileExistsError:
            continue
        return path
    raise AssertionError("numbers do not end")
