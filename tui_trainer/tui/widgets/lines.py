"""What several widgets are: lines of text that depend on the width there is."""

from abc import abstractmethod

from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget


class Lines(Widget):
    """As high as its lines are many; none of it is parsed as markup."""

    @abstractmethod
    def lines(self, width: int) -> list[Content]:
        """The lines, none wider than ``width``."""

    def render(self) -> Content:
        """The lines for the width at hand."""
        return Content("\n").join(self.lines(self.content_size.width))

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002
        """As many rows as there are lines."""
        return len(self.lines(width))
