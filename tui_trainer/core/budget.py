"""What a comparison may take: a time for all of it, or epochs for each run."""

import re
from typing import NamedTuple

from tui_trainer.core.text import plain

_BUDGET = re.compile(r"(\d+(?:\.\d+)?)\s*(s|min|h|epochs?)")
_SECONDS = {"s": 1, "min": 60, "h": 3600}


class BadBudget(ValueError):
    """A budget cannot be read; the text is one sentence for the user."""


class Budget(NamedTuple):
    """One of both, or none."""

    seconds: float | None = None
    """For all runs together."""
    epochs: int | None = None
    """For each."""


def parse_budget(text: str) -> Budget:
    """The budget that ``60s`` or ``5epochs`` means; none for an empty text. Raises BadBudget."""
    text = text.strip()
    if not text:
        return Budget()
    found = _BUDGET.fullmatch(text)
    if found is None or not (amount := float(found[1])):
        raise BadBudget(f"{plain(text)}: must be a time for all (60s, 5min) or 5epochs")
    if found[2] in _SECONDS:
        return Budget(seconds=amount * _SECONDS[found[2]])
    if not amount.is_integer():
        raise BadBudget(f"{plain(text)}: epochs are whole")
    return Budget(epochs=int(amount))
