"""What the layers of real runs are said to suffer from: what the teaching recipes are about, else nothing."""

from collections.abc import Callable

import pytest

from tests.core.inside.test_troubles import LAYER_KINDS
from tests.training.conftest import Trained
from tui_trainer.core.compose import Choices, compose
from tui_trainer.core.diagnosis import diagnose
from tui_trainer.core.events import LayersMeasured
from tui_trainer.core.history import History
from tui_trainer.core.presets import Library, shipped_folder
from tui_trainer.core.recipe import (
    BundledSet,
    ErrorLoss,
    FullyConnected,
    Momentum,
    Recipe,
    Training,
)
from tui_trainer.training import session
from tui_trainer.training.inside import probing

Train = Callable[..., list[Trained]]
LIBRARY = Library.load((shipped_folder(),))


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look as often as can be, however slow the machine is."""
    monkeypatch.setattr(session, "LOOK_S", 0.0)
    monkeypatch.setattr(probing, "SHARE", 1e9)
    monkeypatch.setattr(probing, "SPACING", 1e9)


def shipped(name: str, epochs: int) -> Recipe:
    settings = (f"training.epochs={epochs}", "training.threads=1", "training.probes=layers")
    return compose(LIBRARY, Choices(recipe=name, settings=settings)).recipe


def said(trained: Trained, recipe: Recipe) -> set[str]:
    """All kinds that were said of the layers at any look."""
    history, found = History(), set()
    for event in trained.events:
        history.apply(event)
        if isinstance(event, LayersMeasured):
            found |= {each.kind for each in diagnose(history, recipe)}
    return found & LAYER_KINDS


@pytest.mark.parametrize(
    ("name", "epochs", "kind"),
    [("vanishing-gradient", 20, "vanishing-gradient"), ("dying-relu", 8, "dead-units")],
)
def test_what_a_recipe_is_about_is_said(name: str, epochs: int, kind: str, train: Train) -> None:
    recipe = shipped(name, epochs)
    (trained,) = train(recipe)
    assert said(trained, recipe) == {kind}
    first = diagnose(trained.history, recipe)[0]
    assert (first.kind, first.severity) == (kind, "alarm")


@pytest.mark.parametrize(
    "name",
    [
        "first-steps",
        "vanishing-gradient-cured",
        "dying-relu-cured",
        "batch-norm-helps",
        "no-activation-cured",
        "regression-fcnn",
    ],
)
def test_nothing_is_said_of_healthy_layers_at_any_look(name: str, train: Train) -> None:
    recipe = shipped(name, 8)
    (trained,) = train(recipe)
    assert len(trained.of(LayersMeasured)) > 20
    assert said(trained, recipe) == set()


def test_where_a_network_was_lost_is_said(train: Train) -> None:
    recipe = Recipe(
        data=BundledSet(kind="diabetes"),
        architecture=FullyConnected(hidden=(8,)),
        loss=ErrorLoss(),
        optimizer=Momentum(lr=100.0),
        training=Training(probes="layers"),
    )
    (trained,) = train(recipe)
    assert [found.kind for found in diagnose(trained.history, recipe)] == ["diverged", "not-finite"]
    assert trained.history.phase == "failed"
