"""ROC, precision-recall and their areas against scikit-learn."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from tui_trainer.core.inside.ranking import rank, score_of_class

SAMPLES = st.lists(
    st.tuples(
        st.booleans(), st.sampled_from([0.0, 1e-7, 0.1, 0.25, 0.5, 0.9, 1 - 1e-9, 1.0]) | st.floats(0, 1)
    ),
    min_size=2,
    max_size=60,
).filter(lambda samples: len({is_of_class for is_of_class, _ in samples}) == 2)
"""Both classes, and many ties."""


@given(SAMPLES)
def test_curves_and_areas_are_those_of_scikit_learn(samples: list[tuple[bool, float]]) -> None:
    labels, scores = (np.array(column) for column in zip(*samples, strict=True))
    ranked = rank(labels, scores)
    false_rate, true_rate, thresholds = metrics.roc_curve(labels, scores, drop_intermediate=False)
    assert np.allclose(ranked.roc(), (false_rate, true_rate))
    assert np.array_equal(ranked.thresholds, thresholds[1:])
    precision, recall, _ = metrics.precision_recall_curve(labels, scores)
    assert np.allclose(ranked.precision_recall(), (recall[::-1], precision[::-1]))
    assert ranked.roc_auc() == pytest.approx(metrics.roc_auc_score(labels, scores))
    assert ranked.average_precision() == pytest.approx(metrics.average_precision_score(labels, scores))


@given(SAMPLES, st.floats(-0.1, 1.1))
def test_any_threshold_gives_the_matrix_it_decides(
    samples: list[tuple[bool, float]], threshold: float
) -> None:
    labels, scores = (np.array(column) for column in zip(*samples, strict=True))
    out = rank(labels, scores).at(threshold)
    taken = scores >= threshold
    expected = metrics.confusion_matrix(labels, taken, labels=[False, True])
    assert [[out.rejections, out.false_alarms], [out.misses, out.hits]] == expected.tolist()
    precision, recall, f1, _ = metrics.precision_recall_fscore_support(
        labels, taken, average="binary", zero_division=np.nan
    )
    assert out.precision == pytest.approx(precision, nan_ok=True)
    assert (out.recall, out.f1) == (pytest.approx(recall), pytest.approx(f1))
    assert out.specificity == pytest.approx(metrics.recall_score(labels, taken, pos_label=False))


@pytest.mark.parametrize("label", [True, False])
def test_without_both_classes_nothing_is_claimed(label: bool) -> None:
    ranked = rank(np.array([label] * 3), np.array([0.2, 0.5, 0.5]))
    assert not ranked.has_both
    assert math.isnan(ranked.roc_auc())
    assert math.isnan(ranked.average_precision())
    assert not rank(np.zeros(0, bool), np.zeros(0)).has_both


def test_thresholds_go_from_score_to_score() -> None:
    ranked = rank(np.array([True, False, True]), np.array([0.2, 0.5, 0.9]))
    assert [ranked.next_threshold(0.5, by) for by in (-1, 1)] == [0.2, 0.9]
    assert ranked.next_threshold(0.9, 1) == 0.9


def test_scores_that_float32_takes_for_one_stay_apart() -> None:
    given_ = np.array([[1e-10, 1.0], [1e-9, 1.0], [0.8, 0.2]], np.float32).astype(float)
    assert score_of_class(given_, 1)[0] > score_of_class(given_, 1)[1] > score_of_class(given_, 1)[2]
    assert score_of_class(given_, 0) == pytest.approx([1e-10, 1e-9, 0.8])
