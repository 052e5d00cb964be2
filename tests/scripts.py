"""Recipes that between them bring out every line that a script may have."""

from typing import Any

from tui_trainer.core.recipe import Recipe


def made(name: str, **tables: Any) -> Recipe:
    return Recipe.model_validate({"name": name, **tables}, strict=False)


_BINARY = {"kind": "binary-cross-entropy"}
_MSE = {"kind": "mse"}
_TOYS: dict[str, dict[str, Any]] = {
    "moons": {"loss": _BINARY},
    "circles": {"loss": _BINARY},
    "spirals": {"loss": _BINARY},
    "xor": {"loss": _BINARY},
    "blobs": {"architecture": {"kind": "softmax-regression"}},
    "sine": {"loss": _MSE},
    "plane": {"loss": _MSE, "architecture": {"kind": "perceptron"}},
    "iris": {},
    "wine": {},
    "breast-cancer": {"loss": _BINARY, "architecture": {"kind": "logistic-regression"}},
    "diabetes": {"loss": _MSE, "architecture": {"kind": "linear"}},
    "digits": {"architecture": {"kind": "lenet"}},
    "digits-even-odd": {"loss": _BINARY, "architecture": {"kind": "perceptron"}},
    "mnist": {"architecture": {"kind": "cnn"}},
    "fashion-mnist": {"architecture": {"kind": "lenet", "activation": "gelu"}},
    "cifar10": {"architecture": {"kind": "vgg16"}},
}
EVERY_KIND = [
    made(kind, data={"kind": kind, "train_fraction": 0.5 if kind in ("wine", "mnist") else 1.0}, **others)
    for kind, others in _TOYS.items()
]
"""A recipe for each data set, with the architectures between them."""

_TRAINING = {"epochs": 3}
_MOONS = {"kind": "moons", "points": 200}
_BALANCED = {"class_weights": "balanced"}
VARIETY = [
    made(
        "gd-mae",
        data={"kind": "sine", "points": 100},
        loss={"kind": "mae"},
        optimizer={"kind": "gd"},
        training={"batch_size": "all", "select_by": "r2", **_TRAINING},
    ),
    made(
        "momentum-huber-l1",
        data={"kind": "plane", "points": 100, "noise": 0.5, "split_seed": 4},
        loss={"kind": "huber", "delta": 0.5},
        optimizer={"kind": "momentum", "schedule": {"kind": "step", "drops": 3, "gamma": 0.5}},
        regularization={"l1": {"strength": 0.001}},
        training=_TRAINING,
    ),
    made(
        "nesterov-focal",
        data={"kind": "iris"},
        loss={"kind": "focal"},
        optimizer={"kind": "nesterov", "schedule": {"kind": "cosine", "floor": 0.1}},
        training={"select_by": "accuracy", **_TRAINING},
    ),
    made(
        "adagrad-balanced",
        data={"kind": "wine", "train_fraction": 0.8},
        architecture={"kind": "fully-connected", "hidden": [8, 8], "activation": "tanh"},
        loss={"kind": "cross-entropy", **_BALANCED},
        optimizer={"kind": "adagrad", "epsilon": 1e-5, "schedule": {"kind": "one-cycle"}},
        regularization={"l1": {}, "l2": {"strength": 0.01}},
        training=_TRAINING,
    ),
    made(
        "rmsprop-smoothed-balanced",
        data={"kind": "blobs", "points": 101, "classes": 4},
        architecture={"kind": "fully-connected", "activation": "leaky-relu", "initialization": "he"},
        loss={"kind": "cross-entropy", "label_smoothing": 0.2, **_BALANCED},
        optimizer={"kind": "rmsprop", "decay": 0.9, "schedule": {"kind": "warmup", "rise": 0.5}},
        training=_TRAINING,
    ),
    made(
        "adam-smoothed",
        data={"kind": "circles", "points": 200, "seed": 3},
        architecture={"kind": "fully-connected", "activation": "gelu", "initialization": "xavier"},
        loss={"label_smoothing": 0.1, **_BINARY},
        optimizer={"kind": "adam", "beta1": 0.8, "epsilon": 1e-4},
        training={"evaluate_every": 4, **_TRAINING},
    ),
    made(
        "adamw-balanced-binary",
        data={"kind": "breast-cancer", "train_fraction": 0.5},
        loss={"label_smoothing": 0.1, **_BALANCED, **_BINARY},
        optimizer={"kind": "adamw", "beta2": 0.99, "weight_decay": 0.1},
        regularization={"gradient_clipping": {"max_norm": 0.1}},
        training={"batch_size": 16, **_TRAINING},
    ),
    made(
        "focal-binary",
        data=_MOONS,
        architecture={"kind": "fully-connected", "activation": "softplus"},
        loss={"kind": "focal", "gamma": 0.5, **_BALANCED},
        training=_TRAINING,
    ),
    made(
        "squares-of-probabilities",
        data={"kind": "iris"},
        loss=_MSE,
        architecture={"kind": "fully-connected", "activation": "sigmoid", "initialization": "normal"},
        optimizer={"kind": "sgd", "lr": 1.0},
        training=_TRAINING,
    ),
    made(
        "squares-of-one-probability",
        data={"kind": "xor", "points": 100},
        loss=_MSE,
        architecture={"kind": "fully-connected", "hidden": [4], "initialization": "zeros"},
        training=_TRAINING,
    ),
    made(
        "relu-unit",
        data={"kind": "diabetes"},
        architecture={"kind": "perceptron", "activation": "relu"},
        loss=_MSE,
        training=_TRAINING,
    ),
    made(
        "stops-early",
        data={"kind": "spirals", "points": 100},
        loss=_BINARY,
        regularization={"early_stopping": {"patience": 1}, "batch_norm": {"momentum": 0.3}},
        optimizer={"kind": "adam", "lr": 0.1},
        training={"epochs": 30},
    ),
    made(
        "measures-often-and-stops",
        data=_MOONS,
        loss=_BINARY,
        regularization={"early_stopping": {"patience": 2}},
        optimizer={"kind": "adam", "lr": 0.1},
        training={"epochs": 30, "evaluate_every": 3},
    ),
    made(
        "convolutions",
        data={"kind": "digits", "train_fraction": 0.1},
        architecture={"kind": "cnn", "channels": [4, 8], "hidden": 16},
        training={"epochs": 2},
    ),
    made(
        "coarse-convolutions",
        data={"kind": "digits", "train_fraction": 0.1},
        architecture={"kind": "cnn", "channels": [4, 8], "hidden": 16},
        training={"epochs": 2, "precision": "bfloat16", "channels_last": True},
    ),
    made(
        "residual",
        data={"kind": "digits", "train_fraction": 0.05},
        architecture={"kind": "resnet18", "initialization": "he"},
        training={"epochs": 1, "device": "cpu"},
    ),
]
"""Trained within a moment; nothing in their steps is drawn, so that the course of two loops can be equal."""
DRAWN = [
    made(
        "everything",
        data={"kind": "digits", "train_fraction": 0.3},
        architecture={"kind": "lenet"},
        regularization={
            "dropout": {"rate": 0.3},
            "batch_norm": {},
            "augmentation": {},
            "gradient_clipping": {},
        },
        training={"epochs": 2, "batch_size": 16},
    ),
    made(
        "noise",
        data=_MOONS,
        loss=_BINARY,
        regularization={"augmentation": {"noise": 0.2}, "dropout": {}},
        training=_TRAINING,
    ),
    made(
        "flips-on-gpu",
        data={"kind": "fashion-mnist"},
        architecture={"kind": "cnn"},
        regularization={"augmentation": {}},
        training={"device": "cuda:1"},
    ),
]
"""What is drawn in a step."""
VARIETY += DRAWN
