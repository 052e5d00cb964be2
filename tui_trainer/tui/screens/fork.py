"""Where a new run is to go on from another, and with what changed: a list of checkpoints and a line."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from tui_trainer.core import figures, forking
from tui_trainer.core.checkpoint_files import nearest_best, saved_steps
from tui_trainer.core.edits import values_in_words
from tui_trainer.core.forking import ForkRefused
from tui_trainer.core.history import History
from tui_trainer.core.phrase import choices_in
from tui_trainer.core.repeating import changes_of
from tui_trainer.core.rundir import RunDir
from tui_trainer.core.runlog import RunLogError
from tui_trainer.core.text import plain
from tui_trainer.tui import keys
from tui_trainer.tui.ascii import only_ascii
from tui_trainer.tui.views.header import name_of
from tui_trainer.tui.widgets.key_bar import items, rows
from tui_trainer.tui.widgets.lines import Lines


class Checkpoints(OptionList, inherit_bindings=False, can_focus=False):
    """A row a checkpoint, the one that serves marked without need of colour."""

    def __init__(self, told: Sequence[str]) -> None:
        super().__init__(*(Option(f"  {text}") for text in told), markup=False, compact=True)
        self._told = told

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Move the mark."""
        mark = "> " if only_ascii(self) else "▸ "
        for place, text in enumerate(self._told):
            begins = mark if place == event.option_index else "  "
            self.replace_option_prompt_at_index(place, f"{begins}{text}")


class ForkKeys(Lines):
    """What the keys do here, in one row."""

    def lines(self, width: int) -> list[Content]:
        """The row."""
        return rows(items(keys.FORK, keys.remapped(self.screen.active_bindings), only_ascii(self)), width)


class ForkScreen(ModalScreen[RunDir | None]):
    """Dismissed with a run that was made and waits for its worker, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [*keys.bindings(keys.FORK)]
    DEFAULT_CSS = """
    ForkScreen {
        align: center bottom;
        background: transparent;
        #fork { height: auto; padding: 0 1; background: $panel; }
        #fork Static { height: auto; }
        #fork Checkpoints { height: auto; max-height: 6; background: $panel; }
        #fork ForkKeys { height: auto; color: $text-muted; }
    }
    """

    def __init__(self, run: RunDir, history: History, select_by: str, near: float | None) -> None:
        """``near`` is the step at the cursor; None while there is none. The run has a checkpoint."""
        super().__init__()
        self._run = run
        self._changes = changes_of(run, history)
        self._steps = saved_steps(run)
        best = history.best(select_by)
        serves = nearest_best(self._steps, best.step) if best else None
        self._told = [self._row(history, step, select_by, is_best=step == serves) for step in self._steps]
        wanted = self._steps[-1] if near is None else min(self._steps, key=lambda step: abs(step - near))
        self._first = self._steps.index(wanted)

    def _row(self, history: History, step: int, select_by: str, *, is_best: bool) -> str:
        measured = history.evaluation_at("validation", step)
        values = [f"step {step:,}"]
        if history.has_epochs:
            values.insert(0, history.moment(step))
        if measured is not None and select_by in measured.metrics:
            value = figures.value(measured.metrics[select_by])
            values.append(f"validation {name_of(select_by)} {value}")
        names = ["best"] * is_best + ["last"] * (step == self._steps[-1])
        return " · ".join([*values, *names])

    def compose(self) -> ComposeResult:
        """Checkpoints, how things stand there, the line, keys."""
        with Vertical(id="fork"):
            yield Static("a new run goes on from", markup=False)
            yield Checkpoints(self._told)
            yield Static(markup=False, id="said")
            yield Input(placeholder="nothing changed; or optimizer=sgd lr=0.01 epochs=40", compact=True)
            yield ForkKeys()

    def on_mount(self) -> None:
        """Begin at the checkpoint that is meant most likely."""
        self.query_one(Input).cursor_blink = False
        self.query_one(Checkpoints).highlighted = self._first
        self.query_one(Input).focus()

    @property
    def _step(self) -> int:
        return self._steps[self.query_one(Checkpoints).highlighted or 0]

    @on(OptionList.OptionHighlighted)
    def _tell_settings(self) -> None:
        """What the run trains with there."""
        try:
            recipe = forking.recipe_at(self._run, self._changes, self._step)
        except (OSError, ValueError) as error:
            self._say(str(error))
            return
        self._say(f"there: {recipe.optimizer.kind}, {values_in_words(recipe)}")

    def _say(self, text: str) -> None:
        self.query_one("#said", Static).update(plain(text))

    def action_look(self, by: int) -> None:
        """Mark another checkpoint."""
        checkpoints = self.query_one(Checkpoints)
        checkpoints.action_cursor_down() if by > 0 else checkpoints.action_cursor_up()

    @on(Input.Submitted)
    def action_go(self) -> None:
        """Make the run, or say why that cannot be."""
        try:
            step = forking.checkpoint_at(self._run, self._step)
            then = forking.recipe_at(self._run, self._changes, step)
            recipe = forking.chosen(then, choices_in(self.query_one(Input).value))
            child = forking.fork(self._run, recipe, step, self._changes)
        except (ForkRefused, ValueError, OSError, RunLogError) as error:
            self._say(str(error))
        else:
            self.dismiss(child)
