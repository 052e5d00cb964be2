"""What validation's samples were given, as it is recorded."""

from collections.abc import Generator

import numpy as np
import pytest

from tests.recipes import loss_of
from tests.training.conftest import heard
from tests.training.test_session import Driven
from tui_trainer.core.checkpoint_files import path_of, saved_steps
from tui_trainer.core.events import Evaluated, Pictured
from tui_trainer.core.inside.pictures import picture_at
from tui_trainer.core.inside.probabilities import ClassProbabilities, losses
from tui_trainer.core.inside.questions import Probabilities
from tui_trainer.core.recipe import (
    BundledSet,
    FullyConnected,
    Moons,
    Recipe,
    Training,
)
from tui_trainer.core.rundir import RunDir
from tui_trainer.training import checkpoint
from tui_trainer.training.assembly import assemble
from tui_trainer.training.inside import predictions
from tui_trainer.training.inside.predictions import probabilities
from tui_trainer.training.keeping import restore
from tui_trainer.training.recording import Recorder

ONLY = {"probes": "predictions"}
IRIS = Recipe(
    data=BundledSet(kind="iris"),
    architecture=FullyConnected(hidden=(4,)),
    training=Training(epochs=6, **ONLY),
)
MOONS = Recipe(
    data=Moons(points=200),
    architecture=FullyConnected(hidden=(4,)),
    loss=loss_of("binary-cross-entropy"),
    training=Training(epochs=3, **ONLY),
)


def recorded(run: RunDir) -> dict[int, ClassProbabilities]:
    """Step -> what was recorded."""
    found = {}
    for pictured in heard(run).of(Pictured):
        picture = picture_at(run.pictures, pictured.offset)
        assert isinstance(picture, ClassProbabilities)
        found[pictured.step] = picture
    return found


def last_of(working: Generator[float, None, ClassProbabilities]) -> ClassProbabilities:
    """What comes in the end."""
    while True:
        try:
            next(working)
        except StopIteration as end:
            answer: ClassProbabilities = end.value
            return answer


def finished(recipe: Recipe) -> RunDir:
    driven = Driven(recipe)
    driven.to_its_end()
    return driven.run


@pytest.mark.parametrize("recipe", [IRIS, MOONS], ids=["several classes", "two classes"])
def test_every_evaluation_is_recorded_sample_by_sample(recipe: Recipe) -> None:
    run = finished(recipe)
    pictures = recorded(run)
    evaluations = [each for each in heard(run).of(Evaluated) if each.split == "validation"]
    assert [each.step for each in evaluations] == list(pictures)
    for evaluation in evaluations:
        given, labels = pictures[evaluation.step].given(), pictures[evaluation.step].labels()
        assert given.sum(axis=1) == pytest.approx(1.0)
        assert pictures[evaluation.step].of == len(given) == evaluation.num_samples
        counts = np.zeros((given.shape[1],) * 2, int)
        np.add.at(counts, (labels, given.argmax(axis=1)), 1)
        assert np.array_equal(counts, evaluation.confusion)
        assert losses(given, labels).mean() == pytest.approx(evaluation.metrics["loss"], rel=1e-4)


def test_an_answer_gives_the_same_probabilities_as_the_last_evaluation() -> None:
    run = finished(IRIS)
    trainee = assemble(IRIS)
    restore(checkpoint.read(path_of(run, saved_steps(run)[-1])), trainee)
    run.inspection.path.mkdir()
    record = Recorder(run.inspection, 1)
    answer = last_of(probabilities(trainee, record, Probabilities(split="validation")))
    record.close()
    last = list(recorded(run).values())[-1]
    assert np.allclose(answer.given(), last.given(), atol=1e-6)
    assert answer.actual == last.actual


def test_a_full_budget_is_spread_and_the_best_and_the_last_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    size = 22 * 4 * (3 + 1)
    monkeypatch.setattr(predictions, "FREE", 3 * size)
    monkeypatch.setattr(predictions, "BUDGET", 12 * size)
    driven = Driven(IRIS.model_copy(update={"training": Training(epochs=60, **ONLY)}))
    driven.to_its_end()
    steps = list(recorded(driven.run))
    assert len(steps) <= 12
    assert driven.run.pictures.stat().st_size < 2 * 12 * size
    evaluated = [each.step for each in heard(driven.run).of(Evaluated) if each.split == "validation"]
    assert sorted(steps)[:3] == evaluated[:3]
    assert steps[-1] == evaluated[-1]
    best = heard(driven.run).history.best("loss")
    assert best is not None
    assert best.step in steps
    kept = [each.step for each in heard(driven.run).history.pictures["class_probabilities"]]
    assert kept == sorted(steps)


def test_only_the_first_of_very_many_samples_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(predictions, "MAX_VALUES", 30)
    picture = recorded(finished(IRIS))[0]
    assert picture.given().shape == (10, 3)
    assert picture.of == 22


def test_it_can_be_turned_off() -> None:
    run = finished(IRIS.model_copy(update={"training": Training(epochs=1, probes="layers")}))
    assert not heard(run).of(Pictured)
