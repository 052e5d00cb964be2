"""Parts of recipes by their names, as presets have them."""

from typing import Any

from tui_trainer.core.recipe import Loss, Optimizer, Recipe


def loss_of(kind: str, **settings: Any) -> Loss:
    return Recipe.model_validate({"loss": {"kind": kind, **settings}}).loss


def optimizer_of(kind: str, **settings: Any) -> Optimizer:
    return Recipe.model_validate({"optimizer": {"kind": kind, **settings}}).optimizer
