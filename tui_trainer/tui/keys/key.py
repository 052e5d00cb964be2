"""A key of the one table: what it does, and what footer and help say of it."""

from dataclasses import dataclass
from typing import ClassVar, Protocol, runtime_checkable

from textual.binding import ActiveBinding, Binding


@dataclass(frozen=True, slots=True)
class Key:
    """One key, or several that do the same."""

    id: str
    """The place it works in and what it does: ``new.train``."""
    keys: str
    """As Textual names them, with commas between."""
    action: str
    label: str
    """One or two words, for the footer and the command palette; empty for keys that only move."""
    help: str
    """One sentence, for the help screen."""
    shown: str = ""
    """How footer and help write the key; empty: by its name."""
    in_footer: bool = True
    priority: bool = False
    """Also while a text is being typed."""

    @property
    def binding(self) -> Binding:
        """What Textual is told."""
        return Binding(
            self.keys, self.action, self.label, id=self.id, show=self.in_footer, priority=self.priority
        )


@runtime_checkable
class Explained(Protocol):
    """A screen that help can explain."""

    HOW_TO_READ: ClassVar[str]
    """What is where and what it means; paragraphs have empty lines between."""
    KEYS: ClassVar[tuple[Key, ...]]

    @property
    def active_bindings(self) -> dict[str, ActiveBinding]:
        """What each key does at the moment."""
