import pytest
import sklearn.dummy
import torch

from tui_trainer.core.events import Baseline
from tui_trainer.core.recipe import BundledSet, Loss, Moons
from tui_trainer.training.baselines import baselines
from tui_trainer.training.data import load
from tui_trainer.training.losses import build_loss


def test_balanced_classes_are_guessed_by_chance():
    found = baselines(load(BundledSet(kind="digits")), "multiclass", Loss(), 10)
    assert found["loss"].label == "ln 10"
    assert found["loss"].value == pytest.approx(2.302585)
    assert found["accuracy"].label == "chance"
    assert found["accuracy"].value == pytest.approx(0.1, abs=0.02)


def test_unbalanced_classes_have_a_majority():
    data = load(BundledSet(kind="breast-cancer"))
    guess = sklearn.dummy.DummyClassifier().fit(data.train_x, data.train_y)
    expected = guess.score(data.validation_x, data.validation_y)
    found = baselines(data, "binary", Loss(kind="binary-cross-entropy"), 1)
    assert found["accuracy"] == Baseline(pytest.approx(expected), "majority class")
    assert found["loss"].label == "ln 2"


@pytest.mark.parametrize("num_outputs", [1, 2])
def test_the_trivial_loss_is_that_of_logits_that_are_zero(num_outputs):
    data, loss = load(Moons()), Loss(kind="mse")
    at_zero = build_loss(loss, "binary")(torch.zeros(len(data.validation_y), num_outputs), data.validation_y)
    assert baselines(data, "binary", loss, num_outputs)["loss"].value == pytest.approx(at_zero.item())


def test_regression_has_to_beat_the_mean():
    data = load(BundledSet(kind="diabetes"))
    found = baselines(data, "regression", Loss(kind="mse"), 1)
    actual = data.validation_y * data.target_std + data.target_mean
    error = actual - data.target_mean
    assert found["r2"] == Baseline(0.0, "mean predictor")
    assert found["mae"].value == pytest.approx(error.abs().mean().item(), rel=1e-5)
    assert found["rmse"].value == pytest.approx(error.square().mean().sqrt().item(), rel=1e-5)
    assert found["loss"].value == pytest.approx(data.validation_y.square().mean().item(), rel=1e-5)
