"""How a recipe is trained: epochs, batches, seeds and where."""

from typing import Literal, TypeAlias

from pydantic import NonNegativeInt, PositiveInt

from tui_trainer.core.recipe.part import Part, setting

PROBES = ("layers", "predictions", "boundary", "weights")
"""What looks into a network while it trains."""
_PROBES = "|".join(PROBES)

BatchSize: TypeAlias = PositiveInt | Literal["all"]


class Training(Part):
    """Epochs, batches, seeds and where it runs."""

    epochs: int = setting(
        20,
        "How often the training set is gone through.",
        fr="Nombre de passages sur le jeu d'entraînement.",
        ge=1,
        le=100_000,
    )
    batch_size: BatchSize = setting(
        32,
        "Samples in one update: a number, or all.",
        fr="Exemples par mise à jour : un nombre, ou all pour tous.",
        torch="batch_size",
    )
    seed: NonNegativeInt = setting(
        0,
        "Initial weights, order of samples, dropout.",
        fr="Graine des poids initiaux, de l'ordre des exemples et du dropout.",
    )
    device: str = setting(
        "auto",
        "Where it runs: auto, cpu, cuda, cuda:N or mps.",
        fr="Où se fait le calcul : auto, cpu, cuda, cuda:N ou mps.",
        pattern=r"^(auto|cpu|mps|cuda(:\d+)?)$",
        examples=["auto", "cpu", "cuda", "cuda:0", "mps"],
    )
    threads: PositiveInt | Literal["auto"] = setting(
        "auto",
        "CPU threads; fixed for the whole run.",
        fr="Nombre de fils d'exécution (CPU) ; fixé pour tout l'entraînement.",
    )
    compile: bool = setting(
        False,
        "Steps as one graph by torch.compile: half a minute first, then small nets are faster.",
        fr="Étapes en un graphe (torch.compile) : une demi-minute, puis les petits réseaux vont plus vite.",
    )
    precision: Literal["float32", "bfloat16"] = setting(
        "float32",
        "Numbers of matrix products: bfloat16 is coarser; faster only where the processor has it.",
        fr="Nombres des produits de matrices : bfloat16 est moins précis, plus rapide si le processeur l'a.",
    )
    channels_last: bool | Literal["auto"] = setting(
        "auto",
        "Convolutions with the channels last in memory: auto where that is faster.",
        fr="Convolutions avec les canaux en dernier en mémoire : auto, là où c'est plus rapide.",
        torch="memory_format",
    )
    evaluate_every: PositiveInt | Literal["epoch"] = setting(
        "epoch",
        "When train and validation are measured: each epoch, or every N updates.",
        fr="Quand mesurer entraînement et validation : à chaque époque (epoch) ou toutes les N mises à jour.",
    )
    select_by: Literal["loss", "accuracy", "r2"] = setting(
        "loss",
        "The validation metric that chooses the best weights and stops early.",
        fr="La métrique de validation qui désigne les meilleurs poids et décide de l'arrêt précoce.",
    )
    checkpoint_every_s: float = setting(
        30.0,
        "Seconds between checkpoints in a long epoch; each epoch's end has one too.",
        fr="Secondes entre deux points de reprise dans une longue époque ; chaque fin d'époque en a un.",
        gt=0,
    )
    probes: str = setting(
        "all",
        "Looks inside while it trains: all, none, or some with commas between.",
        fr="Regards à l'intérieur pendant l'apprentissage : all, none ou une liste à virgules.",
        pattern=rf"^(all|none|({_PROBES})(,({_PROBES}))*)$",
        examples=["all", "none", *PROBES],
    )
