"""The first row of a screen: the program, the screens there are, the way to help."""

from typing import Literal, TypeAlias

from textual.content import Content
from textual.widget import Widget

from tui_trainer.core import rundir

Tab: TypeAlias = Literal["new", "runs", "compare"]
TABS: tuple[Tab, ...] = ("new", "runs", "compare")


class TitleBar(Widget):
    """`` tui-trainer   [New]   Runs 3                    ? help``"""

    def __init__(self, active: Tab | None = None, *, num_runs: int | None = None) -> None:
        super().__init__()
        self._active = active
        self._num_runs = _num_runs() if num_runs is None else num_runs

    def recount(self, num_runs: int | None = None) -> None:
        """Say how many runs there are; count them where the caller did not."""
        if num_runs is None:
            num_runs = _num_runs()
        if num_runs != self._num_runs:
            self._num_runs = num_runs
            self.refresh()

    def render(self) -> Content:
        """The row, as wide as the widget."""
        pieces: list[str | tuple[str, str]] = [(" tui-trainer ", "bold $primary")]
        for tab in TABS:
            title = f"Runs {self._num_runs}" if tab == "runs" and self._num_runs else tab.title()
            active = tab == self._active
            pieces += ["  ", (f"[{title}]" if active else f" {title} ", "bold" if active else "$muted")]
        left, help_ = Content.assemble(*pieces), Content.assemble(("?", "bold $primary"), " help ")
        gap = max(1, self.size.width - left.cell_length - help_.cell_length)
        return Content.assemble(left, " " * gap, help_)


def _num_runs() -> int:
    try:
        return len(rundir.list_runs())
    except rundir.RunHomeError:
        return 0
