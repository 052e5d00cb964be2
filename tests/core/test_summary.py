import math
from pathlib import Path

import numpy as np
import pytest

from tui_trainer.core import liveness
from tui_trainer.core.events import Evaluated, PhaseChanged, Resumed, RunStarted, Steps
from tui_trainer.core.recipe import Recipe, Training
from tui_trainer.core.rundir import RunDir, create
from tui_trainer.core.runlog import LogWriter
from tui_trainer.core.summary import Summaries, summarize

NOW = 1_800_000_000.0


def started(**facts):
    facts = {"name": "first-steps", "task": "multiclass", "steps_per_epoch": 40, "parameters": 6570, **facts}
    here = {"host": liveness.host(), "boot_id": liveness.boot_id(), "pid": 1}
    return RunStarted(attempt=1, elapsed_s=0.0, started_at=NOW - 100, **here, **facts)


def validation(step: int, loss: float, accuracy: float, **more):
    metrics = {"loss": loss, "accuracy": accuracy}
    return Evaluated(
        attempt=1,
        elapsed_s=step / 100,
        step=step,
        split="validation",
        num_samples=270,
        metrics=metrics,
        **more,
    )


def ended(phase: str, step: int = 80, reason: str = ""):
    return PhaseChanged(attempt=1, elapsed_s=2.5, phase=phase, step=step, reason=reason)


def log(run: RunDir, *events) -> None:
    with LogWriter(run.events) as writer:
        for event in events:
            writer.append(event)


@pytest.fixture
def run(tmp_path: Path) -> RunDir:
    return create(Recipe(name="first-steps"), root=tmp_path / "runs")


def test_a_finished_run_in_brief(run):
    steps = Steps(attempt=1, elapsed_s=1.0, first_step=1, metrics={"loss": np.ones(80, "<f4").tobytes()})
    log(run, started(), validation(0, 2.4, 0.1), steps, validation(40, 0.3, 0.9), validation(80, 0.4, 0.95))
    log(run, ended("finished"))
    summary = summarize(run, now=NOW)
    assert (summary.name, summary.state, summary.headline) == ("first-steps", "finished", "accuracy")
    assert summary.best is not None
    assert (summary.best.epoch, summary.best.loss, summary.best.headline) == (1, 0.3, 0.9)
    assert summary.last is not None
    assert summary.last.headline == 0.95
    assert (summary.duration_s, summary.started_at, summary.epoch) == (2.5, NOW - 100, 2)
    assert "digits" in summary.title


def test_the_recipe_says_what_best_means(tmp_path):
    recipe = Recipe(training=Training(select_by="accuracy"))
    run = create(recipe, root=tmp_path / "runs")
    log(run, started(), validation(40, 0.3, 0.9), validation(80, 0.4, 0.95), validation(120, 0.5, 0.95))
    summary = summarize(run, now=NOW)
    assert summary.best is not None
    assert summary.best.step == 80


def test_what_is_not_finite_is_never_the_best(run):
    log(run, started(), validation(0, math.nan, 0.1))
    assert summarize(run, now=NOW).best is None
    log(run, validation(40, 5.0, 0.2), validation(80, -math.inf, 0.3))
    summary = summarize(run, now=NOW)
    assert summary.best is not None
    assert summary.best.step == 40


def test_weights_tried_after_training_are_not_the_last_of_it(run):
    log(run, started(), validation(40, 0.5, 0.8), validation(40, 0.1, 1.0, weights="best"))
    summary = summarize(run, now=NOW)
    assert summary.last is not None
    assert summary.last.loss == 0.5


def test_a_resumed_run_forgets_what_was_cut(run):
    log(run, started(), validation(40, 0.5, 0.8), validation(80, 0.1, 0.99))
    log(run, started(), Resumed(attempt=2, elapsed_s=1.0, at_step=40))
    summary = summarize(run, now=NOW)
    assert summary.best is not None
    assert (summary.best.step, summary.step) == (40, 40)


def test_a_failed_run_says_why_in_words_that_are_safe(run):
    log(run, started(name="\x1b]52;c;x\x07evil"), ended("failed", reason="loss is nan\x1b[31m\nat step 12"))
    summary = summarize(run, now=NOW)
    assert summary.state == "failed"
    assert summary.reason == "loss is nan at step 12"
    assert "\x1b" not in summary.name


def test_a_run_nobody_can_read_is_listed_all_the_same(run):
    run.recipe_toml.write_text("[not toml")
    run.events.write_bytes(b"junk" * 100)
    summary = summarize(run, now=NOW)
    assert summary.name == run.id
    assert summary.damaged or summary.reason
    assert summary.best is None


def test_a_list_reads_only_what_grew(run):
    log(run, started(), validation(40, 0.5, 0.8))
    summaries = Summaries()
    assert summaries.get(run, NOW) is None
    assert not summaries.read_new([run], max_seconds=5)
    log(run, validation(80, 0.4, 0.9))
    summaries.read_new([run], max_seconds=5)
    summary = summaries.get(run, NOW)
    assert summary is not None
    assert summary.last is not None
    assert summary.last.step == 80
    summaries.read_new([], max_seconds=5)
    assert summaries.get(run, NOW) is None


def test_many_runs_are_read_a_slice_at_a_time(tmp_path):
    runs = [create(Recipe(), root=tmp_path / "runs") for _ in range(5)]
    for run in runs:
        log(run, started(), ended("finished"))
    summaries = Summaries()
    slices = 1
    while summaries.read_new(runs, max_seconds=1e-6):
        slices += 1
    assert slices >= 2
    assert {summary.state for run in runs if (summary := summaries.get(run, NOW))} == {"finished"}
    assert all(summaries.get(run, NOW) for run in runs)
