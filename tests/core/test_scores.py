"""Scores of a run that is validated very often: bounded, and nothing lost that one asks for."""

import itertools
import math
import random

import pytest

from tui_trainer.core.brief import Fold
from tui_trainer.core.events import Evaluated, Resumed
from tui_trainer.core.scores import MAX_SCORES, Score, Scores

NUM = 30_000


def walk(seed: int = 0) -> list[Score]:
    """Many validations, 7 steps apart, that wander."""
    draw = random.Random(seed)
    return [Score(7 * i, None, 2 * math.exp(-i / 9_000) + draw.random(), draw.random()) for i in range(NUM)]


def kept(told: list[Score], milestone=lambda _: False) -> Scores:
    scores = Scores()
    scores.milestone = milestone
    for score in told:
        scores.append(score)
        assert len(scores) <= MAX_SCORES
    return scores


def test_few_scores_are_all_kept():
    told = walk()[:MAX_SCORES]
    assert list(kept(told)) == told


def test_of_many_the_best_the_worst_the_last_and_the_first_at_a_target_are_kept():
    told = walk()
    scores = kept(told, lambda score: score.headline >= 0.999)
    for value in (lambda score: score.loss, lambda score: score.headline):
        assert min(scores, key=value) == min(told, key=value)
        assert max(scores, key=value) == max(told, key=value)
    assert scores[-1] == told[-1]
    reached = [next(score for score in each if score.headline >= 0.999) for each in (scores, told)]
    assert reached[0] == reached[1]


def test_all_of_a_run_is_kept_equally_dense():
    steps = [score.step for score in kept(walk())]
    assert steps == sorted(steps)
    apart = [after - before for before, after in itertools.pairwise(steps)]
    assert max(apart) <= 2 * 7 * NUM / (MAX_SCORES / 10)
    halves = [sum(step < 7 * NUM / 2 for step in steps), sum(step >= 7 * NUM / 2 for step in steps)]
    assert max(halves) < 1.2 * min(halves)


def evaluated(score: Score) -> Evaluated:
    return Evaluated(
        attempt=1,
        elapsed_s=score.step / 1e3,
        step=score.step,
        split="validation",
        num_samples=10,
        metrics={"loss": score.loss, "accuracy": score.headline},
    )


@pytest.mark.parametrize("at", [NUM // 2, NUM - 5, 3])
def test_the_best_before_a_resume_is_told_however_much_was_thinned(at):
    told, fold = walk(), Fold()
    told[at - 1] = told[at - 1]._replace(loss=0.0)
    told[-1] = told[-1]._replace(loss=-1.0)
    for score in told:
        fold.apply(evaluated(score))
    assert fold.best is not None
    assert fold.best.step == told[-1].step
    fold.apply(Resumed(attempt=2, elapsed_s=1.0, at_step=7 * at))
    assert fold.scores[-1].step <= 7 * at
    assert fold.best is not None
    assert fold.best.step == 7 * (at - 1)
