"""The tree of settings: strict, frozen, and each setting explained."""

from collections.abc import Iterator

import pytest
from pydantic import ValidationError

from tui_trainer.core.recipe import (
    L2,
    Adam,
    FullyConnected,
    Momentum,
    Part,
    Recipe,
    Regularization,
    Training,
)
from tui_trainer.core.settings import aliases, all_paths, members, settings_of


def models(model: type[Part]) -> Iterator[type[Part]]:
    yield model
    for field in model.model_fields.values():
        for inner in members(field):
            yield from models(inner)


@pytest.mark.parametrize("model", dict.fromkeys(models(Recipe)))
def test_every_default_is_valid_and_every_setting_has_its_sentence(model: type[Part]) -> None:
    assert model.model_validate(model().model_dump(exclude_none=True)) == model()
    for name, field in model.model_fields.items():
        if name not in ("kind", "name") and not members(field):
            extra = field.json_schema_extra
            french = extra.get("fr") if isinstance(extra, dict) else None
            for sentence in (field.description, french):
                assert isinstance(sentence, str), name
                assert sentence.endswith("."), sentence
            assert french != field.description


def test_the_tree_is_frozen_and_strict() -> None:
    with pytest.raises(ValidationError):
        Training().epochs = 3  # type: ignore[misc]
    for wrong in ({"epochs": "3"}, {"epochs": 3.0}, {"epochs": True}, {"epoch": 3}, {"device": "gpu"}):
        with pytest.raises(ValidationError):
            Training.model_validate(wrong)


@pytest.mark.parametrize("device", ["auto", "cpu", "cuda", "cuda:0", "cuda:11", "mps"])
def test_devices(device: str) -> None:
    assert Training(device=device).device == device


@pytest.mark.parametrize("device", ["cuda:", "cuda:-1", "cpu\n", "xcpu", ""])
def test_devices_that_are_none(device: str) -> None:
    with pytest.raises(ValidationError):
        Training(device=device)


def test_each_setting_has_one_path() -> None:
    paths = list(all_paths())
    assert "optimizer.lr" in paths
    assert "regularization.early_stopping.patience" in paths
    assert "name" not in paths


def test_settings_list_what_a_screen_shows() -> None:
    by_path = {setting.path: setting for setting in settings_of(Recipe(optimizer=Adam(lr=0.002)))}
    lr = by_path["optimizer.lr"]
    assert (lr.value, lr.symbol, lr.torch) == (0.002, "η", "lr")
    assert lr.limits == "greater than 0 and at most 100"
    assert lr.expected == "a number, greater than 0 and at most 100"
    assert by_path["architecture.activation"].choices[:3] == ("identity", "sigmoid", "tanh")
    assert by_path["training.batch_size"].choices == ("all",)
    assert by_path["training.device"].choices == ("auto", "cpu", "cuda", "cuda:0", "mps")
    assert not any(path.startswith("regularization.") for path in by_path)
    assert "optimizer.kind" not in by_path


def test_a_setting_says_what_it_does_in_either_language() -> None:
    (lr, *_) = settings_of(Recipe(), "optimizer")
    assert lr.help("en") == "Learning rate: the size of a step."
    assert lr.help("fr") == "Taux d'apprentissage : la taille d'un pas."


def test_a_setting_goes_by_names_and_not_by_its_french_help() -> None:
    names = list(aliases("lr", type(Recipe().optimizer).model_fields["lr"]))
    assert names == ["lr", "Learning rate", "η", "lr"]


def test_settings_of_one_part() -> None:
    recipe = Recipe(optimizer=Momentum(), regularization=Regularization(l2=L2(strength=0.5)))
    assert [setting.path for setting in settings_of(recipe, "optimizer")] == [
        "optimizer.lr",
        "optimizer.momentum",
        "optimizer.schedule.kind",
    ]
    assert [setting.value for setting in settings_of(recipe, "regularization")] == [0.5]


def test_every_limit_in_words_is_the_limit_of_the_model() -> None:
    """The words come from the fields' own bounds: a value at a closed end passes, beyond it none does."""
    for setting in settings_of(Recipe(architecture=FullyConnected())):
        if setting.limits.startswith("from "):
            low, high = (float(word) for word in setting.limits.split()[1::2])
            assert low <= setting.value <= high
        elif setting.limits.startswith("at least ") and isinstance(setting.value, int | float):
            assert setting.value >= float(setting.limits.split()[2])
