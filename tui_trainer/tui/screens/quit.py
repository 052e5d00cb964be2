"""The question before leaving while something trains: three honest choices."""

from collections.abc import Mapping
from subprocess import Popen
from typing import ClassVar, Literal, TypeAlias

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tui_trainer.core import control, queue
from tui_trainer.core.rundir import RunDir
from tui_trainer.core.text import plain
from tui_trainer.tui import keys
from tui_trainer.tui.ascii import only_ascii
from tui_trainer.tui.pacing import FIRST_ATTEMPT
from tui_trainer.tui.widgets.key_bar import items, rows
from tui_trainer.tui.widgets.lines import Lines

Answer: TypeAlias = Literal["keep", "stop", "cancel"]

_ANSWERS: tuple[tuple[Answer, str], ...] = (
    ("keep", "leave, and keep training in the background"),
    ("stop", "stop cleanly, keep what was recorded, and leave"),
    ("cancel", "stay here"),
)
_LOOK_EVERY_S = 0.1
_NAMED = 3
"""So many runs by name."""


class Answers(OptionList, inherit_bindings=False):
    """One row an answer, the one that Enter gives marked without need of colour."""

    def __init__(self) -> None:
        super().__init__(markup=False, compact=True)
        self.add_options(Option(f"  {words}", id=answer) for answer, words in _ANSWERS)

    def on_mount(self) -> None:
        """Begin at the first."""
        self.highlighted = 0

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Move the mark."""
        for place, (answer, words) in enumerate(_ANSWERS):
            mark = "▸" if place == event.option_index else " "
            self.replace_option_prompt(answer, f"{mark} {words}")


class AnswerKeys(Lines):
    """What the keys of the question do."""

    def lines(self, width: int) -> list[Content]:
        """One row of them."""
        return rows(items(keys.QUIT, keys.remapped(self.screen.active_bindings), only_ascii(self)), width)


class QuitScreen(ModalScreen[bool]):
    """Dismissed with whether to leave."""

    BINDINGS: ClassVar[list[BindingType]] = [*keys.bindings(keys.QUIT)]

    def __init__(self, live: Mapping[RunDir, Popen[bytes]]) -> None:
        super().__init__()
        self._live_runs = dict(live)

    def compose(self) -> ComposeResult:
        """The question and its answers."""
        ids = [plain(run.id, limit=40) for run in self._live_runs]
        names = ", ".join(ids) if len(ids) <= _NAMED else f"{len(ids)} runs"
        with Vertical(id="question"):
            yield Static(
                f"{names} {'is' if len(self._live_runs) == 1 else 'are'} still training.", markup=False
            )
            yield Answers()
            yield Static("", markup=False, id="waiting")
            yield AnswerKeys()

    def action_look(self, by: int) -> None:
        """Mark another answer."""
        answers = self.query_one(Answers)
        answers.action_cursor_down() if by > 0 else answers.action_cursor_up()

    def action_answer(self) -> None:
        """Give the answer that is marked."""
        self.query_one(Answers).action_select()

    @on(OptionList.OptionSelected)
    def _answer(self, event: OptionList.OptionSelected) -> None:
        if event.option_id == "stop":
            self._stop()
        else:
            self.dismiss(event.option_id == "keep")

    def _stop(self) -> None:
        try:
            for run in reversed(self._live_runs):  # those that wait in a queue come last
                if not queue.withdraw(run):
                    control.send(run, control.Stop(attempt=FIRST_ATTEMPT))
        except OSError as error:
            self._say(f"cannot be asked to stop: {error}")
            return
        for widget in (self.query_one(Answers), self.query_one(AnswerKeys)):
            widget.display = False
        self._say("stopping… (Esc stays, ctrl+c leaves it to end by itself)")
        self.set_interval(_LOOK_EVERY_S, self._leave_when_stopped)

    def _say(self, text: str) -> None:
        self.query_one("#question").add_class("-waiting")
        self.query_one("#waiting", Static).update(plain(text))

    def _leave_when_stopped(self) -> None:
        if all(worker.poll() is not None for worker in self._live_runs.values()):
            self.dismiss(True)
