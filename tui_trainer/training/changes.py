"""Changes of a recipe while it trains: from the setting to what the loop works on."""

from torch import nn

from tui_trainer.core.edits import EditRefused, changed
from tui_trainer.core.events import EPOCHS
from tui_trainer.training.assembly import Trainee


def change(trainee: Trainee, key: str, value: float) -> None:
    """From here on ``trainee`` trains with another value of a live setting. Raises EditRefused."""
    recipe = trainee.recipe = changed(trainee.recipe, key, value)
    trainee.changes[key] = value
    match key:
        case "training.epochs":  # what is waited for may still come
            trainee.selection.evaluations_since_best = 0
        case "optimizer.momentum":
            group = trainee.optimizer.param_groups[0]
            group["momentum"] = value
            group["nesterov"] = recipe.optimizer.kind == "nesterov" and value > 0
        case "regularization.l1.strength":
            trainee.penalty.l1 = value
        case "regularization.l2.strength":
            trainee.penalty.l2 = value
        case "regularization.dropout.rate":
            for module in trainee.network.modules():
                if isinstance(module, nn.Dropout):
                    module.p = value


def check_epochs(trainee: Trainee, epochs: float, step: int) -> None:
    """Raises EditRefused when so many epochs in all are no more than were trained by ``step``."""
    if epochs * trainee.steps_per_epoch <= step:
        done = step / trainee.steps_per_epoch
        raise EditRefused(f"{EPOCHS} = {epochs:g} is no more than the {done:g} epochs that were trained")
