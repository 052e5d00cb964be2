"""Attend a worker from the command line: tell of its run as asked, and at the end what it came to."""

import subprocess
import sys
from collections.abc import Mapping

from tui_trainer.cli.following import EvaluationObjects, Interrupts, Lines, Notes, Report, Told, follow
from tui_trainer.cli.output import say, to_json, warn, warn_of_the_end
from tui_trainer.cli.program import INTERRUPTED
from tui_trainer.cli.results import Result, result_lines, result_of
from tui_trainer.core.recipe import Recipe
from tui_trainer.core.rundir import RunDir
from tui_trainer.tui import launcher

_LAST_LINES = 5


def set_off(
    run: RunDir,
    recipe: Recipe,
    env: Mapping[str, str],
    told: Told | None = None,
    *,
    detach: bool,
    as_json: bool,
    quiet: bool,
) -> int:
    """Start a worker for ``run``, attend it unless it is to train by itself, and return the exit status.

    ``told`` is what the run has said so far, where the caller has read it.
    """
    if detach:
        launcher.start(run, env=env)
        say(run.id)
        warn_of_the_end()
        return 0
    if told is None:
        told = Told(run)
        told.read_all()
    with Interrupts() as interrupts:
        worker = launcher.start(run, env=env)
        return attend(run, recipe, worker, told, interrupts, as_json=as_json, quiet=quiet)


def attend(
    run: RunDir,
    recipe: Recipe,
    worker: subprocess.Popen[bytes],
    told: Told,
    interrupts: Interrupts,
    *,
    as_json: bool,
    quiet: bool,
) -> int:
    """Follow ``worker`` to its end, and return the exit status; what ``told`` holds is not told again."""
    earlier = told.history.attempt
    history = follow(run, worker, _reports(run, as_json, quiet), interrupts, told)
    has_said_so = history.attempt > earlier and history.ended
    result = result_of(run, recipe, history, state=(has_said_so and history.phase) or "crashed")
    _print(result, as_json, quiet)
    if interrupts.count:
        warn(f"interrupted; the run is kept: tui-trainer resume {run.id}")
        return INTERRUPTED
    if result["status"] in ("finished", "stopped"):
        return 0
    _explain(run, result["reason"] if has_said_so else "", worker.returncode)
    return 1


def _reports(run: RunDir, as_json: bool, quiet: bool) -> list[Report]:
    """Who tells of the training, and where."""
    reports: list[Report] = [EvaluationObjects(run.id)] if as_json else []
    if quiet:
        return reports
    if as_json:
        return [*reports, Lines(sys.stderr), Notes()]
    if sys.stdout.isatty() and sys.stderr.isatty():
        from tui_trainer.cli.progress import Bar

        return [Bar(run.id)]
    return [Lines(sys.stdout), Notes()]


def _print(result: Result, as_json: bool, quiet: bool) -> None:
    if as_json:
        say(to_json(result))
    elif not quiet:
        say("\n".join(result_lines(result)))


def _explain(run: RunDir, reason: str, exit_status: int) -> None:
    """Why it failed; where the worker could not say, what it last wrote."""
    if reason:
        warn(f"failed: {reason}")
    else:
        warn(f"the worker ended without a word (exit status {exit_status}); the last lines of its log:")
        for line in run.worker_log.read_text("utf-8", "replace").splitlines()[-_LAST_LINES:]:
            warn(f"  {line}")
    warn(f"all of its log: tui-trainer logs {run.id}")
