"""A fork goes on from its parent's checkpoint; without changes it is its parent once more."""

import pytest

from tests.training.conftest import heard
from tests.training.test_resuming import EVERYTHING, MOMENTUM, assert_same_bits, damaged, stopped_after, told
from tui_trainer.core import forking, liveness, repeating, rundir
from tui_trainer.core.checkpoint_files import path_of, saved_steps
from tui_trainer.core.control import Change, send
from tui_trainer.core.events import Note
from tui_trainer.core.forking import ForkRefused
from tui_trainer.core.parentage import Parent
from tui_trainer.core.recipe import (
    L2,
    Adam,
    BundledSet,
    Cosine,
    CrossEntropy,
    Dropout,
    FullyConnected,
    Momentum,
    Recipe,
    Regularization,
    Training,
)
from tui_trainer.core.rundir import RunDir
from tui_trainer.training import session


@pytest.fixture(autouse=True)
def at_every_look(monkeypatch):
    monkeypatch.setattr(session, "LOOK_S", 0.0)


def forked(parent: RunDir, recipe: Recipe | None = None, step: int | None = None) -> RunDir:
    """A fork with ``recipe``, or as the parent was, trained to its end."""
    changes = repeating.changes_of(parent, heard(parent).history)
    step = forking.checkpoint_at(parent, "last" if step is None else step)
    recipe = recipe or forking.recipe_at(parent, changes, step)
    child = forking.fork(parent, recipe, step, changes)
    stopped_after(child, -1)
    return child


def repeated(run: RunDir) -> RunDir:
    """A run from the start with the recipe of ``run`` and all that was changed in it."""
    again = rundir.create(repeating.as_computed(run.recipe(), run.numerics()))
    repeating.send_all(again, repeating.changes_of(run, heard(run).history))
    stopped_after(again, -1)
    return again


def changed_at(attempt: int, setting: str, value: float, step: int = 0) -> Change:
    return Change(attempt=attempt, setting=setting, value=value, at_step=step)


@pytest.mark.parametrize("recipe", [MOMENTUM, EVERYTHING], ids=["momentum", "everything"])
def test_a_fork_without_changes_reproduces_its_parent(recipe):
    parent = rundir.create(recipe)
    stopped_after(parent, 30)
    early = saved_steps(parent)[-1]
    send(parent, changed_at(2, "optimizer.lr", 0.02))
    send(parent, changed_at(2, "optimizer.lr", 0.01, early + 7))
    send(parent, changed_at(2, "regularization.l2.strength", 0.01, early + 9))
    stopped_after(parent, -1)
    child = forked(parent, step=early)
    assert child.parent == Parent(parent.id, early)
    assert f"forked from {parent.id} at step {early}" in [note.text for note in heard(child).of(Note)]
    assert_same_bits(parent, child)
    assert_same_bits(parent, repeated(child))


def test_so_does_a_fork_of_a_run_that_was_given_more_epochs_after_it_had_finished():
    parent = rundir.create(MOMENTUM)
    stopped_after(parent, 30)
    early = saved_steps(parent)[-1]
    stopped_after(parent, -1)
    send(parent, changed_at(3, "training.epochs", 9))
    stopped_after(parent, -1)
    for other in (forked(parent, step=early), repeated(parent)):
        before, after = told(heard(parent)), told(heard(other))
        for curves in (before, after):  # the parent has read it twice
            curves["evaluations"]["test"] = curves["evaluations"]["test"][-1:]
        assert before == after
        assert heard(other).history.step == heard(parent).history.step


def test_what_is_planned_for_a_later_step_is_planned_in_a_fork_as_well():
    parent = rundir.create(MOMENTUM)
    repeating.send_all(parent, [repeating.planned("optimizer.lr", 0.02, 50)])
    stopped_after(parent, 30)
    child = forked(parent)
    stopped_after(parent, -1)
    assert [(edit.setting, edit.step) for edit in heard(child).history.edits] == [("optimizer.lr", 50)]
    assert_same_bits(parent, child)


def test_what_a_fork_changes_is_not_changed_again_by_what_came_later_in_its_parent():
    parent = rundir.create(MOMENTUM)
    stopped_after(parent, 30)
    early = saved_steps(parent)[-1]
    send(parent, changed_at(2, "optimizer.lr", 0.3, early + 5))
    send(parent, changed_at(2, "optimizer.momentum", 0.5, early + 6))
    stopped_after(parent, -1)
    slower = MOMENTUM.model_copy(update={"optimizer": Momentum(lr=0.01, momentum=0.9)})
    child = forked(parent, slower, early)
    assert [(edit.setting, edit.value, edit.step) for edit in heard(child).history.edits] == [
        ("optimizer.lr", 0.01, early),
        ("optimizer.momentum", 0.5, early + 6),
    ]
    assert_same_bits(child, repeated(child))


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
    send(parent, changed_at(1, "optimizer.lr", 0.3))
    send(parent, changed_at(1, "regularization.l2.strength", 0.1))
    stopped_after(parent, 30)
    child = forked(parent, MOMENTUM)
    assert [(edit.setting, edit.value) for edit in heard(child).history.edits] == [
        ("optimizer.lr", 0.3),
        ("regularization.l2.strength", 0.1),
        ("optimizer.lr", 0.1),
        ("regularization.l2.strength", 0.0),
    ]


@pytest.mark.parametrize(
    ("changes", "is_repeatable"),
    [
        ({"regularization": Regularization(l2=L2(strength=0.01))}, True),
        ({"training": Training(epochs=8, batch_size=16)}, True),
        ({"optimizer": Adam(lr=0.01)}, False),
        ({"optimizer": Momentum(lr=0.1, schedule=Cosine()), "training": Training(epochs=8)}, False),
        ({"regularization": Regularization(dropout=Dropout(rate=0.2))}, False),
    ],
)
def test_a_fork_knows_whether_its_recipe_and_changes_alone_make_it_again(changes, is_repeatable):
    parent = rundir.create(MOMENTUM)
    stopped_after(parent, 30)
    child = forked(parent, MOMENTUM.model_copy(update=changes))
    assert heard(child).history.phase == "finished"
    assert child.parent.is_repeatable == is_repeatable
    assert forked(child, step=child.parent.step).parent.is_repeatable == is_repeatable


def test_a_fork_draws_the_schedule_over_the_epochs_that_its_parent_began_with():
    cosine = MOMENTUM.model_copy(update={"optimizer": Momentum(lr=0.1, schedule=Cosine())})
    parent = rundir.create(cosine)
    send(parent, changed_at(1, "training.epochs", 8, 10))
    stopped_after(parent, 40)
    dropout = {"regularization": Regularization(dropout=Dropout(rate=0.2))}
    then = forking.recipe_at(parent, repeating.changes_of(parent, heard(parent).history), 99)
    child = forked(parent, then.model_copy(update=dropout))
    assert child.recipe() == repeating.as_computed(cosine.model_copy(update=dropout), parent.numerics())
    assert heard(child).history.epoch_of(heard(child).history.step) == 8


def test_a_fork_of_a_finished_run_with_more_epochs_goes_on():
    parent = rundir.create(MOMENTUM)
    stopped_after(parent, -1)
    child = forked(parent, MOMENTUM.model_copy(update={"training": Training(epochs=8, batch_size=16)}))
    assert heard(child).history.step == heard(parent).history.step // 6 * 8


def test_a_step_without_a_checkpoint_is_refused_with_those_there_are():
    run = rundir.create(MOMENTUM)
    with pytest.raises(ForkRefused, match="it has no checkpoint yet"):
        forking.checkpoint_at(run, "last")
    stopped_after(run, -1)
    with pytest.raises(ForkRefused, match="no checkpoint at step 3; there are "):
        forking.checkpoint_at(run, 3)


def test_the_best_is_the_first_checkpoint_that_holds_it_and_a_damaged_one_names_the_one_before():
    run = rundir.create(MOMENTUM)
    stopped_after(run, 30)
    stopped_after(run, 30)
    first, second = saved_steps(run)
    assert [forking.checkpoint_at(run, "best", step) for step in (0, first, first + 1)] == [
        first,
        first,
        second,
    ]
    damaged(run, second)
    with pytest.raises(ForkRefused, match=f"do not match its checksum; the one before is at step {first}"):
        forking.checkpoint_at(run, "last")


def test_a_fork_that_waits_for_its_worker_is_loading_and_ends_where_it_goes_on():
    parent = rundir.create(MOMENTUM)
    stopped_after(parent, 30)
    (step,) = saved_steps(parent)
    send(parent, changed_at(2, "optimizer.lr", 0.3, step + 2))
    stopped_after(parent, -1)
    child = forking.fork(parent, MOMENTUM, step, ())
    history = heard(child).history
    assert (history.step, history.edits, history.finished) == (step, [], None)
    written_at = child.events.stat().st_mtime
    assert liveness.state_of(child, history, written_at + liveness.STARTING_S / 2) == "loading"
    assert liveness.state_of(child, history, written_at + 2 * liveness.STARTING_S) == "crashed"
    assert history.started.started_at > heard(parent).history.started.started_at


def test_a_fork_that_lost_its_checkpoint_does_not_start_over():
    parent = rundir.create(MOMENTUM)
    stopped_after(parent, 30)
    (step,) = saved_steps(parent)
    child = forking.fork(parent, MOMENTUM, step, ())
    path_of(child, step).unlink()
    stopped_after(child, -1)
    assert heard(child).history.reason == (
        f"nothing is left to go on from: this run was forked from {parent.id} at step {step}"
    )


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"architecture": FullyConnected(hidden=(9,))},
            "layer linear1 would have 2 inputs and 9 outputs in place of 2 and 8",
        ),
        ({"architecture": FullyConnected(hidden=(8, 8))}, "layer linear2 would have 8 inputs and 8 outputs"),
        (
            {"data": BundledSet(kind="digits"), "loss": CrossEntropy()},
            "digits has 64 inputs and moons 2: a fork goes on with the same network",
        ),
    ],
)
def test_another_network_is_refused_before_there_is_a_run(changes, sentence):
    parent = rundir.create(MOMENTUM)
    stopped_after(parent, 30)
    with pytest.raises(ForkRefused, match=sentence):
        forked(parent, MOMENTUM.model_copy(update=changes))
    assert rundir.list_runs() == [parent]
