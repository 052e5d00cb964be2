import math

import numpy as np
import pytest

from tui_trainer.core.events import (
    Baseline,
    Evaluated,
    Finished,
    Heartbeat,
    Note,
    PhaseChanged,
    Resumed,
    RunStarted,
    Steps,
)
from tui_trainer.core.framing import encode
from tui_trainer.core.history import History, load
from tui_trainer.core.recipe import Recipe
from tui_trainer.core.rundir import create
from tui_trainer.core.runlog import LogWriter


def started(attempt=1, elapsed_s=0.0, **facts):
    facts = {"steps_per_epoch": 10, "planned_steps": 100} | facts
    return RunStarted(
        attempt=attempt,
        elapsed_s=elapsed_s,
        name="first-steps",
        task="multiclass",
        host="here",
        boot_id="b",
        pid=1,
        started_at=0.0,
        baselines={"loss": Baseline(2.3, "ln 10")},
        **facts,
    )


def steps(first, values, elapsed_s, attempt=1, metric="loss"):
    data = np.asarray(values, "<f4").tobytes()
    return Steps(attempt=attempt, elapsed_s=elapsed_s, first_step=first, metrics={metric: data})


def evaluated(step, split="validation", elapsed_s=0.0, attempt=1, weights="last", **metrics):
    return Evaluated(
        attempt=attempt,
        elapsed_s=elapsed_s,
        step=step,
        split=split,
        num_samples=270,
        metrics=metrics,
        weights=weights,
    )


def folded(*events):
    history = History()
    for event in events:
        history.apply(event)
    return history


def test_every_step_is_kept_at_its_step():
    history = folded(started(), steps(1, [3, 2], 0.1), steps(3, [math.nan, 1], 0.2))
    assert history.batch_loss.steps.tolist() == [1, 2, 3, 4]
    assert history.batch_loss.non_finite_steps().tolist() == [3]
    assert history.step == 4
    assert history.elapsed_s == 0.2


def test_steps_are_x_whatever_order_they_arrive_in():
    history = folded(started(), steps(3, [3, 4], 0.2), steps(1, [1, 2], 0.1))
    assert history.batch_loss.values.tolist() == [1, 2, 3, 4]
    late = folded(started(), evaluated(20, loss=1.0), evaluated(10, loss=2.0))
    assert [e.step for e in late.evaluations["validation"]] == [10, 20]
    assert late.curves["validation", "loss"].values.tolist() == [2.0, 1.0]


def test_resuming_cuts_everything_back_to_one_clean_curve():
    history = folded(
        started(),
        evaluated(0, loss=2.3),
        steps(1, range(1, 21), 2.0),
        evaluated(10, loss=2.0),
        evaluated(20, loss=1.9),
        Note(attempt=1, elapsed_s=1.0, step=5, text="early"),
        Note(attempt=1, elapsed_s=2.0, step=18, text="late"),
        started(attempt=2, elapsed_s=1.2),
        Resumed(attempt=2, elapsed_s=1.2, at_step=12),
    )
    assert history.batch_loss.last_step == 12
    assert [e.step for e in history.evaluations["validation"]] == [0, 10]
    assert history.curves["validation", "loss"].steps.tolist() == [0, 10]
    assert [note.text for note in history.notes] == ["early"]
    assert (history.step, history.elapsed_s, history.attempt) == (12, 1.2, 2)

    history.apply(steps(13, [7.0] * 8, 2.0, attempt=2))
    history.apply(evaluated(20, elapsed_s=2.1, attempt=2, loss=1.5))
    assert history.batch_loss.steps.tolist() == list(range(1, 21))
    assert history.curves["validation", "loss"].values.tolist() == pytest.approx([2.3, 2.0, 1.5])


def test_a_new_attempt_is_no_longer_finished():
    end = Finished(attempt=1, elapsed_s=1.0, epochs=1, steps=10, best_step=10, training_s=1.0)
    history = folded(started(), end, PhaseChanged(attempt=1, elapsed_s=1.0, phase="finished", step=10))
    assert history.ended
    assert history.finished == end
    history.apply(started(attempt=2))
    assert not history.ended
    assert history.finished is None


def test_phase_and_reason_are_the_last_ones_said():
    reason = "the loss became NaN at step 3"
    history = folded(started(), PhaseChanged(attempt=1, elapsed_s=1.0, phase="failed", step=3, reason=reason))
    assert (history.phase, history.reason, history.ended) == ("failed", reason, True)


@pytest.mark.parametrize(("metric", "best"), [("loss", 20), ("accuracy", 30), ("r2", None)])
def test_best_is_lowest_loss_and_highest_accuracy_the_earliest_of_equals(metric, best):
    history = folded(
        started(),
        evaluated(0, loss=math.nan, accuracy=math.nan),
        evaluated(10, loss=0.5, accuracy=0.8),
        evaluated(20, loss=0.3, accuracy=0.85),
        evaluated(30, loss=math.nan, accuracy=0.9),
        evaluated(40, loss=0.3, accuracy=0.9),
        evaluated(50, loss=-math.inf, accuracy=math.inf),
        evaluated(60, "train", loss=0.0, accuracy=1.0),
    )
    found = history.best(metric)
    assert (found.step if found else None) == best


def test_the_best_weights_measured_at_the_end_are_no_part_of_the_curves():
    history = folded(
        started(),
        evaluated(10, loss=0.5),
        evaluated(20, loss=0.7),
        evaluated(20, loss=0.5, weights="best"),
        evaluated(20, "test", loss=0.6, weights="best"),
    )
    assert history.curves["validation", "loss"].values.tolist() == pytest.approx([0.5, 0.7])
    assert history.chosen["validation"].metrics["loss"] == 0.5
    assert history.evaluations["test"][-1].metrics["loss"] == 0.6


def test_validation_at_is_what_was_known_then():
    history = folded(started(), evaluated(10, loss=0.5), evaluated(20, loss=0.4))
    assert history.validation_at(9) is None
    assert history.validation_at(19).step == 10
    assert history.validation_at(99).step == 20


def test_metrics_are_named_in_order_loss_first():
    history = folded(started(), evaluated(0, "train", accuracy=0.1, loss=2.3), evaluated(0, mae=1.0))
    assert history.metrics() == ("loss", "accuracy", "mae")


def test_time_is_interpolated_between_events_and_back():
    history = folded(started(), steps(1, [0] * 10, 1.0), steps(11, [0] * 10, 3.0))
    assert history.elapsed_at([0, 5, 10, 15, 20]).tolist() == [0, 0.5, 1.0, 2.0, 3.0]
    assert history.steps_at([0.5, 2.0]).tolist() == [5, 15]


def test_the_pace_is_the_recent_one_and_gives_the_eta():
    history = folded(started(), *(steps(1 + 10 * k, [0] * 10, 10.0 * (k + 1)) for k in range(3)))
    assert history.steps_per_second() == 1.0
    for k in range(4):
        history.apply(steps(31 + 10 * k, [0] * 10, 31.0 + k))
    assert history.steps_per_second() == 10.0
    assert history.eta_s() == pytest.approx(3.0)


def test_nothing_is_promised_before_the_first_step_or_after_the_end():
    assert History().eta_s() is None
    history = folded(started(), steps(1, [0] * 10, 1.0))
    assert history.eta_s() == pytest.approx(9.0)
    history.apply(PhaseChanged(attempt=1, elapsed_s=1.0, phase="stopped", step=10))
    assert history.eta_s() is None


def test_a_heartbeat_moves_the_step_and_the_clock():
    history = folded(started(), Heartbeat(attempt=1, elapsed_s=4.0, step=7))
    assert (history.step, history.elapsed_s) == (7, 4.0)


def test_load_reads_a_whole_run_and_tells_of_damage(tmp_path):
    run = create(Recipe(), root=tmp_path)
    with LogWriter(run.events) as log:
        log.append(started())
        log.append(steps(1, range(50), 1.0))
    with run.events.open("ab") as file:
        file.write(b"no frame at all" + encode(b"\xc1") + encode(b""))
    with LogWriter(run.events) as log:
        log.append(steps(51, range(50), 2.0))
    history = load(run)
    assert len(history.batch_loss) == 100
    assert [each.length for each in history.damage][:1] == [len(b"no frame at all")]


def test_a_log_of_many_evaluations_is_folded_in_time_that_grows_with_it():
    """Counted, not timed: no evaluation may be looked at again for each that follows."""

    class Counted(int):
        compared = 0

        def __lt__(self, other):
            Counted.compared += 1
            return int.__lt__(self, other)

    def comparisons(count):
        Counted.compared = 0
        history = folded(started(), *(evaluated(Counted(10 * i), loss=1 / i) for i in range(1, count)))
        for event in history.evaluations["validation"][-20:]:
            assert history.validation_at(event.step) is event
        return Counted.compared

    assert comparisons(4000) < 5 * comparisons(1000) < 100_000


def test_the_best_keeps_up_with_what_is_told_late_again_or_taken_back():
    history = folded(started(), evaluated(10, loss=0.5), evaluated(20, loss=0.3))
    assert history.best("loss").step == 20
    history.apply(evaluated(30, loss=0.2))
    assert history.best("loss").step == 30
    history.apply(evaluated(15, loss=0.1))
    assert history.best("loss").step == 15
    history.apply(evaluated(15, loss=0.9))
    assert history.best("loss").step == 30
    history.apply(Resumed(attempt=2, elapsed_s=1.0, at_step=20))
    assert history.best("loss").step == 20
    assert [e.step for e in history.evaluations_until("validation", 20, 2)] == [15, 20]
