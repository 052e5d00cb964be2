"""A recipe as a script: one reads it, scrolls, and saves it."""

from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.highlight import HighlightTheme, highlight
from textual.screen import Screen

from tui_trainer.core.recipe import Recipe
from tui_trainer.core.script import data_root, script
from tui_trainer.core.script.saving import save
from tui_trainer.core.text import plain
from tui_trainer.tui import keys
from tui_trainer.tui.widgets.key_bar import KeyBar
from tui_trainer.tui.widgets.prose import Paragraph, Prose
from tui_trainer.tui.widgets.title_bar import TitleBar


class _Colours(HighlightTheme):
    """The app's own few, which all its themes have; code is told apart by more than colour."""

    STYLES = {
        ("Comment",): "$muted",
        ("Keyword",): "bold $primary",
        ("Operator", "Word"): "bold $primary",
        ("Literal", "String"): "$success",
        ("Literal", "Number"): "$accent",
    }


class CodeScreen(Screen[None]):
    """The script below the title; its lines fit on 80 columns."""

    KEYS: ClassVar[tuple[keys.Key, ...]] = keys.CODE
    HOW_TO_READ: ClassVar[str] = (
        "The recipe in plain PyTorch, in the five steps of the course, then the loop and the evaluation. It "
        "stands alone: save it, run it with python, change it.\n\n"
        "It trains on the same samples, and its weights and the order of samples come from another draw: "
        "its curve is like the one seen here, and not equal to it."
    )
    BINDINGS: ClassVar[list[BindingType]] = [*keys.bindings(keys.CODE)]

    def __init__(self, recipe: Recipe) -> None:
        super().__init__()
        self._recipe_name = recipe.name
        self._script = script(recipe, data_root(recipe.data))

    def compose(self) -> ComposeResult:
        """The script between title and keys."""
        yield TitleBar()
        with VerticalScroll(id="page", can_focus=False):
            yield Prose(
                [Paragraph(highlight(self._script, language="python", theme=_Colours), verbatim=True)]
            )
        yield KeyBar(self.KEYS)

    def action_scroll(self, lines: int) -> None:
        """Scroll by lines."""
        self.query_one("#page").scroll_relative(y=lines, animate=False)

    def action_scroll_pages(self, pages: int) -> None:
        """Scroll by pages, a line of each kept in sight."""
        page = self.query_one("#page")
        page.scroll_relative(y=pages * max(1, page.content_size.height - 1), animate=False)

    def action_save(self) -> None:
        """Save it to a file that was not there."""
        try:
            path = save(self._script, self._recipe_name, Path.cwd())
        except OSError as error:
            problem = f"It cannot be saved in this folder: {error.strerror}"
            self.notify(plain(problem), severity="error", markup=False)
        else:
            self.notify(plain(f"Saved: {path}"), markup=False)
