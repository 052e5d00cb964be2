import pytest

from tui_trainer.core.edits import EditRefused, changed, in_force, parse, value_of
from tui_trainer.core.events import Edited
from tui_trainer.core.recipe import L2, Adam, Dropout, Momentum, Recipe, Regularization

MOMENTUM = Recipe(optimizer=Momentum(lr=0.1, momentum=0.9))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("0.01", ("optimizer.lr", 0.01)),
        (" 1e-3 ", ("optimizer.lr", 0.001)),
        ("lr 0.5", ("optimizer.lr", 0.5)),
        ("momentum = 0.9", ("optimizer.momentum", 0.9)),
        ("L2=0.001", ("regularization.l2.strength", 0.001)),
        ("training.epochs 40", ("training.epochs", 40)),
    ],
)
def test_a_change_is_typed_as_one_says_it(typed: str, meant: tuple[str, float]) -> None:
    assert parse(typed) == meant


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "nothing is no number"),
        ("fast", "fast is no number"),
        ("rate 0.1", "rate is none of lr, momentum, l1, l2, dropout, epochs"),
    ],
)
def test_what_is_no_change_is_refused_in_a_sentence(typed: str, why: str) -> None:
    with pytest.raises(EditRefused, match=why):
        parse(typed)


@pytest.mark.parametrize(
    ("recipe", "key", "value"),
    [
        (MOMENTUM, "optimizer.lr", float("nan")),
        (MOMENTUM, "optimizer.lr", -0.1),
        (MOMENTUM, "optimizer.momentum", 1.5),
        (MOMENTUM, "training.epochs", 2.5),
        (MOMENTUM, "regularization.dropout.rate", 0.2),
        (Recipe(optimizer=Adam()), "optimizer.momentum", 0.9),
        (MOMENTUM, "training.batch_size", 8),
        (MOMENTUM, "__class__", 1),
    ],
)
def test_what_makes_no_recipe_is_refused(recipe: Recipe, key: str, value: float) -> None:
    with pytest.raises(EditRefused):
        changed(recipe, key, value)


def test_edits_add_up_and_a_penalty_may_be_turned_on() -> None:
    told = [("optimizer.lr", 0.2), ("regularization.l2.strength", 0.01), ("optimizer.lr", 0.3), ("new", 1.0)]
    edits = [Edited(attempt=1, elapsed_s=0, step=1, setting=key, value=value) for key, value in told]
    recipe = Recipe(optimizer=Momentum(lr=0.1), regularization=Regularization(dropout=Dropout(rate=0.5)))
    after = in_force(recipe, edits)
    assert after.optimizer.lr == 0.3
    assert after.regularization == Regularization(dropout=Dropout(rate=0.5), l2=L2(strength=0.01))
    assert value_of(recipe, "regularization.l2.strength") is None
    assert (
        after.model_copy(update={"optimizer": recipe.optimizer, "regularization": recipe.regularization})
        == recipe
    )
