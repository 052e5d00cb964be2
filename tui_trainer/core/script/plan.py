"""What the steps of a script are written from: the recipe, and what follows from it."""

from collections.abc import Sequence
from dataclasses import dataclass

from tui_trainer.core.architectures import num_outputs
from tui_trainer.core.estimate import TRAIN_SAMPLE, WORTH_AN_ACCELERATOR, steps_per_epoch
from tui_trainer.core.facts import DataFacts
from tui_trainer.core.layers import Layer
from tui_trainer.core.recipe import Recipe


@dataclass(frozen=True)
class Plan:
    """A recipe with its data's facts and its layers."""

    recipe: Recipe
    facts: DataFacts
    table: Sequence[Layer]
    root: str
    """The folder of torchvision's sets, as text from outside."""

    @property
    def is_regression(self) -> bool:
        """Whether a number is predicted."""
        return self.facts.task == "regression"

    @property
    def num_outputs(self) -> int:
        """Numbers that the network gives for a sample."""
        return num_outputs(self.recipe, self.facts)

    @property
    def has_float_targets(self) -> bool:
        """Whether targets are a column of numbers ``(N, 1)``, as outputs are; else labels ``(N,)``."""
        return self.is_regression or self.num_outputs == 1

    @property
    def metric(self) -> str:
        """The score beside the loss."""
        return "r2" if self.is_regression else "accuracy"

    @property
    def batch_size(self) -> int:
        """Samples in an update."""
        size = self.recipe.training.batch_size
        return self.facts.num_train if size == "all" else min(size, self.facts.num_train)

    @property
    def steps_per_epoch(self) -> int:
        """Updates in an epoch."""
        return steps_per_epoch(self.recipe, self.facts)

    @property
    def leaves_last_sample(self) -> bool:
        """Whether an epoch has a last batch of one sample, of which batch norm can make nothing."""
        return -(-self.facts.num_train // self.batch_size) > self.steps_per_epoch

    @property
    def device(self) -> str:
        """The device as an expression of Python; empty for the CPU, which needs no word."""
        wanted = self.recipe.training.device
        if wanted == "auto":
            mult_adds = self.batch_size * sum(layer.mult_adds for layer in self.table)
            is_worth_it = mult_adds >= WORTH_AN_ACCELERATOR
            return '"cuda" if torch.cuda.is_available() else "cpu"' if is_worth_it else ""
        return "" if wanted == "cpu" else f'"{wanted}"'

    @property
    def train_sample(self) -> str:
        """What of the training samples is measured: all, or so many that it takes no longer than it must."""
        return f"[:{TRAIN_SAMPLE}]" if self.facts.num_train > TRAIN_SAMPLE else ""
