"""1 Data: which samples, and how many of them."""

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field, NonNegativeInt

from tui_trainer.core.recipe.part import Part, setting


class _Dataset(Part):
    split_seed: NonNegativeInt = setting(
        0,
        "Which samples go to train, validation and test; apart from training.seed.",
        fr="Graine de la répartition entre entraînement, validation et test ; distincte de training.seed.",
    )
    train_fraction: float = setting(
        1.0,
        "Share of the training samples to use; more data is the first cure for overfitting.",
        fr="Part des exemples d'entraînement utilisée ; plus de données, c'est moins de surapprentissage.",
        gt=0,
        le=1,
    )


class _ToySet(_Dataset):
    points: int = setting(
        1000, "How many samples to draw.", fr="Nombre d'exemples à tirer.", ge=20, le=100_000
    )
    seed: NonNegativeInt = setting(0, "Which samples are drawn.", fr="Graine du tirage des exemples.")


def noise_on_inputs(deviation: float) -> Any:
    """How far points stray from where they belong."""
    return setting(
        deviation,
        "Standard deviation of the noise on each coordinate.",
        fr="Écart-type du bruit sur chaque coordonnée.",
        ge=0,
        le=10,
    )


def width_of_clouds(deviation: float) -> Any:
    """How wide the clouds are."""
    return setting(
        deviation,
        "Standard deviation within each cloud.",
        fr="Écart-type à l'intérieur de chaque nuage.",
        ge=0,
        le=10,
    )


def noise_on_targets(deviation: float) -> Any:
    """How far targets stray from the function."""
    return setting(
        deviation,
        "Standard deviation of the noise on the target.",
        fr="Écart-type du bruit sur la cible.",
        ge=0,
        le=10,
    )


class Moons(_ToySet):
    """Two interleaved half circles."""

    kind: Literal["moons"] = "moons"
    noise: float = noise_on_inputs(0.2)


class Circles(_ToySet):
    """A ring around a disc of the same centre."""

    kind: Literal["circles"] = "circles"
    noise: float = noise_on_inputs(0.1)


class Spirals(_ToySet):
    """Two arms that wind around each other."""

    kind: Literal["spirals"] = "spirals"
    turns: float = setting(
        1.5,
        "How often each arm winds around the centre.",
        fr="Nombre de tours de chaque bras autour du centre.",
        gt=0,
        le=5,
    )
    noise: float = noise_on_inputs(0.1)


class Xor(_ToySet):
    """Four clouds at the corners of a square; opposite corners are of one class."""

    kind: Literal["xor"] = "xor"
    noise: float = width_of_clouds(0.3)


class Blobs(_ToySet):
    """Round clouds of points, one a class."""

    kind: Literal["blobs"] = "blobs"
    classes: int = setting(3, "How many clouds.", fr="Nombre de nuages.", ge=2, le=20)
    noise: float = width_of_clouds(1.0)


class Sine(_ToySet):
    """One period of a noisy sine, to be fitted."""

    kind: Literal["sine"] = "sine"
    noise: float = noise_on_targets(0.1)


class Plane(_ToySet):
    """A tilted plane over two inputs, to be fitted."""

    kind: Literal["plane"] = "plane"
    noise: float = noise_on_targets(0.3)


class BundledSet(_Dataset):
    """A small real data set that comes with the package."""

    kind: Literal["iris", "wine", "breast-cancer", "diabetes", "digits", "digits-even-odd"] = "digits"


class TorchvisionSet(_Dataset):
    """A data set that torchvision reads from disk; downloaded only when asked for."""

    kind: Literal["mnist", "fashion-mnist", "cifar10"] = "mnist"


ToySet: TypeAlias = Moons | Circles | Spirals | Xor | Blobs | Sine | Plane
Data: TypeAlias = Annotated[ToySet | BundledSet | TorchvisionSet, Field(discriminator="kind")]
