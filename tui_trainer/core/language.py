"""The languages that explanations speak."""

import os
from typing import Literal, TypeAlias

Language: TypeAlias = Literal["en", "fr"]
LANGUAGES: tuple[Language, ...] = ("en", "fr")


def language(chosen: str | None = None) -> Language:
    """The language to speak: the one chosen, else the locale's, else English."""
    variables = ("LC_ALL", "LC_MESSAGES", "LANG")
    wanted = chosen or next(filter(None, map(os.environ.get, variables)), "")
    return "fr" if wanted.lower().startswith("fr") else "en"
