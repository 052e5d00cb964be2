import pytest

from tui_trainer.core.estimate import plan, steps_per_epoch
from tui_trainer.core.facts import facts
from tui_trainer.core.recipe import FullyConnected, LeNet, Recipe, TorchvisionSet, Training


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
