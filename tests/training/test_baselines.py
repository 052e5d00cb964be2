from collections.abc import Mapping

import pytest
import sklearn.dummy
import torch

from tui_trainer.core.events import Baseline, Task
from tui_trainer.core.recipe import BinaryCrossEntropy, BundledSet, CrossEntropy, ErrorLoss, Loss, Moons
from tui_trainer.training.baselines import baselines
from tui_trainer.training.data import LoadedData, load
from tui_trainer.training.losses import build_loss


def found_for(data: LoadedData, task: Task, loss: Loss, num_outputs: int) -> Mapping[str, Baseline]:
    return baselines(data, task, loss, num_outputs, build_loss(loss, task, data.train_y))


def test_balanced_classes_are_guessed_by_chance():
    found = found_for(load(BundledSet(kind="digits")), "multiclass", CrossEntropy(), 10)
    assert found["loss"].label == "ln 10"
    assert found["loss"].value == pytest.approx(2.302585)
    assert found["accuracy"].label == "chance"
    assert found["accuracy"].value == pytest.approx(0.1, abs=0.02)


def test_unbalanced_classes_have_a_majority():
    data = load(BundledSet(kind="breast-cancer"))
    guess = sklearn.dummy.DummyClassifier().fit(data.train_x, data.train_y)
    expected = guess.score(data.validation_x, data.validation_y)
    found = found_for(data, "binary", BinaryCrossEntropy(), 1)
    assert found["accuracy"] == Baseline(pytest.approx(expected), "majority class")
    assert found["loss"].label == "ln 2"


@pytest.mark.parametrize("num_outputs", [1, 2])
def test_the_trivial_loss_is_that_of_logits_that_are_zero(num_outputs):
    data, loss = load(Moons()), ErrorLoss()
    at_zero = build_loss(loss, "binary", data.train_y)(
        torch.zeros(len(data.validation_y), num_outputs), data.validation_y
    )
    assert found_for(data, "binary", loss, num_outputs)["loss"].value == pytest.approx(at_zero.item())


def test_regression_has_to_beat_the_mean():
    data = load(BundledSet(kind="diabetes"))
    found = found_for(data, "regression", ErrorLoss(), 1)
    actual = data.validation_y * data.target_std + data.target_mean
    error = actual - data.target_mean
    assert found["r2"] == Baseline(0.0, "mean predictor")
    assert found["mae"].value == pytest.approx(error.abs().mean().item(), rel=1e-5)
    assert found["rmse"].value == pytest.approx(error.square().mean().sqrt().item(), rel=1e-5)
    assert found["loss"].value == pytest.approx(data.validation_y.square().mean().item(), rel=1e-5)
