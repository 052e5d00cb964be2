"""The line that repeats a recipe: read back by our own command line, it makes that recipe."""

import shlex

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.scripts import EVERY_KIND, VARIETY
from tui_trainer.cli.choosing import choices_of
from tui_trainer.cli.training import train
from tui_trainer.core.compose import Choices, compose
from tui_trainer.core.presets import GROUP_OF, Library, shipped_folder
from tui_trainer.core.recipe import Recipe
from tui_trainer.core.sharing import command_line
from tui_trainer.core.validation import RecipeError

LIBRARY = Library.load([shipped_folder()])


def read_back(line: str) -> Recipe:
    """What the command line makes of a line."""
    program, command, *arguments = shlex.split(line)
    assert (program, command) == ("tui-trainer", "train")
    parameters = train.make_context("train", arguments).params
    return compose(LIBRARY, choices_of(parameters["recipe"] or Choices.recipe, parameters)).recipe


def named(part: str) -> st.SearchStrategy[str]:
    return st.sampled_from([preset.name for preset in LIBRARY.group(GROUP_OF[part])])


PARTS = st.fixed_dictionaries(
    {},
    optional={
        **{part: named(part) for part in ("data", "architecture", "activation", "loss", "optimizer")},
        "regularization": st.lists(named("regularization"), max_size=3, unique=True).map(tuple),
    },
)
SETTINGS = st.lists(
    st.sampled_from(
        [
            "data.split_seed=3",
            "data.train_fraction=0.5",
            "architecture.initialization=he",
            "architecture.hidden=[8, 8]",
            "architecture.activation=tanh",
            "optimizer.lr=0.25",
            "optimizer.schedule.kind=cosine",
            "optimizer.schedule.floor=0.125",
            "regularization.l1.strength=0.1",
            "regularization.augmentation.flip=false",
            "training.evaluate_every=7",
            "training.select_by=accuracy",
            "training.threads=2",
        ]
    ),
    max_size=5,
    unique=True,
).map(tuple)
OPTIONS = {
    "epochs": st.integers(1, 99),
    "batch_size": st.just("all") | st.integers(1, 99),
    "seed": st.integers(0, 9),
    "device": st.sampled_from(["cpu", "cuda:1"]),
}
CHOICES = st.builds(
    Choices,
    recipe=named("recipe"),
    parts=PARTS,
    settings=SETTINGS,
    flags=st.fixed_dictionaries({}, optional=OPTIONS),
)


@settings(max_examples=60)
@given(CHOICES)
def test_the_line_makes_the_recipe_again_and_is_no_longer_than_what_was_typed(choices: Choices) -> None:
    try:
        recipe = compose(LIBRARY, choices).recipe
    except RecipeError:
        return
    line = command_line(recipe)
    assert read_back(line).model_copy(update={"name": recipe.name}) == recipe
    typed = [name for names in choices.replaced.values() for name in names]
    num_typed = 1 + 2 * (len(typed) + len(choices.settings) + len(choices.flags))
    assert len(shlex.split(line)) <= 2 + num_typed


@pytest.mark.parametrize("recipe", [*EVERY_KIND, *VARIETY], ids=lambda recipe: recipe.name)
def test_what_no_preset_has_is_said_by_key(recipe: Recipe) -> None:
    assert read_back(command_line(recipe)).model_copy(update={"name": recipe.name}) == recipe


@pytest.mark.parametrize(
    ("choices", "line"),
    [
        (Choices(), "tui-trainer train"),
        (Choices("tp1-mnist"), "tui-trainer train tp1-mnist"),
        (Choices(flags={"lr": 0.1}), "tui-trainer train --lr 0.1"),
        (Choices(parts={"data": "moons"}), "tui-trainer train --data moons"),
        (
            Choices(parts={"optimizer": "gd", "activation": "tanh"}),
            "tui-trainer train --optimizer gd --activation tanh",
        ),
        (Choices(parts={"regularization": ("none",)}), "tui-trainer train --regularization none"),
        (
            Choices(settings=("architecture.hidden=[8, 8]",)),
            "tui-trainer train --set 'architecture.hidden=[8, 8]'",
        ),
        (
            Choices(parts={"regularization": ("dropout",)}, settings=("regularization.dropout.rate=0.25",)),
            "tui-trainer train --regularization none --set regularization.dropout.rate=0.25",
        ),
    ],
)
def test_the_shortest_is_what_one_would_type(choices: Choices, line: str) -> None:
    assert command_line(compose(LIBRARY, choices).recipe) == line


def test_the_name_of_a_recipe_does_not_count() -> None:
    recipe = compose(LIBRARY, Choices("regression-fcnn")).recipe
    assert command_line(recipe.model_copy(update={"name": "'; rm -rf /"})) == command_line(recipe)
