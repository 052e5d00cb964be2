"""The words for what may be going on in a run. Nothing is computed here: presets name them at no cost."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, TypeAlias, get_args

Kind: TypeAlias = Literal[
    "diverged",
    "chance",
    "one-class",
    "overfitting",
    "underfitting",
    "plateau",
    "learning",
    "too-early",
    "confusion",
    "vanishing-gradient",
    "exploding-gradient",
    "dead-units",
    "saturated-units",
    "update-size",
    "not-finite",
]
KINDS: tuple[Kind, ...] = get_args(Kind)
Severity: TypeAlias = Literal["good", "note", "alarm"]

MARKS: Mapping[Severity, str] = MappingProxyType({"good": "✓", "note": "·", "alarm": "!"})
"""What a line that tells of it begins with."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One thing that is going on in a run. Both texts are safe for a terminal."""

    kind: Kind
    severity: Severity
    text: str
    """One sentence with the numbers it rests on."""
    advice: str = ""
    """What of the course to try, as one sentence; empty where nothing is wrong."""

    @property
    def told(self) -> str:
        """Both as one line."""
        return f"{self.text}; {self.advice}" if self.advice else self.text
