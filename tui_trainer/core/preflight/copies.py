"""What is checked: the recipe as each check trains a copy of it, and for how long."""

from tui_trainer.core.facts import DataFacts
from tui_trainer.core.recipe import Constant, Recipe

FEWEST_ROWS, MOST_ROWS = 8, 64
"""One sample is learned by nearly anything, and a whole data set is no check but a training."""
ENOUGH_STEPS = 2000
"""One batch that is not learned by heart after so many steps will not be soon."""
ENOUGH_S = 20.0
"""Nor is more waited for than this: the steps of a large net take their time."""
NEAR_ZERO = 0.02
"""One batch is learned by heart at this share of the loss that a blind guess has."""


def overfit_rows(recipe: Recipe, facts: DataFacts) -> int:
    """Samples in the one batch: the recipe's batch size, within bounds."""
    asked = recipe.training.batch_size
    wanted = MOST_ROWS if asked == "all" else min(max(asked, FEWEST_ROWS), MOST_ROWS)
    return min(wanted, facts.num_train)


def unregularized(recipe: Recipe) -> Recipe:
    """``recipe`` without all that keeps a net from learning samples by heart, at a constant learning rate.

    Batch norm and gradient clipping stay: they are how it trains.
    """
    kept = {"batch_norm", "gradient_clipping"}
    off = dict.fromkeys(set(type(recipe.regularization).model_fields) - kept)
    loss, optimizer = recipe.loss, at_constant_rate(recipe).optimizer
    if hasattr(loss, "label_smoothing"):
        loss = loss.model_copy(update={"label_smoothing": 0.0})
    if hasattr(optimizer, "weight_decay"):
        optimizer = optimizer.model_copy(update={"weight_decay": 0.0})
    regularization = recipe.regularization.model_copy(update=off)
    return recipe.model_copy(update={"loss": loss, "optimizer": optimizer, "regularization": regularization})


def at_constant_rate(recipe: Recipe, rate: float | None = None) -> Recipe:
    """``recipe`` without a schedule, at its own learning rate or another."""
    update = {"schedule": Constant(), "lr": recipe.optimizer.lr if rate is None else rate}
    return recipe.model_copy(update={"optimizer": recipe.optimizer.model_copy(update=update)})


def near_zero(blind: float) -> float:
    """The loss at which one batch is learned by heart, by that of a net that knows nothing."""
    return NEAR_ZERO * blind
