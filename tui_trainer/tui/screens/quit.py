"""The question before leaving while something trains: three honest choices."""

from collections.abc import Mapping
from subprocess import Popen
from typing import ClassVar, Literal, TypeAlias

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tui_trainer.core import control
from tui_trainer.core.rundir import RunDir
from tui_trainer.core.text import plain
from tui_trainer.tui import keys
from tui_trainer.tui.pacing import FIRST_ATTEMPT

Answer: TypeAlias = Literal["keep", "stop", "cancel"]

_ANSWERS: tuple[tuple[Answer, str], ...] = (
    ("keep", "leave, and keep training in the background"),
    ("stop", "stop cleanly, keep what was recorded, and leave"),
    ("cancel", "stay here"),
)
_LOOK_EVERY_S = 0.1


class QuitScreen(ModalScreen[bool]):
    """Dismissed with whether to leave."""

    BINDINGS: ClassVar[list[BindingType]] = [*keys.bindings(keys.QUIT)]

    def __init__(self, live: Mapping[RunDir, Popen[bytes]]) -> None:
        super().__init__()
        self._live_runs = dict(live)

    def compose(self) -> ComposeResult:
        """The question and its answers."""
        names = ", ".join(plain(run.id, limit=40) for run in self._live_runs)
        with Vertical(id="question"):
            yield Static(
                f"{names} {'is' if len(self._live_runs) == 1 else 'are'} still training.", markup=False
            )
            yield OptionList(*(Option(words, id=answer) for answer, words in _ANSWERS), compact=True)
            yield Static("", markup=False, id="waiting")

    @on(OptionList.OptionSelected)
    def _answer(self, event: OptionList.OptionSelected) -> None:
        if event.option_id == "stop":
            self._stop()
        else:
            self.dismiss(event.option_id == "keep")

    def _stop(self) -> None:
        try:
            for run in self._live_runs:
                control.send(run, control.Stop(attempt=FIRST_ATTEMPT))
        except OSError as error:
            self._say(f"cannot be asked to stop: {error}")
            return
        self.query_one(OptionList).display = False
        self._say("stopping… (Esc stays, ctrl+c leaves it to end by itself)")
        self.set_interval(_LOOK_EVERY_S, self._leave_when_stopped)

    def _say(self, text: str) -> None:
        self.query_one("#question").add_class("-waiting")
        self.query_one("#waiting", Static).update(plain(text))

    def _leave_when_stopped(self) -> None:
        if all(worker.poll() is not None for worker in self._live_runs.values()):
            self.dismiss(True)
