"""One run in a worker: make it ready, drive its loop, obey its control file, end it with an event."""

import os
import time
import traceback
from collections.abc import Generator, Iterable
from math import ceil
from time import perf_counter

import torch

from tui_trainer.core import liveness, rundir
from tui_trainer.core.architectures import num_outputs
from tui_trainer.core.control import Continue, ControlReader, Pace, Pause, Request, Stop
from tui_trainer.core.events import Phase, RunStarted
from tui_trainer.core.layers import num_parameters
from tui_trainer.core.rundir import RunDir
from tui_trainer.core.text import plain
from tui_trainer.training import numerics
from tui_trainer.training.assembly import RecipeRefused, Trainee, assemble
from tui_trainer.training.attempts import next_attempt
from tui_trainer.training.baselines import baselines
from tui_trainer.training.loop import SafePoint, train
from tui_trainer.training.numerics import DeviceNotAvailable
from tui_trainer.training.progress import DownloadProgress
from tui_trainer.training.recording import NotFinite, Recorder
from tui_trainer.training.step_losses import step_losses_on
from tui_trainer.training.stop_sign import StopSign
from tui_trainer.training.torchvision_sets import DataError

LOOK_S = 0.02
"""How often a run looks at its clock and its control file."""

CATCH_UP_S = 0.1
"""A run that fell behind its pace makes up for at most this much."""

MAX_REASON = 400
"""Characters of an exception's text that are recorded; all of it is in worker.log."""


class Stopped(Exception):
    """Somebody asked the run to end."""


def live(run: RunDir, stop_sign: StopSign) -> Generator[float, None, Phase]:
    """One attempt at ``run``, whose lock the caller holds, from the first event to the last.

    Yields when it wants to go on, in seconds of ``perf_counter``, and returns how it ended. Raises only what
    keeps the end itself from being recorded.
    """
    record = Recorder(run, next_attempt(run))
    try:
        yield from _Session(run, record, stop_sign).live()
    finally:
        record.close()
    return record.phase


class _Session:
    def __init__(self, run: RunDir, record: Recorder, stop_sign: StopSign) -> None:
        self._run = run
        self._record = record
        self._stop_sign = stop_sign
        self._control = ControlReader(run.control, record.attempt)
        self._trainee: Trainee | None = None
        self._look_at = 0.0
        self._is_paused = False
        self._updates_per_s: float | None = None
        self._next_update_at = 0.0
        self._download = DownloadProgress()

    def live(self) -> Generator[float, None, None]:
        try:
            yield from self._train()
        except Exception as error:
            self._fail(error)

    def _train(self) -> Generator[float, None, None]:
        record = self._record
        if record.attempt > 1:
            record.start_over()
        record.enter("loading")
        ended: Phase = "finished"
        try:
            trainee = self._trainee = self._made_ready()
            yield from self._drive(train(trainee, record))
        except Stopped:
            ended = "stopped"
        record.flush()
        if self._trainee is not None:
            epochs = record.step // self._trainee.steps_per_epoch
            record.summed_up(epochs, self._trainee.selection.best_step)
        record.enter(ended, self._why_early() if ended == "finished" else "")

    def _made_ready(self) -> Trainee:
        recipe = self._run.recipe()
        threads = numerics.num_threads(recipe.training.threads)
        torch.set_num_threads(threads)
        trainee = assemble(recipe, self._on_download)
        facts, record = trainee.facts, self._record
        computed_with = numerics.describe(
            trainee.device, threads, recipe.optimizer, trainee.data.content_hash
        )
        rundir.append_numerics(self._run, computed_with)
        record.started(
            RunStarted(
                attempt=record.attempt,
                elapsed_s=record.elapsed_s,
                name=recipe.name,
                task=facts.task,
                host=liveness.host(),
                boot_id=liveness.boot_id(),
                pid=os.getpid(),
                started_at=time.time(),
                classes=trainee.data.classes,
                target=facts.target,
                input_shape=facts.input_shape,
                num_train=len(trainee.data.train_x),
                num_validation=len(trainee.data.validation_x),
                num_test=len(trainee.data.test_x),
                parameters=num_parameters(trainee.table),
                steps_per_epoch=trainee.steps_per_epoch,
                planned_steps=trainee.planned_steps,
                baselines=baselines(
                    trainee.data, facts.task, recipe.loss, num_outputs(recipe, facts), trainee.criterion
                ),
                numerics=computed_with,
            ),
            step_losses_on(trainee.device),
        )
        return trainee

    def _on_download(self, done: int, total: int | None) -> None:
        """Say how far a download is; ``done`` and ``total`` are bytes of the file on its way."""
        self._look_if_due()
        if text := self._download.tell(done, total):
            self._record.note(text)

    # Driving the loop

    def _drive(self, training: Iterable[SafePoint]) -> Generator[float, None, None]:
        for point in training:
            self._look_if_due()
            if point == "step" and self._updates_per_s is not None:
                yield from self._keep_pace(self._updates_per_s)
            if self._is_paused:
                yield from self._pause()
            yield 0.0

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

    def _pause(self) -> Generator[float, None, None]:
        interrupted = self._record.phase
        self._record.enter("paused")
        while self._is_paused:
            yield perf_counter() + LOOK_S
            self._look_if_due()
        self._record.enter(interrupted)

    def _look_if_due(self) -> None:
        """Every LOOK_S: hear what is asked, write what is due. Raises Stopped or NotFinite."""
        now = perf_counter()
        if now < self._look_at:
            return
        self._look_at = now + LOOK_S
        if self._stop_sign.is_up:
            raise Stopped
        for request in self._control.poll():
            self._obey(request)
        self._record.tick()

    def _obey(self, request: Request) -> None:
        match request:
            case Stop():
                raise Stopped
            case Pause():
                self._is_paused = True
            case Continue():
                self._is_paused = False
            case Pace(updates_per_s=updates_per_s):
                pace = "full speed" if updates_per_s is None else f"{updates_per_s:.3g} updates a second"
                self._record.note(f"pace: {pace}")
                self._updates_per_s, self._next_update_at = updates_per_s, 0.0

    # The end

    def _why_early(self) -> str:
        assert self._trainee is not None
        stopping = self._trainee.recipe.regularization.early_stopping
        if stopping is None or self._record.step == self._trainee.planned_steps:
            return ""
        return (
            f"early stopping: validation {self._trainee.recipe.training.select_by} has not improved "
            f"in {stopping.patience} evaluations"
        )

    def _fail(self, error: Exception) -> None:
        try:
            self._record.flush()
        except NotFinite as earlier:
            error = earlier
        except (RuntimeError, OSError):  # the device or the disk is what failed: it keeps what it holds
            self._record.forget_unwritten_steps()
        reason = self._reason(error)
        with self._run.worker_log.open("a", encoding="utf-8", errors="backslashreplace") as log:
            if isinstance(error, NotFinite | RecipeRefused | DataError | DeviceNotAvailable):
                print(reason, file=log)
            else:
                traceback.print_exception(error, file=log)
        self._record.enter("failed", reason)

    def _reason(self, error: Exception) -> str:
        """One sentence about what went wrong, safe for a terminal."""
        match error:
            case NotFinite() if self._trainee is not None:
                epoch = ceil(error.step / self._trainee.steps_per_epoch)
                lr = self._trainee.recipe.optimizer.lr
                return f"{error} (epoch {epoch}): try a learning rate smaller than {lr:g}"
            case RecipeRefused() | DataError() | DeviceNotAvailable():
                return plain(str(error), limit=MAX_REASON)
            case _:
                return plain(f"{type(error).__name__}: {error}", limit=MAX_REASON)
