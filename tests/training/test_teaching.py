"""The recipes that teach show what they say one will see, whichever samples and weights are drawn."""

from collections.abc import Callable

import pytest

from tests.training.conftest import Trained
from tui_trainer.core.compose import Choices, compose
from tui_trainer.core.diagnosis import diagnose
from tui_trainer.core.presets import Library, Preset, shipped_folder
from tui_trainer.core.recipe import Recipe
from tui_trainer.core.symptoms import MEASURES

EACH_SEED = pytest.mark.parametrize(
    "seed", [0, pytest.param(1, marks=pytest.mark.long), pytest.param(2, marks=pytest.mark.long)]
)
LIBRARY = Library.load((shipped_folder(),))
TEACHING = [preset for preset in LIBRARY.group("recipes") if preset.symptom]
CURES = [preset.name for preset in TEACHING if preset.name.startswith("overfit-cured-")]
OVERFIT = ["overfit", *CURES]

Train = Callable[..., list[Trained]]


def recipe_of(name: str, seed: int, **parts: str) -> Recipe:
    settings = (f"training.seed={seed}", f"data.split_seed={seed}")
    return compose(LIBRARY, Choices(recipe=name, parts=parts, settings=settings)).recipe


def test_all_that_the_course_shows_is_there() -> None:
    pairs = ["underfit", "overfit", "vanishing-gradient", "dying-relu", "no-activation"]
    alone = ["learning-rate-too-high", "learning-rate-too-low", "batch-norm-helps", "full-batch-or-one"]
    names = {preset.name for preset in TEACHING}
    assert names >= {*pairs, *alone}
    for pair in pairs:
        assert any(name.startswith(f"{pair}-cured") for name in names)
    cures = ("more-data", "augmentation", "l1", "l2", "dropout", "early-stopping")
    assert set(CURES) == {f"overfit-cured-{cure}" for cure in cures}


def check(preset: Preset, recipe: Recipe, trained: Trained) -> None:
    assert preset.symptom is not None
    for shown in preset.symptom.shown(trained.history, recipe):
        assert shown.holds, f"{preset.name}: {shown.text}: {shown.value}"
    if preset.symptom.diagnosis == "learning":
        assert not [found for found in diagnose(trained.history, recipe) if found.severity == "alarm"]


@EACH_SEED
@pytest.mark.parametrize(
    "preset", [preset for preset in TEACHING if preset.name not in OVERFIT], ids=lambda preset: preset.name
)
def test_a_recipe_shows_its_symptom(preset: Preset, seed: int, train: Train) -> None:
    recipe = recipe_of(preset.name, seed)
    (trained,) = train(recipe)
    check(preset, recipe, trained)


@EACH_SEED
def test_overfitting_shows_and_each_cure_lowers_the_validation_loss_at_the_end(
    seed: int, train: Train
) -> None:
    recipes = [recipe_of(name, seed) for name in OVERFIT]
    sick, *cured = runs = train(*recipes)
    for name, recipe, trained in zip(OVERFIT, recipes, runs, strict=True):
        check(LIBRARY.get("recipes", name), recipe, trained)
    final = MEASURES["validation_loss"].of
    for name, trained in zip(CURES, cured, strict=True):
        assert final(trained.history) < final(sick.history), name


@EACH_SEED
def test_without_activation_a_deep_net_is_no_better_than_a_line(seed: int, train: Train) -> None:
    deep, line = train(
        recipe_of("no-activation", seed),
        recipe_of("no-activation", seed, architecture="logistic-regression"),
    )
    accuracy = MEASURES["train_accuracy"].of
    assert accuracy(deep.history) == pytest.approx(accuracy(line.history), abs=0.1)


@EACH_SEED
def test_without_batch_norm_what_it_helps_does_not_learn(seed: int, train: Train) -> None:
    (trained,) = train(recipe_of("batch-norm-helps", seed, regularization="none"))
    assert MEASURES["train_accuracy"].of(trained.history) < 0.2
