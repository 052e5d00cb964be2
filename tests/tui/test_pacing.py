import pytest

from tui_trainer.core.estimate import Plan
from tui_trainer.tui.pacing import pace


@pytest.mark.parametrize(
    ("epochs", "seconds", "expected"),
    [(20, 1.0, 40.0), (60, 14.9, 40.0), (300, 2.0, 200.0), (20, 15.0, None), (5000, 20.0, None)],
)
def test_short_runs_are_paced_to_be_watched_within_a_minute_or_so(
    epochs: int, seconds: float, expected: float | None
) -> None:
    assert pace(Plan(steps_per_epoch=40, total_steps=40 * epochs, seconds=seconds)) == expected
