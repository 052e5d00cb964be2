"""A run that was cut short goes on as if it never had been: bit for bit, on a CPU."""

import hashlib
import io
import itertools
import json
import random
import shutil
import threading

import pytest
import torch

from tests.training.conftest import Trained, heard
from tui_trainer.core import rundir
from tui_trainer.core.checkpoint_files import path_of, saved_steps
from tui_trainer.core.events import Evaluated, Note, PhaseChanged, Resumed
from tui_trainer.core.recipe import (
    L2,
    Adam,
    Augmentation,
    BatchNorm,
    BinaryCrossEntropy,
    BundledSet,
    Cnn,
    Cosine,
    Dropout,
    EarlyStopping,
    FullyConnected,
    Momentum,
    Moons,
    Recipe,
    Regularization,
    Training,
)
from tui_trainer.core.rundir import RunDir
from tui_trainer.training import checkpoint, keeping, recording, session
from tui_trainer.training.checkpoint import State
from tui_trainer.training.session import live
from tui_trainer.training.stop_sign import StopSign

MOMENTUM = Recipe(
    data=Moons(points=200),
    architecture=FullyConnected(hidden=(8,)),
    loss=BinaryCrossEntropy(),
    optimizer=Momentum(lr=0.1, momentum=0.9),
    training=Training(epochs=6, batch_size=16),
)
EVERYTHING = Recipe(
    data=BundledSet(kind="digits"),
    architecture=Cnn(),
    optimizer=Adam(lr=0.01, schedule=Cosine()),
    regularization=Regularization(
        dropout=Dropout(rate=0.3),
        batch_norm=BatchNorm(),
        augmentation=Augmentation(),
        l2=L2(strength=1e-4),
        early_stopping=EarlyStopping(patience=2),
    ),
    training=Training(epochs=4, batch_size=128, evaluate_every=3, device="cpu"),
)
COARSE = Recipe(
    data=BundledSet(kind="digits"),
    architecture=Cnn(channels=(4, 8), hidden=16),
    training=Training(
        epochs=2, batch_size=128, evaluate_every=3, device="cpu", precision="bfloat16", channels_last=True
    ),
)


@pytest.fixture(autouse=True)
def at_every_look(monkeypatch):
    """Look at requests at every safe point, so that where a run is stopped is the test's choice."""
    monkeypatch.setattr(session, "LOOK_S", 0.0)


def stopped_after(run: RunDir, points: int) -> bool:
    """One attempt at ``run``, stopped at its safe point number ``points``; whether it had ended before."""
    stop_sign = StopSign()
    for number, _ in enumerate(live(run, stop_sign), 1):
        if number == points:
            stop_sign.put_up()
    return not stop_sign.is_up


def told(trained: Trained) -> dict[str, object]:
    """The curves that a run came to, without times."""
    history = trained.history
    return {
        "losses": trained.losses.tolist(),
        "steps": history.batch_loss.steps.tolist(),
        "evaluations": {
            split: [(e.step, dict(e.metrics), e.confusion) for e in evaluations]
            for split, evaluations in history.evaluations.items()
        },
        "ended": (history.phase, history.reason, history.step, history.finished.best_step),
    }


def assert_same_bits(run: RunDir, other: RunDir) -> None:
    """Curves, weights, and all that decides what would come next."""
    assert told(heard(run)) == told(heard(other))
    states = [checkpoint.read(path_of(one, saved_steps(one)[-1])) for one in (run, other)]
    for one, other in zip(*map(parts_of, states), strict=True):
        torch.testing.assert_close(one, other, rtol=0, atol=0, equal_nan=True)


def parts_of(state: State) -> list[object]:
    assert state.optimizer["kind"]
    optimizer = {key: value for key, value in state.optimizer.items() if key != "kind"}
    selection = {key: value for key, value in state.selection.items() if key != "by"}
    return [state.step, state.network, optimizer, selection, state.settings]


@pytest.mark.parametrize("recipe", [MOMENTUM, EVERYTHING], ids=["momentum", "everything"])
@pytest.mark.parametrize("seed", range(3))
def test_stopped_anywhere_and_resumed_a_run_comes_to_the_same_bits(recipe, seed):
    whole, pieces = rundir.create(recipe), rundir.create(recipe)
    stopped_after(whole, -1)
    draw, attempts = random.Random(seed), 1
    while not stopped_after(pieces, draw.randint(1, 40)):
        attempts += 1
    assert attempts > 1
    assert_same_bits(whole, pieces)
    assert len(heard(pieces).of(Resumed)) == attempts - 1


def test_so_does_one_of_coarse_numbers_and_channels_that_come_last():
    whole, pieces = rundir.create(COARSE), rundir.create(COARSE)
    stopped_after(whole, -1)
    while not stopped_after(pieces, 12):
        pass
    assert_same_bits(whole, pieces)
    numerics = pieces.numerics()
    assert (numerics["precision"], numerics["channels_last"]) == ("bfloat16", True)


def test_so_does_one_that_began_before_channels_came_last_by_themselves():
    first, auto = (
        COARSE.model_copy(update={"training": COARSE.training.model_copy(update={"channels_last": wanted})})
        for wanted in (False, "auto")
    )
    whole, pieces = rundir.create(first), rundir.create(auto)
    stopped_after(whole, -1)
    rundir.append_numerics(pieces, whole.numerics())
    while not stopped_after(pieces, 12):
        pass
    assert_same_bits(whole, pieces)
    assert not [note.text for note in heard(pieces).of(Note) if "differ" in note.text]


def test_a_step_in_parts_that_was_left_half_done_leaves_no_trace(monkeypatch):
    """Batch norm remembers what it has seen: not of a step that never was."""
    monkeypatch.setattr("tui_trainer.training.assembly.rows_at_once", lambda table: 40)
    recipe = EVERYTHING.model_copy(update={"training": Training(epochs=2, batch_size=256, device="cpu")})
    whole, pieces = rundir.create(recipe), rundir.create(recipe)
    stopped_after(whole, -1)
    while not stopped_after(pieces, 120):
        pass
    assert_same_bits(whole, pieces)


def test_a_stop_while_the_test_split_is_read_keeps_the_last_weights(monkeypatch):
    monkeypatch.setattr("tui_trainer.training.assembly.rows_at_once", lambda table: 5)
    recipe = MOMENTUM.model_copy(update={"training": Training(epochs=3, batch_size=4)})
    whole, pieces = rundir.create(recipe), rundir.create(recipe)
    stopped_after(whole, -1)
    total = sum(1 for _ in live(rundir.create(recipe), StopSign()))
    assert not stopped_after(pieces, total - 2)
    assert not [event for event in heard(pieces).of(Evaluated) if event.split == "test"]
    assert stopped_after(pieces, -1)
    assert_same_bits(whole, pieces)


def test_the_clock_goes_on_where_it_stood():
    run = rundir.create(MOMENTUM)
    stopped_after(run, 40)
    first = heard(run).history.elapsed_s
    stopped_after(run, -1)
    resumed = heard(run).of(Resumed)[0]
    assert 0 < resumed.elapsed_s <= first
    assert heard(run).history.elapsed_s > resumed.elapsed_s


def damaged(run: RunDir, step: int) -> None:
    path = path_of(run, step)
    data = bytearray(path.read_bytes())
    data[-100] ^= 1
    path.write_bytes(data)


def executable(run: RunDir, step: int) -> None:
    """What a careless loader would run, with a checksum that fits."""

    class Code:
        def __reduce__(self):
            return print, ("ran",)

    memory = io.BytesIO()
    torch.save({"step": step, "network": Code()}, memory)
    about = {"schema": 1, "step": step, "sha256": hashlib.sha256(memory.getvalue()).hexdigest()}
    head = b"tui-trainer checkpoint " + json.dumps(about).encode() + b"\n"
    path_of(run, step).write_bytes(head + memory.getvalue())


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [(damaged, "do not match its checksum"), (executable, "holds more than plain tensors")],
)
def test_a_checkpoint_that_is_not_sound_is_refused_and_the_one_before_serves(spoil, sentence, capsys):
    whole, run = rundir.create(MOMENTUM), rundir.create(MOMENTUM)
    stopped_after(whole, -1)
    stopped_after(run, 30)
    stopped_after(run, 30)
    earlier, later = saved_steps(run)
    spoil(run, later)
    stopped_after(run, -1)
    assert heard(run).of(Resumed)[-1].at_step == earlier
    assert sentence in " ".join(note.text for note in heard(run).of(Note))
    assert_same_bits(whole, run)
    assert "ran" not in capsys.readouterr().out


def test_what_is_no_checkpoint_at_all_is_refused_too():
    run = rundir.create(MOMENTUM)
    stopped_after(run, 30)
    (step,) = saved_steps(run)
    path_of(run, step).write_bytes(b"\x80\x04N.")
    stopped_after(run, -1)
    assert heard(run).history.phase == "finished"
    assert heard(run).of(Resumed)[0].at_step == -1


def test_a_checkpoint_of_another_network_fails_in_a_sentence():
    run, other = rundir.create(MOMENTUM), rundir.create(EVERYTHING)
    for each in (run, other):
        stopped_after(each, 30)
    shutil.rmtree(run.checkpoints)
    shutil.copytree(other.checkpoints, run.checkpoints)
    stopped_after(run, -1)
    last = heard(run).of(PhaseChanged)[-1]
    assert last.phase == "failed"
    assert "does not fit the recipe" in last.reason


def test_threads_are_those_of_the_first_attempt(monkeypatch):
    run = rundir.create(MOMENTUM)
    stopped_after(run, 20)
    before = run.numerics()["threads"]
    monkeypatch.setattr("tui_trainer.training.session.threads_for", lambda recipe: before + 1)
    stopped_after(run, -1)
    assert torch.get_num_threads() == before


def test_a_device_that_is_gone_is_refused_and_nothing_is_cut():
    run = rundir.create(MOMENTUM)
    stopped_after(run, 30)
    record = run.recipe_toml.read_text()
    run.recipe_toml.write_text(record.replace('device = "cpu"', 'device = "cuda:7"'))
    step = heard(run).history.step
    stopped_after(run, -1)
    assert heard(run).history.reason.startswith("this run was computed on cuda:7, which is not here")
    assert heard(run).history.step == step
    run.recipe_toml.write_text(record)
    stopped_after(run, -1)
    assert heard(run).history.phase == "finished"


def test_old_checkpoints_thin_out_evenly(monkeypatch):
    monkeypatch.setattr(keeping, "FIRST_COST_S", 0.0)
    monkeypatch.setattr(keeping, "COSTS_BETWEEN", 0)
    monkeypatch.setattr(keeping, "MAX_FILES", 5)
    run = rundir.create(MOMENTUM.model_copy(update={"training": Training(epochs=40, batch_size=140)}))
    stopped_after(run, -1)
    steps = saved_steps(run)
    assert len(steps) == 5
    assert steps[-2:] == [39, 40]
    assert max(after - before for before, after in itertools.pairwise(steps)) <= 20


def test_the_checkpoint_from_which_to_fork_from_the_best_stays(monkeypatch):
    monkeypatch.setattr(keeping, "FIRST_COST_S", 0.0)
    monkeypatch.setattr(keeping, "COSTS_BETWEEN", 0)
    monkeypatch.setattr(keeping, "MAX_BYTES", 0)
    overfitting = MOMENTUM.model_copy(update={"optimizer": Momentum(lr=3.0, momentum=0.9)})
    run = rundir.create(overfitting.model_copy(update={"training": Training(epochs=20, batch_size=16)}))
    stopped_after(run, -1)
    best = heard(run).history.finished.best_step
    steps = saved_steps(run)
    assert best < steps[-2]
    assert steps == [best or steps[0], *steps[-2:]]
    selection = checkpoint.read(path_of(run, steps[0])).selection
    assert selection["best_step"] == best


def test_in_a_long_epoch_checkpoints_come_as_often_as_the_recipe_says(monkeypatch):
    monkeypatch.setattr(keeping, "FIRST_COST_S", 0.0)
    monkeypatch.setattr(keeping, "COSTS_BETWEEN", 0)
    for seconds, saved in ((1e-9, [*range(10)]), (3600.0, [0, 9])):
        training = Training(epochs=1, batch_size=16, checkpoint_every_s=seconds)
        run = rundir.create(MOMENTUM.model_copy(update={"training": training}))
        stopped_after(run, -1)
        assert saved_steps(run) == saved


def test_training_goes_on_while_a_checkpoint_is_written_and_its_end_waits_for_it(monkeypatch):
    monkeypatch.setattr(keeping, "FIRST_COST_S", 0.0)
    monkeypatch.setattr(keeping, "COSTS_BETWEEN", 0)
    monkeypatch.setattr(recording, "FLUSH_S", 0.0)
    whole, run, stop_sign = rundir.create(MOMENTUM), rundir.create(MOMENTUM), StopSign()
    stopped_after(whole, -1)
    write, begun, released = checkpoint.write, list[int](), threading.Event()

    def slow(state: State, *rest: object, **named: object) -> None:
        begun.append(state.step)
        assert state.step != 9 or released.wait(60)
        write(state, *rest, **named)

    monkeypatch.setattr(checkpoint, "write", slow)
    driven = live(run, stop_sign)
    while len(heard(run).losses) < 9 + 3:  # an epoch is nine steps
        next(driven)
    assert begun == [0, 9]
    assert saved_steps(run) == [0]
    releasing = threading.Timer(0.1, released.set)
    releasing.start()
    stop_sign.put_up()
    list(driven)
    assert saved_steps(run)[-1] == heard(run).history.step
    one, other = (parts_of(checkpoint.read(path_of(each, 9))) for each in (run, whole))
    torch.testing.assert_close(one, other, rtol=0, atol=0)


def test_a_disk_that_takes_no_checkpoint_stops_no_training(monkeypatch):
    def broken(*_: object, **__: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(keeping, "COSTS_BETWEEN", 0)
    monkeypatch.setattr(checkpoint, "write", broken)
    run = rundir.create(MOMENTUM)
    stopped_after(run, -1)
    assert heard(run).history.phase == "finished"
    assert [n.text for n in heard(run).of(Note)] == ["no checkpoint was saved: Input/output error"]
