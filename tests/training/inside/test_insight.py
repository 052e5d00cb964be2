"""Looking into a network changes nothing of its training, and answers whoever asks."""

import numpy as np
import pytest
import torch

from tests.training.conftest import heard
from tests.training.test_session import Driven
from tui_trainer.core import rundir
from tui_trainer.core.checkpoint_files import path_of, saved_steps
from tui_trainer.core.control import Ask, Pause, send
from tui_trainer.core.events import Answered, LayersMeasured, Note
from tui_trainer.core.inside.pictures import picture_at
from tui_trainer.core.inside.questions import NextBatch, Poked, Slice, SomeSamples
from tui_trainer.core.inside.samples import Samples
from tui_trainer.core.recipe import (
    BatchNorm,
    BundledSet,
    Dropout,
    FullyConnected,
    Moons,
    Recipe,
    Regularization,
    Training,
)
from tui_trainer.training import checkpoint, session
from tui_trainer.training.inside import probing, thinning
from tui_trainer.training.inside.layers import LayersProbe
from tui_trainer.training.inspection import inspect
from tui_trainer.training.stop_sign import StopSign

DRAWS = Recipe(
    data=BundledSet(kind="iris"),
    architecture=FullyConnected(hidden=(8, 8), activation="relu"),
    regularization=Regularization(dropout=Dropout(rate=0.3), batch_norm=BatchNorm()),
    training=Training(epochs=6, batch_size=16),
)
"""What goes through it in train mode leaves traces: random numbers drawn, moving means moved."""
IN_THE_PLANE = DRAWS.model_copy(update={"data": Moons(points=200)})
ENDLESS = DRAWS.model_copy(update={"training": Training(epochs=100_000, batch_size=16, evaluate_every=1000)})


def without_probes(recipe: Recipe) -> Recipe:
    return recipe.model_copy(update={"training": recipe.training.model_copy(update={"probes": "none"})})


@pytest.mark.parametrize("recipe", [DRAWS, IN_THE_PLANE], ids=["table", "plane"])
def test_bits_are_the_same_with_probes_at_every_step_and_without(
    recipe: Recipe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "LOOK_S", 0.0)
    monkeypatch.setattr(probing, "SHARE", 1e9)
    monkeypatch.setattr(probing, "SPACING", 1e9)
    monkeypatch.setattr(thinning, "SPACING", 1e9)
    looked, alone = Driven(recipe), Driven(without_probes(recipe))
    poked = Poked(split="train", index=0, noise=0.5, columns={1: 2.0})
    sliced = Slice(dimensions=2, points=5)
    for question in (SomeSamples(split="train", indices=[0]), NextBatch(), poked, sliced):
        id_ = type(question).__name__
        send(looked.run, Ask(attempt=1, id=id_, question=question, follow_s=60.0))
    for driven in (looked, alone):
        driven.to_its_end()
    measured, by_itself = heard(looked.run), heard(alone.run)
    assert len(measured.of(LayersMeasured)) > measured.history.step / 3
    assert not by_itself.of(LayersMeasured)
    assert not measured.of(Note)
    assert len(measured.history.pictures["weights"]) > measured.history.step / 3
    assert ("boundary" in measured.history.pictures) == (recipe is IN_THE_PLANE)
    assert np.array_equal(measured.losses, by_itself.losses)
    weights = [
        checkpoint.read(path_of(driven.run, saved_steps(driven.run)[-1])).network
        for driven in (looked, alone)
    ]
    assert all(torch.equal(weights[0][name], weights[1][name]) for name in weights[0])


def test_a_live_run_answers_also_while_it_is_paused() -> None:
    driven = Driven(ENDLESS)
    driven.until(lambda: driven.phases()[-1:] == ["training"])
    question = SomeSamples(split="validation", indices=[3, 1])
    send(driven.run, Ask(attempt=1, id="while training", question=question))
    driven.until(lambda: "while training" in heard(driven.run).history.answers)
    send(driven.run, Pause(attempt=1))
    driven.until(lambda: driven.phases()[-1:] == ["paused"])
    send(driven.run, Ask(attempt=1, id="while paused", question=question))
    driven.until(lambda: "while paused" in heard(driven.run).history.answers)
    answered = heard(driven.run).history.answers["while paused"]
    assert answered.offset is not None
    assert answered.step == heard(driven.run).history.step
    told = picture_at(driven.run.pictures, answered.offset)
    assert isinstance(told, Samples)
    assert [sample.index for sample in told.samples] == [3, 1]
    assert np.frombuffer(told.samples[0].output, "<f4").sum() == pytest.approx(1.0)
    driven.living.close()


def test_a_run_that_is_paused_amid_an_evaluation_answers_too() -> None:
    driven = Driven(ENDLESS)
    send(driven.run, Pause(attempt=1))
    driven.until(lambda: driven.phases()[-1:] == ["paused"])
    assert driven.phases()[-2:] == ["evaluating", "paused"]
    send(driven.run, Ask(attempt=1, id="amid", question=SomeSamples(split="train", indices=[0])))
    driven.until(lambda: "amid" in heard(driven.run).history.answers)
    assert heard(driven.run).history.answers["amid"].offset is not None
    assert not heard(driven.run).of(LayersMeasured)
    driven.living.close()


def test_what_cannot_be_answered_is_said_and_training_goes_on() -> None:
    driven = Driven(ENDLESS)
    send(driven.run, Ask(attempt=1, id="beyond", question=SomeSamples(split="validation", indices=[10_000])))
    driven.until(lambda: "beyond" in heard(driven.run).history.answers)
    assert "validation has" in heard(driven.run).history.answers["beyond"].problem
    step = heard(driven.run).history.step
    driven.until(lambda: heard(driven.run).history.step > step)
    driven.living.close()


def test_what_a_question_replaces_is_answered_no_more() -> None:
    driven = Driven(ENDLESS)
    question = SomeSamples(split="validation", indices=[0])
    send(driven.run, Ask(attempt=1, id="old", question=question, follow_s=60.0))
    driven.until(lambda: "old" in heard(driven.run).history.answers)
    send(driven.run, Ask(attempt=1, id="new", question=question, follow_s=60.0, instead_of="old"))

    def steps(id_: str) -> list[int]:
        return [each.step for each in heard(driven.run).of(Answered) if each.request == id_]

    driven.until(lambda: len(steps("new")) >= 3)
    assert max(steps("old")) <= min(steps("new"))
    driven.living.close()


def test_a_probe_that_fails_looks_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("as if")

    monkeypatch.setattr(LayersProbe, "look", fail)
    driven = Driven(DRAWS)
    driven.to_its_end()
    assert driven.phases()[-1] == "finished"
    assert [note.text for note in heard(driven.run).of(Note)] == [
        "the probe layers looks no more: RuntimeError: as if"
    ]


def test_an_inspection_answers_from_the_checkpoint_that_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    driven = Driven(DRAWS)
    driven.to_its_end()
    run, last = driven.run, saved_steps(driven.run)[-1]
    before = {path: path.read_bytes() for path in run.path.rglob("*") if path.is_file()}
    run.inspection.path.mkdir()
    question = SomeSamples(split="test", indices=[0])
    for id_, step in (("last", None), ("there", last), ("nowhere", last + 1)):
        send(run.inspection, Ask(attempt=1, id=id_, question=question, at_step=step))
    monkeypatch.setattr("tui_trainer.training.inspection.IDLE_S", 0.2)
    assert inspect(run, StopSign())
    answers = heard(run.inspection).history.answers
    assert answers["last"].step == answers["there"].step == last
    assert answers["nowhere"].problem == f"there is no checkpoint at step {last + 1:,}"
    assert before == {path: path.read_bytes() for path in before}


def test_an_inspection_of_a_run_without_checkpoints_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    run = rundir.create(DRAWS)
    run.inspection.path.mkdir()
    send(run.inspection, Ask(attempt=1, id="a", question=SomeSamples(split="test", indices=[0])))
    monkeypatch.setattr("tui_trainer.training.inspection.IDLE_S", 0.2)
    assert inspect(run, StopSign())
    answered = heard(run.inspection).of(Answered)
    assert [each.problem for each in answered] == [
        "no checkpoint of this run is left: there is nothing to look into"
    ]
