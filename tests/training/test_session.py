import itertools
import shutil
from collections.abc import Callable, Iterator
from time import perf_counter

import pytest

from tests.training.conftest import heard
from tui_trainer.core import rundir
from tui_trainer.core.control import WHATEVER_ATTEMPT, Change, Continue, Pace, Pause, Step, Stop, send
from tui_trainer.core.events import (
    Edited,
    Evaluated,
    Finished,
    Note,
    PhaseChanged,
    Resumed,
    RunStarted,
    Steps,
)
from tui_trainer.core.recipe import (
    L1,
    L2,
    BinaryCrossEntropy,
    CrossEntropy,
    Dropout,
    EarlyStopping,
    FullyConnected,
    LeNet,
    Momentum,
    Moons,
    Recipe,
    Regularization,
    TorchvisionSet,
    Training,
)
from tui_trainer.core.rundir import RunDir
from tui_trainer.training import keeping, session
from tui_trainer.training.session import live
from tui_trainer.training.stop_sign import StopSign

LONG = Recipe(
    data=Moons(points=200),
    architecture=FullyConnected(hidden=(4,)),
    loss=BinaryCrossEntropy(),
    training=Training(epochs=100_000, evaluate_every=1_000_000),
)
SHORT = LONG.model_copy(update={"training": Training(epochs=2)})


class Driven:
    """A run that goes on only while a test drives it."""

    def __init__(self, recipe: Recipe) -> None:
        self.run: RunDir = rundir.create(recipe)
        self.stop_sign = StopSign()
        self.living = live(self.run, self.stop_sign)
        self.due_at = 0.0

    def phases(self) -> list[str]:
        return [event.phase for event in heard(self.run).of(PhaseChanged)]

    def until(self, is_so: Callable[[], bool]) -> None:
        """Drive until ``is_so``, looking now and then; it has to become so within a few seconds."""
        began = perf_counter()
        while not is_so():
            assert perf_counter() - began < 20, f"never came: {self.phases()}"
            for _ in itertools.islice(self.turns(), 200):
                pass

    def turns(self) -> Iterator[float]:
        """One advance after another; a wish to wait is noted and not granted."""
        for due_at in self.living:
            self.due_at = due_at
            yield due_at

    def to_its_end(self) -> None:
        for _ in self.living:
            pass


def test_a_pause_holds_steps_until_told_to_go_on():
    driven = Driven(LONG)
    driven.until(lambda: driven.phases()[-1:] == ["training"])
    send(driven.run, Pause(attempt=1))
    driven.until(lambda: driven.phases()[-1:] == ["paused"])
    step = heard(driven.run).history.step
    elapsed = heard(driven.run).events[-1].elapsed_s
    began = perf_counter()
    driven.until(lambda: perf_counter() - began > 0.1)
    assert heard(driven.run).history.step == step
    assert driven.due_at > began, "a paused run must not keep a core busy"
    send(driven.run, Continue(attempt=1))
    driven.until(lambda: heard(driven.run).history.step > step)
    assert driven.phases()[-2:] == ["paused", "training"]
    assert heard(driven.run).of(PhaseChanged)[-1].elapsed_s == pytest.approx(elapsed, abs=0.05)


def test_a_stop_ends_well_and_leaves_the_test_split_unread():
    driven = Driven(LONG)
    driven.until(lambda: driven.phases()[-1:] == ["training"])
    send(driven.run, Stop(attempt=1))
    driven.to_its_end()
    trained = heard(driven.run)
    finished = trained.of(Finished)[0]
    assert trained.history.phase == "stopped"
    assert len(trained.losses) == finished.steps == trained.history.step > 0
    assert finished.training_s == pytest.approx(trained.history.elapsed_s, rel=0.5)
    assert {event.split for event in trained.of(Evaluated)} == {"train", "validation"}


def test_a_stop_reaches_a_paused_run_too():
    driven = Driven(LONG)
    send(driven.run, Pause(attempt=1))
    driven.until(lambda: driven.phases()[-1:] == ["paused"])
    send(driven.run, Stop(attempt=1))
    driven.to_its_end()
    assert driven.phases()[-3:] == ["paused", "stopping", "stopped"]


def test_a_stop_meant_for_another_attempt_is_not_obeyed():
    driven = Driven(SHORT)
    send(driven.run, Stop(attempt=2))
    driven.to_its_end()
    assert driven.phases()[-1] == "finished"


def test_the_stop_sign_of_the_worker_ends_a_run():
    driven = Driven(LONG)
    driven.until(lambda: driven.phases()[-1:] == ["training"])
    driven.stop_sign.put_up()
    driven.to_its_end()
    assert driven.phases()[-1] == "stopped"


class Clock:
    """Time that passes only while a run wants to wait."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_pace_spreads_updates_evenly_and_can_be_lifted(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(session, "perf_counter", clock)
    driven = Driven(LONG)
    send(driven.run, Pace(attempt=1, updates_per_s=50.0))
    waits, began = 0, clock.now
    for due_at in itertools.islice(driven.turns(), 1000):
        waits += due_at > clock.now
        clock.now = max(clock.now, due_at)
    driven.stop_sign.put_up()
    clock.now += 1
    driven.to_its_end()
    seconds = clock.now - 1 - began
    assert seconds > 1
    assert heard(driven.run).history.step / seconds == pytest.approx(50, rel=0.1)
    assert [note.text for note in heard(driven.run).of(Note)] == ["pace: 50 updates a second"]


def test_a_lifted_pace_frees_a_run_from_its_wait():
    driven = Driven(LONG)
    send(driven.run, Pace(attempt=1, updates_per_s=0.001))
    driven.until(lambda: bool(heard(driven.run).of(Steps)))
    assert heard(driven.run).history.step == 1
    send(driven.run, Pace(attempt=1, updates_per_s=None))
    driven.until(lambda: heard(driven.run).history.step > 100)


def test_waiting_for_a_pace_is_no_training_time():
    driven = Driven(LONG)
    send(driven.run, Pace(attempt=1, updates_per_s=1.0))
    began = perf_counter()
    driven.until(lambda: bool(heard(driven.run).of(Steps)) and perf_counter() - began > 0.5)
    driven.stop_sign.put_up()
    driven.to_its_end()
    assert heard(driven.run).of(Finished)[0].training_s < 0.3 < heard(driven.run).history.elapsed_s


def test_a_run_records_what_it_was_computed_with():
    driven = Driven(SHORT)
    driven.to_its_end()
    started = heard(driven.run).of(RunStarted)[0]
    assert driven.run.numerics() == dict(started.numerics)
    assert started.classes == ["upper", "lower"]
    assert (started.num_train, started.num_validation, started.num_test) == (140, 30, 30)
    assert (started.parameters, started.steps_per_epoch, started.planned_steps) == (17, 5, 10)
    assert set(started.baselines) == {"loss", "accuracy"}


def test_an_attempt_without_a_checkpoint_starts_over_as_one_clean_curve():
    driven = Driven(SHORT)
    driven.to_its_end()
    first = heard(driven.run)
    shutil.rmtree(driven.run.checkpoints)
    for _ in live(driven.run, StopSign()):
        pass
    both = heard(driven.run)
    assert {event.attempt for event in both.events} == {1, 2}
    assert both.of(Resumed)[0].at_step == -1
    assert both.losses.tolist() == first.losses.tolist()
    assert len(both.history.evaluations["validation"]) == len(first.history.evaluations["validation"])


def edits(run: RunDir) -> list[tuple[str, float | None, float]]:
    return [(edit.setting, edit.before, edit.value) for edit in heard(run).of(Edited)]


def test_one_batch_and_one_epoch_are_made_and_then_it_waits():
    driven = Driven(LONG.model_copy(update={"training": Training(epochs=100)}))
    send(driven.run, Pause(attempt=1))
    driven.until(lambda: driven.phases()[-1:] == ["paused"])
    for request, step in (
        (Step(attempt=1, batches=1), 1),
        (Step(attempt=1, batches=1), 2),
        (Step(attempt=1, epochs=1), 5),
        (Step(attempt=1, epochs=1), 10),
        (Step(attempt=1, batches=3), 13),
    ):
        pauses = driven.phases().count("paused")
        send(driven.run, request)
        driven.until(lambda pauses=pauses: driven.phases().count("paused") > pauses)
        assert heard(driven.run).history.step == step
    assert [e.step for e in heard(driven.run).history.evaluations["validation"]] == [0, 5, 10]
    send(driven.run, Step(attempt=1, epochs=10))
    send(driven.run, Continue(attempt=1))  # and now to go on without a halt
    driven.until(lambda: heard(driven.run).history.step > 75)
    assert driven.phases().count("paused") == pauses + 1
    driven.stop_sign.put_up()
    driven.to_its_end()


def test_a_change_is_an_event_at_its_step_and_what_the_loop_goes_on_with():
    """What is changed while the first step waits is what a recipe with that value does."""
    recipe = SHORT.model_copy(
        update={
            "optimizer": Momentum(lr=0.1, momentum=0.5),
            "regularization": Regularization(dropout=Dropout(rate=0.5)),
        }
    )
    wanted = {
        "optimizer.lr": 0.05,
        "optimizer.momentum": 0.9,
        "regularization.l1.strength": 0.001,
        "regularization.l2.strength": 0.01,
        "regularization.dropout.rate": 0.2,
    }
    changed = Driven(recipe)
    for key, value in wanted.items():
        send(changed.run, Change(attempt=1, setting=key, value=value))
    changed.to_its_end()
    asked = Driven(
        recipe.model_copy(
            update={
                "optimizer": Momentum(lr=0.05, momentum=0.9),
                "regularization": Regularization(
                    dropout=Dropout(rate=0.2), l1=L1(strength=0.001), l2=L2(strength=0.01)
                ),
            }
        )
    )
    asked.to_its_end()
    assert [(key, value) for key, _, value in edits(changed.run)] == list(wanted.items())
    assert [before for _, before, _ in edits(changed.run)] == [0.1, 0.5, None, None, 0.5]
    assert heard(changed.run).losses.tolist() == heard(asked.run).losses.tolist()


def test_a_planned_change_comes_at_its_step_and_survives_a_resume():
    def run_of(stops: int) -> RunDir:
        run = rundir.create(LONG.model_copy(update={"training": Training(epochs=10)}))
        send(run, Change(attempt=WHATEVER_ATTEMPT, setting="optimizer.lr", value=0.5, at_step=17))
        for points in [10, 30][:stops]:
            stop_sign = StopSign()
            for number, _ in enumerate(live(run, stop_sign)):
                if number == points:
                    stop_sign.put_up()
        for _ in live(run, StopSign()):
            pass
        return run

    whole, pieces = run_of(stops=0), run_of(stops=2)
    assert [edit.step for edit in heard(whole).history.edits] == [17]
    assert [edit.step for edit in heard(pieces).history.edits] == [17]
    assert heard(whole).losses.tolist() == heard(pieces).losses.tolist()
    assert heard(whole).losses[:17].tolist() != heard(whole).losses[17:34].tolist()


@pytest.mark.parametrize(
    ("setting", "value", "why"),
    [
        ("optimizer.lr", -1.0, "optimizer.lr"),
        ("optimizer.momentum", 0.9, "this run trains with adam"),
        ("regularization.dropout.rate", 0.1, "this run has no dropout"),
        ("training.seed", 1.0, "training.seed stays as it is while a run trains"),
        ("training.epochs", 0.0, "no more than the 0 epochs"),
    ],
)
def test_a_change_that_cannot_be_is_refused_in_a_sentence(setting, value, why):
    driven = Driven(SHORT)
    send(driven.run, Change(attempt=1, setting=setting, value=value))
    driven.to_its_end()
    (note,) = heard(driven.run).of(Note)
    assert note.text.startswith("not changed: ")
    assert why in note.text
    assert edits(driven.run) == []
    assert driven.phases()[-1] == "finished"


def test_a_finished_run_with_more_epochs_goes_on_with_new_patience():
    stopping = Regularization(early_stopping=EarlyStopping(patience=1))
    recipe = SHORT.model_copy(
        update={"regularization": stopping, "training": Training(epochs=50, select_by="accuracy")}
    )
    driven = Driven(recipe)
    driven.to_its_end()
    first = heard(driven.run).history
    assert first.reason.startswith("early stopping")
    send(driven.run, Change(attempt=2, setting="training.epochs", value=60))
    for _ in live(driven.run, StopSign()):
        pass
    more = heard(driven.run).history
    assert more.step > first.step
    assert more.num_epochs == 60
    assert (first.test_reads, more.test_reads) == (1, 2)


def test_epochs_asked_for_while_test_is_read_are_trained_like_any_others():
    at_once, driven = Driven(SHORT.model_copy(update={"training": Training(epochs=4)})), Driven(SHORT)
    at_once.to_its_end()
    next(turn for turn in driven.turns() if is_reading_test(driven.run))
    send(driven.run, Change(attempt=1, setting="training.epochs", value=4))
    driven.to_its_end()
    trained = heard(driven.run)
    assert driven.phases()[-1] == "finished"
    assert trained.losses.tolist() == heard(at_once.run).losses.tolist()
    assert trained.history.num_epochs == 4
    assert trained.history.test_reads == 2


def is_reading_test(run: RunDir) -> bool:
    trained = heard(run)
    measured = trained.of(Evaluated)[-1:]
    return trained.history.phase == "evaluating" and any(
        (each.split, each.step) == ("validation", trained.history.planned_steps) for each in measured
    )


def test_what_is_asked_for_too_late_is_answered(monkeypatch):
    driven = Driven(SHORT)
    save = keeping.Keeper.save

    def saved(*arguments):
        send(driven.run, Change(attempt=1, setting="training.epochs", value=4))
        save(*arguments)

    next(turn for turn in driven.turns() if is_reading_test(driven.run))
    monkeypatch.setattr(keeping.Keeper, "save", saved)
    driven.to_its_end()
    assert driven.phases()[-1] == "finished"
    (note,) = heard(driven.run).of(Note)
    assert note.text == (
        "not changed: training.epochs = 4 came when the run had ended; "
        f"tui-trainer resume {driven.run.id} --epochs 4 goes on"
    )


def test_a_run_that_goes_on_within_an_epoch_says_that_it_trains():
    driven = Driven(LONG)
    driven.until(lambda: driven.phases()[-1:] == ["training"])
    driven.stop_sign.put_up()
    driven.to_its_end()
    before = heard(driven.run).history
    goes_on = live(driven.run, StopSign())
    while heard(driven.run).history.step == before.step:
        next(goes_on)
    assert heard(driven.run).history.phase == "training"
    goes_on.close()


def test_missing_data_fail_the_run_in_a_sentence():
    driven = Driven(LONG.model_copy(update={"data": TorchvisionSet(), "loss": CrossEntropy()}))
    driven.to_its_end()
    failed = heard(driven.run).of(PhaseChanged)[-1]
    assert failed.phase == "failed"
    assert failed.reason.startswith("mnist is not on this machine")
    assert failed.reason in driven.run.worker_log.read_text()


def test_choices_that_do_not_fit_fail_the_run_in_a_sentence():
    driven = Driven(LONG.model_copy(update={"architecture": LeNet()}))
    driven.to_its_end()
    assert heard(driven.run).history.reason == (
        "lenet's convolutions need images, and moons is a table: choose fcnn"
    )


def test_an_exception_is_an_event_and_its_traceback_is_logged():
    driven = Driven(SHORT)
    driven.run.recipe_toml.write_text('schema = "\\u001b[31mred\\u001b[0m\\n' + "!" * 1000)
    driven.to_its_end()
    failed = heard(driven.run).of(PhaseChanged)[-1]
    assert failed.phase == "failed"
    assert failed.reason.isprintable()
    assert len(failed.reason) <= 400
    assert "Traceback" in driven.run.worker_log.read_text()
