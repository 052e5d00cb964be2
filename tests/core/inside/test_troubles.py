"""What is said of the layers: only what lasts, and with the numbers it rests on."""

import math
from collections.abc import Sequence

import pytest

from tests.core.courses import decay, told
from tui_trainer.core.diagnosis import Diagnosis, diagnose
from tui_trainer.core.events import LayersMeasured
from tui_trainer.core.history import History
from tui_trainer.core.recipe import FullyConnected, GradientDescent, Recipe

NAN = math.nan
PLAIN = Recipe()
DEEP = Recipe(architecture=FullyConnected(hidden=(32,) * 5, activation="sigmoid"))
CHANCE = ([0.1] * 20, [0.1] * 20)
LAYER_KINDS = {
    "vanishing-gradient",
    "exploding-gradient",
    "dead-units",
    "saturated-units",
    "update-size",
    "not-finite",
}


def look(
    step: int,
    *,
    gradients: Sequence[float] = (0.01, 0.02, 0.03),
    updates: Sequence[float] = (1e-3, 1e-3, 1e-3),
    dead: Sequence[float] = (0.1, 0.1, NAN),
    saturated: Sequence[float] = (NAN, NAN, NAN),
    weights: Sequence[float] = (1.0, 1.0, 1.0),
) -> LayersMeasured:
    return LayersMeasured(
        attempt=1,
        elapsed_s=1.0,
        step=step,
        layers=[f"linear{number}" for number in range(1, len(gradients) + 1)],
        gradient_norms=gradients,
        signal_norms=gradients,
        weight_norms=weights,
        update_ratios=updates,
        saturated=saturated,
        dead=dead,
    )


def stuck(*looks: LayersMeasured) -> History:
    """A run that learns nothing, and what was seen of its layers."""
    history = told([2.303] * 20, [2.303] * 20, headline=CHANCE)
    for each in looks:
        history.apply(each)
    return history


def learning(*looks: LayersMeasured) -> History:
    losses = decay(2.3, 0.1, 20, rate=0.2)
    history = told(losses, losses)
    for each in looks:
        history.apply(each)
    return history


def of_layers(history: History, recipe: Recipe = PLAIN, at: float = math.inf) -> list[Diagnosis]:
    return [found for found in diagnose(history, recipe, at=at) if found.kind in LAYER_KINDS]


def lasting(**figures: Sequence[float]) -> list[LayersMeasured]:
    return [look(0), *(look(step, **figures) for step in (200, 400, 600))]


def test_nothing_is_said_of_healthy_layers() -> None:
    assert of_layers(learning(*lasting())) == []
    assert of_layers(stuck(*lasting())) == []


def test_a_vanishing_gradient_is_why_nothing_is_learned() -> None:
    found = diagnose(stuck(*lasting(gradients=(1e-5, 1e-3, 0.02))), DEEP)
    assert [(each.kind, each.severity) for each in found] == [
        ("vanishing-gradient", "alarm"),
        ("chance", "alarm"),
    ]
    assert found[0].told == (
        "vanishing gradient: a weight of linear1 gets 1/2,000 of what one of linear3 gets; "
        "try relu, batch norm or xavier initialization: 5 layers of sigmoid let the gradient vanish"
    )
    assert found[1].advice == ""  # the reason knows better


def test_a_net_that_learns_all_the_same_gets_a_note() -> None:
    (found,) = of_layers(learning(*lasting(gradients=(1e-5, 1e-3, 0.02))))
    assert (found.kind, found.severity) == ("vanishing-gradient", "note")


@pytest.mark.parametrize(
    "gradients", [(1e-3, 1e-2, 0.02), (1e-5, 0.02), (0.0, 0.0, 0.0), (NAN, 1e-3, 0.02)], ids=str
)
def test_a_fall_that_four_layers_cannot_explain_is_no_vanishing(gradients: tuple[float, ...]) -> None:
    flat = {"updates": (1e-3,) * len(gradients), "dead": (NAN,) * len(gradients)}
    assert of_layers(stuck(*lasting(gradients=gradients, saturated=flat["dead"], **flat))) == []


def test_one_look_or_two_prove_nothing() -> None:
    sick = {"gradients": (1e-5, 1e-3, 0.02)}
    assert of_layers(stuck(look(0, **sick), look(200, **sick), look(400, **sick))) == []
    assert of_layers(stuck(*lasting(**sick), look(700))) == []  # it is over
    history = stuck(*lasting(**sick))
    assert of_layers(history, at=500) == []
    assert [found.kind for found in of_layers(history, at=650)] == ["vanishing-gradient"]


def test_units_that_are_all_dead_are_an_alarm() -> None:
    recipe = Recipe(optimizer=GradientDescent(lr=0.3))
    figures = {"dead": (0.5, 1.0, NAN), "gradients": (0.0, 0.0, 0.0), "updates": (0.0, 0.0, 0.0)}
    (found,) = of_layers(stuck(*lasting(**figures)), recipe)
    assert (found.severity, found.told) == (
        "alarm",
        "dead units: all of linear2 give 0 for every sample, and no gradient gets past them; "
        "try a learning rate smaller than 0.3 or leaky-relu, whose units cannot die",
    )


def test_units_that_are_mostly_dead_are_a_note_and_sparse_nets_are_well() -> None:
    (found,) = of_layers(learning(*lasting(dead=(0.1, 0.93, NAN))))
    assert (found.severity, found.text) == ("note", "dead units: 93 % of linear2 give 0 for every sample")
    assert of_layers(learning(*lasting(dead=(0.72, 0.75, NAN)))) == []


def test_saturated_hidden_units_and_not_those_of_the_output() -> None:
    figures = {"saturated": (0.97, 0.2, NAN), "dead": (NAN, NAN, NAN)}
    (found,) = of_layers(stuck(*lasting(**figures)), DEEP)
    assert (found.kind, found.severity) == ("saturated-units", "alarm")
    assert "97 % of what linear1 gives" in found.text
    assert of_layers(stuck(*lasting(saturated=(0.1, 0.2, 1.0), dead=(NAN, NAN, NAN)))) == []


def test_an_exploding_gradient_shakes_the_first_layer() -> None:
    grows = {"gradients": (30.0, 1.0, 0.01)}
    (found,) = of_layers(learning(*lasting(updates=(0.3, 0.01, 0.001), **grows)))
    assert (found.kind, found.severity) == ("exploding-gradient", "note")
    assert "gets 3,000 times what one of linear3 gets" in found.text
    assert "gradient clipping" in found.advice
    assert of_layers(learning(*lasting(updates=(0.01, 0.01, 0.001), **grows))) == []


def test_updates_are_too_large_or_too_small_only_where_that_is_plain() -> None:
    (found,) = of_layers(learning(*lasting(updates=(0.001, 0.9, 0.001))))
    assert found.text == "large updates: each moves linear2 by 0.900 of its weights"
    tiny = lasting(updates=(2e-5, 1e-5, 3e-5))
    (found,) = of_layers(stuck(*tiny))
    assert found.told == (
        "small updates: each moves the weights by 1/33,333 at most; about 1/1,000 is usual; "
        "try a learning rate larger than 0.001"
    )
    assert of_layers(learning(*tiny)) == []  # small steps, and many: batches of one
    assert of_layers(stuck(*lasting(updates=(2e-5, 1e-5, 2e-4)))) == []


def test_the_last_look_often_saw_no_update() -> None:
    looks = [look(step, updates=(0.001, 0.9, 0.001)) for step in (200, 400, 600)]
    assert [found.kind for found in of_layers(learning(*looks, look(700, updates=(NAN, NAN, NAN))))] == [
        "update-size"
    ]


def test_the_first_layer_that_is_not_finite_is_named() -> None:
    history = told([2.3], [2.3], batches=[2.3, 9.0, math.inf])
    history.apply(look(3, weights=(1.0, NAN, NAN), gradients=(NAN, NAN, 0.1)))
    diverged, lost = diagnose(history, PLAIN)
    assert (diverged.kind, lost.kind) == ("diverged", "not-finite")
    assert lost.text == "not finite: from the input on, linear2 is the first layer whose weights are not"
    history = told([2.3], [2.3], batches=[2.3, 9.0, math.inf])
    history.apply(look(3, gradients=(NAN, math.inf, 0.1)))
    assert diagnose(history, PLAIN)[1].text == (
        "not finite: from the output on, linear2 is the first layer whose gradient is not"
    )
