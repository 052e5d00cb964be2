"""Every mistake at once, one sentence each, and nothing that a file can do makes the reading fail."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_trainer.core.recipe import Adam, FullyConnected, Recipe
from tui_trainer.core.validation import RecipeError, parse_toml, toml_value, validate


def sentences(table: dict[str, Any]) -> list[str]:
    return [str(problem) for problem in validate(table)[1]]


def test_an_empty_table_is_the_default_recipe() -> None:
    assert validate({}) == (Recipe(), [])


def test_arrays_become_tuples() -> None:
    recipe, problems = validate({"architecture": {"kind": "fully-connected", "hidden": [8, 4]}})
    assert problems == []
    assert recipe is not None
    assert recipe.architecture == FullyConnected(hidden=(8, 4))


MISTAKES = {
    # numbers
    """optimizer = {kind = "adam", lr = -1}""":
        "optimizer.lr = -1: must be greater than 0 and at most 100",
    """optimizer = {kind = "adam", lr = inf}""":
        "optimizer.lr = inf: must be greater than 0 and at most 100",
    """optimizer = {kind = "adam", lr = nan}""":
        "optimizer.lr = nan: must be greater than 0 and at most 100",
    """optimizer = {kind = "adam", lr = true}""":
        "optimizer.lr = true: must be a number, greater than 0 and at most 100",
    """optimizer = {kind = "adam", lr = "0,1"}""":
        'optimizer.lr = "0,1": must be a number, greater than 0 and at most 100',
    """training = {epochs = 0}""":
        "training.epochs = 0: must be from 1 to 100000",
    """training = {epochs = 2.0}""":
        "training.epochs = 2.0: must be a whole number, from 1 to 100000",
    """training = {seed = -1}""":
        "training.seed = -1: must be at least 0",
    """training = {batch_size = 0}""":
        "training.batch_size = 0: must be a whole number, at least 1, or all",
    # words
    """training = {batch_size = "al"}""":
        'training.batch_size = "al": must be a whole number, at least 1, or all; did you mean all?',
    """training = {device = "cdua"}""":
        'training.device = "cdua": must be one of auto, cpu, cuda, cuda:0, mps; did you mean cuda?',
    """training = {device = 2026-01-02}""":
        "training.device = 2026-01-02: must be one of auto, cpu, cuda, cuda:0, mps",
    """architecture = {kind = "lenet", initialization = "xavir"}""":
        'architecture.initialization = "xavir": must be one of default, zeros, normal, xavier, he; '
        "did you mean xavier?",
    # lists
    """architecture = {kind = "fully-connected", hidden = [64, 0, -1]}""":
        "architecture.hidden = [64, 0, -1]: must be a list of one or more whole numbers, each at least 1",
    """architecture = {kind = "fully-connected", hidden = []}""":
        "architecture.hidden = []: must be a list of one or more whole numbers, each at least 1",
    """architecture = {kind = "fully-connected", hidden = 64}""":
        "architecture.hidden = 64: must be a list of one or more whole numbers, each at least 1",
    # keys
    """optimizer = {kind = "adam", learning_rate = 1}""":
        "optimizer.learning_rate: no such setting; did you mean lr?",
    """optimizer = {kind = "adam", eps = 1}""":
        "optimizer.eps: no such setting; did you mean epsilon?",
    """optimizer = {kind = "sgd", beta1 = 0.9}""":
        "optimizer.beta1: sgd has no such setting; it belongs to adam, adamw",
    """loss = {kind = "mse", q = 1}""":
        "loss.q: no such setting; choose from kind, delta, class_weights, label_smoothing, gamma",
    """regularization = {early-stopping = {}}""":
        "regularization.early-stopping: no such setting; did you mean early_stopping?",
    """lr = 0.1""":
        "lr: no such setting; did you mean optimizer.lr?",
    """optimiser = {}""":
        "optimiser: no such setting; did you mean optimizer?",
    # kinds and tables
    """loss = {}""":
        "loss.kind: missing; must be one of mse, mae, huber, cross-entropy, binary-cross-entropy, focal",
    """loss = {kind = "cross-entrpy"}""":
        'loss.kind = "cross-entrpy": must be one of mse, mae, huber, cross-entropy, binary-cross-entropy, '
        "focal; did you mean cross-entropy?",
    """loss = {kind = 3}""":
        "loss.kind = 3: must be one of mse, mae, huber, cross-entropy, binary-cross-entropy, focal",
    """loss = "mse" """:
        'loss = "mse": must be a table of settings; loss.kind says which',
    """regularization = {l2 = false}""":
        "regularization.l2 = false: must be a table of settings",
    """regularization = {l2 = [{strength = 1}]}""":
        "regularization.l2 = [{strength = 1}]: must be a table of settings",
    """regularization = {l2 = {strength = -1}}""":
        "regularization.l2.strength = -1: must be from 0 to 100",
}  # fmt: skip


@pytest.mark.parametrize("text", MISTAKES)
def test_one_mistake_is_one_sentence(text: str) -> None:
    assert sentences(parse_toml(text)) == [MISTAKES[text]]


def test_a_wrong_kind_still_tells_keys_that_no_kind_has() -> None:
    table = {"optimizer": {"kind": "adm", "lr": 1, "momentum": 0.9, "leraning_rate": 1}}
    assert sentences(table) == [
        'optimizer.kind = "adm": must be one of gd, sgd, momentum, nesterov, adagrad, rmsprop, adam, adamw; '
        "did you mean adam?",
        "optimizer.leraning_rate: no such setting; did you mean lr?",
    ]


def test_all_mistakes_come_at_once() -> None:
    table = {
        "data": {"kind": "moons", "points": 1, "noize": 0.1},
        "optimizer": {"kind": "momentum", "lr": 0, "momentum": 1},
        "training": {"epochs": "many"},
        "los": {},
    }
    assert sentences(table) == [
        "data.noize: no such setting; did you mean noise?",
        "los: no such setting; did you mean loss?",
        "data.points = 1: must be from 20 to 100000",
        "optimizer.lr = 0: must be greater than 0 and at most 100",
        "optimizer.momentum = 1: must be at least 0 and less than 1",
        'training.epochs = "many": must be a whole number, from 1 to 100000',
    ]


def test_a_long_value_is_cut_in_the_message() -> None:
    (sentence,) = sentences({"training": {"device": "x" * 1000}})
    assert len(sentence) < 150


WORDS = st.text('a.é"\\\n\x00\x7f\u202e𝄞', max_size=4)
VALUES = st.recursive(
    st.booleans() | st.integers() | st.floats() | st.dates() | WORDS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(WORDS | st.sampled_from(["kind", "lr", "l2", "hidden"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from([*Recipe.model_fields, "los"]), VALUES))
def test_any_table_gives_a_recipe_or_problems(table: dict[str, Any]) -> None:
    recipe, problems = validate(table)
    assert (recipe is None) == bool(problems)
    assert all(str(problem) for problem in problems)


@given(VALUES)
def test_what_is_written_as_toml_reads_back(value: object) -> None:
    written = toml_value(value)
    assert "\n" not in written
    assert toml_value(parse_toml(f"value = {written}")["value"]) == written


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a = 1\nb = ", "x.toml: at its end: not valid TOML: invalid value"),
        ("a = 1\na = 2\n", "x.toml: line 2, column 6: not valid TOML: cannot overwrite a value"),
        ("a = " + "9" * 5000, "x.toml: not valid TOML: a number has too many digits"),
        ("a = " + "[" * 5000, "x.toml: not valid TOML: nested too deeply"),
        (".".join("a" * 5000) + " = 1", "x.toml: not valid TOML: nested too deeply"),
    ],
)
def test_what_is_no_toml_says_where(text: str, sentence: str) -> None:
    with pytest.raises(RecipeError) as caught:
        parse_toml(text, "x.toml")
    assert str(caught.value) == sentence


def test_an_error_prints_a_problem_a_line() -> None:
    error = RecipeError(validate({"optimizer": {"kind": "adam", "lr": 0, "beta1": 2}})[1])
    assert str(error).count("\n") == 1
    assert Adam.__name__ not in str(error)
