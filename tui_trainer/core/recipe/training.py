"""How a recipe is trained: epochs, batches, seeds and where."""

from typing import Literal, TypeAlias

from pydantic import NonNegativeInt, PositiveInt

from tui_trainer.core.recipe.part import Part, setting

BatchSize: TypeAlias = PositiveInt | Literal["all"]


class Training(Part):
    """Epochs, batches, seeds and where it runs."""

    epochs: int = setting(20, "How often the training set is gone through.", ge=1, le=100_000)
    batch_size: BatchSize = setting(32, "Samples in one update: a number, or all.", torch="batch_size")
    seed: NonNegativeInt = setting(0, "Initial weights, order of samples, dropout.")
    device: str = setting(
        "auto",
        "Where it runs: auto, cpu, cuda, cuda:N or mps.",
        pattern=r"^(auto|cpu|mps|cuda(:\d+)?)$",
        examples=["auto", "cpu", "cuda", "cuda:0", "mps"],
    )
    threads: PositiveInt | Literal["auto"] = setting("auto", "CPU threads; fixed for the whole run.")
    evaluate_every: PositiveInt | Literal["epoch"] = setting(
        "epoch", "When train and validation are measured: each epoch, or every N updates."
    )
    select_by: Literal["loss", "accuracy", "r2"] = setting(
        "loss", "The validation metric that chooses the best weights and stops early."
    )
