"""What a screen asks of the run that it shows, a batch, an epoch or a setting at a time."""

import time
from typing import ClassVar, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen, Screen
from textual.widgets import Input, Static

from tui_trainer.core import control, figures
from tui_trainer.core.checkpoint_files import saved_steps
from tui_trainer.core.control import Change, Continue, Request, Step
from tui_trainer.core.edits import EditRefused, changed, in_force, parse, values_in_words
from tui_trainer.core.recipe import Recipe
from tui_trainer.core.resuming import NotResumable, check, more_epochs, next_attempt
from tui_trainer.core.rundir import RunDir
from tui_trainer.core.text import plain
from tui_trainer.tui import keys
from tui_trainer.tui.messages import ResumeRequested, WorkerRequested
from tui_trainer.tui.screens.fork import ForkScreen
from tui_trainer.tui.watch import Watch

Answer = TypeVar("Answer")

_OWN_LOOP = "A loop of one's own can be paused and stopped; the rest is for its script."


class LineScreen(ModalScreen[Answer | None]):
    """One line to type into; dismissed with what it says, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [*keys.bindings(keys.CHANGE)]
    DEFAULT_CSS = """
    LineScreen {
        align: center bottom;
        background: transparent;
        #change { height: auto; padding: 0 1; background: $panel; }
        #change Static { height: auto; }
    }
    """

    def __init__(self, told: str, placeholder: str) -> None:
        super().__init__()
        self._told = told
        self._placeholder = placeholder

    def compose(self) -> ComposeResult:
        """How things stand; the line."""
        with Vertical(id="change"):
            yield Static(self._told, markup=False, id="now")
            yield Input(placeholder=self._placeholder, compact=True)

    def on_mount(self) -> None:
        """Nothing on screen moves by itself."""
        self.query_one(Input).cursor_blink = False

    def answer(self, text: str) -> Answer:
        """What ``text`` says. Raises EditRefused or NotResumable."""
        raise NotImplementedError

    @on(Input.Submitted)
    def _submit(self, event: Input.Submitted) -> None:
        try:
            answer = self.answer(event.value)
        except (EditRefused, NotResumable) as error:
            self.query_one("#now", Static).update(plain(str(error)))
        else:
            self.dismiss(answer)


class ChangeScreen(LineScreen[tuple[str, float]]):
    """Asks for a setting and its new value."""

    def __init__(self, recipe: Recipe) -> None:
        placeholder = "a new learning rate, or momentum 0.9, l2 0.001, epochs 40"
        super().__init__(f"now: {values_in_words(recipe)}", placeholder)
        self._recipe = recipe

    def answer(self, text: str) -> tuple[str, float]:
        """The setting and the value."""
        key, value = parse(text)
        changed(self._recipe, key, value)
        return key, value


class EpochsScreen(LineScreen[Change]):
    """Asks how many epochs a finished run is to have in all."""

    def __init__(self, watch: Watch) -> None:
        history = watch.recorded
        done = figures.epoch(history.epoch_of(history.step))
        super().__init__(f"{watch.name} has trained {done} epochs: how many in all?", "epochs in all, say 40")
        self._watch = watch

    def answer(self, text: str) -> Change:
        """The request to the attempt to come."""
        history, recipe = self._watch.recorded, self._watch.recipe
        _, epochs = parse(f"epochs {text}")
        assert recipe is not None
        return more_epochs(recipe, history, epochs, next_attempt(history))


class SteeringScreen(Screen[None]):
    """A screen that shows a run and can ask its worker for something."""

    _watch: Watch

    def _cursor_step(self) -> float | None:
        """The step at the cursor of the charts; None while there is none."""
        raise NotImplementedError

    def _send(self, request: Request) -> None:
        try:
            control.send(self._watch.run, request)
        except OSError as error:
            self.notify(plain(f"the run cannot be asked: {error}"), severity="error", markup=False)

    def action_batch(self) -> None:
        """Make one step, then pause."""
        self._step(Step(attempt=self._watch.attempt, batches=1))

    def action_epoch(self) -> None:
        """Train to the end of the epoch, then pause."""
        self._step(Step(attempt=self._watch.attempt, epochs=1))

    def _step(self, request: Step) -> None:
        if self._watch.own is not None:
            self.notify(_OWN_LOOP, markup=False)
        elif self._watch.is_live:
            self._send(request)
        else:
            self.notify("This run has ended: there is no step to make.", markup=False)

    def action_fork(self) -> None:
        """Ask from where a new run is to go on, and with what; make it."""
        watch = self._watch
        if watch.own is not None or watch.recipe is None:
            said = "A loop of one's own saves no checkpoints here." if watch.own else watch.problem
            self.notify(said, severity="warning", markup=False)
        elif not saved_steps(watch.run):
            self.notify("This run has no checkpoint yet: there is nothing to go on from.", markup=False)
        else:
            screen = ForkScreen(watch.run, watch.recorded, watch.select_by, self._cursor_step())
            self.app.push_screen(screen, self._begin)

    def _begin(self, run: RunDir | None) -> None:
        if run is not None:
            self.post_message(WorkerRequested(run))

    def action_change(self) -> None:
        """Ask for a new value of a setting, and send it."""
        watch = self._watch
        if watch.own is not None:
            self.notify(_OWN_LOOP, markup=False)
            return
        if not watch.is_live or watch.recipe is None:
            self.notify("Only a run that trains can be changed.", markup=False)
            return

        def send(answer: tuple[str, float] | None) -> None:
            if answer is not None:
                setting, value = answer
                self._send(Change(attempt=watch.attempt, setting=setting, value=value))

        self.app.push_screen(ChangeScreen(in_force(watch.recipe, watch.history.edits)), send)

    def action_resume(self) -> None:
        """Let a run that has ended go on; one that has finished, for more epochs."""
        watch = self._watch
        if watch.more or watch.since is None:
            self.notify("The run's log is still being read.", markup=False)
            return
        try:
            check(watch.run, watch.recorded, watch.state, time.time())
        except NotResumable as error:
            self.notify(str(error), severity="warning", markup=False)
            return
        if watch.state == "paused":
            self._send(Continue(attempt=watch.attempt))
        elif watch.recipe is None:
            self.notify(watch.problem, severity="warning", markup=False)
        elif watch.state == "finished":
            self.app.push_screen(EpochsScreen(watch), self._resume_with)
        else:
            self.post_message(ResumeRequested(watch))

    def _resume_with(self, more: Change | None) -> None:
        if more is not None:
            self.post_message(ResumeRequested(self._watch, [more]))
