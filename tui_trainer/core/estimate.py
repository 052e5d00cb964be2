"""How many updates a recipe comes to, and about how long they take."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf, prod
from types import MappingProxyType

from tui_trainer.core.architectures import layer_table, normalizes_batches
from tui_trainer.core.facts import DataFacts
from tui_trainer.core.layers import Kind, Layer
from tui_trainer.core.recipe import Recipe

TRAIN_SAMPLE = 2000
"""At most so many training samples are measured at an evaluation."""

NUMBERS_AT_ONCE = 8_000_000
"""Inputs and layer outputs in flight at once (32 MB, and as much again for gradients): any machine has room,
and a chunk is done soon enough that a request need not wait for it."""
NUMBERS_WITH_BATCH_NORM = 8 * NUMBERS_AT_ONCE
"""More where a batch in parts would be another computation: batch norm would see each part alone."""

MEASURED_AT_ONCE = 2_000_000
"""Numbers that the largest layer puts out at once on a CPU where nothing is kept for gradients: 8 MB, from
memory that the process has already. With several times that, which the system hands out anew each time, a
convolutional net takes twice as long (docs/benchmarks.md).
"""

WORTH_AN_ACCELERATOR = 10_000_000
"""Multiply-adds in one step below which a CPU core is done before an accelerator has been told what to do."""

SMALL_STEP = 100_000
"""Multiply-adds in a step below which most of its time goes into starting it: compiled, several are one."""

# Measured on one core of a small machine: good for "seconds, minutes or hours", no more.
_STEP_S = 200e-6
_LAYER_S = 25e-6
_EVALUATION_S = 3e-3
_MULT_ADDS_PER_S: Mapping[Kind, float] = MappingProxyType({"linear": 40e9, "conv": 12e9, "residual": 12e9})
_COMPILING_S = 30.0
_STEPS_A_GRAPH = 10
_COMPILED = 0.35
"""What is left of a small step's time."""
_BACKWARD = 3
"""A step computes forward, the gradient of the inputs and the gradient of the weights."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What training comes to if nothing stops it early."""

    steps_per_epoch: int
    total_steps: int
    seconds: float
    """Training and evaluations, on a CPU; starting and loading not counted."""


def steps_per_epoch(recipe: Recipe, facts: DataFacts) -> int:
    """Optimizer updates in one epoch; the last batch may be smaller than the others.

    Where batch norm needs two samples in it, a last one joins the batch before.
    """
    batch_size = recipe.training.batch_size
    if batch_size == "all":
        return 1
    steps, left_over = divmod(facts.num_train, batch_size)
    joins = left_over == 1 and steps > 0 and normalizes_batches(recipe)
    return steps + (left_over > 0 and not joins)


def rows_at_once(table: Sequence[Layer]) -> int:
    """Samples that go through the network at once; a larger batch is accumulated."""
    numbers = sum(prod(layer.output_shape) for layer in table)
    compares_samples = any(layer.compares_samples for layer in table)
    limit = NUMBERS_WITH_BATCH_NORM if compares_samples else NUMBERS_AT_ONCE
    return max(2, limit // (numbers + (prod(table[0].input_shape) if table else 1)))


def rows_measured_at_once(table: Sequence[Layer]) -> int:
    """Samples that go through the network at once in an evaluation on a CPU."""
    return max(1, MEASURED_AT_ONCE // max((prod(layer.output_shape) for layer in table), default=1))


def plan(recipe: Recipe, facts: DataFacts) -> Plan:
    """Updates and time of ``recipe``. Raises ValueError where ``layer_table`` does."""
    table = layer_table(recipe, facts)
    forward_s = sum(layer.mult_adds / _MULT_ADDS_PER_S.get(layer.kind, inf) for layer in table)
    steps = steps_per_epoch(recipe, facts)
    total_steps = steps * recipe.training.epochs
    every = recipe.training.evaluate_every
    num_evaluations = 1 + (recipe.training.epochs if every == "epoch" else total_steps // every)

    trained = recipe.training.epochs * facts.num_train
    training_s = total_steps * (_STEP_S + len(table) * _LAYER_S) + _BACKWARD * trained * forward_s
    measured = num_evaluations * (min(TRAIN_SAMPLE, facts.num_train) + facts.num_validation) + facts.num_test
    evaluating_s = num_evaluations * _EVALUATION_S + measured * forward_s
    return Plan(steps, total_steps, training_s + evaluating_s)


def saved_by_compiling(recipe: Recipe, facts: DataFacts) -> float:
    """Seconds by which ``recipe`` would be over sooner on a CPU if it were compiled; 0 where that pays not.

    Only small steps gain. What a graph cannot hold (see ``training.compiled``) is not compiled. Raises
    ValueError where ``layer_table`` does.
    """
    table, training = layer_table(recipe, facts), recipe.training
    rows = facts.num_train if training.batch_size == "all" else training.batch_size
    is_small = rows * sum(layer.mult_adds for layer in table) < SMALL_STEP
    draws = recipe.regularization.augmentation is not None or any(layer.kind == "dropout" for layer in table)
    is_measured_often = training.evaluate_every != "epoch" and training.evaluate_every < _STEPS_A_GRAPH
    if not is_small or draws or is_measured_often or normalizes_batches(recipe):
        return 0.0
    step_s = _STEP_S + len(table) * _LAYER_S
    steps = steps_per_epoch(recipe, facts) * training.epochs
    return max(0.0, steps * step_s * (1 - _COMPILED) - _COMPILING_S)
