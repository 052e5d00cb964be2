"""The question before leaving while something trains: three honest choices."""

import time
from collections.abc import Sequence
from typing import ClassVar, Literal, TypeAlias

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tui_trainer.core.text import plain
from tui_trainer.tui import keys
from tui_trainer.tui.ascii import only_ascii
from tui_trainer.tui.live_run import LiveRun
from tui_trainer.tui.widgets.key_bar import items, rows
from tui_trainer.tui.widgets.lines import Lines

Answer: TypeAlias = Literal["keep", "stop", "cancel"]

_ANSWERS: tuple[tuple[Answer, str], ...] = (
    ("keep", "leave, and keep training in the background"),
    ("stop", "stop cleanly, keep what was recorded, and leave"),
    ("cancel", "stay here"),
)
_LOOK_EVERY_S = 0.1
_TO_READ_S = 1.0
"""So long stands what a second request loses before that request counts."""
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

    def __init__(self, runs: Sequence[LiveRun]) -> None:
        super().__init__()
        self._runs = runs
        self._asked_at: float | None = None
        """When the runs were asked to stop, on the monotonic clock."""
        self._said = ""

    def compose(self) -> ComposeResult:
        """The question and its answers."""
        names = [run.name for run in self._runs]
        told = ", ".join(names) if len(names) <= _NAMED else f"{len(names)} runs"
        with Vertical(id="question"):
            yield Static(
                f"{told} {'is' if len(self._runs) == 1 else 'are'} still training.", markup=False, id="asked"
            )
            yield Answers()
            yield Static("", markup=False, id="waiting")
            yield AnswerKeys()

    def on_mount(self) -> None:
        """Runs that were asked to stop before are waited for; nothing else remains to be asked."""
        if self._runs and all(run.is_stopping for run in self._runs):
            self._wait()

    def action_look(self, by: int) -> None:
        """Mark another answer."""
        answers = self.query_one(Answers)
        answers.action_cursor_down() if by > 0 else answers.action_cursor_up()

    def action_answer(self) -> None:
        """Give the answer that is marked; once runs are stopping, kill them."""
        if self._asked_at is None:
            self.query_one(Answers).action_select()
        else:
            self._kill()

    def action_stop(self) -> None:
        """Stop the runs cleanly; asked again, kill them."""
        if self._asked_at is None:
            self._stop()
        else:
            self._kill()

    def action_again(self) -> None:
        """Leaving was asked for once more: what trains goes on, what is stopping is killed."""
        if self._asked_at is None:
            self.dismiss(True)
        else:
            self._kill()

    @on(OptionList.OptionSelected)
    def _answer(self, event: OptionList.OptionSelected) -> None:
        if event.option_id == "stop":
            self._stop()
        else:
            self.dismiss(event.option_id == "keep")

    def _stop(self) -> None:
        try:
            for run in reversed(self._runs):  # those that wait in a queue come last
                run.stop()
        except OSError as error:
            self._say(f"cannot be asked to stop: {error}")
        else:
            self._wait()

    def _wait(self) -> None:
        self._asked_at = time.monotonic()
        for widget in (self.query_one("#asked"), self.query_one(Answers), self.query_one(AnswerKeys)):
            widget.display = False
        self._leave_when_stopped()
        self.set_interval(_LOOK_EVERY_S, self._leave_when_stopped)

    @property
    def _remaining(self) -> list[LiveRun]:
        return [run for run in self._runs if run.has_worker]

    def _leave_when_stopped(self) -> None:
        if remaining := self._remaining:
            self._say(_waiting_for(remaining, self._waited_s))
        else:
            self.dismiss(True)

    @property
    def _waited_s(self) -> float:
        return 0.0 if self._asked_at is None else time.monotonic() - self._asked_at

    def _say(self, text: str) -> None:
        if text != self._said:
            self._said = text
            self.query_one("#question").add_class("-waiting")
            self.query_one("#waiting", Static).update("\n".join(map(plain, text.split("\n"))))

    def _kill(self) -> None:
        """Only what somebody could read before: a key that bounces loses nothing."""
        if self._waited_s >= _TO_READ_S:
            for run in self._remaining:
                run.kill()
            self.dismiss(True)


def _waiting_for(runs: Sequence[LiveRun], seconds: float) -> str:
    """Which runs are waited for and how long, what a second request loses, and the other ways out."""
    names = ", ".join(run.name for run in runs[:_NAMED]) + f" and {len(runs) - _NAMED} more" * (
        len(runs) > _NAMED
    )
    each, them = ("it ends", "it") if len(runs) == 1 else ("each ends", "them")
    losses = [f"{run.name}: {run.loss}" if len(runs) > 1 else run.loss for run in runs[:_NAMED]]
    return "\n".join(
        [
            f"stopping {names}: {each} after the step at hand ({int(seconds)} s)",
            "",
            f"Enter, s or q again kills {them}:",
            *losses,
            "",
            f"Esc stays here, ctrl+c leaves {them} to end by {'itself' if them == 'it' else 'themselves'}",
        ]
    )
