"""What is shown where a terminal has no room for any screen."""

from textual.screen import Screen

from tui_trainer.tui import terminal


class TooSmall(Screen[None]):
    """What there is to say to a terminal that cannot show any screen."""

    def render(self) -> str:
        """The sentence."""
        width, height = self.outer_size
        needed = f"{terminal.MIN_WIDTH}×{terminal.MIN_HEIGHT}"
        return f"tui-trainer needs {needed}; this terminal has {width}×{height}."
