import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, precision_recall_fscore_support

from tui_trainer.core.confusion import (
    Confusion,
    accuracy,
    confused_beside,
    confusions,
    most_confused,
    per_class,
)

samples = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=60)


@given(samples)
def test_scores_agree_with_scikit_learn_wherever_they_are_defined(pairs):
    true, predicted = np.array(pairs).T
    matrix = np.bincount(true * 4 + predicted, minlength=16).reshape(4, 4)
    scores = per_class(matrix)
    expected = precision_recall_fscore_support(true, predicted, labels=range(4), zero_division=np.nan)
    np.testing.assert_allclose(scores.precision, expected[0])
    np.testing.assert_allclose(scores.recall, expected[1])
    assert scores.support.tolist() == expected[3].tolist()
    # Where either is undefined, F1 is what its counts say; scikit-learn says the same.
    np.testing.assert_allclose(scores.f1, expected[2])
    assert accuracy(matrix) == pytest.approx(accuracy_score(true, predicted))


def test_a_class_that_never_occurs_has_no_recall_and_one_never_predicted_no_precision():
    scores = per_class([[0, 0, 0], [0, 5, 0], [0, 2, 0]])
    assert [math.isnan(x) for x in scores.precision] == [True, False, True]
    assert [math.isnan(x) for x in scores.recall] == [True, False, False]
    assert [math.isnan(x) for x in scores.f1] == [True, False, False]


def test_the_most_frequent_confusion_is_named_with_its_class():
    matrix = [[9, 1, 0], [3, 20, 0], [0, 0, 5]]
    assert most_confused(matrix) == Confusion(true=1, predicted=0, count=3, of=23)


def test_of_equal_confusions_the_larger_share_counts():
    assert most_confused([[90, 3, 0], [0, 5, 3], [0, 0, 9]]) == Confusion(1, 2, 3, 8)


def test_without_errors_nothing_is_confused():
    assert most_confused([[5, 0], [0, 7]]) is None
    assert math.isnan(accuracy([[0, 0], [0, 0]]))


def test_the_most_confused_classes_come_first_and_beside_each_other() -> None:
    matrix = np.diag([9] * 6)
    matrix[4, 1], matrix[1, 2], matrix[5, 0] = 5, 3, 2
    assert confused_beside(matrix).tolist() == [4, 1, 2, 0, 5, 3]
    assert confused_beside(np.eye(3, dtype=int)).tolist() == [0, 1, 2]
    assert confusions(matrix, 2) == [Confusion(4, 1, 5, 14), Confusion(1, 2, 3, 12)]
