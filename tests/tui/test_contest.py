"""What a comparison holds in memory of runs that are validated very often."""

from tests.tui.compared import waiting
from tests.tui.recorded import NOW
from tui_trainer.core.events import Evaluated, Heartbeat, PhaseChanged, Resumed, Steps
from tui_trainer.core.runlog import LogWriter
from tui_trainer.core.scores import MAX_SCORES
from tui_trainer.tui.contest import Contest

NUM, BEST = 12_000, 1_234


def validated(step: int, right: int) -> Evaluated:
    return Evaluated(
        attempt=1,
        elapsed_s=step / 100,
        step=step,
        split="validation",
        num_samples=100,
        metrics={"loss": 1 - right / 100, "accuracy": right / 100},
        confusion=((right, 0), (100 - right, 0)),
    )


def test_a_run_that_is_validated_very_often_takes_bounded_room_and_its_best_is_told() -> None:
    comparison = waiting(optimizers=("adam", "momentum"), seeds=(0,))
    run = comparison.runs()[0]
    run.queued.unlink()
    with LogWriter(run.events) as log:
        for step in range(NUM):
            log.append(validated(step, right=99 if step == BEST else step % 90))
    contest = Contest(comparison)
    while contest.read_new(1.0) or contest.more:
        pass
    contest.judge(NOW)
    heard, row = contest.heard(run), contest.rows[0]
    assert len(row.scores) <= MAX_SCORES
    assert len(heard.steps) <= MAX_SCORES
    assert len(heard.confusions) < 100
    (lane, *_) = contest.lanes("accuracy", "seconds", frozenset(), 20)
    (curve,) = lane.seeds
    assert len(curve.series) == len(row.scores)
    assert float(curve.axis.xs_of(NUM / 2)) == NUM / 2 / 100
    assert row.best is not None
    assert row.best.step == BEST
    counts, _ = contest.confusion(0)
    assert counts is not None
    assert counts.tolist() == [[99, 0], [1, 0]]


def test_curves_are_drawn_anew_for_what_was_validated_and_not_for_every_step() -> None:
    comparison = waiting(optimizers=("adam", "momentum"), seeds=(0,))
    run = comparison.runs()[0]
    run.queued.unlink()
    contest = Contest(comparison)
    with LogWriter(run.events) as log:
        for event, turns in (
            (Steps(attempt=1, elapsed_s=1.0, first_step=1, metrics={"loss": b"\0" * 40}), False),
            (Heartbeat(attempt=1, elapsed_s=1.0, step=10), False),
            (validated(10, right=50), True),
            (Resumed(attempt=2, elapsed_s=1.0, at_step=5), True),
        ):
            log.append(event)
            assert contest.read_new() == turns
            contest.judge(NOW)
    assert contest.rows[0].step == 5


def test_a_run_that_is_not_read_to_its_end_has_not_crashed() -> None:
    comparison = waiting(optimizers=("adam", "momentum"), seeds=(0,))
    run = comparison.runs()[0]
    run.queued.unlink()
    with LogWriter(run.events) as log:
        log.append(PhaseChanged(attempt=1, elapsed_s=0.0, phase="training"))
        for step in range(NUM):
            log.append(validated(step, right=50))
        log.append(PhaseChanged(attempt=1, elapsed_s=120.0, phase="finished"))
    contest = Contest(comparison)
    states = set()
    while contest.more:
        contest.read_new(0.0)
        contest.judge(NOW)
        states.add(contest.rows[0].state)
    assert states == {"training", "finished"}
