import math

import numpy as np
import pytest
import sklearn.metrics
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from tests.recipes import loss_of
from tui_trainer.core.recipe import L2, Regularization
from tui_trainer.training.evaluate import (
    Evaluator,
    Predictions,
    confusion_matrix,
    predicted_classes,
    regression_scores,
    roc_auc,
)
from tui_trainer.training.losses import build_loss
from tui_trainer.training.regularization import Penalty


def evaluator(model, loss, task, *, num_classes=0, mean=0.0, std=1.0, rows=10, regularization=None):
    penalty = Penalty(model, regularization or Regularization())
    criterion = build_loss(loss_of(loss), task, torch.tensor([0, 1]))
    return Evaluator(model, criterion, penalty, task, num_classes, mean, std, rows)


def measured(generator):
    """The value of a measurement, and after how many chunks."""
    chunks = 0
    while True:
        try:
            next(generator)
            chunks += 1
        except StopIteration as end:
            return end.value, chunks


@pytest.mark.parametrize("rows", [7, 100, 1000])
def test_classes_are_scored_the_same_however_many_go_through_at_once(rows):
    torch.manual_seed(0)
    inputs, labels = torch.randn(100, 4), torch.randint(0, 3, (100,))
    model = nn.Linear(4, 3)
    result, chunks = measured(
        evaluator(model, "cross-entropy", "multiclass", num_classes=3, rows=rows).measure(inputs, labels)
    )
    logits = model(inputs)
    predicted = logits.argmax(1)
    assert chunks == math.ceil(100 / rows)
    assert result.num_samples == 100
    assert result.metrics["loss"] == pytest.approx(
        nn.functional.cross_entropy(logits, labels).item(), rel=1e-6
    )
    assert result.metrics["accuracy"] == pytest.approx(sklearn.metrics.accuracy_score(labels, predicted))
    assert np.array_equal(result.confusion, sklearn.metrics.confusion_matrix(labels, predicted))


def test_dropout_rests_while_measured():
    model = nn.Sequential(nn.Linear(4, 3), nn.Dropout(0.9))
    inputs, labels = torch.randn(50, 4), torch.randint(0, 3, (50,))
    result, _ = measured(
        evaluator(model, "cross-entropy", "multiclass", num_classes=3).measure(inputs, labels)
    )
    assert result.metrics["loss"] == pytest.approx(
        nn.functional.cross_entropy(model[0](inputs), labels).item()
    )


def test_regression_is_scored_in_original_units():
    model = nn.Linear(2, 1)
    inputs, targets = torch.randn(40, 2), torch.randn(40, 1)
    result, _ = measured(evaluator(model, "mse", "regression", mean=150.0, std=77.0).measure(inputs, targets))
    actual, predicted = 150 + 77 * targets[:, 0], 150 + 77 * model(inputs)[:, 0].detach()
    assert result.metrics == pytest.approx(
        {
            "loss": (model(inputs) - targets).square().mean().item(),
            "r2": sklearn.metrics.r2_score(actual, predicted),
            "mae": sklearn.metrics.mean_absolute_error(actual, predicted),
            "rmse": sklearn.metrics.root_mean_squared_error(actual, predicted),
        },
        rel=1e-4,
    )
    assert result.predictions.actual == pytest.approx(actual.numpy(), rel=1e-5)
    assert result.predictions.predicted == pytest.approx(predicted.numpy(), rel=1e-5)


@pytest.mark.parametrize("num_outputs", [1, 2])
def test_two_classes_have_an_auc(num_outputs):
    model = nn.Linear(3, num_outputs)
    inputs, labels = torch.randn(60, 3), torch.arange(60) % 2
    loss = "binary-cross-entropy" if num_outputs == 1 else "cross-entropy"
    result, _ = measured(evaluator(model, loss, "binary", num_classes=2).measure(inputs, labels))
    outputs = model(inputs).detach()
    score = outputs.sigmoid()[:, 0] if num_outputs == 1 else outputs.softmax(1)[:, 1]
    assert result.metrics["roc_auc"] == pytest.approx(sklearn.metrics.roc_auc_score(labels, score))


def test_the_penalty_is_told_beside_the_loss_and_not_in_it():
    model = nn.Linear(2, 1)
    regularization = Regularization(l2=L2(strength=0.5))
    inputs, targets = torch.randn(9, 2), torch.randn(9, 1)
    plain, _ = measured(evaluator(model, "mse", "regression").measure(inputs, targets))
    penalized, _ = measured(
        evaluator(model, "mse", "regression", regularization=regularization).measure(inputs, targets)
    )
    assert penalized.metrics["loss"] == plain.metrics["loss"]
    assert penalized.metrics["penalty"] == pytest.approx(0.5 * model.weight.square().sum().item())
    assert "penalty" not in plain.metrics


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=1))
def test_a_confusion_matrix_counts_pairs(pairs):
    actual, predicted = torch.tensor(pairs).unbind(1)
    expected = sklearn.metrics.confusion_matrix(actual, predicted, labels=range(5))
    assert np.array_equal(confusion_matrix(actual, predicted, 5), expected)


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(-3, 3)), min_size=1))
def test_auc_counts_ties_half(pairs):
    labels, scores = np.array(pairs).T
    auc = roc_auc(labels, scores.astype(np.float32))
    if len(set(labels)) == 2:
        assert auc == pytest.approx(sklearn.metrics.roc_auc_score(labels, scores))
    else:
        assert math.isnan(auc)


def test_auc_of_scores_that_are_no_numbers_is_none():
    assert math.isnan(roc_auc(np.array([0, 1]), np.array([np.nan, 1.0], np.float32)))


def test_r2_of_equal_targets_is_not_a_number():
    ones = np.ones(3, np.float32)
    assert math.isnan(regression_scores(Predictions(ones, ones))["r2"])


def test_a_network_that_broke_still_gets_a_confusion_matrix():
    nothing = torch.full((4, 3), torch.nan)
    assert confusion_matrix(torch.tensor([0, 1, 2, 0]), predicted_classes(nothing), 3).sum() == 4
