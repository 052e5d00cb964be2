"""What of the course to try: cures that fit a recipe and that it does not use yet."""

from collections.abc import Iterator

from tui_trainer.core.recipe import Cnn, FullyConnected, LeNet, Perceptron, Recipe, SingleLayer

_DEEP = 3
"""Hidden layers from which the slope of a saturating activation (sigmoid: 1/4) stifles the gradient."""
_STRONG = 0.01
"""A λ that is a hundred times the presets' own."""
_FAR = 5.0
"""So many times its usual value, up or down, a learning rate is the first thing to suspect."""


def against_overfitting(recipe: Recipe) -> str:
    """The cures of the course that are still to be had; a smaller net where all are taken."""
    data, architecture = recipe.data, recipe.architecture
    cures = []
    if data.train_fraction < 1:
        cures.append(f"more data (train_fraction is {data.train_fraction:g})")
    elif (points := getattr(data, "points", None)) is not None:
        cures.append(f"more data (points is {points:,})")
    takes_dropout = isinstance(architecture, FullyConnected | LeNet | Cnn)
    names = {"l2": "l2", "dropout": "dropout", "augmentation": "augmentation"}
    names["early_stopping"] = "early stopping"
    cures += [
        name for slot, name in names.items() if _is_off(recipe, slot) and (takes_dropout or slot != "dropout")
    ]
    if not cures and _has_hidden_layers(recipe):
        cures.append(f"a smaller net{_size(recipe)}")
    return _try(cures or ["a stronger l2"])


def against_divergence(recipe: Recipe) -> str:
    """A smaller learning rate, whose present value is named."""
    cures = [f"a learning rate smaller than {recipe.optimizer.lr:g}"]
    if _is_off(recipe, "gradient_clipping"):
        cures.append("gradient clipping")
    return _try(cures)


def against_underfitting(recipe: Recipe, *, still_falling: bool) -> str:
    """More of what lets a net fit; time alone only where the loss ``still_falling`` asks for it."""
    lr, epochs = recipe.optimizer.lr, recipe.training.epochs
    if still_falling:
        return _try([f"more epochs than {epochs:,}", f"a learning rate larger than {lr:g}"])
    cures = [*_less_regularization(recipe), _more_capacity(recipe)]
    if not _is_large(recipe):
        cures.append(f"a learning rate larger than {lr:g}")
    return _try(cures)


def against_plateau(recipe: Recipe) -> str:
    """As against underfitting, and smaller steps where they may be too large to settle."""
    lr = recipe.optimizer.lr
    rate = f"a learning rate {'smaller' if _is_large(recipe) else 'other'} than {lr:g}"
    return _try([*_less_regularization(recipe), _more_capacity(recipe), rate])


def against_chance(recipe: Recipe, loss_in_trivial: float) -> str:
    """What most likely keeps a net at chance, given its loss as a multiple of the trivial answer's."""
    architecture, lr = recipe.architecture, recipe.optimizer.lr
    activation = getattr(architecture, "activation", "")
    depth = len(architecture.hidden) if isinstance(architecture, FullyConnected) else 0
    if architecture.initialization == "zeros" and _has_hidden_layers(recipe):
        return "try another initialization than zeros: from there all units of a layer stay equal"
    if depth >= _DEEP and activation in ("sigmoid", "tanh"):
        return against_vanishing(recipe)
    if cures := [*_less_regularization(recipe, _STRONG)]:
        return _try(cures)
    if _is_large(recipe) or loss_in_trivial > 1.01:  # noise about the trivial answer stays within 1 %
        cures = [f"a learning rate smaller than {lr:g}"]
        return _try([*cures, "leaky-relu, whose units cannot die"] if activation == "relu" else cures)
    if lr * _FAR < _usual_rate(recipe):
        return _try([f"a learning rate larger than {lr:g}", "more epochs"])
    if not _has_hidden_layers(recipe) or activation == "identity":
        return _try([_more_capacity(recipe)])
    return _try([f"a learning rate ten times smaller or larger than {lr:g}"])


def against_unmoved_batch(recipe: Recipe) -> str:
    """What most likely keeps a net from learning a single batch by heart, where its loss hardly moves."""
    if not _has_hidden_layers(recipe) or getattr(recipe.architecture, "activation", "") == "identity":
        return _try([_more_capacity(recipe)])
    return against_chance(recipe, 1.0)


def against_vanishing(recipe: Recipe) -> str:
    """What lets the gradient through to the first layer."""
    architecture = recipe.architecture
    activation = getattr(architecture, "activation", "")
    cures = ["relu"] if activation in ("sigmoid", "tanh") else []
    if _is_off(recipe, "batch_norm"):
        cures.append("batch norm")
    start = "xavier" if architecture.initialization != "xavier" else "he"
    if isinstance(architecture, FullyConnected) and activation in ("sigmoid", "tanh"):
        depth = len(architecture.hidden)
        return _try(
            [*cures, f"{start} initialization: {depth} layers of {activation} let the gradient vanish"]
        )
    return _try([*cures, f"{'he' if activation == 'relu' else start} initialization", "fewer layers"])


def against_dead_units(recipe: Recipe) -> str:
    """What keeps the units of a ReLU from falling below 0 for good."""
    return _try(
        [f"a learning rate smaller than {recipe.optimizer.lr:g}", "leaky-relu, whose units cannot die"]
    )


def against_saturation(recipe: Recipe) -> str:
    """What keeps z where a sigmoid or tanh has a slope."""
    cures = [f"a learning rate smaller than {recipe.optimizer.lr:g}"]
    if recipe.architecture.initialization != "xavier":
        cures.append("xavier initialization")
    if _is_off(recipe, "batch_norm"):
        cures.append("batch norm")
    return _try([*cures, "relu"])


def against_large_updates(recipe: Recipe) -> str:
    """Smaller steps."""
    return _try([f"a learning rate smaller than {recipe.optimizer.lr:g}"])


def against_small_updates(recipe: Recipe) -> str:
    """Larger steps."""
    return _try([f"a learning rate larger than {recipe.optimizer.lr:g}"])


def _less_regularization(recipe: Recipe, least: float = 0.0) -> Iterator[str]:
    """Penalties at least so strong, and dropout, as what to have less of."""
    penalties = recipe.regularization
    for name, penalty in (("l1", penalties.l1), ("l2", penalties.l2)):
        if penalty is not None and penalty.strength >= max(least, 1e-3):  # weaker ones hardly pull
            yield f"less {name} (λ is {penalty.strength:g})"
    if penalties.dropout is not None and penalties.dropout.rate >= 0.5:
        yield f"less dropout (it is {penalties.dropout.rate:g})"


def _more_capacity(recipe: Recipe) -> str:
    architecture = recipe.architecture
    if not _has_hidden_layers(recipe):
        return "a net with a hidden layer (mlp)"
    if getattr(architecture, "activation", "") == "identity":
        return "an activation such as relu: without one the layers are no more than a linear one"
    return f"a larger net{_size(recipe)}"


def _has_hidden_layers(recipe: Recipe) -> bool:
    return not isinstance(recipe.architecture, SingleLayer | Perceptron)


def _size(recipe: Recipe) -> str:
    architecture = recipe.architecture
    return (
        f" (hidden is {'-'.join(map(str, architecture.hidden))})"
        if isinstance(architecture, FullyConnected)
        else ""
    )


def _usual_rate(recipe: Recipe) -> float:
    default: float = type(recipe.optimizer).model_fields["lr"].default
    return default


def _is_large(recipe: Recipe) -> bool:
    return recipe.optimizer.lr >= _FAR * _usual_rate(recipe)


def _is_off(recipe: Recipe, slot: str) -> bool:
    """Whether the recipe does not use a regularization."""
    return getattr(recipe.regularization, slot) is None


def _try(cures: list[str]) -> str:
    *others, last = cures
    return f"try {', '.join(others)} or {last}" if others else f"try {last}"
