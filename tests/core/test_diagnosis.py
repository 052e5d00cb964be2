"""What is going on is said with its numbers, late rather than wrongly, and with cures that fit the recipe."""

import math
import time

import pytest

from tests.core.courses import decay, jittery, told
from tui_trainer.core.diagnosis import Diagnosis, beside_reason, diagnose
from tui_trainer.core.events import Baseline, Edited, PhaseChanged
from tui_trainer.core.history import History
from tui_trainer.core.recipe import (
    L1,
    L2,
    Adam,
    BundledSet,
    Dropout,
    EarlyStopping,
    FullyConnected,
    GradientDescent,
    Moons,
    Recipe,
    Regularization,
    SingleLayer,
    Training,
)

PLAIN = Recipe()
STOPPING = Recipe(regularization=Regularization(early_stopping=EarlyStopping(patience=8)))
CHANCE = ([0.1] * 20, [0.1] * 20)
FALLING, RISING = decay(2.3, 0.01, 40), [*decay(2.3, 0.3, 10), *(0.32 + 0.01 * k for k in range(30))]


def kinds(found: tuple[Diagnosis, ...]) -> list[str]:
    return [each.kind for each in found]


def alarms(found: tuple[Diagnosis, ...]) -> list[str]:
    return [each.text for each in found if each.severity == "alarm"]


# Before anything can be told


def test_nothing_is_said_of_an_empty_run_or_before_the_first_update() -> None:
    assert diagnose(History(), PLAIN) == ()
    assert diagnose(told([], []), PLAIN) == ()
    assert diagnose(told([2.3], [2.3]), PLAIN) == ()


def test_a_single_evaluation_after_some_updates_is_too_early() -> None:
    (found,) = diagnose(told([2.3], [2.3], batches=[2.3, 2.2]), PLAIN)
    assert (found.kind, found.severity, found.text) == (
        "too-early",
        "note",
        "too early to tell after 2 updates",
    )


def test_it_is_too_early_while_train_is_measured_and_validation_not_yet() -> None:
    assert kinds(diagnose(told([2.3, 2.29], [2.3]), PLAIN)) == ["too-early"]


def test_a_loss_that_has_hardly_moved_is_too_early_not_learning() -> None:
    assert kinds(diagnose(told([2.33, 2.31, 2.30], [2.33, 2.31, 2.30]), PLAIN)) == ["too-early"]


# Learning


def test_learning_counts_the_evaluations_in_which_validation_fell() -> None:
    losses = [2.3, 1.5, 1.0, 0.8, 0.85, 0.6, 0.5, 0.4, 0.3]
    (found,) = diagnose(told(losses, losses), PLAIN)
    assert (found.kind, found.severity, found.advice) == ("learning", "good", "")
    assert found.text == "learning: validation loss fell in 6 of the last 7 evaluations, to 0.300"


def test_what_it_learned_is_said_at_the_end() -> None:
    losses = decay(2.3, 0.05, 30)
    found = diagnose(told(losses, losses, ended=True), PLAIN)
    assert [each.text for each in found] == ["it learned: validation loss fell from 2.30 to 0.05"]


def test_a_run_stopped_early_has_learned_and_nothing_is_wrong() -> None:
    validation = jittery([*decay(2.3, 0.05, 15), *[0.055] * 8], 0.15)
    found = diagnose(told(decay(2.3, 0.005, 23), validation, ended=True), STOPPING)
    assert [(each.kind, each.severity) for each in found] == [("learning", "good")]


def test_the_diagnosis_is_that_of_any_moment() -> None:
    history = told(FALLING, RISING)
    assert kinds(diagnose(history, PLAIN, at=3 * 40 + 0.5)) == ["learning"]
    assert kinds(diagnose(history, PLAIN)) == ["overfitting"]
    ended = told(FALLING, RISING, ended=True)
    assert diagnose(ended, PLAIN, at=200) == diagnose(history, PLAIN, at=200)


# Plateau and underfitting


def test_a_plateau_is_told_with_its_best_and_what_train_does() -> None:
    losses = [*decay(2.3, 0.5, 12), *[0.5] * 15]
    (found,) = diagnose(told(losses, [loss + 0.3 for loss in losses]), PLAIN)
    assert (found.kind, found.severity) == ("plateau", "note")
    assert found.text.startswith("plateau: validation loss is no better than 0.800 at epoch ")
    assert "a larger net (hidden is 64)" in found.advice
    assert "learning rate" in found.advice


def test_train_that_falls_on_alone_is_a_plateau_not_yet_overfitting() -> None:
    validation = [*decay(2.3, 0.3, 20), *[0.301] * 12]
    (found,) = diagnose(told(decay(2.3, 0.0, 32, rate=0.2), validation), PLAIN)
    assert (found.kind, found.advice) == ("plateau", "")
    assert "while train falls on to" in found.text


def test_nothing_more_to_learn_is_good() -> None:
    losses = [*decay(2.3, 0.01, 20), *[0.01] * 10]
    (found,) = diagnose(told(losses, losses), PLAIN)
    assert (found.kind, found.severity, found.advice) == ("plateau", "good", "")


def test_underfitting_is_a_train_loss_that_stays_high_with_validation_close_by() -> None:
    losses = [*decay(0.69, 0.3, 20), *[0.3] * 10]
    line = Recipe(architecture=SingleLayer(kind="logistic-regression"))
    history = told(losses, [1.1 * loss for loss in losses], task="binary", classes=("no", "yes"))
    (found,) = diagnose(history, line)
    assert (found.kind, found.severity) == ("underfitting", "note")
    assert found.text == (
        "underfitting, or noisy data: train loss stays at 0.300 (trivial answer: 0.693), validation 0.330"
    )
    assert "a net with a hidden layer" in found.advice


def test_strong_regularization_is_the_first_to_suspect_of_underfitting() -> None:
    losses = [*decay(2.3, 1.5, 20), *[1.5] * 10]
    strong = Recipe(regularization=Regularization(l2=L2(strength=0.3), dropout=Dropout(rate=0.8)))
    (found,) = diagnose(told(losses, losses), strong)
    assert found.advice.startswith("try less l2 (λ is 0.3), less dropout (it is 0.8), a larger net")


def test_a_run_that_ends_while_its_loss_still_falls_was_too_short() -> None:
    losses = [2.3 - 0.03 * epoch for epoch in range(20)]
    recipe = Recipe(optimizer=Adam(lr=1e-5), training=Training(epochs=19))
    (found,) = diagnose(told(losses, losses, ended=True), recipe)
    assert (found.kind, found.severity) == ("underfitting", "note")
    assert found.advice == "try more epochs than 19 or a learning rate larger than 1e-05"
    assert kinds(diagnose(told(losses, losses), recipe)) == ["learning"]
    stopped = told(losses, losses)
    stopped.apply(PhaseChanged(attempt=1, elapsed_s=9.0, phase="stopped", step=stopped.step))
    assert kinds(diagnose(stopped, recipe)) == ["learning"]


# Overfitting


def test_overfitting_since_the_epoch_of_the_minimum() -> None:
    (found,) = diagnose(told(FALLING, RISING), PLAIN)
    assert (found.kind, found.severity) == ("overfitting", "alarm")
    assert found.text == (
        "overfitting since epoch 10: validation loss up from 0.320 to about 0.590, train at 0.01"
    )


def test_a_small_lasting_rise_is_a_note() -> None:
    validation = [*decay(2.3, 0.5, 20), *[0.58] * 20]
    (found,) = diagnose(told(FALLING, validation), PLAIN)
    assert (found.kind, found.severity) == ("overfitting", "note")


def test_early_stopping_makes_of_a_rise_no_alarm() -> None:
    (found,) = diagnose(told(FALLING, RISING), STOPPING)
    assert (found.kind, found.severity, found.advice) == ("overfitting", "note", "")
    assert found.text.endswith("early stopping keeps the best weights")


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("share", [0.05, 0.2])
def test_jitter_alone_is_no_overfitting(seed: int, share: float) -> None:
    validation = jittery([*decay(2.3, 0.06, 20), *[0.06] * 20], share, seed)
    history = told(jittery(FALLING, 0.1, seed + 50), validation)
    for epoch in range(40):
        assert not alarms(diagnose(history, PLAIN, at=40 * epoch))


def test_one_bad_evaluation_is_no_overfitting() -> None:
    validation = [*decay(2.3, 0.3, 30), 0.9]
    assert "overfitting" not in kinds(diagnose(told(FALLING[:31], validation), PLAIN))


def test_a_rise_of_both_losses_is_no_overfitting() -> None:
    losses = [*decay(2.3, 0.3, 15), *(0.3 + 0.02 * k for k in range(15))]
    assert "overfitting" not in kinds(diagnose(told(losses, losses), PLAIN))


def test_a_rise_of_next_to_nothing_is_no_overfitting() -> None:
    validation = [*decay(2.3, 0.003, 20), *[0.01] * 20]
    assert "overfitting" not in kinds(diagnose(told(FALLING, validation), PLAIN))


@pytest.mark.parametrize(
    ("recipe", "named", "not_named"),
    [
        (PLAIN, {"l2", "dropout", "early stopping"}, {"more data"}),
        (Recipe(data=BundledSet(train_fraction=0.1)), {"more data (train_fraction is 0.1)", "l2"}, set()),
        (Recipe(data=Moons(points=100)), {"more data (points is 100)", "dropout"}, set()),
        (Recipe(architecture=SingleLayer(kind="softmax-regression")), {"l2"}, {"dropout"}),
        (
            Recipe(regularization=Regularization(l2=L2(), dropout=Dropout())),
            {"early stopping"},
            {"l2", "dropout"},
        ),
    ],
)
def test_only_cures_that_fit_and_are_not_in_use_are_named(
    recipe: Recipe, named: set[str], not_named: set[str]
) -> None:
    (found,) = diagnose(told(FALLING, RISING), recipe)
    assert found.advice.startswith("try ")
    assert [cure for cure in named if cure not in found.advice] == []
    assert [cure for cure in not_named if cure in found.advice] == []


# Diverged


def test_a_loss_that_is_no_number_has_diverged_at_its_first_step() -> None:
    recipe = Recipe(optimizer=GradientDescent(lr=5.0))
    history = told([2.3], [2.3], batches=[2.3, 9.0, math.inf, math.nan])
    (found,) = diagnose(history, recipe)
    assert (found.kind, found.severity) == ("diverged", "alarm")
    assert found.text == "diverged: the loss of a batch became ∞ at step 3 (epoch 1)"
    assert found.advice.startswith("try a learning rate smaller than 5")
    assert kinds(diagnose(history, recipe, at=2)) == ["too-early"]
    history.apply(Edited(attempt=1, elapsed_s=0.1, step=1, setting="optimizer.lr", before=5.0, value=0.3))
    assert diagnose(history, recipe)[0].advice.startswith("try a learning rate smaller than 0.3")


def test_an_evaluation_that_is_no_number_has_diverged() -> None:
    history = told([2.3, math.nan], [2.3, math.nan], reason="train loss became nan at step 40")
    (found,) = diagnose(history, PLAIN)
    assert found.text == "diverged: the train loss became NaN at step 40 (epoch 1)"
    assert beside_reason([found], history) == ()


def test_a_loss_no_number_once_and_over_with_is_no_alarm() -> None:
    losses = decay(2.3, 0.1, 20)
    losses[3] = math.nan
    assert kinds(diagnose(told(losses, losses), PLAIN)) == ["learning"]


def test_a_loss_far_above_its_start_has_diverged() -> None:
    high = [1.0, 1.5, 5.0, 5.0, 5.2, 5.1, 5.3, 5.0]
    (found,) = diagnose(told(high, high, task="regression"), PLAIN)
    assert found.text == "diverged: train loss is 5.00, from 1.000 before training"
    once = [1.0, 5.0, 0.8, 0.6]
    assert not alarms(diagnose(told(once, once, task="regression"), PLAIN))


def test_batches_tell_of_divergence_before_the_next_evaluation() -> None:
    (found,) = diagnose(told([1.0], [1.0], task="regression", batches=[10.0**k for k in range(8)]), PLAIN)
    assert found.kind == "diverged"


def test_validation_far_above_its_start_is_overfitting_not_divergence() -> None:
    validation = [*decay(2.3, 0.3, 10), *(0.3 + 0.3 * k for k in range(30))]
    assert kinds(diagnose(told(FALLING, validation), PLAIN)) == ["overfitting"]


# Chance


def test_no_better_than_the_trivial_answer_is_chance() -> None:
    losses = [2.303] * 20
    (found,) = diagnose(told(losses, losses, headline=CHANCE), PLAIN)
    assert (found.kind, found.severity) == ("chance", "alarm")
    assert found.text == "chance level: accuracy 0.100 on train, 0.100 on validation; chance 0.100"
    assert "learning rate" in found.advice


def test_chance_is_no_news_in_the_first_hundred_updates() -> None:
    losses = [2.303] * 20
    history = told(losses, losses, headline=CHANCE, steps_per_epoch=5)
    assert kinds(diagnose(history, PLAIN)) == ["too-early"]
    ended = told(losses, losses, headline=CHANCE, steps_per_epoch=5, ended=True)
    assert kinds(diagnose(ended, PLAIN)) == ["chance"]


def test_chance_counts_what_is_within_two_standard_errors() -> None:
    losses, accuracy = [2.303] * 20, ([0.115] * 20, [0.115] * 20)
    assert kinds(diagnose(told(losses, losses, headline=accuracy, num_samples=270), PLAIN)) == ["chance"]
    assert "chance" not in kinds(diagnose(told(losses, losses, headline=accuracy, num_samples=9000), PLAIN))


def test_who_still_learns_is_not_at_chance() -> None:
    losses = [2.303 - 0.01 * epoch for epoch in range(20)]
    assert "chance" not in kinds(diagnose(told(losses, losses, headline=CHANCE), PLAIN))


def test_regression_at_the_mean_is_chance() -> None:
    losses, r2 = [1.0] * 10, ([0.01] * 10, [-0.02] * 10)
    (found,) = diagnose(told(losses, losses, headline=r2, task="regression"), PLAIN)
    assert found.text == "chance level: R² 0.01 on train, -0.02 on validation; mean predictor 0.000"


@pytest.mark.parametrize(
    ("recipe", "advice"),
    [
        (
            Recipe(architecture=FullyConnected(hidden=(32,) * 5, activation="sigmoid")),
            "try relu, batch norm or xavier initialization: 5 layers of sigmoid let the gradient vanish",
        ),
        (
            Recipe(architecture=FullyConnected(initialization="zeros")),
            "try another initialization than zeros: from there all units of a layer stay equal",
        ),
        (
            Recipe(optimizer=Adam(lr=1.0)),
            "try a learning rate smaller than 1 or leaky-relu, whose units cannot die",
        ),
        (Recipe(optimizer=Adam(lr=1e-6)), "try a learning rate larger than 1e-06 or more epochs"),
        (Recipe(regularization=Regularization(l1=L1(strength=1.0))), "try less l1 (λ is 1)"),
        (
            Recipe(architecture=SingleLayer(kind="softmax-regression")),
            "try a net with a hidden layer (mlp)",
        ),
    ],
)
def test_what_to_try_against_chance_depends_on_the_recipe(recipe: Recipe, advice: str) -> None:
    losses = [2.303] * 20
    (found,) = diagnose(told(losses, losses, headline=CHANCE), recipe)
    assert found.advice == advice


# Confusion matrices


def test_all_one_class_is_told_with_its_name() -> None:
    losses = [0.69] * 10
    half = ([0.5] * 10, [0.5] * 10)
    matrix = ((0, 500), (0, 500))
    history = told(
        losses, losses, headline=half, confusion=matrix, task="binary", classes=("no", "yes\x1b[31m")
    )
    chance, one_class = diagnose(history, PLAIN)
    assert (chance.kind, one_class.kind) == ("chance", "one-class")
    assert one_class.text == "all one class: each of the 1,000 validation samples is taken for yes"
    assert one_class.advice == ""


def test_one_class_that_is_all_there_is_is_right() -> None:
    losses = [0.01] * 10
    history = told(losses, losses, confusion=((0, 0), (0, 500)), task="binary", classes=("no", "yes"))
    assert "one-class" not in kinds(diagnose(history, PLAIN))


def test_one_sample_is_no_most_frequent_confusion() -> None:
    losses = decay(0.7, 0.2, 9)
    once = ((40, 1), (1, 52))
    history = told(losses, losses, confusion=once, task="binary", classes=("cat", "dog"))
    assert kinds(diagnose(history, PLAIN)) == ["learning"]


def test_the_most_frequent_confusion_comes_last() -> None:
    losses = decay(0.69, 0.1, 10)
    history = told(losses, losses, confusion=((40, 2), (7, 46)), task="binary", classes=("cat", "dog"))
    found = diagnose(history, PLAIN)
    assert found[-1].text == "most frequent confusion: dog taken for cat, 7 of 53 on validation"
    assert kinds(found) == ["learning", "confusion"]


@pytest.mark.parametrize("matrix", [((1, 2),), ((1, 2), (3,)), ()])
def test_a_matrix_that_is_none_does_no_harm(matrix: tuple[tuple[int, ...], ...]) -> None:
    losses = decay(0.69, 0.1, 10)
    assert kinds(diagnose(told(losses, losses, confusion=matrix), PLAIN)) == ["learning"]


# Odd runs


def test_a_run_without_baselines_is_diagnosed_all_the_same() -> None:
    assert kinds(diagnose(told(FALLING, RISING, baselines={}), PLAIN)) == ["overfitting"]
    none = told([0.0] * 20, [0.0] * 20, baselines={"loss": Baseline(0.0, "odd")})
    assert not alarms(diagnose(none, PLAIN))


def test_losses_below_zero_are_nobodys_divergence() -> None:
    losses = [-1.0 - 0.1 * k for k in range(20)]
    assert kinds(diagnose(told(losses, losses, baselines={}), PLAIN)) == ["learning"]


def test_thousands_of_evaluations_are_looked_at_in_the_large() -> None:
    """A loss that falls by 1 % in 300 evaluations has not come to rest."""
    losses = decay(2.3, 0.2, 3_000, rate=0.001)
    assert kinds(diagnose(told(losses, losses), PLAIN)) == ["learning"]


def test_a_diagnosis_costs_less_than_a_frame() -> None:
    history = told(
        jittery(FALLING), jittery(RISING), headline=([0.9] * 40, [0.8] * 40), confusion=((9, 1), (1, 9))
    )
    began = time.perf_counter()
    for _ in range(20):
        diagnose(history, PLAIN)
    assert (time.perf_counter() - began) / 20 < 0.02  # twenty times what it takes: only a blunder fails
