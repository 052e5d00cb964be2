"""Pre-flight: what can be known of a recipe before it is trained, measured on copies that are thrown away.

Each check (see ``core.preflight``) has a network of its own, made as training would make it. What they find
goes to the log of a folder that looks like a run's; nothing else is written anywhere.
"""

import os
import time
import traceback
from collections.abc import Generator, Iterator
from dataclasses import replace
from itertools import count, islice
from math import isfinite
from time import perf_counter

import numpy as np
import torch
from torch import Tensor, nn

from tui_trainer.core import liveness
from tui_trainer.core.architectures import num_outputs
from tui_trainer.core.events import Baseline, Evaluated, Event, Phase, PhaseChanged, RunStarted, Steps
from tui_trainer.core.layers import num_parameters
from tui_trainer.core.preflight.copies import (
    ENOUGH_S,
    ENOUGH_STEPS,
    at_constant_rate,
    near_zero,
    overfit_rows,
    unregularized,
)
from tui_trainer.core.preflight.measured import BLIND, DEAD, GRADIENT, INITIAL, OVERFIT, RANGE, RATE
from tui_trainer.core.preflight.rate_range import has_exploded, num_steps, rate_at
from tui_trainer.core.recipe import Recipe
from tui_trainer.core.rundir import RunDir
from tui_trainer.core.runlog import LogWriter
from tui_trainer.training.assembly import Trainee, assemble, network_of
from tui_trainer.training.baselines import baselines
from tui_trainer.training.loop import update
from tui_trainer.training.losses import build_loss
from tui_trainer.training.optimizers import build_optimizer
from tui_trainer.training.random_numbers import epoch_order
from tui_trainer.training.reasons import EXPECTED, why_failed
from tui_trainer.training.regularization import Penalty
from tui_trainer.training.threads import choose as threads_for

FLUSH_S = 0.1
"""How often values go to the log, and how often it is looked whether anybody still waits for them."""
INITIAL_SAMPLE = 512
"""Samples of train, which lies in a random, stratified order: before it has learned a net tells few apart."""
LEAST_STEPS = 20
"""One batch gets so many steps however slow they are."""
LAST = 5
"""So many steps in a row have to be near zero."""
MOST_SWEPT = 1024
"""Samples in a batch of the range test: a larger one costs more and tells nothing else."""


class Abandoned(Exception):
    """Whoever asked for the pre-flight has ended."""


def fly(folder: RunDir, parent: int) -> bool:
    """Check the recipe in ``folder`` while the process ``parent`` lives; whether that could be done."""
    with LogWriter(folder.events) as log:
        try:
            return _is_checked(folder, _Teller(log, parent))
        except Abandoned:
            return False


def _is_checked(folder: RunDir, teller: "_Teller") -> bool:
    teller.enter("loading")
    try:
        _check(folder.recipe(), teller)
    except Abandoned:
        raise
    except Exception as error:
        if not isinstance(error, EXPECTED):
            traceback.print_exc()
        teller.enter("failed", why_failed(error, None))
        return False
    teller.enter("finished")
    return True


def _check(recipe: Recipe, teller: "_Teller") -> None:
    torch.set_num_threads(threads_for(recipe))
    trainee = assemble(recipe)
    inputs, targets = trainee.data.train_x[:INITIAL_SAMPLE], trainee.data.train_y[:INITIAL_SAMPLE]
    teller.say(_introduction(trainee, _expected(trainee, inputs, targets), teller))
    teller.enter("training")
    loss = _initial_loss(_copy(trainee, unregularized(recipe)), inputs, targets)
    teller.measured(0, len(inputs), {INITIAL: loss})
    sample_s = _overfit(trainee, teller)
    _sweep(trainee, teller, sample_s)


def _expected(trainee: Trainee, inputs: Tensor, targets: Tensor) -> Baseline:
    """The loss of answering the same whatever the input, over samples of train."""
    recipe, about = trainee.recipe, trainee.facts
    data = replace(trainee.data, validation_x=inputs, validation_y=targets)
    return baselines(data, about.task, recipe.loss, num_outputs(recipe, about), trainee.criterion)["loss"]


def _introduction(trainee: Trainee, expected: Baseline, teller: "_Teller") -> RunStarted:
    return RunStarted(
        name=trainee.recipe.name,
        task=trainee.facts.task,
        host=liveness.host(),
        boot_id=liveness.boot_id(),
        pid=os.getpid(),
        started_at=time.time(),
        classes=trainee.data.classes,
        input_shape=trainee.facts.input_shape,
        num_train=len(trainee.data.train_x),
        parameters=num_parameters(trainee.table),
        steps_per_epoch=trainee.steps_per_epoch,
        planned_steps=trainee.planned_steps,
        baselines={"loss": expected},
        attempt=1,
        elapsed_s=teller.elapsed_s,
    )


def _copy(trainee: Trainee, recipe: Recipe) -> Trainee:
    """A trainee on the same data, with the weights that training would begin with and a new optimizer."""
    network = network_of(recipe, trainee.table, trainee.device)
    if recipe.regularization.dropout is None:
        for module in network.modules():
            if isinstance(module, nn.Dropout):
                module.p = 0.0
    return replace(
        trainee,
        recipe=recipe,
        network=network,
        criterion=build_loss(recipe.loss, trainee.facts.task, trainee.data.train_y),
        optimizer=build_optimizer(recipe.optimizer, network.parameters()),
        penalty=Penalty(network, recipe.regularization),
    )


@torch.no_grad()
def _initial_loss(trainee: Trainee, inputs: Tensor, targets: Tensor) -> float:
    """In train mode, as the first step sees it: batch norm has no running statistics yet."""
    num_parts = -(-len(inputs) // trainee.rows_at_once)
    outputs = [trainee.network(part) for part in torch.tensor_split(inputs, num_parts)]
    return float(trainee.criterion(torch.cat(outputs), targets).item())


# One batch


def _overfit(trainee: Trainee, teller: "_Teller") -> float:
    """Train on one batch until its loss is near zero, or that is enough; seconds a sample took in a step."""
    copy = _copy(trainee, unregularized(trainee.recipe))
    order = epoch_order(len(copy.data.train_x), copy.recipe.training.seed, 1)
    batch = order[: overfit_rows(trainee.recipe, trainee.facts)].to(copy.device)
    rows, labels = copy.data.train_x[batch], copy.data.train_y[batch]
    blind, dead = _expected(copy, rows, labels).value, _dead_share(copy, rows)
    began, recent = perf_counter(), 0
    for step in range(1, ENOUGH_STEPS + 1):
        loss = _made(update(copy, batch, step)).item()
        if step == 1:
            norm = _gradient_norm(copy)
            found = {OVERFIT: loss, BLIND: blind, GRADIENT: norm, DEAD: dead}
            teller.measured(0, len(batch), found)
        teller.step(step, {OVERFIT: loss})
        recent = recent + 1 if loss <= near_zero(blind) else 0
        is_late = step >= LEAST_STEPS and perf_counter() - began > ENOUGH_S
        if recent == LAST or is_late or not isfinite(loss):
            break
    ended = {OVERFIT: loss, GRADIENT: _gradient_norm(copy), DEAD: _dead_share(copy, rows)}
    teller.measured(step, len(batch), ended)
    return (perf_counter() - began) / step / len(batch)


def _gradient_norm(trainee: Trainee) -> float:
    """Length of the gradient that the last step has left."""
    gradients = [weight.grad for weight in trainee.network.parameters() if weight.grad is not None]
    return float(nn.utils.get_total_norm(gradients).item())


@torch.no_grad()
def _dead_share(trainee: Trainee, inputs: Tensor) -> float:
    """Share of units that are 0 for all of ``inputs`` (N, …), in the ReLU layer that has most of them."""
    shares: list[float] = []

    def look(_module: nn.Module, _inputs: object, outputs: Tensor) -> None:
        shares.append((outputs == 0).all(dim=0).float().mean().item())

    relus = [module for module in trainee.network.modules() if isinstance(module, nn.ReLU)]
    hooks = [module.register_forward_hook(look) for module in relus]
    buffers = [buffer.clone() for buffer in trainee.network.buffers()]
    try:
        trainee.network(inputs)
    finally:
        for hook in hooks:
            hook.remove()
        for buffer, value in zip(trainee.network.buffers(), buffers, strict=True):
            buffer.copy_(value)
    return max(shares, default=0.0)


# The learning rate


def _sweep(trainee: Trainee, teller: "_Teller", sample_s: float) -> None:
    """The range test: each step on the next batch, at a rate higher by the same factor, until it explodes."""
    copy = _copy(trainee, at_constant_rate(trainee.recipe))
    size = min(copy.batch_size, MOST_SWEPT)
    steps = num_steps(size, sample_s * size)
    rates, losses = np.empty((2, steps))
    for at, batch in enumerate(islice(_batches(copy, size), steps)):
        rates[at] = rate_at(at + 1, steps)
        copy.recipe = at_constant_rate(copy.recipe, float(rates[at]))
        losses[at] = _made(update(copy, batch, at + 1)).item()
        teller.step(at + 1, {RATE: rates[at], RANGE: losses[at]})
        if has_exploded(rates[: at + 1], losses[: at + 1]):
            break


def _batches(trainee: Trainee, size: int) -> Iterator[Tensor]:
    """Whole batches, epoch after epoch, in the orders of training."""
    num_samples = len(trainee.data.train_x)
    for epoch in count(1):
        order = epoch_order(num_samples, trainee.recipe.training.seed, epoch).to(trainee.device)
        whole = order[: max(num_samples // size, 1) * size]
        yield from torch.split(whole, size)


def _made(parts: Generator[object, None, Tensor]) -> Tensor:
    """What a step comes to, whatever parts it is made in."""
    while True:
        try:
            next(parts)
        except StopIteration as end:
            loss: Tensor = end.value
            return loss


class _Teller:
    """Writes the log. Raises Abandoned where nobody is left to read it."""

    def __init__(self, log: LogWriter, parent: int) -> None:
        self._log = log
        self._began = self._flushed_at = perf_counter()
        self._parent = parent
        self._first_step = 1
        self._waiting: dict[str, list[float]] = {}

    @property
    def elapsed_s(self) -> float:
        """Seconds since it began."""
        return perf_counter() - self._began

    def say(self, event: Event) -> None:
        """Write what waits, then ``event``."""
        self._flush()
        self._log.append(event)

    def enter(self, phase: Phase, reason: str = "") -> None:
        """From here on the checks are in ``phase``."""
        self.say(PhaseChanged(attempt=1, elapsed_s=self.elapsed_s, phase=phase, reason=reason))

    def measured(self, step: int, num_samples: int, metrics: dict[str, float]) -> None:
        """A check found something over so many samples of train."""
        self.say(
            Evaluated(
                attempt=1,
                elapsed_s=self.elapsed_s,
                step=step,
                split="train",
                num_samples=num_samples,
                metrics=metrics,
            )
        )

    def step(self, step: int, metrics: dict[str, float]) -> None:
        """A check made a step."""
        if not self._waiting:
            self._first_step = step
        for name, value in metrics.items():
            self._waiting.setdefault(name, []).append(value)
        if perf_counter() - self._flushed_at > FLUSH_S:
            self._flush()

    def _flush(self) -> None:
        self._flushed_at = perf_counter()
        if os.getppid() != self._parent:
            raise Abandoned
        if self._waiting:
            values = {name: np.array(many, "<f4").tobytes() for name, many in self._waiting.items()}
            self._waiting.clear()
            self._log.append(
                Steps(attempt=1, elapsed_s=self.elapsed_s, first_step=self._first_step, metrics=values)
            )
