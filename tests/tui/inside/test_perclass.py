"""ROC and precision-recall of recorded runs, with a threshold to move."""

from collections.abc import Callable

import numpy as np
import pytest
from sklearn import metrics
from syrupy.assertion import SnapshotAssertion
from textual.app import App

from tests.tui.inside.opened import looking
from tests.tui.recorded import recorded, until
from tui_trainer.core.history import load
from tui_trainer.core.inside.pictures import picture_at
from tui_trainer.core.inside.probabilities import ClassProbabilities
from tui_trainer.core.rundir import RunDir

Rows = Callable[[App[None]], str]


def given(run: RunDir) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities and true classes at the last evaluation."""
    picture = picture_at(run.pictures, load(run).pictures["class_probabilities"][-1].offset)
    assert isinstance(picture, ClassProbabilities)
    return picture.given(), picture.labels()


@pytest.mark.parametrize("size", [(80, 24), (160, 48)], ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("name", ["film-digits", "film-cancer", "film-iris"])
async def test_looks(name: str, size: tuple[int, int], rows: Rows, snapshot: SnapshotAssertion) -> None:
    async with looking(recorded(name), "per class", size=size) as pilot:
        await until(pilot, lambda: "ranking" not in rows(pilot.app))
        assert rows(pilot.app) == snapshot


async def test_areas_are_those_of_scikit_learn(rows: Rows) -> None:
    run = recorded("film-digits")
    probabilities, labels = given(run)
    async with looking(run, "per class", "c", "c", "c") as pilot:
        await until(pilot, lambda: "macro" in rows(pilot.app))
        shown = rows(pilot.app)
    is_three = labels == 3
    assert f"ROC, area {metrics.roc_auc_score(is_three, probabilities[:, 3]):.4f}" in shown
    assert f"average {metrics.average_precision_score(is_three, probabilities[:, 3]):.4f}" in shown
    macro = metrics.roc_auc_score(labels, probabilities, multi_class="ovr")
    assert f"ROC AUC {macro:.4f}" in shown


async def test_the_matrix_follows_the_threshold(rows: Rows) -> None:
    run = recorded("film-cancer")
    probabilities, labels = given(run)
    async with looking(run, "per class", "pageup", "pageup", "up") as pilot:
        assert "threshold 0.710" in rows(pilot.app)
        (rest, false), (missed, hit) = metrics.confusion_matrix(labels, probabilities[:, 1] >= 0.71)
        told = [line.split() for line in rows(pilot.app).split("\n")]
        of_class, of_rest = (line for line in told if line[:1] in (["benign"], ["malignant"]))
        assert of_class == ["benign", str(hit), str(missed)]
        assert of_rest == ["malignant", str(false), str(rest)]
        await pilot.press("full_stop")
        above = min(score for score in probabilities[:, 1] if score > 0.71)
        assert f"threshold {above:.3f}" in rows(pilot.app)
        await pilot.press("t", "c")
        assert "threshold 0.500   malignant against benign: 32 of 85" in rows(pilot.app)
        await pilot.press("home")
        assert "evaluation 1 of 5" in rows(pilot.app)


async def test_a_class_that_does_not_occur_is_said(rows: Rows, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ClassProbabilities, "labels", lambda self: np.ones(len(self.actual) // 4, np.int64))
    async with looking(recorded("film-iris"), "per class") as pilot:
        assert "None of the 22 samples is of setosa" in rows(pilot.app)
        await pilot.press("c")
        assert "All 22 samples are of versicolor" in rows(pilot.app)
