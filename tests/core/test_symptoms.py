"""What a teaching recipe says one will see, measured on runs."""

import math

import pytest

from tests.core.courses import decay, told
from tui_trainer.core.events import LayersMeasured
from tui_trainer.core.history import History
from tui_trainer.core.recipe import Recipe
from tui_trainer.core.symptoms import MEASURES, Bound, Symptom

OVERFIT = Symptom(
    bounds=(Bound("validation_loss_rise", at_least=1.3), Bound("train_accuracy", at_least=0.99)),
    diagnosis="overfitting",
)
TRAIN, VALIDATION = decay(2.3, 0.01, 40), [*decay(2.3, 0.3, 10), *(0.32 + 0.01 * k for k in range(30))]


def measured(name: str, history: History) -> float:
    return MEASURES[name].of(history)


def test_a_run_shows_what_is_said_or_not_with_the_values() -> None:
    history = told(TRAIN, VALIDATION, headline=([1.0] * 40, [0.9] * 40))
    diagnosis, rise, accuracy = OVERFIT.shown(history, Recipe())
    assert (diagnosis.text, diagnosis.holds, diagnosis.value) == ("overfitting", True, None)
    assert (rise.text, rise.holds) == ("validation loss ≥ 1.3 × its minimum", True)
    assert rise.value == pytest.approx(VALIDATION[-1] / min(VALIDATION))
    assert (accuracy.text, accuracy.holds, accuracy.value) == ("train accuracy ≥ 0.99", True, 1.0)

    healthy = told(TRAIN, TRAIN, headline=([0.9] * 40, [0.9] * 40))
    assert [shown.holds for shown in OVERFIT.shown(healthy, Recipe())] == [False, False, False]


def test_a_symptom_is_one_line() -> None:
    assert OVERFIT.text == "overfitting, validation loss ≥ 1.3 × its minimum, train accuracy ≥ 0.99"


@pytest.mark.parametrize(
    ("bound", "text"),
    [
        (Bound("train_accuracy", at_most=0.2), "train accuracy ≤ 0.2"),
        (Bound("train_accuracy", at_least=0.2, at_most=0.5), "train accuracy from 0.2 to 0.5"),
        (Bound("epochs", at_least=20, at_most=20), "epochs = 20"),
        (Bound("non_finite", at_least=1), "ends on a loss that is NaN or infinite: yes"),
        (Bound("non_finite", at_most=0), "ends on a loss that is NaN or infinite: no"),
    ],
)
def test_bounds_in_words(bound: Bound, text: str) -> None:
    assert bound.text == text


def test_every_measure_says_what_it_is() -> None:
    for name, measure in MEASURES.items():
        assert measure.description.endswith("."), name
        assert measure.phrase.count("{}") == 1, name


def test_measures_of_a_run_of_classes() -> None:
    history = told([2.0, 1.0, 0.5], [2.0, 0.8, 1.2], headline=([0.1, 0.6, 0.9], [0.1, 0.5, 0.4]))
    expected = {
        "train_accuracy": 0.9,
        "validation_accuracy": 0.4,
        "accuracy_gap": 0.5,
        "train_loss": 0.5,
        "validation_loss": 1.2,
        "validation_loss_rise": 1.5,
        "loss_fall": 0.25,
        "non_finite": 0.0,
        "epochs": 2.0,
        "best_epoch": 1.0,
    }
    assert {name: measured(name, history) for name in expected} == pytest.approx(expected)
    assert math.isnan(measured("train_r2", history))


def test_measures_of_a_regression() -> None:
    history = told([1.0, 0.5], [1.0, 0.6], headline=([0.0, 0.5], [0.0, 0.4]), task="regression")
    assert measured("train_r2", history) == pytest.approx(0.5)
    assert measured("validation_r2", history) == pytest.approx(0.4)
    assert math.isnan(measured("train_accuracy", history))


def test_the_minimum_itself_has_not_risen() -> None:
    assert measured("validation_loss_rise", told([2.0, 1.1], [2.0, 1.1])) == 1.0


@pytest.mark.parametrize(
    "history", [told([1.0, math.nan], [1.0, math.nan]), told([1.0], [1.0], batches=[1, math.nan])]
)
def test_a_run_that_ended_on_nan_has_an_infinite_loss(history: History) -> None:
    assert measured("non_finite", history) == 1.0
    for name in ("train_loss", "validation_loss", "validation_loss_rise", "loss_fall"):
        assert measured(name, history) == math.inf
    assert measured("best_epoch", history) == 0.0


@pytest.mark.parametrize("history", [History(), told([], [])])
def test_where_nothing_was_measured_no_bound_holds(history: History) -> None:
    both = [Bound(name, at_least=-1e9) for name in MEASURES if name not in ("non_finite", "epochs")]
    assert not any(shown.holds for shown in Symptom(tuple(both)).shown(history, Recipe()))


def test_the_layers_are_measured_by_the_last_look_at_them() -> None:
    history = told(TRAIN, TRAIN)
    assert math.isnan(measured("gradient_share", history))
    assert math.isnan(measured("dead_units", history))
    for step, dead in ((40, 0.0), (80, 0.75)):
        history.apply(
            LayersMeasured(
                attempt=1,
                elapsed_s=1.0,
                step=step,
                layers=["linear1", "linear2"],
                gradient_norms=[0.3, 0.2],  # of 900 weights 0.01 each, of 100 0.02
                signal_norms=[1.0, 1.0],
                weight_norms=[1.0, 1.0],
                update_ratios=[0.1, 0.1],
                saturated=[math.nan, math.nan],
                dead=[dead, math.nan],
                sizes=[900, 100],
            )
        )
    assert measured("gradient_share", history) == pytest.approx(0.5)
    assert measured("dead_units", history) == 0.75
