"""Another run's evaluations, as they are drawn beside a run."""

from tests.core.test_parentage import made
from tui_trainer.core.events import Evaluated, Resumed, Split, Steps
from tui_trainer.core.outline import Outline
from tui_trainer.core.runlog import LogWriter


def evaluated(step: int, loss: float, split: Split = "validation") -> Evaluated:
    return Evaluated(
        attempt=1, elapsed_s=step / 10, step=step, split=split, num_samples=9, metrics={"loss": loss}
    )


def test_what_was_measured_from_a_step_on_is_followed_and_cut_as_the_run_is() -> None:
    run = made("parent")
    outline = Outline(run, since=20)
    assert not outline.read_new()
    with LogWriter(run.events) as log:
        for step in (0, 10, 20, 30):
            log.append(evaluated(step, float(step)))
        log.append(Steps(attempt=1, elapsed_s=3.0, first_step=1, metrics={"loss": b"\0\0\0\0"}))
        log.append(evaluated(30, 9.0, "test"))
        assert outline.read_new()
        assert outline.curves["validation", "loss"].steps.tolist() == [20, 30]
        assert outline.elapsed_s.values.tolist() == [2.0, 3.0]
        assert list(outline.curves) == [("validation", "loss")]
        assert not outline.read_new()
        log.append(Resumed(attempt=2, elapsed_s=2.0, at_step=20))
        log.append(evaluated(30, 5.0))
        outline.read_all()
        assert outline.read_new()
        assert outline.curves["validation", "loss"].values.tolist() == [20.0, 5.0]


def test_a_log_that_cannot_be_read_is_no_trouble() -> None:
    run = made("parent")
    run.events.write_bytes(b"no log of ours")
    outline = Outline(run, since=0)
    outline.read_all()
    assert not outline.curves
