"""Tags and a note that somebody gave to a run: viewers write them, and training never reads them."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass

from tui_trainer.core.rundir import RunDir, write_whole
from tui_trainer.core.text import plain

_LONGEST_TAG = 40
_LONGEST_NOTE = 500


@dataclass(frozen=True)
class Labels:
    """What a person calls a run, safe for a terminal."""

    tags: tuple[str, ...] = ()
    """Single words, none twice."""
    note: str = ""
    """One line."""


def read(run: RunDir) -> Labels:
    """The labels of a run; none where there are none, or they cannot be read."""
    try:
        table = tomllib.loads(run.labels_toml.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return Labels()
    said = table.get("tags")
    tags = [tag for tag in said if isinstance(tag, str)] if isinstance(said, list) else []
    return Labels(tagged((), tags), _note(str(table.get("note", ""))))


def write(run: RunDir, labels: Labels) -> None:
    """Keep ``labels`` with the run, whole or not at all. Raises OSError."""
    from tui_trainer.core.validation import toml_value

    tags = ", ".join(toml_value(tag) for tag in labels.tags)
    write_whole(run.labels_toml, f"tags = [{tags}]\nnote = {toml_value(_note(labels.note))}\n")


def tagged(tags: Iterable[str], words: Iterable[str]) -> tuple[str, ...]:
    """``tags`` after ``words`` were said: ``+good`` or ``good`` adds a tag, ``-bad`` takes one away."""
    kept = dict.fromkeys(tags)
    for word in words:
        for tag in plain(word.lstrip("+-")).split():
            if word.startswith("-"):
                kept.pop(tag[:_LONGEST_TAG], None)
            else:
                kept[tag[:_LONGEST_TAG]] = None
    return tuple(kept)


def _note(text: str) -> str:
    return plain(text, limit=_LONGEST_NOTE).strip()
