"""``stop``, ``pause`` and ``resume``: a run that trains by itself, from the command line."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tui_trainer.cli.choosing import environment
from tui_trainer.cli.output import say, warn
from tui_trainer.cli.selecting import find_run, recorded_recipe, run_argument
from tui_trainer.core.text import plain

if TYPE_CHECKING:
    from tui_trainer.cli.following import Told
    from tui_trainer.core.liveness import State
    from tui_trainer.core.rundir import RunDir

_LOOK_S = 0.05
_ANSWER_S = 10.0
"""A worker looks every 20 ms, and in a long step when that is over."""


@click.command()
@run_argument
def stop(run: str) -> int:
    """End a run cleanly; what it recorded stays, and it can be resumed."""
    from tui_trainer.core import control, liveness

    chosen, told = _read(run)
    name, state = plain(chosen.id), _state(chosen, told)
    if not _is_live(state):
        raise click.UsageError(f"{name} {_has_ended(state)}: there is nothing to stop")
    _refuse_elsewhere(chosen, told, state, "stop")
    if state == "queued":
        if _withdraw(chosen):
            say(f"{name} was taken out of the queue")
            return 0
        state = _state(chosen, told)  # a worker has taken it since
    warn(f"stopping {name}: waiting for the worker to end cleanly (Ctrl+C waits no longer)")
    control.send(chosen, control.Stop(attempt=liveness.attempt_of(chosen, told.history.attempt)))
    is_told_how = False
    while _is_live(state):
        if state == "stalled" and not is_told_how:
            warn(_for_good(chosen, told))
            is_told_how = True
        time.sleep(_LOOK_S)
        state = _state(chosen, told)
    say(f"{name} {_has_ended(state)} after {told.history.step} steps")
    return 0 if state in ("stopped", "finished") else 1


@click.command()
@run_argument
def pause(run: str) -> int:
    """Have a run wait after the step at hand, until it is resumed."""
    from tui_trainer.core import control, liveness

    chosen, told = _read(run)
    name, state = plain(chosen.id), _state(chosen, told)
    if state == "paused":
        raise click.UsageError(f"{name} is paused already: tui-trainer resume {name}")
    if not _is_live(state):
        raise click.UsageError(f"{name} {_has_ended(state)}: there is nothing to pause")
    _refuse_elsewhere(chosen, told, state, "pause")
    control.send(chosen, control.Pause(attempt=liveness.attempt_of(chosen, told.history.attempt)))
    deadline = time.monotonic() + _ANSWER_S
    while (state := _state(chosen, told)) != "paused" and _is_live(state) and time.monotonic() < deadline:
        time.sleep(_LOOK_S)
    if state == "paused":
        say(f"{name} is paused after {told.history.step} steps: tui-trainer resume {name}")
        return 0
    if not _is_live(state):
        say(f"{name} {_has_ended(state)} before it could pause")
        return 1
    say(f"{name} will pause after the step at hand")
    if state == "stalled":
        warn(_for_good(chosen, told))
    return 0


@click.command(
    epilog="""
    \b
    Examples:
      tui-trainer resume latest
      tui-trainer resume latest --detach
      tui-trainer resume latest --epochs 40
    """
)
@run_argument
@click.option("--epochs", type=int, metavar="N", help="Train for N epochs in all; a finished run needs it.")
@click.option(
    "--data-dir", metavar="DIR", type=click.Path(path_type=Path), help="Where sets such as MNIST lie."
)
@click.option("--detach", is_flag=True, help="Return at once; the run trains by itself.")
@click.option("--json", "as_json", is_flag=True, help="Results as JSON lines on stdout, all else on stderr.")
@click.option("--quiet", is_flag=True, help="Say only what is wrong, and what --json asks for.")
def resume(
    run: str, epochs: int | None, data_dir: Path | None, detach: bool, as_json: bool, quiet: bool
) -> int:
    """Let a paused run go on, or continue one that was stopped, crashed or gets more epochs.

    On a CPU a run that was cut short comes to the very bits of one that was not.
    """
    from tui_trainer.core import control, resuming

    chosen, told = _read(run)
    name, state = plain(chosen.id), _state(chosen, told)
    try:
        resuming.check(chosen, told.history, state, time.time())
        if state == "paused":
            attempt = max(1, told.history.attempt)
            if epochs is not None:
                recipe = recorded_recipe(chosen)
                control.send(chosen, resuming.more_epochs(recipe, told.history, epochs, attempt))
            control.send(chosen, control.Continue(attempt=attempt))
            say(f"{name} goes on")
            return 0
        recipe = recorded_recipe(chosen)
        if epochs is not None:
            attempt = resuming.next_attempt(told.history)
            control.send(chosen, resuming.more_epochs(recipe, told.history, epochs, attempt))
        elif state == "finished":
            raise resuming.NotResumable(
                f"{name} has finished its {told.history.num_epochs:g} epochs: give it more with --epochs N"
            )
    except resuming.NotResumable as error:
        raise click.UsageError(str(error)) from None
    from tui_trainer.cli.attending import set_off

    return set_off(chosen, recipe, environment(data_dir), told, detach=detach, as_json=as_json, quiet=quiet)


def _read(selector: str) -> tuple[RunDir, Told]:
    """The run, and all it has said so far. Raises UsageError or ClickException."""
    from tui_trainer.cli.following import Told
    from tui_trainer.core.runlog import RunLogError

    chosen = find_run(selector)
    told = Told(chosen)
    try:
        told.read_all()
    except RunLogError as error:
        raise click.ClickException(str(error)) from None
    return chosen, told


def _state(run: RunDir, told: Told) -> State:
    from tui_trainer.core import liveness

    told.read_all()
    return liveness.state_of(run, told.history, time.time())


def _withdraw(run: RunDir) -> bool:
    """Raises ClickException where its log cannot be read."""
    from tui_trainer.core import queue
    from tui_trainer.core.runlog import RunLogError

    try:
        return queue.withdraw(run)
    except RunLogError as error:
        raise click.ClickException(str(error)) from None


def _is_live(state: State) -> bool:
    from tui_trainer.core.liveness import ENDS

    return state not in ENDS


def _has_ended(state: State) -> str:
    return {"stopped": "was stopped", "unknown": "is out of reach"}.get(state, f"has {state}")


def _for_good(run: RunDir, told: Told) -> str:
    """How to end a worker that may never answer, and what that loses; ``told`` has heard of its start."""
    from tui_trainer.core import liveness
    from tui_trainer.core.checkpoint_files import saved_steps

    started = told.history.started
    assert started is not None  # before that a run is starting, never stalled
    stalled = liveness.describe(run, told.history, time.time())
    sentence = f"{plain(run.id)} is {stalled}. If it does not answer, end it for good: kill -9 {started.pid}"
    if started.task == "any":
        return sentence
    steps = saved_steps(run)
    goes_on = f"goes on from step {steps[-1]:,}" if steps else "begins anew"
    return f"{sentence}; tui-trainer resume {plain(run.id)} then {goes_on}"


def _refuse_elsewhere(run: RunDir, told: Told, state: State, verb: str) -> None:
    """A run whose worker cannot be seen from here is for that machine."""
    from tui_trainer.core import liveness

    if state == "unknown":
        heard = liveness.describe(run, told.history, time.time())
        raise click.UsageError(f"{plain(run.id)}: {heard}, where its worker may be at work: {verb} it there")
