"""Several optimizers on their way down from one start."""

import pytest

from tui_trainer.core.landscapes import LANDSCAPES
from tui_trainer.core.recipe import AdaGrad, Adam, Cosine, GradientDescent, Recipe, Training
from tui_trainer.tui.descents import MOST_STEPS, Descents, next_rate


def by_label(descents: Descents, label: str) -> int:
    return next(runner.place for runner in descents.runners[1:] if runner.label == label)


@pytest.mark.parametrize(
    ("recipe", "label", "is_noisy"),
    [
        (Recipe(optimizer=AdaGrad(lr=0.03, epsilon=1e-6)), "adagrad", False),
        (Recipe(optimizer=GradientDescent(), training=Training(batch_size=8)), "sgd", True),
        (Recipe(optimizer=GradientDescent(), training=Training(batch_size="all")), "gd", False),
    ],
)
def test_the_recipes_optimizer_is_the_first(recipe: Recipe, label: str, is_noisy: bool) -> None:
    first = Descents(recipe).runners[0]
    assert (first.label, first.is_noisy, first.is_own, first.is_shown) == (label, is_noisy, True, True)
    assert first.optimizer == recipe.optimizer


def test_all_that_a_recipe_can_choose_is_there_at_a_constant_rate() -> None:
    descents = Descents(Recipe(optimizer=Adam(schedule=Cosine())))
    assert descents.runners[0].optimizer == Adam()
    labels = {runner.label for runner in descents.runners[1:]}
    assert labels == {"gd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw", "sgd"}
    shown = [runner.label for runner in descents.runners if runner.is_shown]
    assert (descents.landscape.name, shown) == ("ravine", ["adam", "gd", "momentum", "adam"])


@pytest.mark.parametrize("number", range(len(LANDSCAPES)), ids=lambda number: LANDSCAPES[number].name)
def test_the_rates_suggested_lead_down(number: int) -> None:
    descents = Descents(Recipe())
    descents.go_to(number)
    for runner in descents.runners[1:]:
        path = runner.path
        assert path.value(300) < path.value(0), runner.label
        assert path.verdict(300) in ("", "arrived", "at rest"), runner.label


def test_rates_go_through_1_2_5_within_what_a_recipe_allows() -> None:
    assert [next_rate(rate, 1) for rate in (0.018, 0.02, 0.05, 0.1, 100.0)] == [0.02, 0.05, 0.1, 0.2, 100.0]
    assert [next_rate(rate, -1) for rate in (0.018, 0.02, 0.01, 1.0, 1e-6)] == [0.01, 0.01, 0.005, 0.5, 1e-6]


def test_a_new_rate_is_taken_from_the_start_as_far_as_the_others_are() -> None:
    descents = Descents(Recipe())
    descents.move(40)
    before = descents.runners[1].path.value(40)
    descents.scale_rate(-1)
    descents.move(0)
    assert descents.step == 40
    assert descents.runners[1].optimizer.lr == 0.01
    assert descents.runners[1].path.value(40) > before


def test_the_recipes_rate_stays_changed_on_other_functions_the_others_suit_them() -> None:
    descents = Descents(Recipe(optimizer=Adam(lr=0.001)))
    descents.choose(-1)
    descents.scale_rate(1)
    descents.choose(1)
    descents.scale_rate(1)
    descents.go_to(0)
    assert [runner.optimizer.lr for runner in descents.runners[:2]] == [0.002, LANDSCAPES[0].rate]


def test_one_goes_back_as_far_as_the_start_and_on_to_the_same_place() -> None:
    descents = Descents(Recipe())
    descents.move(10)
    there = descents.runners[1].path.points(descents.step).copy()
    descents.move(-4)
    assert descents.step == 6
    descents.move(-100)
    assert descents.step == 0
    descents.move(10)
    assert (descents.runners[1].path.points(descents.step) == there).all()


def test_play_ends_where_all_have_left_or_at_the_last_step() -> None:
    descents = Descents(Recipe())
    descents.go_to(0)
    descents.runners = [descents.runners[1]]
    descents.chosen = 0
    for _ in range(4):
        descents.scale_rate(1)
    assert descents.runners[0].optimizer.lr == 2
    descents.is_playing = True
    while descents.is_playing:
        descents.play(0.1)
    assert 1 < descents.step < 20
    assert descents.runners[0].path.verdict(descents.step) == "diverged"
    descents.scale_rate(-1)
    descents.scale_rate(-1)
    descents.scale_rate(-1)
    descents.move(MOST_STEPS + 5)
    assert descents.step == MOST_STEPS == descents.horizon
    assert descents.is_over


def test_the_start_stays_in_the_window() -> None:
    descents = Descents(Recipe())
    descents.move(5)
    for _ in range(40):
        descents.nudge(-1, 1)
    assert descents.start == (-6.0, 1.2)
    assert descents.step == 0
    descents.go_to(0)
    left = descents.start
    descents.nudge(0, 1)
    assert descents.start == left
    descents.nudge(1, 0)
    assert descents.start[0] > left[0]


def test_hidden_ones_do_not_hold_up_the_others() -> None:
    descents = Descents(Recipe())
    for place in range(4):
        descents.chosen = place
        descents.toggle()
    descents.move(7)
    assert descents.step == 0
    descents.chosen = by_label(descents, "adagrad")
    descents.toggle()
    descents.move(7)
    assert [runner.label for runner in descents.shown] == ["adagrad"]
    assert descents.runners[1].path.num_steps == 0
