"""From a recipe to everything that the loop works on, on one device."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import inf
from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.optim import Optimizer

from tui_trainer.core.architectures import layer_table, normalizes_batches, unit_activation
from tui_trainer.core.estimate import rows_at_once, rows_measured_at_once, steps_per_epoch
from tui_trainer.core.facts import DataFacts, facts
from tui_trainer.core.layers import Layer
from tui_trainer.core.recipe import Recipe
from tui_trainer.core.rules import check
from tui_trainer.training.architectures import build_network
from tui_trainer.training.data import LoadedData, load
from tui_trainer.training.download import Progress
from tui_trainer.training.evaluate import Evaluator, Measured
from tui_trainer.training.losses import Criterion, build_loss
from tui_trainer.training.numerics import memory_format, resolve_device
from tui_trainer.training.optimizers import build_optimizer
from tui_trainer.training.regularization import Penalty
from tui_trainer.training.selection import Selection

if TYPE_CHECKING:
    from tui_trainer.training.compiled import CompiledSteps


class RecipeRefused(ValueError):
    """Choices of the recipe do not fit together; one sentence says which, and what would."""


@dataclass(slots=True)
class Trainee:
    """A network, its data and all that it takes to train it."""

    recipe: Recipe
    """The choices in force: ``training.changes`` may replace it."""
    facts: DataFacts
    table: tuple[Layer, ...]
    device: torch.device
    data: LoadedData
    network: nn.Sequential
    criterion: Criterion
    optimizer: Optimizer
    penalty: Penalty
    evaluator: Evaluator
    selection: Selection
    rows_at_once: int
    """Samples that go through the network at once; a larger batch is accumulated."""
    batch_size: int
    """Samples in a step, but for what an epoch has left at its end."""
    steps_per_epoch: int
    horizon: int
    """Steps that the recipe asked for at first: what the learning rate's schedule is drawn over."""
    steps_per_evaluation: int
    draws_in_a_step: bool
    """Whether a step draws random numbers: for dropout or augmentation."""
    joins_last_sample: bool
    """Whether a last batch of one sample joins the batch before: batch norm cannot do with one."""
    compiled: "CompiledSteps | None" = None
    """Whole steps as a graph, where the recipe asks for it and that can be done."""
    free_until: float = inf
    """The last step before somebody wants a word: no graph goes past it."""
    changes: dict[str, float] = field(default_factory=dict)
    """What was changed while it trained, by the key of the recipe."""
    validated: Measured | None = None
    """The validation of this very step, until somebody took note of it."""
    holds_best: bool = False
    """Whether the network has the best weights for a while, to be tested, and not the last."""
    is_out_of_time: bool = False
    """Whether its budget is spent: it is measured once more, and the training ends."""

    @property
    def planned_steps(self) -> int:
        """Steps to the end, if nothing stops it early."""
        return self.steps_per_epoch * self.recipe.training.epochs

    def is_evaluation_due(self, step: int) -> bool:
        """Whether train and validation are to be measured after ``step`` and were not yet."""
        is_time = step % self.steps_per_evaluation == 0 or step == self.planned_steps or self.is_out_of_time
        return is_time and step != self.selection.considered_step

    @property
    def has_waited_enough(self) -> bool:
        """Whether early stopping ends the training here."""
        stopping = self.recipe.regularization.early_stopping
        return stopping is not None and self.selection.evaluations_since_best >= stopping.patience

    @property
    def ends_early(self) -> bool:
        """Whether it ends before its last step: by early stopping, or because its time is over."""
        return self.is_out_of_time or self.has_waited_enough


def assemble(recipe: Recipe, progress: Progress | None = None) -> Trainee:
    """Load the data of ``recipe`` and build its network; ``progress`` hears of a download.

    Raises RecipeRefused, DeviceNotAvailable or DataError.
    """
    training, about = recipe.training, facts(recipe.data)
    for finding in check(recipe, about):
        if finding.severity == "refused":
            raise RecipeRefused(f"{finding.reason.rstrip('.')}: {finding.suggestion}")
    table = layer_table(recipe, about)
    steps = steps_per_epoch(recipe, about)
    every = training.evaluate_every
    batch_size = about.num_train if training.batch_size == "all" else training.batch_size
    device = resolve_device(training.device, batch_size * sum(layer.mult_adds for layer in table))
    is_signed = unit_activation(recipe, about) != "relu"
    data = _moved(load(recipe.data, progress=progress, center_targets=is_signed), device)
    network = network_of(recipe, table, device)
    criterion = build_loss(recipe.loss, about.task, data.train_y)
    penalty = Penalty(network, recipe.regularization)
    return Trainee(
        recipe=recipe,
        facts=about,
        table=table,
        device=device,
        data=data,
        network=network,
        criterion=criterion,
        optimizer=build_optimizer(recipe.optimizer, network.parameters()),
        penalty=penalty,
        evaluator=Evaluator(
            model=network,
            criterion=criterion,
            penalty=penalty,
            task=about.task,
            num_classes=len(about.classes),
            target_mean=data.target_mean,
            target_std=data.target_std,
            rows_at_once=rows_measured_at_once(table) if device.type == "cpu" else rows_at_once(table),
        ),
        selection=Selection(network, training.select_by),
        rows_at_once=rows_at_once(table),
        batch_size=batch_size,
        steps_per_epoch=steps,
        horizon=steps * training.epochs,
        steps_per_evaluation=steps if every == "epoch" else every,
        draws_in_a_step=recipe.regularization.augmentation is not None
        or any(layer.kind == "dropout" for layer in table),
        joins_last_sample=normalizes_batches(recipe),
    )


def network_of(recipe: Recipe, table: Sequence[Layer], device: torch.device) -> nn.Sequential:
    """The network of ``recipe`` as training would begin with it, where and how it is computed."""
    training = recipe.training
    network = build_network(table, recipe.architecture.initialization, training.seed, training.precision)
    network.to(device).to(memory_format=memory_format(recipe, device))  # type: ignore[call-overload]  # in place
    return network


def _moved(data: LoadedData, device: torch.device) -> LoadedData:
    """The same data, resident where they are used."""
    return replace(
        data,
        train_x=data.train_x.to(device),
        train_y=data.train_y.to(device),
        validation_x=data.validation_x.to(device),
        validation_y=data.validation_y.to(device),
        test_x=data.test_x.to(device),
        test_y=data.test_y.to(device),
    )
