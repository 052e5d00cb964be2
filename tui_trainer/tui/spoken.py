"""The language that explanations on screen are in."""

from textual.widget import Widget

from tui_trainer.core.language import Language

FRENCH = "-french"
"""A class of the app: so any widget can tell, as it can how wide the screen is."""


def spoken(widget: Widget) -> Language:
    """The language to explain in, where ``widget`` is."""
    return "fr" if widget.app.has_class(FRENCH) else "en"
