"""A script trains as our loop does: equal course from equal weights, like course from its own."""

import io
import re
import subprocess
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from tests.scripts import EVERY_KIND, VARIETY
from tests.training.conftest import Trained
from tui_trainer.core.architectures import layer_table
from tui_trainer.core.compose import Choices, compose
from tui_trainer.core.facts import facts
from tui_trainer.core.presets import Library, shipped_folder
from tui_trainer.core.recipe import Recipe, TorchvisionSet
from tui_trainer.core.script import script
from tui_trainer.training import torchvision_compat
from tui_trainer.training.architectures import build_network
from tui_trainer.training.data import load
from tui_trainer.training.random_numbers import epoch_order

Train = Callable[..., list[Trained]]
Curve = NDArray[np.float64]

_LINE = re.compile(r"validation loss (\S+) (?:accuracy|r2) (\S+)")
_TEST = re.compile(r"test loss (\S+) (?:accuracy|r2) (\S+)")
_IS_SMALL = [recipe for recipe in EVERY_KIND if not isinstance(recipe.data, TorchvisionSet)]
_DRAWS_NOTHING = [
    recipe
    for recipe in VARIETY
    if not recipe.regularization.dropout and not recipe.regularization.augmentation
]


def told(printed: str) -> tuple[Curve, Curve]:
    """Validation loss and score (N, 2) as printed, and those of the test samples (2,)."""
    lines = [[float(value) for value in found] for found in _LINE.findall(printed)]
    return np.array(lines), np.array([float(value) for value in _TEST.findall(printed)[0]])


def ours(trained: Trained) -> tuple[Curve, Curve]:
    """The same of a run, less the evaluation before the first step."""
    metric = "r2" if trained.history.started.task == "regression" else "accuracy"  # type: ignore[union-attr]
    curve = [
        [e.metrics["loss"], e.metrics[metric]]
        for e in trained.history.evaluations["validation"]
        if e.step > 0
    ]
    test = trained.history.chosen["test"].metrics
    return np.array(curve), np.array([test["loss"], test[metric]])


# The steps, one by one


@pytest.mark.parametrize("recipe", _IS_SMALL, ids=lambda recipe: recipe.name)
def test_the_samples_are_ours(recipe: Recipe) -> None:
    text = script(recipe)
    names: dict[str, Any] = {}
    exec(text[: text.index("# 2 Architecture")], names)
    loaded = load(recipe.data)
    for part in ("train", "validation", "test"):
        for name in (f"{part}_x", f"{part}_y"):
            theirs = names[f"{name[-1]}_{part}"]
            mine = getattr(loaded, name)
            torch.testing.assert_close(theirs, mine.to(theirs.dtype).reshape(theirs.shape))


# The course


@pytest.fixture
def same_draw() -> Callable[[Recipe], str]:
    """Runs the script of a recipe from our weights and in our orders; what it printed."""

    def run(recipe: Recipe) -> str:
        about = facts(recipe.data)
        network = build_network(
            layer_table(recipe, about), recipe.architecture.initialization, recipe.training.seed
        )
        epochs = range(1, recipe.training.epochs + 1)
        orders = iter([epoch_order(about.num_train, recipe.training.seed, epoch) for epoch in epochs])
        text = script(recipe)
        at = text.index("# 3 Loss")
        weights = list(network.state_dict().values())
        text = f"{text[:at]}model.load_state_dict(dict(zip(model.state_dict(), weights)))\n{text[at:]}"
        with redirect_stdout(io.StringIO()) as printed, pytest.MonkeyPatch.context() as patch:
            patch.setattr(torch, "randperm", lambda num: next(orders))
            exec(text, {"weights": weights})
        return printed.getvalue()

    return run


@pytest.mark.parametrize("recipe", _DRAWS_NOTHING, ids=lambda recipe: recipe.name)
def test_from_our_weights_and_in_our_order_its_course_is_ours(
    recipe: Recipe, same_draw: Callable[[Recipe], str], train: Train
) -> None:
    curve, test = told(same_draw(recipe))
    our_curve, our_test = ours(train(recipe)[0])
    assert curve.shape == our_curve.shape
    np.testing.assert_allclose(curve, our_curve, atol=5e-3, rtol=1e-2)
    np.testing.assert_allclose(test, our_test, atol=5e-3, rtol=1e-2)


# The script by itself

LIBRARY = Library.load([shipped_folder()])
_SHORT: dict[str, tuple[Choices, list[str]]] = {
    "first-steps": (Choices(), ["training.epochs=8"]),
    "regression-fcnn": (Choices("regression-fcnn"), ["training.epochs=30"]),
    "moons": (
        Choices(
            parts={
                "data": "moons",
                "architecture": "mlp",
                "loss": "binary-cross-entropy",
                "optimizer": "momentum",
                "regularization": ("l1",),
            }
        ),
        ["training.epochs=12", "optimizer.schedule.kind=cosine"],
    ),
    "digits-cnn": (
        Choices(parts={"regularization": ("dropout",)}),
        [
            "architecture.kind=cnn",
            "regularization.batch_norm.momentum=0.2",
            "regularization.augmentation.rotation=5.0",
            "regularization.gradient_clipping.max_norm=1.0",
            "training.epochs=4",
        ],
    ),
    "tp1-mnist": (Choices("tp1-mnist"), ["training.epochs=4", "data.train_fraction=0.02"]),
}
_SEEDS = range(5)
_ROUNDED = 0.01
_OPERATORS = """\
import torch
torchvision = torch.library.Library("torchvision", "DEF")
torchvision.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
torchvision.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
"""
"""What a torchvision needs that was built for another torch, see ``torchvision_compat``."""


def by_itself(text: str, folder: Path) -> str:
    """What the script prints, run where nothing of ours can be found but by an import it does not have."""
    assert "tui_trainer" not in text
    if "torchvision" in text and torchvision_compat._declared is not None:
        text = _OPERATORS + text
    (folder / "script.py").write_text(text, "utf-8")
    done = subprocess.run(
        [sys.executable, "-I", "script.py"],
        cwd=folder,
        env={"OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("name", _SHORT)
def test_its_curve_lies_among_those_of_our_seeds(
    name: str, train: Train, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mean over all epochs, of validation loss and score, and the test's loss and score.

    Each within what five of our seeds span, widened by as much and a hundredth on both sides: it is one more
    draw.
    """
    choices, settings = _SHORT[name]
    root = "data"
    if name == "tp1-mnist":
        root = str(request.getfixturevalue("mnist_folder"))
        monkeypatch.setenv("TUI_TRAINER_DATA", root)
    recipe = compose(LIBRARY, Choices(choices.recipe, choices.parts, settings)).recipe
    curve, test = told(by_itself(script(recipe, root), tmp_path))
    seeded = [
        recipe.model_copy(update={"training": recipe.training.model_copy(update={"seed": seed})})
        for seed in _SEEDS
    ]
    draws = [ours(trained) for trained in train(*seeded)]
    # Some may have stopped earlier than others.
    num_epochs = min(len(curve), *(len(course) for course, _ in draws))
    for mine, theirs in (
        ([course[:num_epochs].mean(axis=0) for course, _ in draws], curve[:num_epochs].mean(axis=0)),
        ([at_end for _, at_end in draws], test),
    ):
        low, high = np.min(mine, axis=0), np.max(mine, axis=0)
        margin = high - low + _ROUNDED
        assert np.all((low - margin <= theirs) & (theirs <= high + margin)), (low, high, theirs)
