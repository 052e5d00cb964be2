"""Choices into a recipe: what wins over what, what follows, what is refused; and recipes as TOML and back."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_trainer.core import presets, recipe
from tui_trainer.core.compose import (
    Choices,
    compose,
    differences,
    recipe_from_toml,
    recipe_to_toml,
    value_of,
    with_setting,
)
from tui_trainer.core.presets import Library
from tui_trainer.core.recipe import Recipe
from tui_trainer.core.validation import RecipeError, toml_value

FILES = {
    # A recipe whose own optimizer sets the batch size, and one that sets it over its optimizer.
    "recipes/whole": '[optimizer]\npreset = "gd"\nlr = 0.3\n'
    '[regularization]\npreset = "l2"\nl2.strength = 0.5\n',
    "recipes/parts": '[optimizer]\npreset = "gd"\n[training]\nbatch_size = 50\n',
    "recipes/plain": '[optimizer]\npreset = "adam"\nlr = 0.02\n[training]\nbatch_size = 50\n',
    "recipes/deep": '[architecture]\npreset = "fcnn"\nhidden = [8, 4]\nactivation = "tanh"\n',
    "recipes/mse": '[data]\npreset = "digits"\n[loss]\npreset = "mse"\n',
    "optimizers/slow": '[optimizer]\nkind = "adam"\nlr = 1e-5\n',
}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    folder = tmp_path_factory.mktemp("presets")
    for name, content in FILES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / f"{name}.toml").write_text(f"schema = 1\n{content}")
    loaded = Library.load((presets.shipped_folder(), folder))
    assert loaded.problems == ()
    return loaded


def composed(library: Library, **choices: Any) -> Recipe:
    return compose(library, Choices(**choices)).recipe


def mistakes(library: Library, **choices: Any) -> list[str]:
    with pytest.raises(RecipeError) as caught:
        compose(library, Choices(**choices))
    return str(caught.value).splitlines()


# What wins


def test_no_choice_is_first_steps(library: Library) -> None:
    chosen = composed(library)
    assert (chosen.name, chosen.data.kind) == ("first-steps", "digits")


def test_every_shipped_recipe_composes(library: Library) -> None:
    for preset in library.group("recipes"):
        assert compose(library, Choices(preset.name)).recipe.name == preset.name


def test_a_recipe_overrides_its_own_presets(library: Library) -> None:
    assert composed(library, recipe="plain").optimizer == recipe.Adam(lr=0.02)
    assert composed(library, recipe="deep").architecture == recipe.FullyConnected(
        hidden=(8, 4), activation="tanh"
    )


def test_replacing_a_part_drops_the_overrides_of_that_part_only(library: Library) -> None:
    replaced = composed(library, recipe="whole", parts={"optimizer": "slow"})
    assert replaced.optimizer == recipe.Adam(lr=1e-5)
    assert replaced.regularization.l2 == recipe.L2(strength=0.5)
    again = composed(library, recipe="whole", parts={"regularization": ["l2"]})
    assert again.regularization.l2 is not None
    assert again.regularization.l2.strength < 0.5


def test_settings_win_over_replaced_parts(library: Library) -> None:
    chosen = composed(library, parts={"optimizer": "slow"}, settings=["optimizer.lr=0.25"])
    assert chosen.optimizer == recipe.Adam(lr=0.25)


def test_flags_are_settings_by_another_name(library: Library) -> None:
    flags = {"lr": 0.5, "epochs": 3, "batch_size": "all", "seed": 7, "device": "cuda:1"}
    chosen = composed(library, flags=flags)
    assert chosen.optimizer.lr == 0.5
    training = chosen.training
    assert (training.epochs, training.batch_size, training.seed, training.device) == (3, "all", 7, "cuda:1")
    assert composed(library, flags=dict.fromkeys(flags)) == composed(library)


@pytest.mark.parametrize(
    ("choices", "batch_size"),
    [
        ({"recipe": "whole"}, "all"),
        ({"recipe": "parts"}, 50),
        ({"recipe": "plain", "parts": {"optimizer": "gd"}}, "all"),
        ({"recipe": "plain", "parts": {"optimizer": "sgd"}}, 1),
        ({"recipe": "plain", "parts": {"optimizer": "momentum"}}, 50),
        ({"recipe": "whole", "parts": {"optimizer": "adam"}}, recipe.Training().batch_size),
        ({"recipe": "plain", "parts": {"optimizer": "sgd"}, "flags": {"batch_size": "64"}}, 64),
        ({"recipe": "plain", "parts": {"optimizer": "sgd"}, "settings": ["training.batch_size=all"]}, "all"),
    ],
)
def test_the_batch_size_has_one_owner(
    library: Library, choices: dict[str, Any], batch_size: int | str
) -> None:
    assert composed(library, **choices).training.batch_size == batch_size


def test_regularization_is_the_union_of_what_is_named(library: Library) -> None:
    both = composed(library, recipe="whole", parts={"regularization": ("dropout", "early-stopping")})
    assert set(both.regularization.model_dump(exclude_none=True)) == {"dropout", "early_stopping"}
    none = composed(library, recipe="whole", parts={"regularization": "none"})
    assert none.regularization == recipe.Regularization()


def test_a_setting_fills_an_empty_slot(library: Library) -> None:
    chosen = composed(
        library,
        parts={"regularization": "none"},
        settings=["regularization.l2.strength=1e-3", "regularization.l1={}"],
    )
    assert chosen.regularization == recipe.Regularization(l1=recipe.L1(), l2=recipe.L2(strength=1e-3))


def test_an_activation_goes_into_the_architecture(library: Library) -> None:
    chosen = composed(library, recipe="deep", parts={"activation": "gelu"})
    assert chosen.architecture == recipe.FullyConnected(hidden=(8, 4), activation="gelu")
    lenet = composed(library, parts={"architecture": "lenet", "activation": "tanh"})
    assert lenet.architecture == recipe.LeNet(activation="tanh", initialization="he")


def test_a_kind_set_by_key_replaces_the_part_below_its_settings(library: Library) -> None:
    chosen = composed(library, recipe="plain", settings=["optimizer.lr=0.2", "optimizer.kind=momentum"])
    assert chosen.optimizer == recipe.Momentum(lr=0.2)


# What follows


@pytest.mark.parametrize(
    ("choices", "loss", "notes"),
    [
        (
            {"parts": {"data": "diabetes"}},
            "mse",
            ("loss: mse, since diabetes has a number to predict (first-steps uses cross-entropy)",),
        ),
        (
            {"parts": {"data": "breast-cancer", "architecture": "logistic-regression"}},
            "binary-cross-entropy",
            (
                "loss: binary-cross-entropy, since logistic-regression has one output "
                "(first-steps uses cross-entropy)",
            ),
        ),
        (
            {"recipe": "regression-fcnn", "parts": {"data": "digits"}},
            "cross-entropy",
            ("loss: cross-entropy, since digits has 10 classes (regression-fcnn uses mse)",),
        ),
        (
            {
                "recipe": "regression-fcnn",
                "parts": {"data": "breast-cancer", "architecture": "softmax-regression"},
            },
            "cross-entropy",
            ("loss: cross-entropy, since breast-cancer has 2 classes (regression-fcnn uses mse)",),
        ),
        ({"parts": {"data": "blobs"}}, "cross-entropy", ()),
        ({"parts": {"data": "diabetes", "loss": "cce"}}, "cross-entropy", ()),
        ({"parts": {"data": "diabetes"}, "settings": ["loss.kind=cross-entropy"]}, "cross-entropy", ()),
        # mse on classes is that recipe's choice, so other classes do not change it
        ({"recipe": "mse", "parts": {"data": "blobs"}}, "mse", ()),
    ],
)  # fmt: skip
def test_the_loss_follows_the_task_unless_it_was_chosen(
    library: Library, choices: dict[str, Any], loss: str, notes: tuple[str, ...]
) -> None:
    result = compose(library, Choices(**choices))
    assert (result.recipe.loss.kind, result.notes) == (loss, notes)


# What is refused


def test_all_mistakes_come_at_once(library: Library) -> None:
    assert mistakes(
        library,
        parts={"data": "digit", "activation": "rellu", "regularization": ["none", "l1"]},
        settings=["training.epochs=0", "optimizer.learning_rate=1", "x", "loss=mse", "lr=3"],
        flags={"device": "gpu"},
    ) == [
        "--set x: must be KEY=VALUE, such as optimizer.lr=0.01",
        "--set loss=mse: loss is a part; choose it with --loss",
        "--activation rellu: no such preset in activations; did you mean relu?",
        "--data digit: no such preset in data; did you mean digits?",
        "--regularization none: stands alone: it takes all others away",
        "optimizer.learning_rate: no such setting; did you mean lr?",
        "lr: no such setting; did you mean optimizer.lr?",
        "training.epochs = 0: must be from 1 to 100000",
        'training.device = "gpu": must be one of auto, cpu, cuda, cuda:0, mps; did you mean cpu?',
    ]


def test_an_unknown_recipe_is_the_mistake_not_what_would_be_set_in_it(library: Library) -> None:
    assert mistakes(
        library, recipe="first-step", parts={"loss": "crossentropy"}, settings=["optimizer.beta9=1"]
    ) == [
        "first-step: no such preset in recipes; did you mean first-steps?",
        "--loss crossentropy: no such preset in losses; did you mean cross-entropy?",
    ]


def test_a_key_given_two_values(library: Library) -> None:
    assert mistakes(library, settings=["optimizer.lr=0.2"], flags={"lr": 0.1}) == [
        "optimizer.lr: given twice: --set optimizer.lr=0.2 and --lr 0.1"
    ]
    assert mistakes(library, settings=["training.seed=1", "training.seed=2"]) == [
        "training.seed: given twice: --set training.seed=1 and --set training.seed=2"
    ]
    assert mistakes(library, parts={"activation": "relu"}, settings=["architecture.activation=tanh"]) == [
        "architecture.activation: given twice: --set architecture.activation=tanh and --activation relu"
    ]
    assert mistakes(library, settings=["regularization.l2={strength=1}", "regularization.l2.strength=2"]) == [
        "regularization.l2.strength: given twice: "
        "--set regularization.l2={strength=1} and --set regularization.l2.strength=2"
    ]


def test_nan_given_once_is_not_given_twice(library: Library) -> None:
    wrong = "optimizer.lr = nan: must be greater than 0 and at most 100"
    assert mistakes(library, flags={"lr": "nan"}) == [wrong]
    assert mistakes(library, settings=["optimizer.lr=nan"], flags={"lr": "nan"}) == [wrong]


def test_a_key_given_one_value_twice(library: Library) -> None:
    chosen = composed(library, settings=["optimizer.lr=0.1", "optimizer.lr=1e-1"], flags={"lr": 0.1})
    assert chosen.optimizer.lr == 0.1


def test_an_architecture_without_activation(library: Library) -> None:
    assert mistakes(library, parts={"architecture": "logistic-regression", "activation": "tanh"}) == [
        "architecture.activation: logistic-regression has no such setting; "
        "it belongs to perceptron, fully-connected, lenet, cnn, vgg16"
    ]


@pytest.mark.parametrize("key", ["a" + ".a" * 5000, "optimizer..lr", ".", "optimizer.lr.x", "é\x1b[2J"])
def test_keys_that_lead_nowhere(library: Library, key: str) -> None:
    assert mistakes(library, settings=[f"{key}=1"])


# Choices on screen


def test_a_part_replaced_forgets_what_was_set_in_it(library: Library) -> None:
    choices = (
        Choices("plain", flags={"lr": 0.5, "epochs": 3})
        .with_setting("optimizer.beta1", "0.8")
        .with_setting("training.seed", "4")
        .with_part("optimizer", "sgd")
    )
    chosen = compose(library, choices).recipe
    assert chosen.optimizer == compose(library, Choices(parts={"optimizer": "sgd"})).recipe.optimizer
    assert (chosen.training.seed, chosen.training.epochs) == (4, 3)
    assert compose(library, choices.with_part("optimizer")).recipe.optimizer == recipe.Adam(lr=0.02)


def test_a_setting_made_again_is_the_last_one(library: Library) -> None:
    choices = (
        Choices(flags={"lr": 0.5}).with_setting("optimizer.lr", "0.1").with_setting("optimizer.lr", "0.2")
    )
    assert compose(library, choices).recipe.optimizer.lr == 0.2


def test_activation_chosen_by_name_or_by_key_is_one_choice(library: Library) -> None:
    choices = Choices().with_part("activation", "tanh").with_setting("architecture.activation", "gelu")
    assert compose(library, choices).recipe.architecture == recipe.FullyConnected(
        hidden=(64, 32), activation="gelu"
    )
    choices = choices.with_part("activation", "tanh")
    assert compose(library, choices).recipe.architecture == recipe.FullyConnected(
        hidden=(64, 32), activation="tanh"
    )
    assert compose(
        library, choices.with_part("architecture", "softmax-regression")
    ).recipe.architecture.kind == ("softmax-regression")


def test_regularization_that_stays_keeps_its_settings(library: Library) -> None:
    choices = (
        Choices()
        .with_setting("regularization.early_stopping.patience", "9")
        .with_setting("regularization.l2.strength", "0.25")
        .with_part("regularization", "early-stopping", "dropout")
    )
    assert compose(library, choices).recipe.regularization == recipe.Regularization(
        dropout=recipe.Dropout(), early_stopping=recipe.EarlyStopping(patience=9)
    )


def test_one_setting_as_typed() -> None:
    assert with_setting(Recipe(), "optimizer.lr", "2e-3").optimizer.lr == 0.002
    assert with_setting(Recipe(), "architecture.hidden", "[8, 4]").architecture == recipe.FullyConnected(
        hidden=(8, 4)
    )
    assert with_setting(Recipe(), "training.device", "cuda:0").training.device == "cuda:0"
    with pytest.raises(RecipeError, match=r"^optimizer.lr = 0: must be greater than 0 and at most 100$"):
        with_setting(Recipe(), "optimizer.lr", "0")
    with pytest.raises(RecipeError, match=r'^optimizer.lr = "": must be a number, '):
        with_setting(Recipe(), "optimizer.lr", "")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3", 3),
        ("1e-3", 0.001),
        ("true", True),
        ("all", "all"),
        ("'all'", "all"),
        (" relu ", "relu"),
        ("[1, 2]", [1, 2]),
        ("{a = 1}", {"a": 1}),
        ("1\nother = 2", "1\nother = 2"),
        ("1\n[other]", "1\n[other]"),
        ("", ""),
        ("9" * 5000, "9" * 5000),
        ("[" * 5000, "[" * 5000),
    ],
)
def test_a_typed_value_is_toml_or_else_a_bare_string(text: str, value: object) -> None:
    assert value_of(text) == value


@given(st.text())
def test_any_typed_value_means_something(text: str) -> None:
    value_of(text)


def test_differences_are_what_one_would_have_to_set() -> None:
    ours = Recipe(
        name="mine",
        optimizer=recipe.Adam(lr=0.5),
        regularization=recipe.Regularization(l1=recipe.L1(strength=0.5)),
    )
    theirs = Recipe(regularization=recipe.Regularization(l2=recipe.L2()))
    assert differences(ours, theirs) == {
        "optimizer.lr": 0.5,
        "regularization.l1.strength": 0.5,
        "regularization.l2": None,
    }
    assert differences(ours, ours) == {}


# TOML


def numbers(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(low, high, exclude_min=low == 0, allow_subnormal=True)


SEEDS = st.integers(0, 2**63)
ACTIVATIONS = st.sampled_from(["identity", "sigmoid", "tanh", "relu", "leaky-relu", "gelu", "softplus"])
SCHEDULES = st.one_of(
    st.builds(recipe.Constant),
    st.builds(recipe.StepDecay, gamma=numbers(0, 0.99), drops=st.integers(1, 100)),
    st.builds(recipe.Cosine, floor=numbers(0, 0.99)),
)
RECIPES = st.builds(
    Recipe,
    name=st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    data=st.one_of(
        st.builds(recipe.Moons, split_seed=SEEDS, noise=numbers(0, 10), points=st.integers(20, 100_000)),
        st.builds(recipe.Blobs, classes=st.integers(2, 20), train_fraction=numbers(0, 1)),
        st.builds(recipe.BundledSet, kind=st.sampled_from(["breast-cancer", "diabetes", "digits"])),
        st.builds(recipe.TorchvisionSet),
    ),
    architecture=st.one_of(
        st.builds(recipe.SingleLayer, kind=st.sampled_from(["linear", "softmax-regression"])),
        st.builds(
            recipe.FullyConnected,
            hidden=st.lists(st.integers(1, 10**9), min_size=1, max_size=4).map(tuple),
            activation=ACTIVATIONS,
        ),
        st.builds(recipe.LeNet, activation=ACTIVATIONS),
    ),
    loss=st.one_of(
        st.builds(recipe.ErrorLoss, kind=st.sampled_from(["mse", "mae"])),
        st.builds(recipe.CrossEntropy, label_smoothing=numbers(0, 0.99)),
        st.builds(recipe.Focal, class_weights=st.sampled_from(["none", "balanced"])),
    ),
    optimizer=st.one_of(
        st.builds(
            recipe.GradientDescent,
            kind=st.sampled_from(["gd", "sgd"]),
            lr=numbers(0, 100),
            schedule=SCHEDULES,
        ),
        st.builds(recipe.Momentum, lr=numbers(0, 100), momentum=numbers(0, 0.99), schedule=SCHEDULES),
        st.builds(recipe.Adam, lr=numbers(0, 100), epsilon=numbers(0, 1)),
    ),
    regularization=st.builds(
        recipe.Regularization,
        l1=st.none() | st.builds(recipe.L1, strength=numbers(0, 100)),
        l2=st.none() | st.builds(recipe.L2, strength=numbers(0, 100)),
        dropout=st.none() | st.builds(recipe.Dropout, rate=numbers(0, 0.99)),
        early_stopping=st.none() | st.builds(recipe.EarlyStopping, patience=st.integers(1, 10**6)),
        augmentation=st.none() | st.builds(recipe.Augmentation, flip=st.booleans()),
    ),
    training=st.builds(
        recipe.Training,
        batch_size=st.just("all") | st.integers(1, 10**6),
        seed=SEEDS,
        device=st.sampled_from(["auto", "cpu", "cuda:3"]),
        threads=st.just("auto") | st.integers(1, 64),
        select_by=st.sampled_from(["loss", "accuracy", "r2"]),
    ),
)


@given(RECIPES, st.booleans())
def test_a_recipe_survives_toml(chosen: Recipe, recorded: bool) -> None:
    assert recipe_from_toml(recipe_to_toml(chosen), recorded=recorded) == (chosen, ())


@given(RECIPES, RECIPES)
def test_setting_the_differences_makes_the_other_recipe(one: Recipe, other: Recipe) -> None:
    """Where the kinds are the same and no slot goes, the differences are all there is to set."""
    optimizer = one.optimizer.model_copy(update={"schedule": other.optimizer.schedule})
    other = one.model_copy(
        update={
            "optimizer": optimizer,
            "training": other.training,
            "regularization": other.regularization,
        }
    )
    changed = one
    for key, value in differences(other, one).items():
        if value is not None:
            changed = with_setting(changed, key, toml_value(value))
    emptied = {slot: None for slot, value in other.regularization if value is None}
    regularization = changed.regularization.model_copy(update=emptied)
    assert changed.model_copy(update={"regularization": regularization}) == other


def test_toml_says_every_field_and_leaves_out_empty_slots() -> None:
    text = recipe_to_toml(Recipe(regularization=recipe.Regularization(l2=recipe.L2())))
    assert "split_seed = 0" in text
    assert "l2.strength = 0.0001" in text
    assert "dropout" not in text
    assert math.isclose(float(text.partition("epsilon = ")[2].split()[0]), 1e-8)


RECORD = """
schema = 1
name = "x"
[optimizer]
kind = "adam"
lr = 0.5
warmup = 3
[versions]
torch = "2.9"
[new]
"""


def test_a_record_of_another_version_is_read_with_notes() -> None:
    read, notes = recipe_from_toml(RECORD, recorded=True)
    assert read == Recipe(name="x", optimizer=recipe.Adam(lr=0.5))
    assert notes == (
        "optimizer.warmup: not known to this version; ignored",
        "new: not known to this version; ignored",
    )


def test_anywhere_else_an_unknown_key_is_a_mistake() -> None:
    with pytest.raises(RecipeError) as caught:
        recipe_from_toml(RECORD, recorded=False)
    assert [problem.key for problem in caught.value.problems] == ["optimizer.warmup", "versions", "new"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("schema = 2", "schema = 2: must be 1; another version wrote this"),
        ('[optimizer]\nkind = "lion"', 'optimizer.kind = "lion": must be one of gd, sgd, momentum, nesterov'),
        ("[training]\nepochs = 0\nnew = 1", "training.epochs = 0: must be from 1 to 100000"),
        ("[training", "at its end: not valid TOML: "),
    ],
)
def test_a_record_that_makes_no_recipe(text: str, sentence: str) -> None:
    with pytest.raises(RecipeError) as caught:
        recipe_from_toml(text, recorded=True)
    assert str(caught.value).startswith(sentence)
