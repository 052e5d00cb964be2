"""``Run``: what a training loop of one's own calls, to be seen like any other run."""

import atexit
import os
import sys
import time
import traceback
from collections.abc import Mapping, Sequence
from contextlib import suppress
from threading import Lock
from time import perf_counter
from types import TracebackType
from typing import Any, Self

from tui_trainer.core import liveness, rundir
from tui_trainer.core.control import Continue, ControlReader, Pause, Stop
from tui_trainer.core.events import (
    Evaluated,
    Event,
    FactsTold,
    Heartbeat,
    Note,
    Phase,
    PhaseChanged,
    RunStarted,
    Steps,
)
from tui_trainer.core.lock import WorkerLock
from tui_trainer.core.own_log import Block, Rows, counts_of, float32, not_finite
from tui_trainer.core.rundir import RunDir
from tui_trainer.core.runlog import LogWriter
from tui_trainer.core.spool import Spool
from tui_trainer.core.text import plain

FLUSH_S = 0.5
"""How often values go to the log. A write takes 0.2 ms, and a loop without any was faster by more than that:
it seems to leave cold caches to the next steps. So there are few.
"""
HEARTBEAT_S = 1.0
"""The longest silence while the loop calls anything here."""
MAX_ROWS = 4096
"""No more wait for a flush: a loop that does nothing else logs a million in two of them."""
LOOK_S = 0.25
"""How often ``should_stop`` looks for requests; a paused loop, too."""
CLOCK_S, MAX_SKIPPED = 0.02, 40
"""The clock is looked at about every 20 ms, and at least once in 41 calls: between two steps of a net, when
all of it has gone from the caches, reading it costs as much as all else here.
"""

_ATTEMPT = 1
_MAX_STEP = 2**53
_MAX_REASON = 400
_MAX_REMARKS = 50


class Run:
    """A run that a loop of one's own logs, for the app and every command to show.

    ::

        with Run("my net", config={"lr": 0.1}) as run:
            for step, (x, y) in enumerate(batches, 1):
                ...
                run.log(step, loss=loss.item())
                if run.should_stop:
                    break

    Leaving the ``with`` marks the run as finished (stopped, where ``should_stop`` was True), an exception as
    failed; a process that ends without either has crashed. Without ``with``, call ``close``.

    Nothing here raises, or waits for a viewer: what cannot be recorded is said once on stderr and, where
    that is possible, in the run, and the loop goes on. One process logs a run: a fork of it logs nothing.
    """

    def __init__(
        self,
        name: str = "run",
        config: object = None,
        *,
        classes: Sequence[str] = (),
        steps_per_epoch: int = 0,
        total_steps: int = 0,
    ) -> None:
        """``config`` (a mapping, namespace or data class) is kept as it is, to be read beside the curves.

        ``classes`` name the rows of confusion matrices. With ``steps_per_epoch``, or an ``epoch=`` in `log`,
        x is told in epochs too; with ``total_steps`` there is an ETA.
        """
        self.dir: RunDir | None = None
        """Where it is recorded; None where it cannot be."""
        self._rows = Rows()
        self._flush_at = self._look_at = 0.0  # the first value is worth telling at once
        self._calls_left = self._calls_skipped = 0
        self._began = self._clock = perf_counter()
        self._paused_s = 0.0
        self._step = -1
        self._is_open = True
        self._is_paused = self._is_stop_asked = self._has_looked = False
        self._first_epoch: tuple[int, float] | None = None
        self._steps_per_epoch = 0
        self._classes: tuple[str, ...] = ()
        self._remarks: set[str] = set()
        self._log: LogWriter | None = None
        self._spool: Spool | None = None
        self._lock: WorkerLock | None = None
        self._control: ControlReader | None = None
        self._flushing = Lock()
        self._pid = os.getpid()
        try:
            self._open(str(name), config, classes, _count(steps_per_epoch), _count(total_steps))
        except Exception as error:
            self._log = self._spool = None
            self._remark("open", f"this run is not recorded: {error}")
        atexit.register(self._last_words)

    # What a loop says

    def log(
        self,
        step: int | None = None,
        metrics: Mapping[str, float] | None = None,
        *,
        epoch: float | None = None,
        **named: float,
    ) -> None:
        """Record values at ``step``; without one, at the step after the last.

        ``loss=`` and whatever else is of the step itself. ``val_loss=`` (or ``loss_val``, ``val/loss``) is of
        the validation split, and so with ``train_`` and ``test_``: what was measured over a split. Values are
        numbers, or tensors and arrays of one, which are read at once: on a GPU that waits for it.
        """
        if self._log is None:
            return
        # Between two steps of a net all of this has gone from the caches: what is looked up costs, not what
        # is computed.
        try:
            if metrics is not None:
                named = {**{str(name): value for name, value in metrics.items()}, **named}
            if type(step) is not int or not self._step < step < _MAX_STEP:
                step = self._checked(step)
            self._step = step
            for value in named.values():
                if type(value) is not float:
                    named = self._floats(named)
                    break
            self._rows.extend((step, named))
            if epoch is not None and not self._steps_per_epoch:
                self._learn_epoch(step, float(epoch))
            self._calls_left -= 1
            if self._calls_left < 0:
                self._look()
        except Exception as error:
            self._remark(f"log {type(error).__name__}", f"log: {error}")

    def confusion(self, step: int, matrix: Any, classes: Sequence[str] | None = None) -> None:
        """Record the confusion matrix of validation at ``step``.

        ``matrix``: (C, C) counts as lists, an array or a tensor; rows are the true class, columns what it
        was taken for. ``classes``: C names, needed once at most.
        """
        if self._log is None:
            return
        try:
            counts = counts_of(matrix)
            step = self._whole(step)
            names = tuple(str(name) for name in classes) if classes is not None else self._classes
            if names != self._classes:
                self._classes = names
                self._tell(FactsTold(**self._now(), classes=[plain(name, limit=100) for name in names]))
            self._flush()
            self._tell(
                Evaluated(
                    **self._now(),
                    step=step,
                    split="validation",
                    num_samples=sum(map(sum, counts)),
                    metrics={},
                    confusion=counts,
                )
            )
            self._flush()
        except Exception as error:
            self._remark(f"confusion {type(error).__name__}", f"confusion: {error}")

    @property
    def should_stop(self) -> bool:
        """Whether a viewer asked the run to stop. While it is paused, this waits until it is to go on.

        Asking costs next to nothing: requests are looked for four times a second.
        """
        self._has_looked = True
        self._calls_left -= 1
        if self._calls_left < 0 and self._log is not None:
            try:
                self._look()
                if self._is_paused and not self._is_stop_asked:
                    self._wait()
            except Exception as error:
                self._remark("should_stop", f"requests cannot be read: {error}")
        return self._is_stop_asked

    def close(self) -> None:
        """Mark the run as finished, or stopped where that was asked. More than once does nothing more."""
        was_told = self._is_stop_asked and self._has_looked
        self._end("stopped" if was_told else "finished", "")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, KeyboardInterrupt):
            self._end("stopped", "interrupted from the keyboard")
        elif error is None or (isinstance(error, SystemExit) and not error.code):
            self.close()
        else:
            self._keep_traceback(error)
            self._end("failed", plain(f"{type(error).__name__}: {error}", limit=_MAX_REASON))

    # Beginning and end

    def _open(
        self, name: str, config: object, classes: Sequence[str], steps_per_epoch: int, total_steps: int
    ) -> None:
        try:
            run = rundir.create_own(name, config)
        except TypeError as error:
            self._remark("config", f"the config is not kept: {error}")
            run = rundir.create_own(name, None)
        self._lock = WorkerLock(run.lock)
        self._lock.acquire()
        self._log = LogWriter(run.events)
        self._spool = Spool(self._log)
        run.control.touch(0o600)  # finding it empty is cheaper than finding it missing, which is an exception
        self._control = ControlReader(run.control, _ATTEMPT)
        self.dir = run
        self._classes = tuple(str(each) for each in classes)
        self._steps_per_epoch = steps_per_epoch
        self._began = perf_counter()
        self._tell(
            RunStarted(
                **self._now(),
                name=plain(name, limit=200),
                task="any",
                host=liveness.host(),
                boot_id=liveness.boot_id(),
                pid=self._pid,
                started_at=time.time(),
                classes=[plain(each, limit=100) for each in self._classes],
                steps_per_epoch=steps_per_epoch,
                planned_steps=total_steps,
            )
        )
        self._tell(PhaseChanged(**self._now(), phase="training"))
        self._write()

    def _end(self, phase: Phase, reason: str) -> None:
        if not self._is_open:
            return
        self._is_open = False
        atexit.unregister(self._last_words)
        if self._log is None or os.getpid() != self._pid:
            return
        try:
            self._flush()
            self._tell(PhaseChanged(**self._now(), phase=phase, step=max(0, self._step), reason=reason))
            self._write()
            with suppress(OSError):
                self._log.sync()
            self._log.close()
        except Exception as error:
            self._remark("end", f"the end of this run is not recorded: {error}")
        self._log = self._spool = None
        if self._lock is not None:
            self._lock.release()

    def _last_words(self) -> None:
        """The process ends, and nobody closed the run: what was logged is kept, that it ended is not said."""
        try:
            self._flush()
        except Exception as error:
            self._remark("end", f"what was logged last is not recorded: {error}")

    def _keep_traceback(self, error: BaseException) -> None:
        """Where a worker's would be: the app shows it, and ``logs`` prints it."""
        if self.dir is None or os.getpid() != self._pid:
            return
        with suppress(OSError), self.dir.worker_log.open("a", encoding="utf-8", errors="replace") as file:
            file.writelines(traceback.format_exception(error))

    # Values

    def _floats(self, named: Mapping[str, Any]) -> dict[str, float]:
        """The values that are numbers; what is none is said once. None means that there is no value."""
        numbers = {}
        for name, value in named.items():
            if value is None:
                continue
            try:
                numbers[name] = float(value)
            except Exception:
                kind = type(value).__name__
                self._remark(f"type {name}", f"{name} is no number but a {kind}: it is left out")
        return numbers

    def _whole(self, step: Any) -> int:
        """``step`` as a whole number. Raises ValueError or TypeError."""
        if step is None:
            return self._step + 1
        number: int = int(step)
        if number != step or not 0 <= number < _MAX_STEP:
            raise ValueError(f"a step is a whole number from 0 on, not {step!r}")
        return number

    def _checked(self, step: Any) -> int:
        """A step that is not simply above the last one. Raises as `_whole` does."""
        number = self._whole(step)
        if number < self._step:
            self._remark(
                "back",
                f"the step went back from {self._step:,} to {number:,}, over what was logged there. "
                "Steps are the x of every chart: count them on over epochs",
            )
        return number

    def _learn_epoch(self, step: int, epoch: float) -> None:
        """How many steps make an epoch, as soon as one has passed."""
        if self._first_epoch is None:
            self._first_epoch = (step, epoch)
        first_step, first_epoch = self._first_epoch
        if epoch >= first_epoch + 1 and step > first_step:
            self._steps_per_epoch = max(1, round((step - first_step) / (epoch - first_epoch)))
            self._tell(FactsTold(**self._now(), steps_per_epoch=self._steps_per_epoch))

    # Time and requests

    def _look(self) -> None:
        """Look at the clock, do what is due, and reckon how many calls may go by before the next look."""
        now = perf_counter()
        calls_a_second = (self._calls_skipped + 1) / max(now - self._clock, 1e-9)
        self._calls_left = self._calls_skipped = min(MAX_SKIPPED, int(CLOCK_S * calls_a_second))
        self._clock = now
        if self._has_looked and now >= self._look_at:
            self._hear()
        if now >= self._flush_at or len(self._rows) >= 2 * MAX_ROWS:
            self._flush()
        if self._is_paused:
            self._calls_left = 0  # should_stop is to wait as soon as it is asked

    def _hear(self) -> None:
        self._look_at = perf_counter() + LOOK_S
        for request in self._control.poll() if self._control else ():
            match request:
                case Stop():
                    self._is_stop_asked = True
                case Pause():
                    self._is_paused = True
                case Continue():
                    self._is_paused = False

    def _wait(self) -> None:
        """Until the run is to go on, or to stop."""
        self._flush()
        began = perf_counter()
        self._enter("paused")
        while self._is_paused and not self._is_stop_asked:
            time.sleep(LOOK_S)
            self._paused_s += perf_counter() - began
            began = perf_counter()
            self._hear()
            self._flush()
        self._enter("training")

    def _enter(self, phase: Phase) -> None:
        self._tell(PhaseChanged(**self._now(), phase=phase, step=max(0, self._step)))
        self._write()

    # The log

    def _now(self) -> dict[str, Any]:
        """What every event says."""
        return {"attempt": _ATTEMPT, "elapsed_s": perf_counter() - self._began - self._paused_s}

    def _flush(self) -> None:
        """Write what was logged since the last time; a fork and a second thread leave that to the first."""
        if self._spool is None or not self._flushing.acquire(blocking=False):
            return
        try:
            now = perf_counter()
            self._flush_at = now + FLUSH_S
            if os.getpid() != self._pid:
                return
            for block in self._rows.take():
                for name, value, step in not_finite(block):
                    self._remark(f"finite {name}", f"{name} became {value} at step {step:,}")
                self._tell(self._event_of(block))
            if not self._spool and now - self._spool.spoke_at >= HEARTBEAT_S:
                self._tell(Heartbeat(**self._now(), step=max(0, self._step)))
            if not self._has_looked and self._requested():
                self._remark("deaf", "it is asked to stop or to pause, but its loop never asks should_stop")
            self._write()
        finally:
            self._flushing.release()

    def _event_of(self, block: Block) -> Event:
        if block.split is None or block.length > 1:
            metrics = {metric: float32(values) for metric, values in block.metrics.items()}
            return Steps(**self._now(), first_step=block.first_step, metrics=metrics, split=block.split)
        return Evaluated(
            **self._now(),
            step=block.first_step,
            split=block.split,
            num_samples=0,
            metrics={metric: values[0] for metric, values in block.metrics.items()},
            weights="best" if block.split == "test" else "last",
        )

    def _requested(self) -> bool:
        self._hear()
        return self._is_stop_asked or self._is_paused

    def _tell(self, event: Event) -> None:
        """Have an event written, in its turn."""
        try:
            if self._spool is not None and not self._spool.add(event):
                self._remark("lost", "too much waits to be written: values are lost")
        except ValueError as error:
            self._remark("no event", str(error))

    def _write(self) -> None:
        """Write what is to be told, as far as the disk takes it."""
        try:
            if self._spool is not None:
                self._spool.write()
        except OSError as error:
            path = self.dir.path if self.dir else ""
            self._remark("disk", f"{path} cannot be written to ({error.strerror}): values wait in memory")

    def _remark(self, about: str, text: str) -> None:
        """Say something once: on stderr, and in the run."""
        if about in self._remarks or len(self._remarks) >= _MAX_REMARKS:
            return
        self._remarks.add(about)
        text = plain(text, limit=_MAX_REASON)
        with suppress(OSError, ValueError, AttributeError):  # a stderr that is closed, full or None
            print(f"tui-trainer: {text}", file=sys.stderr)
        if self._spool is not None:
            self._tell(Note(**self._now(), step=max(0, self._step), text=text))


def _count(number: Any) -> int:
    """A number of steps; 0, for unknown, for what is none."""
    try:
        return min(max(0, int(number)), _MAX_STEP)
    except (TypeError, ValueError, OverflowError):
        return 0
