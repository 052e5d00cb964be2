"""One run in a worker: make it ready, drive its loop, obey its control file, end it with an event.

Where the disk takes no more, the training waits: see `_Session._wait_for_room`.
"""

import traceback
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import closing, suppress
from math import inf
from time import perf_counter

import torch

from tui_trainer.core import control, rundir
from tui_trainer.core.checkpoint_files import CheckpointRefused
from tui_trainer.core.control import (
    WHATEVER_ATTEMPT,
    Ask,
    Change,
    Continue,
    ControlReader,
    Pace,
    Pause,
    Request,
    Step,
    Stop,
)
from tui_trainer.core.edits import EditRefused, changed, value_of
from tui_trainer.core.events import EPOCHS, Edited, Phase
from tui_trainer.core.rundir import RunDir
from tui_trainer.core.text import plain
from tui_trainer.training import numerics
from tui_trainer.training.aside import Aside
from tui_trainer.training.assembly import Trainee, assemble
from tui_trainer.training.attempts import past
from tui_trainer.training.changes import change, check_epochs
from tui_trainer.training.inside.insight import Insight
from tui_trainer.training.introduction import introduction
from tui_trainer.training.keeping import newest_sound, restore
from tui_trainer.training.loop import SafePoint, train
from tui_trainer.training.progress import DownloadProgress
from tui_trainer.training.reasons import EXPECTED, MAX_REASON, NO_ROOM, in_words, why_early, why_failed
from tui_trainer.training.recording import RETRY_S, NotFinite, Recorder
from tui_trainer.training.saving import Saving
from tui_trainer.training.step_losses import step_losses_on
from tui_trainer.training.stop_sign import StopSign
from tui_trainer.training.threads import choose as threads_for

LOOK_S = 0.03
"""How often a run looks at its clock and its control file."""

CATCH_UP_S = 0.1
"""A run that fell behind its pace makes up for at most this much."""

EPOCH_IS_OVER = -inf
"""When a run wants to go on that has just ended an epoch: at once, but others may go first."""

_GIVEN_UP = "the disk took no more: what came after the last checkpoint is not recorded, resume makes it anew"


class Stopped(Exception):
    """Somebody asked the run to end."""


def live(run: RunDir, stop_sign: StopSign, limit_s: float | None = None) -> Generator[float, None, Phase]:
    """One attempt at ``run``, whose lock the caller holds, from the first event to the last.

    It finishes early when it has been active for ``limit_s``. Yields when it wants to go on, in seconds of
    ``perf_counter``, and returns how it ended. Raises only what keeps the end itself from being recorded.
    """
    before = past(run)
    record = Recorder(run, before.attempts + 1)
    session = _Session(run, record, stop_sign, before.edits, limit_s)
    try:
        with closing(session.live()) as turns:
            for due_at in turns:
                left_at = perf_counter()
                yield due_at
                if due_at <= left_at:  # it was others' turn, and not its own wish to wait
                    record.was_away(perf_counter() - left_at)
    finally:
        with suppress(Exception):  # whatever it is, the record is closed
            session.saving.settle()
        record.close()
    return record.phase


class _Session:
    def __init__(
        self,
        run: RunDir,
        record: Recorder,
        stop_sign: StopSign,
        edits: Sequence[Edited] = (),
        limit_s: float | None = None,
    ) -> None:
        self._run = run
        self._record = record
        self._stop_sign = stop_sign
        control.make_room(run)
        self._control = ControlReader(run.control, record.attempt)
        self._trainee: Trainee | None = None
        self._look_at = 0.0
        self._is_paused = False
        self._updates_per_s: float | None = None
        self._next_update_at = 0.0
        self._download = DownloadProgress()
        self.saving = Saving(run, record)
        self._insight = Insight(record)
        self._edits = edits
        """What earlier attempts changed."""
        self._changes: list[Change] = []
        """What is still to be changed."""
        self._pause_at: int | None = None
        self._failure = ""
        self._limit_s = limit_s

    def live(self) -> Generator[float, None, None]:
        try:
            yield from self._train()
        except Exception as error:
            self._fail(error)
        yield from self._until_told()

    def _train(self) -> Generator[float, None, None]:
        record = self._record
        record.enter("loading")
        ended: Phase = "finished"
        try:
            trainee = self._trainee = self._made_ready()
            self.saving.begin(trainee)
            self._insight.begin(trainee)
            while True:
                # Closed before its state is saved: a step or a test that was left half done leaves no trace.
                with closing(train(trainee, record)) as training:
                    yield from self._drive(trainee, training)
                record.flush()
                if not self._has_more_epochs(trainee):
                    break
            yield from self._save_the_last(trainee)
        except Stopped:
            ended = "stopped"
            record.enter("stopping")
            if self._trainee is not None:
                self.saving.save(self._trainee, waits=True)
        why = ""
        if self._trainee is not None:
            epochs = record.step // self._trainee.steps_per_epoch
            record.summed_up(epochs, self._trainee.selection.best_step)
            why = why_early(self._trainee, self._limit_s) if ended == "finished" else ""
        self._turn_down()
        record.enter(ended, why)

    def _has_more_epochs(self, trainee: Trainee) -> bool:
        """Whether more were asked for while the test split was read. Raises Stopped."""
        self._hear()
        self._make_changes(trainee)
        return self._record.step < trainee.planned_steps and not trainee.ends_early

    def _turn_down(self) -> None:
        """Say of changes that came too late that they were not made."""
        with suppress(Stopped):
            self._hear()
        for request in self._changes:
            if request.attempt != WHATEVER_ATTEMPT:
                text = f"not changed: {request.setting} = {request.value:g} came when the run had ended"
                if request.setting == EPOCHS:
                    text += f"; tui-trainer resume {self._run.id} --epochs {request.value:g} goes on"
                self._record.note(plain(text, limit=MAX_REASON))

    def _made_ready(self) -> Trainee:
        recipe, fixed = self._run.recipe(), self._run.numerics()
        threads = fixed.get("threads") or threads_for(recipe)
        torch.set_num_threads(threads)
        trainee = assemble(numerics.computed_as_before(recipe, fixed), self._on_download)
        record = self._record
        about_steps = self._compile(trainee) if fixed.get("compile", recipe.training.compile) else []
        computed_with = numerics.describe(
            trainee.device,
            threads,
            trainee.recipe,
            trainee.data.content_hash,
            is_compiled=trainee.compiled is not None,
        )
        rundir.append_numerics(self._run, computed_with)
        notes = about_steps + self._go_on(trainee, numerics.differences(fixed, computed_with))
        self._hear()
        self._make_changes(trainee)
        record.started(introduction(trainee, record, computed_with), step_losses_on(trainee.device))
        for text in notes:
            record.note(plain(text, limit=MAX_REASON))
        return trainee

    def _go_on(self, trainee: Trainee, different: Sequence[str]) -> list[str]:
        """From the newest sound checkpoint, if there is one; what is worth a remark.

        Raises CheckpointRefused when that is for another network.
        """
        state, notes = newest_sound(self._run)
        if state is None:
            if (parent := self._run.parent) is not None:
                notes.append(f"nothing is left to go on from: this run was {parent}")
                raise CheckpointRefused("; ".join(notes))
            if self._record.attempt > 1:
                self._record.start_over()
                notes.append("there is no checkpoint to go on from: it starts over")
            return notes
        restore(state, trainee)
        self._edits = [edit for edit in self._edits if edit.step <= state.step]
        for edit in self._edits:  # made after the checkpoint was, but at its very step
            if edit.step == state.step:
                change(trainee, edit.setting, edit.value)
        self._record.go_on_from(state.step, state.seconds)
        notes.append(f"goes on from step {state.step}")
        if different:
            notes.append(f"bits will differ from here on: {'; '.join(different)}")
        return notes

    def _compile(self, trainee: Trainee) -> list[str]:
        """Have ``trainee`` make compiled steps where that can be done; what came of it. Raises Stopped."""
        from tui_trainer.training.compiled import CompiledSteps, NotCompiled, compiling, told

        self._record.note("compiling the steps: half a minute or so, less the next time")
        work: Aside[CompiledSteps] = compiling(trainee)
        # No other run has its turn meanwhile: to compile resets the random numbers that their steps draw.
        while not work.is_done(LOOK_S):
            self._look_if_due()
        try:
            trainee.compiled = work.result()
        except NotCompiled as error:
            return [f"not compiled: {error}"]
        return [told(trainee.compiled)]

    def _on_download(self, done: int, total: int | None) -> None:
        """Say how far a download is; ``done`` and ``total`` are bytes of the file on its way."""
        self._look_if_due()
        if text := self._download.tell(done, total):
            self._record.note(text)

    # Driving the loop

    def _drive(self, trainee: Trainee, training: Iterable[SafePoint]) -> Generator[float, None, None]:
        trainee.free_until = self._next_word(trainee)
        for point in training:
            if point == "step" and self._record.step < trainee.free_until and perf_counter() < self._look_at:
                continue  # between two steps what one looks up costs more than what one does
            self._look_if_due()
            if point != "part":
                yield from self._between_steps(trainee)
            if point == "step" and self._updates_per_s is not None:
                yield from self._keep_pace(self._updates_per_s)
            if self._record.blocked:
                yield from self._wait_for_room(lambda: not self._record.blocked)
            if self._is_paused:
                yield from self._pause(trainee, is_between_steps=point != "part")
            trainee.free_until = self._next_word(trainee)
            yield EPOCH_IS_OVER if self._is_epoch_over(trainee, point) else 0.0

    def _is_epoch_over(self, trainee: Trainee, point: SafePoint) -> bool:
        step = self._record.step
        is_at_end = point != "part" and step % trainee.steps_per_epoch == 0
        return is_at_end and not trainee.is_evaluation_due(step)

    def _next_word(self, trainee: Trainee) -> float:
        """The next step after which something is to be done that is known already."""
        step = self._record.step
        if self._updates_per_s is not None or self._insight.probing.wants_one_step:
            return step + 1
        due = [request.at_step for request in self._changes if request.at_step > step]
        due += [
            step - step % every + every for every in (trainee.steps_per_epoch, trainee.steps_per_evaluation)
        ]
        return min([*due, trainee.planned_steps, self._pause_at or inf])

    def _between_steps(self, trainee: Trainee) -> Generator[float, None, None]:
        """What is done to a training when it stands still; after its evaluation, where one is due."""
        step = self._record.step
        if trainee.is_evaluation_due(step):
            return
        self._make_changes(trainee)
        if self._pause_at is not None and step >= self._pause_at:
            self._is_paused, self._pause_at = True, None
        self.saving.save_if_due(trainee)
        yield from self._look_inside(trainee)

    def _look_inside(self, trainee: Trainee, *, may_probe: bool = True) -> Generator[float, None, None]:
        """Let probes look, and answer what viewers ask."""
        for _ in self._insight.attend(trainee, may_probe=may_probe):
            yield 0.0
            self._look_if_due()

    def _keep_pace(self, updates_per_s: float) -> Generator[float, None, None]:
        began = now = perf_counter()
        self._next_update_at = max(self._next_update_at, began - CATCH_UP_S) + 1 / updates_per_s
        try:
            while now < self._next_update_at and not self._is_paused:
                yield min(self._next_update_at, now + LOOK_S)
                self._look_if_due()
                now = perf_counter()
        finally:
            self._record.paced_s += perf_counter() - began

    def _pause(self, trainee: Trainee, *, is_between_steps: bool) -> Generator[float, None, None]:
        interrupted = self._record.phase
        self._record.enter("paused")
        while self._is_paused:
            yield perf_counter() + LOOK_S
            self._look_if_due()
            if is_between_steps:
                self._make_changes(trainee)
            yield from self._look_inside(trainee, may_probe=is_between_steps)
        self._record.enter(interrupted)

    # A full disk

    def _wait_for_room(self, is_there: Callable[[], bool]) -> Generator[float, None, None]:
        """Pause until ``is_there``; nothing is lost meanwhile. Raises Stopped.

        It does so whatever the system calls the trouble: to wait costs nothing, and steps that went on would
        not be recorded. An I/O error, too, may be a thin volume that is full or a network drive that is away.
        """
        record, interrupted, began = self._record, self._record.phase, perf_counter()
        why = in_words(record.blocked) if record.blocked else self.saving.problem
        record.enter("paused", plain(f"{why}: training waits for room", limit=MAX_REASON))
        while not is_there():
            yield perf_counter() + LOOK_S
            self._look_if_due()
        record.enter(interrupted)
        record.note(plain(f"{why}: training waited {perf_counter() - began:.0f} s", limit=MAX_REASON))

    def _save_the_last(self, trainee: Trainee) -> Generator[float, None, None]:
        """The last weights are what it was trained for: where the disk is full they wait. Raises Stopped."""
        if self.saving.save(trainee, waits=True) not in NO_ROOM:
            return
        tried_at = perf_counter()

        def is_saved() -> bool:
            nonlocal tried_at
            if perf_counter() - tried_at < RETRY_S:
                return False
            tried_at = perf_counter()
            return self.saving.save(trainee, waits=True) not in NO_ROOM

        yield from self._wait_for_room(is_saved)

    def _until_told(self) -> Generator[float, None, None]:
        """Wait until the last words are written; who asked to stop does not wait for the disk."""
        record, phase = self._record, self._record.phase
        try:
            while record.blocked:
                if phase == "stopped":
                    raise Stopped
                yield perf_counter() + LOOK_S
                self._look_if_due()
        except Stopped:
            if self._failure:
                record.give_up_what_waits("failed", self._failure)
            else:
                record.give_up_what_waits("stopped", _GIVEN_UP)

    def _look_if_due(self) -> None:
        """Every LOOK_S: hear what is asked, write what is due. Raises Stopped or NotFinite."""
        now = perf_counter()
        if now < self._look_at:
            return
        self._look_at = now + LOOK_S
        self._hear()
        self._record.tick()
        if self._limit_s is not None and self._trainee and self._record.elapsed_s >= self._limit_s:
            self._trainee.is_out_of_time = True

    def _hear(self) -> None:
        """Raises Stopped."""
        if self._stop_sign.is_up:
            raise Stopped
        for request in self._control.poll():
            self._obey(request)

    def _obey(self, request: Request) -> None:
        match request:
            case Stop():
                raise Stopped
            case Pause():
                self._is_paused, self._pause_at = True, None
            case Continue():
                self._is_paused, self._pause_at = False, None
            case Pace(updates_per_s=updates_per_s):
                pace = "full speed" if updates_per_s is None else f"{updates_per_s:.3g} updates a second"
                self._record.note(f"pace: {pace}")
                self._updates_per_s, self._next_update_at = updates_per_s, 0.0
            case Step():
                self._go_on_for(request)
            case Change():
                self._changes.append(request)
            case Ask():
                self._insight.ask(request)

    def _go_on_for(self, request: Step) -> None:
        if self._trainee is not None:
            per_epoch, step = self._trainee.steps_per_epoch, self._record.step
            to_epoch = (step // per_epoch + request.epochs) * per_epoch if request.epochs else step
            self._pause_at, self._is_paused = to_epoch + request.batches, False

    def _make_changes(self, trainee: Trainee) -> None:
        """Change what it is time to change; with a checkpoint, so that no resumed run goes on without it."""
        if not self._changes or trainee.is_evaluation_due(self._record.step):
            return
        step = self._record.step
        due = [request for request in self._changes if request.at_step <= step]
        self._changes = [request for request in self._changes if request.at_step > step]
        for request in due:
            is_planned = request.attempt == WHATEVER_ATTEMPT
            if not (is_planned and self._was_made(request, step)):
                self._change(trainee, request.setting, request.value)

    def _was_made(self, request: Change, step: int) -> bool:
        """Whether an earlier attempt has made a change that was planned."""
        made = [(edit.setting, edit.value) for edit in self._edits if edit.step == step]
        return request.at_step < step or (request.setting, request.value) in made

    def _change(self, trainee: Trainee, setting: str, value: float) -> None:
        before, step = value_of(trainee.recipe, setting), self._record.step
        try:
            if setting == EPOCHS:
                check_epochs(trainee, value, step)
            changed(trainee.recipe, setting, value)
        except EditRefused as error:
            self._record.note(plain(f"not changed: {error}", limit=MAX_REASON))
            return
        self._record.edited(setting, before, value)
        change(trainee, setting, value)
        if trainee.compiled and not trainee.compiled.has_penalties:
            self._record.note("steps are not compiled from here on: the graph has no such penalty")
        self.saving.save(trainee)

    # The end

    def _fail(self, error: Exception) -> None:
        with suppress(Exception):  # the first failure is the one to tell
            self.saving.settle()
        try:
            self._record.flush()
        except NotFinite as earlier:
            error = earlier
        except (RuntimeError, OSError):  # the device or the disk is what failed: it keeps what it holds
            self._record.forget_unwritten_steps()
        if isinstance(error, NotFinite) and self._trainee is not None:
            self._insight.probing.look_at_what_is_lost(self._trainee)
        reason = why_failed(error, self._trainee)
        with (
            suppress(OSError),
            self._run.worker_log.open("a", encoding="utf-8", errors="backslashreplace") as log,
        ):
            if isinstance(error, EXPECTED):
                print(reason, file=log)
            else:
                traceback.print_exception(error, file=log)
        self._failure = reason
        self._record.enter("failed", reason)
