"""How the app was started."""

from dataclasses import dataclass, field

from tui_trainer.core.compose import Choices
from tui_trainer.core.presets import Language


@dataclass(frozen=True)
class AppOptions:
    """What the command line or the environment decided."""

    choices: Choices = field(default_factory=Choices)
    """What New begins with."""
    lang: Language = "en"
    ascii: bool = False
    """Nothing but ASCII reaches the terminal."""
    fps: int | None = None
    """Updates a second; None for what suits the link."""
    low_bandwidth: bool = False
    """The link carries little."""
    descent: bool = False
    """Open on Descent, from where one comes to New."""
