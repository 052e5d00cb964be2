"""One run as a screen follows it: its log read bit by bit, its state judged, or its replay."""

import math
import time
from collections import deque
from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from tui_trainer.core import liveness, rules
from tui_trainer.core.architectures import layer_table
from tui_trainer.core.control import ControlReader, Pace
from tui_trainer.core.events import AnyEvent, Evaluated, Predictions, Split
from tui_trainer.core.facts import facts
from tui_trainer.core.history import History
from tui_trainer.core.layers import Layer
from tui_trainer.core.liveness import ENDS, Ear, State
from tui_trainer.core.metrics import headline_of, own_select_by
from tui_trainer.core.outline import Outline
from tui_trainer.core.own_record import OwnLoop
from tui_trainer.core.parentage import Parent
from tui_trainer.core.recipe import Recipe
from tui_trainer.core.repeating import changes_of
from tui_trainer.core.replay import Replay
from tui_trainer.core.rundir import RunDir
from tui_trainer.core.runlog import LogReader, RunLogError, read_at
from tui_trainer.core.sharing import command_line
from tui_trainer.core.text import plain

_LOG_TAIL = 128 * 1024
_LONGEST_REPLAY_S = 60.0

Values = NDArray[np.float32]


class Watch:
    """Follows a run. It reads files, never writes any, and no damage in them stops it."""

    def __init__(self, run: RunDir) -> None:
        self.run = run
        self.recipe: Recipe | None = None
        self.own: OwnLoop | None = None
        """What a loop of one's own recorded in place of a recipe."""
        self.problem = ""
        """Why the recipe or the log cannot be read."""
        self.notes: tuple[str, ...] = ()
        """What this version does not know of the recipe."""
        self.layers: tuple[Layer, ...] = ()
        self.state: State = "starting"
        self.said = "starting"
        """The state in words."""
        self.since: float | None = None
        """When it was found in that state, in seconds of a clock that nobody sets."""
        self.attempt = 1
        """Which start of the worker requests are for."""
        self.updates_per_s: float | None = None
        """The pace a viewer asked for."""
        self.more = True
        """Whether there is more to be read at once."""
        self.is_playing = False
        """Whether a replay goes on by itself."""
        self._live = History()
        self._reader = LogReader(run.events)
        self._ear = Ear(run)
        self._ahead: deque[AnyEvent] = deque()
        """Events that were read but not taken in yet."""
        self._has_more = True
        self._control: ControlReader | None = None
        self._control_attempt = 0
        self._awaited = 0
        """The attempt that was begun here and has said nothing yet."""
        self._awaited_lives: Callable[[], bool] = bool
        self._awaited_was_gone = False
        self._replay: Replay | None = None
        self.parent: Parent | None = None
        """What it goes on from, where it is a fork."""
        self.outline: Outline | None = None
        """What the parent came to after the fork, as long as it is there."""
        self._read_recipe()

    @property
    def history(self) -> History:
        """What is to be shown: the run, or its replay so far."""
        return self._replay.history if self._replay else self._live

    @property
    def recorded(self) -> History:
        """All that is known of the run, whatever is shown."""
        return self._live

    @property
    def is_replay(self) -> bool:
        """Whether the run is being told once more."""
        return self._replay is not None

    @property
    def is_live(self) -> bool:
        """Whether the run may still go on."""
        return self.state not in ENDS

    @property
    def name(self) -> str:
        """The run's name, safe for a terminal."""
        started = self._live.started
        recorded = self.recipe or self.own
        return plain(started.name if started else recorded.name if recorded else self.run.id, limit=40)

    @property
    def headline(self) -> str:
        """The metric people ask for first."""
        started = self.history.started
        return headline_of(started.task if started else None, self.history.metrics())

    @property
    def main_metric(self) -> str:
        """What the first chart shows: the loss, unless a loop of one's own has none."""
        names = self.history.metrics()
        return "loss" if self.own is None or not names else names[0]

    @property
    def select_by(self) -> str:
        """The validation metric that chooses the best."""
        if self.own is not None:
            return own_select_by(self.history.validated())
        return self.recipe.training.select_by if self.recipe else "loss"

    @property
    def is_regression(self) -> bool:
        """Whether numbers are predicted, not classes."""
        started = self.history.started
        if started:
            return started.task == "regression"
        return self.recipe is not None and facts(self.recipe.data).task == "regression"

    @property
    def classes(self) -> list[str]:
        """Class names, safe for a terminal."""
        started = self.history.started
        return [plain(name, limit=40) for name in started.classes] if started else []

    @property
    def refused(self) -> str:
        """Why the recipe cannot be trained, in a sentence; empty when it can."""
        if self.recipe is None:
            return ""
        findings = rules.check(self.recipe, facts(self.recipe.data))
        return next((found.reason for found in findings if found.severity == "refused"), "")

    @property
    def command(self) -> str:
        """The command line that repeats the run; empty when its recipe cannot be read."""
        return plain(command_line(self.recipe, changes_of(self.run, self._live))) if self.recipe else ""

    # Reading

    def read_new(self, max_seconds: float = 0.03) -> bool:
        """Read what the run said since and take it in, for about so long; whether that was anything."""
        deadline = time.monotonic() + max_seconds
        found = self._read(max_seconds / 2) if not self._ahead else False
        while self._ahead:
            try:
                self._live.apply(self._ahead.popleft())
            except ValueError as error:  # whole, but not what an event of its kind holds
                self.problem = plain(f"an event of the log makes no sense: {error}", limit=200)
            found = True
            if time.monotonic() >= deadline:
                break
        self.more = self._has_more or bool(self._ahead)
        if self.outline is not None and not self.more:
            found |= self.outline.read_new()
        return found

    def _read(self, max_seconds: float) -> bool:
        """Read on for about so long; whether there was damage."""
        try:
            batch = self._reader.read_new(max_seconds=max_seconds)
        except RunLogError as error:
            self._has_more, self.problem = False, plain(str(error))
            return False
        self._has_more = batch.more
        self._ahead.extend(batch.events)
        self._live.miss(batch)
        return bool(batch.damage)

    @property
    def share_read(self) -> float:
        """How much of the log has been read: 0 to 1."""
        return self._reader.offset / self._reader.size if self._reader.size else 0.0

    def judge(self, now: float) -> bool:
        """Find out the state at ``now`` (Unix time); whether it is another than before."""
        if self.more:
            return False
        try:
            signs = liveness.read_signs(self.run, self._live, now, self._ear)
            state, self.said = liveness.judge(signs), liveness.in_words(signs, self._live)
            self.attempt = signs.attempt
        except OSError as error:
            self.problem = plain(f"the run's folder cannot be read: {error.strerror}")
            state = self.said = "unknown"
        if self._is_awaited():
            self.attempt, state, self.said = self._awaited, "starting", "starting"
        self._hear_requests()
        if state == self.state and self.since is not None:
            return False
        self.state, self.since = state, time.monotonic()
        return True

    def waited_s(self, now: float) -> float:
        """How long it has been in its state; a first worker starts when the run is made."""
        if self.state == "starting" and not self._live.attempt:
            return self._ear.age_s(now)
        return time.monotonic() - self.since if self.since is not None else 0.0

    def expect(self, attempt: int, lives: Callable[[], bool]) -> None:
        """The run is starting until a worker begun for ``attempt`` speaks, or no longer ``lives``."""
        self.stop_replay()
        self._awaited, self._awaited_lives, self._awaited_was_gone = attempt, lives, False
        self.attempt, self.problem, self.state, self.said = attempt, "", "starting", "starting"

    def _is_awaited(self) -> bool:
        if not self._awaited or self._live.attempt >= self._awaited:
            self._awaited = 0
        elif self._awaited_was_gone:
            self._awaited = 0
            self.problem = "its new worker ended without a word: 4 shows what it printed last"
        else:  # its last words may have come since the log was read: they are, before it is given up
            self._awaited_was_gone = not self._awaited_lives()
        return self._awaited > 0

    def _hear_requests(self) -> None:
        """The pace is the last one asked for of this attempt, by whichever viewer."""
        if self._control is None or self._control_attempt != self.attempt:
            self._control_attempt = self.attempt
            self._control = ControlReader(self.run.control, self.attempt)
            self.updates_per_s = None
        for request in self._control.poll():
            if isinstance(request, Pace):
                self.updates_per_s = request.updates_per_s

    def _read_recipe(self) -> None:
        try:
            self.own = self.run.own_loop()
            if self.own is not None:
                return
            self.parent, parent_run = self.run.parent, self.run.parent_run
            if self.parent is not None and parent_run is not None:
                self.outline = Outline(parent_run, self.parent.step)
            self.recipe, self.notes = self.run.recipe(), self.run.recipe_notes()
            self.layers = layer_table(self.recipe, facts(self.recipe.data))
        except (OSError, ValueError) as error:
            self.problem = plain(f"the recorded recipe cannot be read: {error}", limit=300)

    def log_tail(self) -> list[str]:
        """The last lines of what the worker printed, safe for a terminal; progress bars as they ended."""
        try:
            with self.run.worker_log.open("rb") as file:
                size = file.seek(0, 2)
                file.seek(max(0, size - _LOG_TAIL))
                data = file.read(_LOG_TAIL)
        except OSError:
            return []
        lines = data.decode("utf-8", "replace").split("\n")
        if size > _LOG_TAIL:
            lines = lines[1:]
        shown = deque(plain(line.rstrip("\r").rpartition("\r")[2].rstrip(), limit=500) for line in lines)
        while shown and not shown[-1]:
            shown.pop()
        return list(shown)

    # What was measured

    def evaluation(self, split: Split, step: float | None = None) -> Evaluated | None:
        """The latest evaluation of a split, or the one that held at ``step``.

        A loop of one's own may evaluate often and record a confusion matrix now and then: one with a matrix
        goes first.
        """
        if split == "test":
            return self.history.chosen.get("test")
        at = math.floor(self.history.step if step is None else step)
        return self.history.confusion_at(split, at) or self.history.evaluation_at(split, at)

    def predictions(self, evaluation: Evaluated) -> tuple[Values, Values] | None:
        """Actual and predicted targets (n,) of an evaluation, where they were recorded and can be read."""
        if evaluation.predictions is None:
            return None
        return _predictions(self.run, evaluation.predictions)

    # Replay

    def play(self) -> None:
        """Begin a replay, or go on with it, or halt it."""
        if self._replay is None:
            self._replay = Replay(self.run.events)
            self.is_playing = True
            self.advance(0.0)
        else:
            self.is_playing = not self.is_playing

    def stop_replay(self) -> None:
        """Show the run as it ended."""
        self._replay, self.is_playing = None, False

    def advance(self, seconds: float) -> bool:
        """Let a replay go on for so long; whether there was anything to tell. At its end the run is shown."""
        if self._replay is None or not self.is_playing:
            return False
        live = self._live
        epochs_per_s = max(1.0, live.epoch_of(live.step) / _LONGEST_REPLAY_S)
        try:
            self._replay.advance(seconds * epochs_per_s * live.steps_per_epoch)
        except RunLogError as error:
            self.problem = plain(str(error))
            self.stop_replay()
            return True
        if self._replay.over:
            self.stop_replay()
        return True


@lru_cache(maxsize=8)
def _predictions(run: RunDir, offset: int) -> tuple[Values, Values] | None:
    try:
        event = read_at(run.pictures, offset)
    except RunLogError:
        return None
    if not isinstance(event, Predictions):
        return None
    if len(event.actual) != len(event.predicted) or len(event.actual) % 4:
        return None
    return np.frombuffer(event.actual, "<f4"), np.frombuffer(event.predicted, "<f4")


def counts_of(evaluation: Evaluated) -> NDArray[np.int64] | None:
    """The confusion matrix (C, C) of an evaluation, if it recorded one."""
    rows = evaluation.confusion
    if not rows or any(len(row) != len(rows) for row in rows):
        return None
    return np.asarray(rows, np.int64)
