"""``code``, ``share`` and ``train --from``: what one has is handed on, written down, trained again."""

import shlex
from pathlib import Path

import numpy as np
import pytest

from tests.cli.outcome import RunCli
from tui_trainer.core import rundir
from tui_trainer.core.compose import Choices, compose
from tui_trainer.core.history import load
from tui_trainer.core.presets import Library, shipped_folder
from tui_trainer.core.recipe import Recipe, TorchvisionSet
from tui_trainer.core.rundir import RunDir
from tui_trainer.core.script import script

LIBRARY = Library.load([shipped_folder()])

# code


def test_the_script_of_a_recipe_is_printed(run_cli: RunCli) -> None:
    done = run_cli("code")
    assert (done.status, done.err) == (0, "")
    assert done.out == script(compose(LIBRARY).recipe)
    assert run_cli("code", "regression-fcnn").out == script(
        compose(LIBRARY, Choices("regression-fcnn")).recipe
    )


def test_options_change_what_is_written(run_cli: RunCli) -> None:
    done = run_cli("code", "--data", "diabetes", "--optimizer", "momentum", "--set", "optimizer.momentum=0.5")
    assert "torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.5)" in done.out
    assert "loss: mse, since diabetes has a number to predict" in done.err


def test_the_script_of_a_run_is_that_of_its_recipe(run_cli: RunCli, trained: RunDir) -> None:
    assert run_cli("code", "latest").out == script(trained.recipe())
    assert "lr=0.5" in run_cli("code", trained.id, "--lr", "0.5").out


def test_a_file_is_never_overwritten_unasked(run_cli: RunCli, tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    assert run_cli("code", "-o", str(file)).out == ""
    assert file.read_text() == script(compose(LIBRARY).recipe)
    file.write_text("precious")
    done = run_cli("code", "-o", str(file))
    assert (done.status, done.out) == (2, "")
    assert done.err == f"tui-trainer code: {file} is there already: name another file, or add --force\n"
    assert file.read_text() == "precious"
    assert run_cli("code", "-o", str(file), "--force").status == 0
    assert file.read_text() == script(compose(LIBRARY).recipe)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["frist-steps"], "'frist-steps' is neither a recipe (first-steps, tp1-mnist, regression-fcnn"),
        (["--data", "moons", "--model", "lenet"], "architecture: lenet's convolutions need images"),
        (["--epochs", "0"], "training.epochs = 0: must be from 1 to 100000"),
    ],
)
def test_what_makes_no_script_is_told_in_a_sentence(
    run_cli: RunCli, arguments: list[str], sentence: str
) -> None:
    done = run_cli("code", *arguments)
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith(f"tui-trainer code: {sentence}")
    assert len(done.err.splitlines()) == 1


def test_the_folder_of_the_data_is_the_one_that_is_named(run_cli: RunCli, tmp_path: Path) -> None:
    assert f'root = "{tmp_path}"' in run_cli("code", "tp1-mnist", "--data-dir", str(tmp_path)).out
    assert 'root = "data"' in run_cli("code", "tp1-mnist").out


# train --from


def test_a_repeated_run_has_the_same_losses_to_the_bit(run_cli: RunCli, trained: RunDir) -> None:
    assert run_cli("train", "--from", "latest", "--quiet").status == 0
    again = rundir.find("latest")
    assert again != trained
    before, after = load(trained), load(again)
    np.testing.assert_array_equal(before.batch_loss.values, after.batch_loss.values)
    assert [e.metrics for e in before.evaluations["validation"]] == [
        e.metrics for e in after.evaluations["validation"]
    ]
    assert again.numerics() == trained.numerics()
    fixed = again.recipe().training
    assert (fixed.device, fixed.threads) == (trained.numerics()["device"], trained.numerics()["threads"])


def test_options_go_on_top_of_the_repeated_recipe(run_cli: RunCli, trained: RunDir) -> None:
    options = ["--lr", "0.01", "--epochs", "1", "--regularization", "l1", "--data", "blobs"]
    assert run_cli("train", "--from", trained.id, *options, "--quiet").status == 0
    recipe, before = rundir.find("latest").recipe(), trained.recipe()
    assert (recipe.optimizer.lr, recipe.training.epochs, recipe.data.kind) == (0.01, 1, "blobs")
    assert recipe.regularization.l1 is not None
    assert recipe.regularization.l2 is None
    assert recipe.architecture == before.architecture
    assert recipe.training.batch_size == before.training.batch_size


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["first-steps", "--from", "latest"], "name a recipe or a run, not both: --from latest has the"),
        (["--from", "nothing"], "no run begins with 'nothing'; the newest is"),
        (["--from", "latest", "--data", "diabetes", "--loss", "cce"], "loss: cross-entropy compares classes"),
    ],
)
def test_what_cannot_be_repeated_is_told_in_a_sentence(
    run_cli: RunCli, trained: RunDir, arguments: list[str], sentence: str
) -> None:
    done = run_cli("train", *arguments)
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith(f"tui-trainer train: {sentence}")
    assert len(done.err.splitlines()) == 1
    assert len(rundir.list_runs()) == 1


# share


def test_the_line_that_repeats_a_run(run_cli: RunCli, trained: RunDir) -> None:
    done = run_cli("share", "latest")
    assert (done.status, done.out, done.err) == (0, "tui-trainer train --epochs 2\n", "")


def test_the_shared_line_trains_the_recipe(run_cli: RunCli, home: Path) -> None:
    made = compose(LIBRARY, Choices(parts={"data": "moons"}, flags={"epochs": 1, "seed": 3})).recipe
    rundir.create(made)
    line = run_cli("share", "latest").out
    assert run_cli(*shlex.split(line)[1:], "--quiet").status == 0
    assert rundir.find("latest").recipe() == made


def test_the_shared_line_of_a_run_that_was_changed_trains_the_same_bits(
    run_cli: RunCli, trained: RunDir
) -> None:
    lines = ["--change", "lr=0.01@30", "--change", "regularization.l2.strength=1e-05@41"]
    more = ["--change", "epochs=3@80", "--epochs", "2", "--quiet"]
    assert run_cli("train", *lines, *more).status == 0
    changed = rundir.find("latest")
    line = run_cli("share", changed.id).out
    assert line == (
        "tui-trainer train --epochs 2 --change lr=0.01@30 --change l2=1e-05@41 --change epochs=3@80\n"
    )
    for arguments in (shlex.split(line)[1:], ["train", "--from", changed.id]):
        assert run_cli(*arguments, "--quiet").status == 0
        before, after = load(changed), load(rundir.find("latest"))
        np.testing.assert_array_equal(before.batch_loss.values, after.batch_loss.values)
        assert [(edit.setting, edit.value, edit.step) for edit in after.edits] == [
            ("optimizer.lr", 0.01, 30),
            ("regularization.l2.strength", 1e-05, 41),
            ("training.epochs", 3, 80),
        ]
    np.testing.assert_array_equal(load(trained).batch_loss.values[:30], before.batch_loss.values[:30])


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("lr", "--change lr: must be SETTING=VALUE@STEP, such as lr=0.01@300"),
        ("lr=0.1@-1", "--change lr=0.1@-1: must be SETTING=VALUE@STEP"),
        ("rate=0.1@3", "--change rate=0.1@3: rate is none of lr, momentum, l1, l2, dropout, epochs"),
        ("lr=fast@3", "--change lr=fast@3: fast is no number"),
        ("lr=-1@3", "--change lr=-1@3: optimizer.lr = -1"),
        ("momentum=0.5@3", "--change momentum=0.5@3: optimizer.momentum cannot change: this run trains with"),
        ("lr=0.1@99999", "--change lr=0.1@99999: the run ends after "),
        ("epochs=2@80", "--change epochs=2@80: 2 epochs are trained by then"),
    ],
)
def test_a_change_that_cannot_be_is_told_in_a_sentence(run_cli: RunCli, typed: str, sentence: str) -> None:
    done = run_cli("train", "--change", typed)
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith(f"tui-trainer train: {sentence}")
    assert len(done.err.splitlines()) == 1
    assert not rundir.list_runs()


def test_data_that_lie_elsewhere_are_mentioned_beside_the_line(run_cli: RunCli) -> None:
    rundir.create(Recipe(data=TorchvisionSet()))
    done = run_cli("share", "latest")
    assert len(done.out.splitlines()) == 1
    assert "--data-dir" not in done.out
    assert done.err.startswith("mnist does not come with the program: --data-dir DIR says where it lies")
