import pytest

from tui_trainer.core.estimate import plan, saved_by_compiling, steps_per_epoch
from tui_trainer.core.facts import facts
from tui_trainer.core.recipe import (
    Dropout,
    FullyConnected,
    LeNet,
    Recipe,
    Regularization,
    TorchvisionSet,
    Training,
)


@pytest.mark.parametrize(
    ("batch_size", "steps"), [(32, 40), (1258, 1), (1257, 2), (1, 1258), ("all", 1), (5000, 1)]
)
def test_the_last_batch_counts_whatever_its_size(batch_size, steps):
    recipe = Recipe(training=Training(batch_size=batch_size, epochs=3))
    assert steps_per_epoch(recipe, facts(recipe.data)) == steps
    assert plan(recipe, facts(recipe.data)).total_steps == 3 * steps


def seconds(**parts):
    recipe = Recipe(**parts)
    return plan(recipe, facts(recipe.data)).seconds


def test_more_work_takes_longer():
    mnist = TorchvisionSet()
    small, wide = FullyConnected(hidden=(64,)), FullyConnected(hidden=(2048, 2048))
    assert seconds(data=mnist, architecture=small) < seconds(data=mnist, architecture=LeNet())
    assert seconds(data=mnist, architecture=small) < seconds(data=mnist, architecture=wide)
    assert seconds(training=Training(epochs=5)) < seconds(training=Training(epochs=50))
    assert seconds(training=Training(batch_size=256)) < seconds(training=Training(batch_size=1))
    assert seconds(training=Training(evaluate_every=1)) > 2 * seconds(
        training=Training(evaluate_every="epoch")
    )


def test_seconds_and_minutes_are_told_apart():
    assert seconds() < 5
    hundred_epochs = Training(epochs=100, batch_size=64)
    assert seconds(data=TorchvisionSet(), architecture=LeNet(), training=hundred_epochs) > 120


def test_compiling_pays_for_many_small_steps_and_for_no_others():
    def saved(**parts) -> float:
        recipe = Recipe(**{"architecture": FullyConnected(hidden=(8,)), **parts})
        return saved_by_compiling(recipe, facts(recipe.data))

    long = Training(epochs=50_000)
    assert saved(training=Training(epochs=100)) == 0
    assert saved(training=long) > 60
    assert saved(training=Training(epochs=50_000, evaluate_every=2)) == 0
    assert saved(training=long, regularization=Regularization(dropout=Dropout())) == 0
    assert saved(training=long, data=TorchvisionSet(), architecture=FullyConnected(hidden=(128,))) == 0
