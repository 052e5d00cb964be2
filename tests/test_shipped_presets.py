"""The presets that ship: all there, explained in both languages, fit to be trained."""

import unicodedata
from dataclasses import astuple

import pytest

from tui_trainer.core.architectures import layer_table
from tui_trainer.core.compose import Choices, compose
from tui_trainer.core.facts import facts
from tui_trainer.core.layers import num_parameters
from tui_trainer.core.presetfile import LANGUAGES, Preset, Texts
from tui_trainer.core.presets import Library, shipped_folder
from tui_trainer.core.rules import check
from tui_trainer.core.text import plain

LIBRARY = Library.load((shipped_folder(),))
PRESETS = [preset for _, preset in sorted(LIBRARY.presets.items())]

NAMES = {
    "data": "moons circles spirals xor blobs sine plane iris wine breast-cancer diabetes digits "
    "digits-even-odd mnist fashion-mnist cifar10",
    "architectures": "linear perceptron logistic-regression softmax-regression mlp fcnn mlp-mnist mlp-deep "
    "lenet cnn vgg16 resnet18",
    "activations": "identity sigmoid tanh relu leaky-relu gelu softplus",
    "losses": "mse mae huber cross-entropy binary-cross-entropy focal",
    "optimizers": "gd sgd momentum nesterov adagrad rmsprop adam adamw",
    "schedules": "constant step cosine one-cycle warmup",
    "regularization": "none l1 l2 dropout batch-norm early-stopping augmentation gradient-clipping",
    "recipes": "first-steps tp1-mnist regression-fcnn underfit underfit-cured overfit "
    "overfit-cured-more-data "
    "overfit-cured-augmentation overfit-cured-l1 overfit-cured-l2 overfit-cured-dropout "
    "overfit-cured-early-stopping vanishing-gradient vanishing-gradient-cured batch-norm-helps dying-relu "
    "dying-relu-cured learning-rate-too-high learning-rate-too-low no-activation no-activation-cured "
    "full-batch-or-one full-batch-or-one-sgd full-batch-or-one-batches",
}
DOUBTFUL = ("vanishing-gradient", "learning-rate-too-high", "no-activation", "full-batch-or-one")
"""Recipes that show what the rules warn of."""
EXPLANATION_COLUMNS = 44
"""What the explanation beside a list has room for at 80 columns."""
WITHOUT_FORMULA = ("none", "early-stopping", "augmentation")
LIST_COLUMNS = 60
"""What a recipe's summary has room for in the first line of New at 80 columns."""


def every_preset():
    return pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: f"{preset.group}/{preset.name}")


def lines(texts: Texts) -> list[str]:
    return [
        line
        for value in astuple(texts)
        for text in ([value] if isinstance(value, str) else value)
        for line in text.splitlines()
    ]


def test_all_are_there_without_a_mistake_in_teaching_order() -> None:
    assert LIBRARY.problems == ()
    for group, names in NAMES.items():
        there = LIBRARY.group(group)
        assert [preset.name for preset in there if preset.name in names.split()] == names.split()
        if group != "recipes":
            assert len(there) == len(names.split())
            assert [preset.order for preset in there] == list(range(1, len(there) + 1))


@every_preset()
def test_each_explains_itself_in_both_languages(preset: Preset) -> None:
    assert set(preset.text) == set(LANGUAGES)
    for texts in preset.text.values():
        assert texts.summary
        assert bool(texts.formula) == bool(texts.formula_ascii)
        assert bool(texts.derivative) == bool(texts.derivative_ascii) == (preset.group == "activations")
        assert bool(texts.course) == bool(texts.course_ascii)
        assert "\n" not in texts.course + texts.course_ascii
        if preset.group == "recipes":
            assert texts.commentary
        else:
            assert texts.advantages
            assert texts.drawbacks
            assert texts.when
        assert texts.formula or preset.group in ("data", "recipes") or preset.name in WITHOUT_FORMULA
    english, french = preset.text["en"], preset.text["fr"]
    assert english.summary != french.summary
    assert bool(english.formula) == bool(french.formula)
    assert bool(english.course) == bool(french.course)
    assert len(english.advantages) == len(french.advantages)
    assert len(english.drawbacks) == len(french.drawbacks)


@every_preset()
def test_texts_fit_the_screen_and_the_terminal(preset: Preset) -> None:
    for texts in preset.text.values():
        assert len(texts.summary) <= (LIST_COLUMNS if preset.group == "recipes" else EXPLANATION_COLUMNS)
        for line in (*texts.formulas(ascii_only=False), *texts.formulas(ascii_only=True)):
            assert len(line) <= EXPLANATION_COLUMNS
        assert all(line.isascii() for line in texts.formulas(ascii_only=True))
        assert texts.taught(ascii_only=True).isascii()
        for line in lines(texts):
            assert plain(line) == line
            assert not any(unicodedata.combining(character) for character in line)


@pytest.mark.parametrize("name", NAMES["recipes"].split())
def test_only_recipes_that_go_wrong_on_purpose_are_doubtful_and_none_is_refused(name: str) -> None:
    recipe = compose(LIBRARY, Choices(name)).recipe
    findings = check(recipe, facts(recipe.data))
    assert [finding.severity for finding in findings] == (["doubtful"] if name in DOUBTFUL else [])


@pytest.mark.parametrize(
    ("name", "linear", "parameters"),
    [
        ("first-steps", [64, 32, 10], 6_570),
        ("tp1-mnist", [128, 64, 10], 109_386),
        ("regression-fcnn", [64, 32, 1], 2_817),
    ],
)
def test_recipes_build_the_nets_of_the_course(name: str, linear: list[int], parameters: int) -> None:
    recipe = compose(LIBRARY, Choices(name)).recipe
    table = layer_table(recipe, facts(recipe.data))
    assert [layer.output_shape[0] for layer in table if layer.kind == "linear"] == linear
    assert num_parameters(table) == parameters


@pytest.mark.parametrize("name", NAMES["activations"].split())
def test_an_activation_reaches_the_hidden_layers(name: str) -> None:
    recipe = compose(LIBRARY, Choices(parts={"activation": name})).recipe
    assert {
        layer.activation for layer in layer_table(recipe, facts(recipe.data)) if layer.kind == "activation"
    } == {name}


@pytest.mark.parametrize(
    ("name", "batch_size"),
    [("gd", "all"), ("sgd", 1), *((name, 32) for name in NAMES["optimizers"].split()[2:])],
)
def test_optimizers_bring_their_batch_size_and_a_rate_of_their_own(name: str, batch_size: int | str) -> None:
    recipe = compose(LIBRARY, Choices(parts={"optimizer": name})).recipe
    assert (recipe.optimizer.kind, recipe.training.batch_size) == (name, batch_size)
    assert recipe.optimizer.lr == LIBRARY.get("optimizers", name).values["optimizer"]["lr"]


def test_an_optimizer_brings_its_rate_and_nothing_else_that_its_kind_does_not() -> None:
    for preset in LIBRARY.group("optimizers"):
        assert set(preset.values["optimizer"]) == {"kind", "lr"}


@pytest.mark.parametrize("name", NAMES["schedules"].split())
def test_a_schedule_goes_with_every_optimizer(name: str) -> None:
    for optimizer in NAMES["optimizers"].split():
        recipe = compose(LIBRARY, Choices(parts={"optimizer": optimizer, "schedule": name})).recipe
        assert (recipe.optimizer.kind, recipe.optimizer.schedule.kind) == (optimizer, name)


@pytest.mark.parametrize("name", NAMES["regularization"].split()[1:])
def test_a_regularization_fills_its_slot_alone(name: str) -> None:
    regularization = compose(LIBRARY, Choices(parts={"regularization": [name]})).recipe.regularization
    filled = {slot for slot, value in regularization if value is not None}
    assert filled == {name.replace("-", "_")}


def test_every_data_set_trains_with_first_steps_as_it_is() -> None:
    for name in NAMES["data"].split():
        recipe = compose(LIBRARY, Choices(parts={"data": name})).recipe
        findings = check(recipe, facts(recipe.data))
        assert not [finding for finding in findings if finding.severity == "refused"]
