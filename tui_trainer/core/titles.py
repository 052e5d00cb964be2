"""A recipe in a few words a part."""

from tui_trainer.core.recipe import Cnn, Constant, FullyConnected, LeNet, Perceptron, Recipe, Vgg16


def title(recipe: Recipe) -> tuple[str, ...]:
    """The recipe in a few words a part: ``digits``, ``fcnn 64-32 relu``, ``cross-entropy``, ``adam 0.001``, …

    Regularization comes last and is left out when there is none. Whether it is ``gd`` or ``sgd`` follows from
    the batch size.
    """
    parts = (recipe.data.kind, _architecture(recipe), recipe.loss.kind, _optimizer(recipe))
    regularization = ", ".join(
        name.replace("_", "-") for name, value in recipe.regularization if value is not None
    )
    return (*parts, regularization) if regularization else parts


def _architecture(recipe: Recipe) -> str:
    match recipe.architecture:
        case FullyConnected(hidden=hidden, activation=activation):
            return f"{'mlp' if len(hidden) == 1 else 'fcnn'} {'-'.join(map(str, hidden))} {activation}"
        case Cnn(channels=channels, activation=activation):
            return f"cnn {'-'.join(map(str, channels))} {activation}"
        case LeNet(kind=kind, activation=activation) | Vgg16(kind=kind, activation=activation):
            return f"{kind} {activation}"
        case Perceptron(activation=activation) if activation != "auto":
            return f"perceptron {activation}"
        case architecture:
            return architecture.kind


def _optimizer(recipe: Recipe) -> str:
    optimizer, batch_size = recipe.optimizer, recipe.training.batch_size
    schedule = "" if isinstance(optimizer.schedule, Constant) else f" {optimizer.schedule.kind}"
    if optimizer.kind not in ("gd", "sgd"):
        return f"{optimizer.kind} {optimizer.lr:g}{schedule}"
    if batch_size == "all":
        return f"gd {optimizer.lr:g}{schedule}"
    batches = f", batches of {batch_size}" if batch_size != 1 else ""
    return f"sgd {optimizer.lr:g}{schedule}{batches}"
