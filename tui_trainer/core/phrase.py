"""Choices as one types them in one line: ``optimizer=sgd lr=0.01 epochs=40``."""

import shlex
from dataclasses import replace

from tui_trainer.core.compose import FLAGS, WITHIN, Choices
from tui_trainer.core.edits import LIVE_SETTINGS
from tui_trainer.core.layering import PARTS
from tui_trainer.core.validation import did_you_mean

_OTHER_NAMES = {"model": "architecture", "batch-size": "batch_size"}


def choices_in(text: str) -> Choices:
    """What ``text`` chooses: parts by preset, settings by short name or key. Raises ValueError."""
    choices = Choices()
    short = {name.lower(): key for key, name in LIVE_SETTINGS.items()}
    known = [*PARTS, *WITHIN, *FLAGS, *short]
    try:
        words = shlex.split(text)
    except ValueError:
        raise ValueError("a quote is open: close it") from None
    for word in words:
        said, equals, value = word.partition("=")
        name = _OTHER_NAMES.get(said.lower(), said.lower())
        if not equals or not value:
            raise ValueError(f"{word} is no choice: type optimizer=sgd, or lr=0.01 epochs=40")
        if name in PARTS or name in WITHIN:
            before = choices.replaced.get(name, ()) if name == "regularization" else ()
            choices = replace(choices, parts={**choices.parts, name: (*before, *value.split(","))})
        elif name in FLAGS:
            choices = replace(choices, flags={**choices.flags, name: value})
        elif name in short or "." in name:
            choices = replace(choices, settings=(*choices.settings, f"{short.get(name, name)}={value}"))
        else:
            raise ValueError(f"there is no {said} to choose{did_you_mean(name, known)}")
    return choices
