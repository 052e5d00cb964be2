"""Whether one is better: the arithmetic, the promise that it is seldom wrong, and when nothing is claimed."""

import random
from collections.abc import Sequence
from math import sqrt

import pytest
from scipy import stats

from tui_trainer.core.better import Outcome, Side, Terms, compare, judge, standing
from tui_trainer.core.students_t import quantile, two_sided_p

TRIALS = 2000
LIMIT = 0.05 + 2 * sqrt(0.05 * 0.95 / TRIALS)
"""5 % and two standard errors."""


def side(label: str, values: Sequence[float | None], end: str = "done") -> Side:
    return Side(label, {seed: Outcome(end, value) for seed, value in enumerate(values)})


def terms(num_seeds: int, **others) -> Terms:
    return Terms(**{"metric": "accuracy", "rounds": (num_seeds,), "num_validation": 270, **others})


@pytest.mark.parametrize("df", [1, 2, 3, 4, 7, 10, 29, 99])
def test_students_t_agrees_with_scipy(df):
    for t in (0.0, 0.3, 1.0, 2.78, 12.0, 500.0):
        assert two_sided_p(-t, df) == pytest.approx(2 * stats.t.sf(t, df), abs=1e-12)
    for level in (0.5, 0.95, 0.9875, 0.999):
        assert quantile(level, df) == pytest.approx(stats.t.ppf((1 + level) / 2, df), rel=1e-9)


def test_the_interval_is_scipys_and_the_sentence_has_its_numbers():
    a, b = (0.93, 0.95, 0.94, 0.96, 0.95), (0.92, 0.93, 0.93, 0.94, 0.94)
    verdict = judge(side("adam", a), side("sgd", b), terms(5), "at these learning rates")
    paired = stats.ttest_rel(a, b)
    low, high = paired.confidence_interval(0.95)
    assert verdict.difference.p == pytest.approx(paired.pvalue)
    assert (verdict.difference.low, verdict.difference.high) == pytest.approx((low, high))
    assert verdict.better == "adam"
    assert verdict.text == (
        "adam beats sgd by 1.4 points of validation accuracy (95 % interval 0.72 to 2.1, 5 seeds), "
        "3.8 of 270 samples, at these learning rates."
    )


def test_it_does_not_matter_who_is_named_first_nor_which_way_the_metric_is_good():
    a, b = side("a", (0.1, 0.12, 0.11)), side("b", (0.2, 0.23, 0.22))
    assert judge(a, b, terms(3)).better == judge(b, a, terms(3)).better == "b"
    loss = terms(3, metric="loss")
    assert judge(a, b, loss).better == judge(b, a, loss).better == "a"


def test_an_interval_around_zero_cannot_tell_and_says_who_leads():
    verdict = judge(side("adam", (0.95, 0.93, 0.96)), side("sgd", (0.94, 0.94, 0.94)), terms(3))
    assert verdict.better is None
    assert verdict.text.startswith("Cannot tell adam from sgd: adam leads by 0.67 points")
    assert verdict.text.endswith("1.8 of 270 samples.")


@pytest.mark.parametrize("num_seeds", [1, 2])
def test_fewer_than_three_seeds_never_tell(num_seeds):
    verdict = judge(side("a", (0.99,) * num_seeds), side("b", (0.1, 0.11)[:num_seeds]), terms(num_seeds))
    assert verdict.better is None
    assert "fewer than 3" in verdict.text
    assert "a leads by" in verdict.text


def test_nothing_is_claimed_before_all_have_ended_nor_over_what_was_cut_short():
    good, bad = (0.95, 0.96, 0.94, 0.95), (0.5, 0.52, 0.51, 0.5)
    waiting = Side("b", {**side("b", bad).outcomes, 3: Outcome("pending", 0.4)})
    assert judge(side("a", good), waiting, terms(4)).better is None
    assert "1 run of 8 has not ended" in judge(side("a", good), waiting, terms(4)).text
    crashed = Side("b", {**side("b", bad).outcomes, 3: Outcome("broken", 0.4)})
    assert judge(side("a", good), crashed, terms(4)).better is None
    assert "cut short" in judge(side("a", good), crashed, terms(4)).text


def test_a_run_that_diverged_counts_and_one_that_was_deleted_is_told_of():
    good, bad = (0.95, 0.96, 0.94, 0.95), (0.5, 0.52, 0.51, 0.1)
    diverged = Side("b", {**side("b", bad).outcomes, 3: Outcome("diverged", 0.1)})
    verdict = judge(side("a", good), diverged, terms(4))
    assert verdict.difference.num_pairs == 4
    assert "1 run of b diverged and counts as the best before" in verdict.text
    deleted = Side("b", {**side("b", bad).outcomes, 3: Outcome("absent")})
    verdict = judge(side("a", good), deleted, terms(4))
    assert (verdict.better, verdict.difference.num_pairs) == ("a", 3)
    assert "1 run deleted" in verdict.text


def test_ties_claim_nothing():
    same = judge(side("a", (0.9, 0.9, 0.9)), side("b", (0.9, 0.9, 0.9)), terms(3))
    assert same.better is None
    one_sample = tuple(value + 1 / 270 for value in (0.9, 0.8, 0.7))
    assert judge(side("a", one_sample), side("b", (0.9, 0.8, 0.7)), terms(3)).better is None
    fixed = judge(side("a", (0.9,) * 8), side("b", (0.5,) * 8), terms(8))
    assert fixed.better is None
    assert "seeds change nothing" in fixed.text
    assert compare(side("a", (0.9,) * 3), side("b", (0.9,) * 3), terms(3, metric="r2")).p == 1


def test_other_data_cannot_be_compared():
    verdict = judge(
        side("a", (0.9, 0.91, 0.92)), side("b", (0.1, 0.12, 0.1)), terms(3, incomparable="other data")
    )
    assert verdict.better is None
    assert verdict.text == "Cannot tell a from b: other data."


def test_a_second_look_has_to_be_surer():
    assert terms(3).level == 0.95
    assert Terms("accuracy", (1, 5)).level == 0.95, "one seed could claim nothing: it was no look"
    assert Terms("accuracy", (3, 5)).level == pytest.approx(0.9875)
    assert Terms("accuracy", (3, 5, 5)).level == pytest.approx(0.99375)


def test_the_best_of_several_is_named_only_where_it_beats_each():
    high, low, near = (0.95, 0.96, 0.955), (0.5, 0.52, 0.51), (0.95, 0.955, 0.958)
    clear = standing([side("c", low), side("a", high), side("b", (0.6, 0.62, 0.63))], terms(3))
    assert (clear.leader, clear.is_best, clear.rivals) == ("a", True, ())
    assert clear.text == "a is the best: it beats each of the 2 others (95 % over 3 seeds)."
    close = standing([side("a", high), side("b", near), side("c", low)], terms(3))
    assert not close.is_best
    assert close.rivals == ("b",)
    assert close.text == "Cannot tell which is the best: a leads, but not surely before b."


# The promise


class Trials:
    """Comparisons of recipes that differ by what was planted, and by chance."""

    def __init__(self) -> None:
        self.random = random.Random(20)

    def sides(self, number: int, num_seeds: int, deviation: float, planted: float = 0.0) -> list[Side]:
        """Accuracies over 270 samples; what a seed does to all of them alike, and what it does to each."""
        common = [self.random.gauss(0.9, 0.01) for _ in range(num_seeds)]
        return [
            side(str(place), [self.accuracy(each + planted * (place == 0), deviation) for each in common])
            for place in range(number)
        ]

    def accuracy(self, mean: float, deviation: float) -> float:
        return round(270 * min(1.0, max(0.0, self.random.gauss(mean, deviation)))) / 270


@pytest.mark.parametrize("num_seeds", [3, 5, 8])
@pytest.mark.parametrize("deviation", [0.002, 0.01])
def test_equal_recipes_are_told_apart_in_five_percent_at_most(num_seeds, deviation):
    trials = Trials()
    told = [judge(*trials.sides(2, num_seeds, deviation), terms(num_seeds)) for _ in range(TRIALS)]
    assert sum(verdict.better is not None for verdict in told) / TRIALS <= LIMIT


@pytest.mark.parametrize("number", [3, 5])
def test_of_many_equal_recipes_none_is_set_above_another_in_more_than_five_percent(number):
    trials, wrong = Trials(), 0
    for _ in range(TRIALS):
        told = standing(trials.sides(number, 5, 0.01), terms(5))
        wrong += told.is_best or len(told.rivals) < number - 1
    assert wrong / TRIALS <= LIMIT


def test_looking_again_after_five_more_seeds_stays_below_the_bound_that_is_told():
    trials, wrong = Trials(), 0
    for _ in range(TRIALS):
        sides = trials.sides(2, 8, 0.01)
        first = [Side(each.label, {seed: each.outcomes[seed] for seed in range(3)}) for each in sides]
        looks = (judge(*first, terms(3)), judge(*sides, Terms("accuracy", (3, 5), 270)))
        wrong += any(verdict.better is not None for verdict in looks)
    assert wrong / TRIALS <= 0.075


def test_planted_differences_are_found_and_the_power_is_printed(capsys):
    trials, power = Trials(), {}
    for num_seeds in (3, 5, 8):
        for planted in (0.005, 0.01, 0.02, 0.04):
            told = [judge(*trials.sides(2, num_seeds, 0.01, planted), terms(num_seeds)) for _ in range(400)]
            power[num_seeds, planted] = sum(verdict.better == "0" for verdict in told) / len(told)
            assert sum(verdict.better == "1" for verdict in told) / len(told) <= LIMIT
    with capsys.disabled():
        print("\npower at a deviation of 1 point a run:")
        for (num_seeds, planted), found in power.items():
            print(f"  {num_seeds} seeds, {100 * planted:g} points better: {100 * found:.0f} %")
    assert power[8, 0.04] > 0.95
    assert power[3, 0.04] > power[3, 0.005]
