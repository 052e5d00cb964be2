"""What a screen asks of the run that it shows, a batch, an epoch or a setting at a time."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen, Screen
from textual.widgets import Input, Static

from tui_trainer.core import control
from tui_trainer.core.checkpoint_files import saved_steps
from tui_trainer.core.control import Change, Request, Step
from tui_trainer.core.edits import LIVE_SETTINGS, EditRefused, changed, in_force, parse, value_of
from tui_trainer.core.recipe import Recipe
from tui_trainer.core.rundir import RunDir
from tui_trainer.core.text import plain
from tui_trainer.tui import keys
from tui_trainer.tui.messages import WorkerRequested
from tui_trainer.tui.screens.fork import ForkScreen
from tui_trainer.tui.watch import Watch


class ChangeScreen(ModalScreen[tuple[str, float] | None]):
    """One line to type a new value into; dismissed with the setting and the value, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [*keys.bindings(keys.CHANGE)]
    DEFAULT_CSS = """
    ChangeScreen {
        align: center bottom;
        background: transparent;
        #change { height: auto; padding: 0 1; background: $panel; }
        #change Static { height: auto; }
    }
    """

    def __init__(self, recipe: Recipe) -> None:
        super().__init__()
        self._recipe = recipe

    def compose(self) -> ComposeResult:
        """What may change and how it stands; the line."""
        now = [
            f"{name.lower()} {value:g}"
            for key, name in LIVE_SETTINGS.items()
            if (value := value_of(self._recipe, key)) is not None
        ]
        with Vertical(id="change"):
            yield Static(f"now: {', '.join(now)}", markup=False, id="now")
            yield Input(placeholder="a new learning rate, or momentum 0.9, l2 0.001, epochs 40", compact=True)

    def on_mount(self) -> None:
        """Nothing on screen moves by itself."""
        self.query_one(Input).cursor_blink = False

    @on(Input.Submitted)
    def _submit(self, event: Input.Submitted) -> None:
        try:
            key, value = parse(event.value)
            changed(self._recipe, key, value)
        except EditRefused as error:
            self.query_one("#now", Static).update(plain(str(error)))
        else:
            self.dismiss((key, value))


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
        if self._watch.is_live:
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
        if not watch.is_live or watch.recipe is None:
            self.notify("Only a run that trains can be changed.", markup=False)
            return

        def send(answer: tuple[str, float] | None) -> None:
            if answer is not None:
                setting, value = answer
                self._send(Change(attempt=watch.attempt, setting=setting, value=value))

        self.app.push_screen(ChangeScreen(in_force(watch.recipe, watch.history.edits)), send)
