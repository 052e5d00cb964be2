import math
from dataclasses import replace
from pathlib import Path

import pytest

from tui_trainer.core.brief import trend
from tui_trainer.core.ordering import COLUMNS, holding, ordered
from tui_trainer.core.rundir import RunDir
from tui_trainer.core.scores import Score
from tui_trainer.core.summary import Summary


def summary(name: str, best: float | None = None, **changed: object) -> Summary:
    score = None if best is None else Score(1, 1.0, 0.5, best)
    made = Summary(
        run=RunDir(Path(name)),
        name=name,
        title="digits · adam 0.001",
        parent=None,
        state="finished",
        reason="",
        headline="accuracy",
        best=score,
        last=score,
        started_at=0.0,
        duration_s=1.0,
        step=1,
        epoch=1.0,
        parameters=3,
        damaged=0,
        disk_bytes=0,
    )
    return replace(made, **changed)


def names(runs: list[Summary]) -> str:
    return "".join(run.name for run in runs)


def test_the_best_come_first_and_the_unknown_last_either_way():
    runs = [summary("a", 0.5), summary("b"), summary("c", 0.9), summary("d", math.nan)]
    assert names(ordered(runs, "best")) == "cadb"
    assert names(ordered(runs, "best", reverse=True)) == "dacb"


def test_metrics_are_never_compared_with_each_other_and_errors_are_best_when_small():
    runs = [summary("a", 0.5, headline="mae"), summary("b", 0.2), summary("c", 0.4, headline="mae")]
    assert names(ordered(runs, "best")) == "bca"


def test_equal_ones_stay_as_they_were():
    runs = [summary("b"), summary("a"), summary("c")]
    for column in set(COLUMNS) - {"name"}:
        assert names(ordered(runs, column)) == "bac"
    assert names(ordered(runs, "name")) == "abc"


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["digits"], "ab"),
        (["Digits", "good"], "b"),
        (["digits good"], "b"),
        (["nothing"], ""),
        ([], "ab"),
        (["baseline"], "a"),
    ],
)
def test_words_are_looked_for_in_all_that_is_known(words, found):
    runs = [summary("a", note="my Baseline"), summary("b", tags=("good",))]
    assert names(holding(runs, words)) == found


def test_a_trend_keeps_its_spikes_and_marks_what_is_not_finite():
    values = [0.5] * 1000
    values[700] = 5.0
    values[30] = math.inf
    drawn = trend([Score(step, None, 0.1, value) for step, value in enumerate(values)])
    assert len(drawn) == 12
    assert math.isnan(drawn[0])
    assert max(value for value in drawn if value == value) == 5.0


def test_a_trend_is_of_the_loss_where_nothing_else_is_known():
    assert trend([Score(0, None, 2.0, math.nan), Score(1, None, 1.0, math.nan)]) == (2.0, 1.0)
    assert trend([]) == ()
