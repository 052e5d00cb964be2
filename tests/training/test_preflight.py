"""The checks before training, made for real on small nets."""

import math
import os
from collections.abc import Callable
from typing import Any

import pytest

from tests.training.conftest import Trained
from tui_trainer.core import rundir
from tui_trainer.core.preflight.findings import Finding, findings
from tui_trainer.core.preflight.measured import INITIAL, Measured
from tui_trainer.core.preflight.rate_range import propose
from tui_trainer.core.recipe import Recipe
from tui_trainer.core.rundir import RunDir
from tui_trainer.core.runlog import LogReader
from tui_trainer.training.preflight import fly

DIGITS: dict[str, Any] = {
    "data": {"kind": "digits"},
    "architecture": {"kind": "fully-connected", "hidden": (32,)},
    "optimizer": {"kind": "adam", "lr": 0.003},
}


def folder_of(recipe: Recipe) -> RunDir:
    return rundir.create(recipe, root=rundir.home() / "preflight")


def flown(**parts: Any) -> tuple[Measured, tuple[Finding, ...]]:
    recipe = Recipe.model_validate({**DIGITS, **parts})
    folder = folder_of(recipe)
    assert fly(folder, os.getppid())
    measured = Measured()
    for event in LogReader(folder.events).read_new(max_seconds=60).events:
        measured.apply(event)
    return measured, findings(measured, recipe)


def test_a_sound_recipe_passes_all_three() -> None:
    measured, found = flown()
    assert [finding.severity for finding in found] == ["good", "good", "good"]
    assert measured.expected is not None
    assert measured.initial is not None
    assert measured.expected.value == pytest.approx(math.log(10))
    assert measured.initial.metrics[INITIAL] == pytest.approx(math.log(10), rel=0.1)
    assert measured.overfit.values[-1] < 0.02 * math.log(10)
    proposal = propose(measured.rates, measured.range_losses)
    assert proposal is not None
    assert 1e-4 <= proposal.rate <= 3e-2


@pytest.mark.parametrize(
    "parts",
    [
        {
            "regularization": {"dropout": {"rate": 0.5}, "batch_norm": {}, "augmentation": {}, "l2": {}},
            "loss": {"kind": "cross-entropy", "label_smoothing": 0.3},
        },
        {"training": {"batch_size": "all"}},
        {"training": {"batch_size": 1}, "optimizer": {"kind": "gd", "lr": 0.05}},
        {"data": {"kind": "diabetes"}, "loss": {"kind": "mse"}},
        {
            "data": {"kind": "breast-cancer"},
            "architecture": {"kind": "logistic-regression"},
            "loss": {"kind": "binary-cross-entropy"},
            "optimizer": {"kind": "adam", "lr": 0.05},
        },
    ],
    ids=["regularized", "all", "one", "regression", "two-classes"],
)
def test_so_do_recipes_of_every_kind(parts: dict[str, Any]) -> None:
    measured, found = flown(**parts)
    assert [finding.severity for finding in found[:2]] == ["good", "good"]
    assert propose(measured.rates, measured.range_losses) is not None


def test_of_two_classes_ln_2_is_expected_and_of_a_number_the_error_of_the_mean() -> None:
    two, _ = flown(
        data={"kind": "moons"},
        architecture={"kind": "logistic-regression"},
        loss={"kind": "binary-cross-entropy"},
    )
    number, _ = flown(data={"kind": "diabetes"}, loss={"kind": "mse"})
    assert two.expected is not None
    assert number.expected is not None
    assert two.expected.value == pytest.approx(math.log(2))
    assert number.expected.value == pytest.approx(1.0), "targets are standardized on train"


@pytest.mark.parametrize(
    ("parts", "text", "cure"),
    [
        ({"optimizer": {"kind": "gd", "lr": 1e-5}}, "still falls", "a learning rate larger than 1e-05"),
        (
            {"architecture": {"kind": "fully-connected", "hidden": (32,), "initialization": "zeros"}},
            "units of a layer are dead",
            "another initialization than zeros",
        ),
        ({"optimizer": {"kind": "momentum", "lr": 50.0}}, "", "smaller than 50"),
        (
            {
                "data": {"kind": "spirals"},
                "architecture": {"kind": "logistic-regression"},
                "loss": {"kind": "binary-cross-entropy"},
                "optimizer": {"kind": "adam", "lr": 0.05},
            },
            "not learned",
            "a net with a hidden layer",
        ),
    ],
    ids=["too-slow", "all-dead", "too-fast", "too-small"],
)
def test_a_broken_recipe_is_told_by_its_batch(parts: dict[str, Any], text: str, cure: str) -> None:
    _, found = flown(**parts)
    assert (found[1].check, found[1].severity) == ("one batch", "alarm")
    assert text in found[1].text
    assert cure in found[1].advice


def test_nothing_but_the_log_is_written_and_the_same_is_found_again() -> None:
    recipe = Recipe.model_validate(DIGITS)
    folder = folder_of(recipe)
    before = folder.recipe_toml.read_bytes()
    fly(folder, os.getppid())
    assert folder.recipe_toml.read_bytes() == before
    assert {file.name for file in folder.path.iterdir()} == {"recipe.toml", "events.log"}
    assert not rundir.list_runs()
    assert flown()[0].range_losses.tolist() == flown()[0].range_losses.tolist()


def test_training_is_the_same_after_it_as_before(train: Callable[..., list[Trained]]) -> None:
    short = {"training": {"epochs": 2}, "regularization": {"dropout": {"rate": 0.5}}}
    (before,) = train(Recipe.model_validate({**DIGITS, **short}))
    flown(**short)
    (after,) = train(Recipe.model_validate({**DIGITS, **short}))
    assert after.losses.tolist() == before.losses.tolist()


def test_a_failure_is_one_sentence() -> None:
    recipe = Recipe.model_validate({"data": {"kind": "mnist"}, "architecture": {"kind": "lenet"}})
    folder = folder_of(recipe)
    assert not fly(folder, os.getppid())
    last = LogReader(folder.events).read_new(max_seconds=60).events[-1]
    assert last.phase == "failed"  # type: ignore[union-attr]
    assert last.reason.startswith("mnist is not on this machine")  # type: ignore[union-attr]
    assert not folder.worker_log.exists()


def test_when_nobody_waits_for_it_any_more_it_ends() -> None:
    folder = folder_of(Recipe.model_validate(DIGITS))
    somebody_else = os.getpid()
    assert not fly(folder, somebody_else)
    assert not LogReader(folder.events).read_new().events
