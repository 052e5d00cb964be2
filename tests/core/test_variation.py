"""What is varied, what it is called, and what is left out."""

import pytest

from tui_trainer.core.compose import Choices, compose
from tui_trainer.core.contrast import differing, labels
from tui_trainer.core.presets import Library, shipped_folder
from tui_trainer.core.recipe import Recipe
from tui_trainer.core.variation import (
    MAX_VARIANTS,
    Axis,
    Base,
    VariationError,
    Varied,
    parse_axis,
    seeds_in,
    vary,
    with_seed,
)


@pytest.fixture(scope="module")
def library() -> Library:
    return Library.load([shipped_folder()])


def varied(library: Library, *axes: str, recipes=("first-steps",), every=()) -> Varied:
    bases = [Base(Choices(name)) for name in recipes]
    return vary(library, bases, [parse_axis(axis) for axis in axes], every)


def labels_of(result: Varied) -> list[str]:
    return [variant.label for variant in result.variants]


def test_a_grid_is_the_product_and_labels_say_only_what_differs(library):
    result = varied(library, "optimizer=adam,sgd", "lr=0.002,0.01", "epochs=3")
    assert labels_of(result) == ["adam lr 0.002", "adam lr 0.01", "sgd lr 0.002", "sgd lr 0.01"]
    recipes = [variant.recipe for variant in result.variants]
    assert {recipe.training.epochs for recipe in recipes} == {3}
    assert differing(recipes) == ("optimizer.kind", "optimizer.lr", "training.batch_size")


def test_each_variant_is_what_train_would_make(library):
    result = varied(library, "optimizer=gd,momentum", "regularization=l2+dropout")
    made = [
        compose(library, Choices(parts={"optimizer": name, "regularization": ("l2", "dropout")})).recipe
        for name in ("gd", "momentum")
    ]
    assert [variant.recipe for variant in result.variants] == made


@pytest.mark.parametrize(
    ("axes", "expected"),
    [
        (["optimizer=adam,sgd"], ["adam", "sgd"]),
        (["activation=relu,tanh"], ["relu", "tanh"]),
        (["architecture.hidden=[64,32],[8]"], ["hidden 64-32", "hidden 8"]),
        (["regularization=none,l2,l2+dropout"], ["no regularization", "l2", "l2+dropout"]),
        (["regularization.l2.strength=0.1,0.01"], ["L2 0.1", "L2 0.01"]),
        (["batch-size=all,64"], ["batch size all", "batch size 64"]),
        (["model=fcnn,cnn"], ["fully-connected", "cnn"]),
    ],
)
def test_parts_settings_and_options_can_be_varied(library, axes, expected):
    assert labels_of(varied(library, *axes)) == expected


def test_recipes_go_by_their_names_and_equal_ones_count_once(library):
    result = varied(library, "lr=0.01", recipes=("overfit", "overfit-cured-l2", "overfit"))
    assert labels_of(result) == ["overfit", "overfit-cured-l2"]


def test_every_optimizer_has_three_rates_and_the_batches_of_the_recipe_but_for_gd(library):
    result = varied(library, "batch-size=16", every=("optimizer",))
    by_kind: dict[str, list[Recipe]] = {}
    for variant in result.variants:
        by_kind.setdefault(variant.recipe.optimizer.kind, []).append(variant.recipe)
    assert set(by_kind) == {preset.name for preset in library.group("optimizers")}
    assert [recipe.optimizer.lr for recipe in by_kind["adam"]] == [0.000333, 0.001, 0.003]

    own = varied(library, every=("optimizer",)).variants
    sizes = {each.recipe.optimizer.kind: each.recipe.training.batch_size for each in own}
    assert sizes.pop("gd") == "all"
    assert set(sizes.values()) == {32}
    assert own[-1].recipe.optimizer.kind == "gd"
    assert any("gd sees all data" in note for note in varied(library, every=("optimizer",)).notes)


def test_every_activation_and_regularization_with_and_without(library):
    activations = labels_of(varied(library, every=("activation",)))
    assert activations == [preset.name for preset in library.group("activations")]
    cured = varied(library, recipes=("overfit-cured-dropout",), every=("regularization",))
    assert labels_of(cured)[:2] == ["dropout", "l1+dropout"]
    assert "no regularization" in labels_of(cured)
    kept = {str(v.recipe.regularization.dropout) for v in cured.variants if v.recipe.regularization.dropout}
    assert len(kept) == 1, "what the recipe set stays as it was"


def test_what_does_not_fit_is_left_out_with_a_sentence_and_doubts_are_told(library):
    result = varied(library, "data=moons", "model=fcnn,cnn,mlp", "epochs=3")
    assert all(variant.recipe.architecture.kind != "cnn" for variant in result.variants)
    assert any(note.startswith("left out: ") and "need images" in note for note in result.notes)
    doubtful = varied(library, "lr=0.001,50")
    assert any(note.startswith("lr 50: optimizer: ") for note in doubtful.notes)


@pytest.mark.parametrize(
    ("axes", "sentence"),
    [
        (["optimizer=adam,adm"], "no such preset in optimizers; did you mean adam?"),
        (["optimizer.lrx=1,2"], "optimizer.lrx: no such setting; did you mean lr?"),
        (["optimizer=adam", "optimizer.momentum=0.5,0.9"], "adam has no such setting"),
        (["lr=0.1,-1"], "must be greater than 0"),
        (["data=moons", "model=cnn,lenet"], "need images"),
        (
            ["lr=" + ",".join(f"0.{number:04}" for number in range(1, MAX_VARIANTS + 3))],
            f"more than {MAX_VARIANTS} variants",
        ),
    ],
)
def test_what_makes_no_recipe_at_all_is_an_error(library, axes, sentence):
    with pytest.raises(VariationError) as told:
        varied(library, *axes)
    assert sentence in str(told.value)


@pytest.mark.parametrize("text", ["lr", "lr=", "=1,2", "lr=1,,2", "lr=1,1", "optimzer=adam,sgd", ""])
def test_an_axis_that_cannot_be_read_is_told_in_a_sentence(text):
    with pytest.raises(VariationError) as told:
        parse_axis(text)
    assert len(str(told.value).splitlines()) == 1


def test_seeds_are_no_axis_and_leave_the_split_alone(library):
    asked, others = seeds_in([parse_axis("seed=3,4"), parse_axis("lr=0.1,0.2")])
    assert (asked, others) == ((3, 4), (Axis("lr", ("0.1", "0.2")),))
    with pytest.raises(VariationError):
        seeds_in([parse_axis("training.seed=1,x")])
    recipe = with_seed(Recipe(), 7)
    assert recipe.training.seed == 7
    assert recipe.data == Recipe().data
    assert labels([recipe, Recipe()]) == ("custom", "custom")
