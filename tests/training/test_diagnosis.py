"""What is said of real runs: nothing alarming of the healthy recipes, and of sick ones what ails them."""

from collections.abc import Callable, Iterator

import pytest

from tests.training.conftest import Trained
from tui_trainer.core import presets
from tui_trainer.core.diagnosis import Diagnosis, diagnose
from tui_trainer.core.events import Evaluated
from tui_trainer.core.history import History
from tui_trainer.core.layering import assembled
from tui_trainer.core.recipe import (
    L2,
    Adam,
    BundledSet,
    Dropout,
    EarlyStopping,
    ErrorLoss,
    FullyConnected,
    GradientDescent,
    Momentum,
    Recipe,
    Regularization,
    SingleLayer,
    Training,
)

Train = Callable[..., list[Trained]]


def shipped(name: str, seed: int) -> Recipe:
    library = presets.Library.load((presets.shipped_folder(),))
    recipe = assembled(library.layers(library.get("recipes", name)))
    training = recipe.training.model_copy(update={"seed": seed, "threads": 1})
    return recipe.model_copy(update={"training": training})


def on_the_way(trained: Trained, recipe: Recipe) -> Iterator[tuple[int, Diagnosis]]:
    """All that was said after each event that tells of a value."""
    history = History()
    for event in trained.events:
        history.apply(event)
        if isinstance(event, Evaluated):
            yield from ((history.step, said) for said in diagnose(history, recipe))


@pytest.mark.parametrize("name", ["first-steps", "regression-fcnn"])
def test_a_healthy_recipe_raises_no_alarm_at_any_moment(train: Train, name: str) -> None:
    recipes = [shipped(name, seed) for seed in range(5)]
    for recipe, trained in zip(recipes, train(*recipes), strict=True):
        said = list(on_the_way(trained, recipe))
        assert len(said) > 10
        assert [each for each in said if each[1].severity == "alarm"] == []
        assert diagnose(trained.history, recipe)[0].kind == "learning"


SICK: dict[str, tuple[str, Recipe]] = {
    "memorizes": (
        "overfitting",
        Recipe(
            data=BundledSet(kind="diabetes"),
            architecture=FullyConnected(hidden=(128, 64)),
            loss=ErrorLoss(),
            optimizer=Adam(lr=0.003),
            training=Training(epochs=40),
        ),
    ),
    "explodes": (
        "diverged",
        Recipe(
            data=BundledSet(kind="diabetes"),
            architecture=SingleLayer(),
            loss=ErrorLoss(),
            optimizer=Momentum(lr=10.0),
        ),
    ),
    "deep-sigmoid": (
        "chance",
        Recipe(
            architecture=FullyConnected(hidden=(32,) * 6, activation="sigmoid"),
            optimizer=GradientDescent(kind="sgd", lr=0.1),
            training=Training(epochs=10),
        ),
    ),
    "jumps": (
        "one-class",
        Recipe(
            architecture=FullyConnected(hidden=(64, 32)),
            optimizer=Adam(lr=1.0),
            training=Training(epochs=10),
        ),
    ),
    "creeps": (
        "chance",
        Recipe(optimizer=GradientDescent(kind="sgd", lr=0.0001), training=Training(epochs=10)),
    ),
    "too-short": (
        "underfitting",
        Recipe(optimizer=GradientDescent(kind="sgd", lr=0.003), training=Training(epochs=8)),
    ),
}


@pytest.mark.parametrize("name", SICK)
def test_what_ails_a_run_is_found(train: Train, name: str) -> None:
    kind, recipe = SICK[name]
    (trained,) = train(recipe)
    assert kind in [said.kind for said in diagnose(trained.history, recipe)]


def test_early_stopping_and_regularization_take_the_alarm_away(train: Train) -> None:
    recipe = SICK["memorizes"][1].model_copy(
        update={
            "regularization": Regularization(
                l2=L2(strength=0.01), dropout=Dropout(), early_stopping=EarlyStopping()
            )
        }
    )
    (trained,) = train(recipe)
    assert [said.text for said in diagnose(trained.history, recipe) if said.severity == "alarm"] == []
