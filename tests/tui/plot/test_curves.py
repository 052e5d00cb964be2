"""From a History and the way it is looked at to what a chart shows."""

import math
from pathlib import Path

import numpy as np
import pytest

from tui_trainer.core.events import Baseline, Evaluated, PhaseChanged, RunStarted, Steps
from tui_trainer.core.history import History
from tui_trainer.core.outline import Outline
from tui_trainer.core.rundir import RunDir
from tui_trainer.tui.plot.curves import Beside, loss_curves, metric_curves
from tui_trainer.tui.plot.lineplot import draw
from tui_trainer.tui.plot.model import ChartOptions, Mark, Note

STEPS_PER_EPOCH, PLANNED = 40, 800


def told(num_epochs: float, *, seconds_per_epoch: float = 1.0) -> History:
    """A run that has come so far: a Steps event a tenth of an epoch, an evaluation an epoch."""
    history = History()
    history.apply(
        RunStarted(
            attempt=1,
            elapsed_s=0.0,
            name="first-steps",
            task="multiclass",
            host="h",
            boot_id="b",
            pid=1,
            started_at=0.0,
            steps_per_epoch=STEPS_PER_EPOCH,
            planned_steps=PLANNED,
            baselines={"loss": Baseline(math.log(10), "ln 10"), "accuracy": Baseline(0.1, "chance 0.10")},
        )
    )
    for step in range(0, int(num_epochs * STEPS_PER_EPOCH) + 1, 4):
        elapsed = step / STEPS_PER_EPOCH * seconds_per_epoch
        if step:
            losses = np.exp(-np.arange(step - 3, step + 1) / 200).astype("<f4")
            block = Steps(
                attempt=1, elapsed_s=elapsed, first_step=step - 3, metrics={"loss": losses.tobytes()}
            )
            history.apply(block)
        if step % STEPS_PER_EPOCH == 0:
            for split, gap in (("train", 0.0), ("validation", 0.1)):
                loss = math.exp(-step / 200) + gap
                history.apply(
                    Evaluated(
                        attempt=1,
                        elapsed_s=elapsed,
                        step=step,
                        split=split,
                        num_samples=270,
                        metrics={"loss": loss, "accuracy": 1 - loss / 2},
                    )
                )
    return history


def test_the_loss_has_batches_behind_train_as_line_and_validation_as_points():
    model = loss_curves(told(7), ChartOptions())
    assert [(c.name, c.style, c.label) for c in model.curves] == [
        ("batch", "thin", "train (batch)"),
        ("train", "line", "train(eval)"),
        ("val", "points", "val"),
    ]
    assert [b.label for b in model.baselines] == ["ln 10"]
    assert len({c.color for c in model.curves}) == 3


def test_a_metric_has_its_own_curves_and_trivial_answer():
    model = metric_curves(told(7), ChartOptions(), "accuracy")
    assert model.title == "accuracy"
    assert [c.name for c in model.curves] == ["train", "val"]
    assert [b.label for b in model.baselines] == ["chance 0.10"]


def test_colours_belong_to_the_split_whatever_the_chart():
    loss = {c.name: c.color for c in loss_curves(told(1), ChartOptions()).curves}
    accuracy = {c.name: c.color for c in metric_curves(told(1), ChartOptions(), "accuracy").curves}
    assert loss | accuracy == loss


@pytest.mark.parametrize(
    ("x_axis", "label", "x_range", "last"),
    [("epoch", "epoch", (0, 20), 7), ("step", "step", (0, 800), 280), ("time", "s", (0, 20), 7)],
)
def test_x_is_step_epoch_or_time_over_the_planned_run(x_axis, label, x_range, last):
    model = loss_curves(told(7), ChartOptions(x_axis=x_axis))
    assert (model.x_label, model.x_range) == (label, pytest.approx(x_range))
    for curve in model.curves:
        assert float(curve.axis.xs_of(curve.series.last_step)) == pytest.approx(last)


def test_long_runs_are_timed_in_minutes_and_hours():
    units = {
        seconds: loss_curves(told(3, seconds_per_epoch=seconds), ChartOptions(x_axis="time")).x_label
        for seconds in (1, 60, 3600)
    }
    assert units == {1: "s", 60: "min", 3600: "h"}


def test_the_x_axis_stands_still_while_the_run_goes_on():
    ranges = {loss_curves(told(epochs), ChartOptions()).x_range for epochs in (1, 5, 11, 20)}
    assert ranges == {(0, 20)}


@pytest.mark.parametrize("x_axis", ["epoch", "step", "time"])
def test_recent_is_the_last_quarter_and_moves_in_steps(x_axis):
    options = ChartOptions(x_axis=x_axis, window="recent")
    ranges = []
    for epochs in np.arange(8, 16, 0.1):
        model = loss_curves(told(epochs), options)
        low, high = model.x_range
        last = max(float(c.axis.xs_of(c.series.last_step)) for c in model.curves)
        assert low <= 0.75 * last <= last <= high
        assert last - low >= 0.5 * (high - low)
        assert model.notes == (Note("recent", "recent"),)
        ranges.append((low, high))
    assert len(set(ranges)) <= 15


def test_smoothing_is_a_share_of_the_axis_and_told_in_steps():
    light = loss_curves(told(7), ChartOptions(smoothing="light"))
    strong = loss_curves(told(7), ChartOptions(smoothing="strong", x_axis="step"))
    assert [note.text for note in (*light.notes, *strong.notes)] == ["mean of 16 steps", "mean of 80 steps"]
    assert loss_curves(told(7), ChartOptions()).notes == ()


def test_what_is_not_smoothed_does_not_say_so():
    """An accuracy an epoch: the mean over 16 of 40 steps is each value itself."""
    assert metric_curves(told(7), ChartOptions(smoothing="light"), "accuracy").notes == ()
    (note,) = metric_curves(told(7), ChartOptions(smoothing="strong"), "accuracy").notes
    assert note == ("mean of 80 steps", "mean 80")


def test_marks_are_told_in_steps_and_shown_on_the_axis():
    model = loss_curves(told(7), ChartOptions(), marks=(Mark(120, "best"),))
    assert model.marks == (Mark(3.0, "best"),)


def test_before_the_first_value_a_sentence_says_what_is_waited_for():
    assert loss_curves(History(), ChartOptions()).empty == "waiting for the first value"
    history = told(0)
    history.curves.clear()
    history.apply(PhaseChanged(attempt=1, elapsed_s=0.0, phase="failed", reason="no such file"))
    assert loss_curves(history, ChartOptions()).empty == "the run failed before its first value"


def test_keys_lead_through_all_ways_to_look_and_back():
    options = ChartOptions()
    for turn, times in (
        (ChartOptions.next_x_axis, 3),
        (ChartOptions.next_window, 2),
        (ChartOptions.next_smoothing, 3),
        (ChartOptions.next_glyphs, 3),
        (ChartOptions.toggle_log, 2),
    ):
        seen = {options}
        turned = options
        for _ in range(times):
            turned = turn(turned)
            seen.add(turned)
        assert turned == options
        assert len(seen) == times


def test_a_run_of_seven_epochs_looks_like_this():
    text = draw(loss_curves(told(7), ChartOptions()), ChartOptions(), 39, 10).text()
    assert text == PICTURE.strip("\n")


PICTURE = """
loss  0.247 train(eval) · 0.347 val
 1.2┤                           ln 10 ↑
    │●
 0.9┤⢣●
    │ ⠑⡄●
 0.6┤  ⠈⢆●
    │   ⠈⠑●⡀●   val
 0.3┤      ⠉⠢●● batch
    │        ⠈⠉ train
    └0      5      10    15       epoch
"""


@pytest.mark.parametrize(("x_axis", "end"), [("epoch", 7.0), ("step", 280.0), ("time", 7.0)])
def test_a_run_that_crashed_is_drawn_as_far_as_it_came(x_axis, end):
    options = ChartOptions(x_axis=x_axis)
    assert loss_curves(told(7), options).x_range[1] > end
    assert loss_curves(told(7), options, is_over=True).x_range == (0.0, end)


def test_another_run_is_dashed_behind_and_named_at_its_end_and_read_only_under_a_cursor():
    outline = Outline(RunDir(Path("nowhere")), since=120)
    for epoch in range(3, 12):
        for split, loss in (("train", 0.6), ("validation", 0.8)):
            event = Evaluated(
                attempt=1,
                elapsed_s=2.0 * epoch,
                step=40 * epoch,
                split=split,
                num_samples=9,
                metrics={"loss": loss},
            )
            outline._take(event)
    beside = Beside(outline, "parent")
    model = metric_curves(told(7), ChartOptions(), "loss", (Mark(120, "fork"),), beside=beside)
    assert [(c.name, c.style, c.color) for c in model.curves[-2:]] == [
        ("parent", "dashed", 1),
        ("", "dashed", 0),
    ]
    assert draw(model, ChartOptions(), 39, 10).text() == DASHED.strip("\n")
    at_cursor = draw(model, ChartOptions(), 120, 10, cursor_x=7.0).text().split("\n")[0]
    assert at_cursor.endswith(" · 0.800 parent val · 0.600 parent train")
    timed = metric_curves(told(7), ChartOptions(x_axis="time"), "loss", beside=beside)
    assert timed.curves[-1].axis.xs_of([120, 440]).tolist() == [6.0, 22.0]


DASHED = """
loss  0.247 train(eval) · 0.347 val
 1.2┤    ┊ fork                 ln 10 ↑
    │●   ┊
 0.9┤⢣●  ┊
    │ ⠱● ⠤ ⠤⠤ ⠤⠤ ⠤⠤  parent
 0.6┤  ⠑⢄● ⣀⣀ ⣀⣀ ⣀⣀
    │   ⠈⠑●●    val
 0.3┤    ┊⠈⠑⠤●● batch
    │    ┊   ⠈⠉ train
    └0     5      10     15    20 epoch
"""
