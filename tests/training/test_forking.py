"""A fork goes on from its parent's checkpoint; without changes it is its parent once more."""

import pytest

from tests.training.conftest import heard
from tests.training.test_resuming import EVERYTHING, MOMENTUM, assert_same_bits, damaged, stopped_after
from tui_trainer.core import forking, rundir
from tui_trainer.core.checkpoint_files import saved_steps
from tui_trainer.core.control import Change, send
from tui_trainer.core.events import Note
from tui_trainer.core.recipe import Adam, Momentum, Recipe, Regularization, Training
from tui_trainer.core.rundir import RunDir
from tui_trainer.training import session


@pytest.fixture(autouse=True)
def at_every_look(monkeypatch):
    monkeypatch.setattr(session, "LOOK_S", 0.0)


def forked(parent: RunDir, recipe: Recipe, step: int | None = None) -> RunDir:
    child = forking.fork(parent, recipe, forking.checkpoint_at(parent, step), heard(parent).history.edits)
    stopped_after(child, -1)
    return child


@pytest.mark.parametrize("recipe", [MOMENTUM, EVERYTHING], ids=["momentum", "everything"])
def test_a_fork_without_changes_reproduces_its_parent(recipe):
    parent = rundir.create(recipe)
    stopped_after(parent, 30)
    early = saved_steps(parent)[-1]
    send(parent, Change(attempt=2, setting="optimizer.lr", value=0.02))
    stopped_after(parent, -1)
    child = forked(parent, recipe, early)
    assert f"forked from {parent.id} at step {early}" in [note.text for note in heard(child).of(Note)]
    assert_same_bits(parent, child)


def test_a_damaged_checkpoint_is_no_place_to_fork_from_and_the_one_before_is_named():
    parent = rundir.create(MOMENTUM)
    stopped_after(parent, 30)
    stopped_after(parent, 30)
    earlier, later = saved_steps(parent)
    damaged(parent, later)
    with pytest.raises(
        forking.NoSuchCheckpoint, match=f"is damaged: .*; the one before is at step {earlier}"
    ):
        forking.checkpoint_at(parent, later)
    assert forking.checkpoint_at(parent, earlier) == earlier


def test_a_fork_with_another_optimizer_shares_the_past_and_has_a_future_of_its_own():
    parent = rundir.create(MOMENTUM)
    stopped_after(parent, 30)
    stopped_after(parent, -1)
    step = saved_steps(parent)[0]
    child = forked(parent, MOMENTUM.model_copy(update={"optimizer": Adam(lr=0.01)}), step)
    before, after = heard(parent), heard(child)
    assert after.history.phase == "finished"
    assert after.history.test_reads == 1
    assert after.losses[:step].tolist() == before.losses[:step].tolist()
    assert len(after.losses) == len(before.losses)
    assert after.losses[step + 1 :].tolist() != before.losses[step + 1 :].tolist()


def test_what_a_fork_chooses_counts_for_more_than_what_was_changed_in_its_parent():
    parent = rundir.create(MOMENTUM)
    send(parent, Change(attempt=1, setting="optimizer.lr", value=0.3))
    stopped_after(parent, 30)
    slower = MOMENTUM.model_copy(update={"optimizer": Momentum(lr=0.001, momentum=0.5)})
    child = forked(parent, slower)
    assert [(edit.setting, edit.value) for edit in heard(child).history.edits] == [
        ("optimizer.lr", 0.3),
        ("optimizer.lr", 0.001),
    ]


def test_a_fork_of_a_finished_run_with_more_epochs_goes_on():
    parent = rundir.create(MOMENTUM)
    stopped_after(parent, -1)
    more = MOMENTUM.model_copy(
        update={"training": Training(epochs=8, batch_size=16), "regularization": Regularization()}
    )
    child = forked(parent, more)
    assert heard(child).history.step == heard(parent).history.step // 6 * 8


def test_a_step_without_a_checkpoint_is_refused_with_those_there_are():
    run = rundir.create(MOMENTUM)
    with pytest.raises(forking.NoSuchCheckpoint, match="it has no checkpoint yet"):
        forking.checkpoint_at(run, None)
    stopped_after(run, -1)
    with pytest.raises(forking.NoSuchCheckpoint, match="no checkpoint at step 3; there are "):
        forking.checkpoint_at(run, 3)
