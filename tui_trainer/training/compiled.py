"""Whole steps in one graph, by torch.compile: forward, backward, penalties, clipping and the optimizer.

Learning rate, momentum, penalties and the clipping norm are tensors, so that a change of them compiles
nothing anew. Where several steps share a graph, any of them can be left out: each is computed by its own part
of the graph, whatever pause or evaluation lies between it and its neighbours, and so to the same bits. Steps
of another size than the batch's, and the first one, in which the optimizer makes its memory, are left to the
eager loop.
"""

import os
import shutil
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import replace
from math import ceil
from statistics import median
from time import perf_counter
from typing import Any, TypeAlias

import torch
from torch import Tensor

from tui_trainer.core import rundir
from tui_trainer.core.estimate import SMALL_STEP
from tui_trainer.core.schedules import factor
from tui_trainer.training.aside import Aside
from tui_trainer.training.assembly import Trainee
from tui_trainer.training.loop import update
from tui_trainer.training.optimizers import build_optimizer
from tui_trainer.training.pure_steps import Memory, Numbers, build_update, clipped, corrections, slots
from tui_trainer.training.regularization import Penalty

STEPS_AT_ONCE = 10
"""Of small steps, whose time goes into starting them."""
FEW_AT_ONCE = 4
"""Of others, where it still takes as long to look a graph up as to pass through a layer."""
LARGE = 50_000_000
"""Multiply-adds in a step from which it makes up for nothing to compile more of them."""

_Steps: TypeAlias = Callable[[list[Tensor], list[Memory], Tensor, Tensor, Tensor], Tensor]


class NotCompiled(Exception):
    """The steps stay eager; one sentence says why."""


class CompiledSteps:
    """The steps of one trainee as a graph, which changes its weights and its optimizer's memory in place."""

    def __init__(self, trainee: Trainee) -> None:
        """Compile, which takes from seconds to a minute. Raises NotCompiled."""
        _check(trainee)
        self.at_once = _steps_at_once(trainee)
        self._trainee = trainee
        self._learned = tuple(trainee.network.parameters())
        self._parameters = [parameter.detach() for parameter in self._learned]
        self._has_l1, self._has_l2 = _penalties(trainee)
        self._slots = slots(trainee.recipe.optimizer)
        self._steps_before: int | None = None
        """Steps of the run before the first of its optimizer."""
        began = perf_counter()
        try:
            self._compiled = _compile(_steps(trainee, self.at_once))
            self.step_s = self._tried()
            self.eager_step_s = _eager_step_s(trainee)
        except Exception as error:  # whatever torch.compile meets, the eager loop does not need it
            reason = str(error).strip().splitlines() or [""]
            raise NotCompiled(f"torch.compile failed: {type(error).__name__}: {reason[0]}") from error
        self.compile_s = perf_counter() - began

    def _tried(self) -> float:
        """Compile by making steps with copies; the seconds that a step then takes."""
        batches = [torch.arange(self._trainee.batch_size, device=self._trainee.device)] * self.at_once
        copies = [parameter.clone() for parameter in self._parameters]
        memory = [tuple(torch.zeros_like(copy) for _ in self._slots) for copy in copies]
        self._run(copies, memory, batches, 1, 1)
        times = []
        for _ in range(7):
            began = perf_counter()
            self._run(copies, memory, batches, 1, 1)
            times.append(perf_counter() - began)
        return median(times) / self.at_once

    def fits(self, batch: Tensor) -> bool:
        """Whether the next step, over the samples ``batch``, can be one of the graph's."""
        return (
            len(batch) == self._trainee.batch_size
            and self.has_penalties
            and (not self._slots or all(self._slots[0] in held for held in self._held))
        )

    @property
    def has_penalties(self) -> bool:
        """Whether the graph has the penalties in force; one that was turned on since is left to the loop."""
        penalty = self._trainee.penalty
        return (self._has_l1 or penalty.l1 == 0) and (self._has_l2 or penalty.l2 == 0)

    def place_of(self, step: int) -> int:
        """Which step of the graph the update ``step`` is, from nought: it goes by the place in the epoch."""
        return (step - 1) % self._trainee.steps_per_epoch % self.at_once

    @property
    def _held(self) -> list[dict[str, Tensor]]:
        state = self._trainee.optimizer.state
        return [state[parameter] for parameter in self._learned]

    def make(self, batches: Sequence[Tensor], first_step: int) -> Tensor:
        """The updates from ``first_step`` on, which end with the graph's last or before.

        Returns their mean losses ``(len(batches),)``, without penalties.
        """
        held = self._held
        if self._steps_before is None:  # a fork's optimizer may have begun later than its run
            count = int(held[0]["step"]) if "step" in held[0] else first_step - 1
            self._steps_before = first_step - 1 - count
        memory = [tuple(each[slot] for slot in self._slots) for each in held]
        count = first_step - self._steps_before
        losses = self._run(self._parameters, memory, batches, first_step, count)
        for each in held:
            if "step" in each:
                each["step"] += len(batches)
        return losses

    def _run(
        self,
        parameters: list[Tensor],
        memory: list[Memory],
        batches: Sequence[Tensor],
        first_step: int,
        count: int,
    ) -> Tensor:
        """``count`` is which update of the optimizer ``first_step`` is, from one."""
        trainee, first = self._trainee, self.place_of(first_step)
        chosen, data = trainee.recipe, trainee.data
        last = first + len(batches)
        clipping = chosen.regularization.gradient_clipping
        in_all = (
            getattr(chosen.optimizer, "momentum", 0.0),
            trainee.penalty.l1,
            trainee.penalty.l2,
            clipping.max_norm if clipping else 0.0,
        )
        numbers = []
        for place in range(self.at_once):
            number = place - first
            lr = chosen.optimizer.lr * factor(
                chosen.optimizer.schedule, max(0, first_step - 1 + number), trainee.horizon
            )
            is_made = first <= place < last
            corrected = corrections(chosen.optimizer, max(1, count + number))
            numbers.append((float(is_made), lr, *corrected, *in_all))
        rows = torch.cat([*[batches[0]] * first, *batches, *[batches[0]] * (self.at_once - last)])
        # Outside of the graph, whose own kernel for it takes several times as long.
        x, y = data.train_x.index_select(0, rows), data.train_y.index_select(0, rows)
        with torch.no_grad():
            losses = self._compiled(
                parameters,
                memory,
                x.view(self.at_once, -1, *x.shape[1:]),
                y.view(self.at_once, -1, *y.shape[1:]),
                parameters[0].new_tensor(numbers),
            )
        return losses[first:last]


def _steps_at_once(trainee: Trainee) -> int:
    """Several where a step is small: so many that they come out about even in an epoch."""
    mult_adds = trainee.batch_size * sum(layer.mult_adds for layer in trainee.table)
    whole_batches = len(trainee.data.train_x) // trainee.batch_size
    if mult_adds >= LARGE or not whole_batches:
        return 1
    most = STEPS_AT_ONCE if mult_adds < SMALL_STEP else FEW_AT_ONCE
    return ceil(whole_batches / ceil(whole_batches / most))


_at_work: Aside[CompiledSteps] | None = None


def compiling(trainee: Trainee) -> Aside[CompiledSteps]:
    """Compile beside the caller, who is to let nothing draw random numbers until it is done."""
    global _at_work
    threads = torch.get_num_threads()  # a graph is for one number of them, and a thread begins with its own

    def work() -> CompiledSteps:
        torch.set_num_threads(threads)
        return CompiledSteps(trainee)

    _at_work = Aside(work)
    return _at_work


def wait_until_compiled() -> None:
    """Return once nothing compiles any more: what was begun for a run that was stopped takes its time."""
    while _at_work is not None and not _at_work.is_done(0.1):
        pass


def told(compiled: CompiledSteps) -> str:
    """Whether it pays, as measured now: ``compiled in 21 s: a step takes 50 µs in place of 190 µs, …``."""
    eager_s, step_s = compiled.eager_step_s, compiled.step_s
    text = f"compiled in {compiled.compile_s:.0f} s: a step takes {1e6 * step_s:,.0f} µs"
    text += f" in place of {1e6 * eager_s:,.0f} µs"
    if step_s >= eager_s:
        return f"{text}, which never pays back"
    return f"{text}, which pays back after {compiled.compile_s / (eager_s - step_s):,.0f} steps"


def _check(trainee: Trainee) -> None:
    """Raises NotCompiled where a graph would compute something else, or nothing."""
    if trainee.device.type not in ("cpu", "cuda"):
        raise NotCompiled(f"no graphs on {trainee.device.type}")
    if trainee.draws_in_a_step:
        raise NotCompiled("dropout and augmentation draw random numbers in each step")
    if any(True for _ in trainee.network.buffers()):
        raise NotCompiled("batch norm remembers what it saw")
    if trainee.batch_size > trainee.rows_at_once:
        raise NotCompiled("a batch goes through in parts")
    if trainee.recipe.optimizer.kind in ("momentum", "nesterov") and not trainee.recipe.optimizer.momentum:
        raise NotCompiled("without momentum choose sgd")
    compilers = (os.environ.get("CXX"), "g++", "clang++")
    if trainee.device.type == "cpu" and not any(shutil.which(name) for name in compilers if name):
        raise NotCompiled("there is no C++ compiler here: g++ or clang++")


def _eager_step_s(trainee: Trainee) -> float:
    """What a step takes without a graph, by making some with a copy of the network."""
    network = deepcopy(trainee.network)
    chosen = trainee.recipe
    twin = replace(
        trainee,
        network=network,
        optimizer=build_optimizer(chosen.optimizer, network.parameters()),
        penalty=Penalty(network, chosen.regularization),
    )
    rows = torch.arange(trainee.batch_size, device=trainee.device)
    times = []
    for step in range(1, 8):
        began = perf_counter()
        for _ in update(twin, rows, step):
            pass
        times.append(perf_counter() - began)
    return median(times)


def _compile(steps: _Steps) -> _Steps:
    os.environ.setdefault("TORCHINDUCTOR_CACHE_DIR", str(rundir.home() / "cache" / "inductor"))
    from torch._inductor import config

    config.compile_threads = 1  # a worker that dies leaves no processes behind
    # C++ leads from kernel to kernel: Python takes longer for that than a small kernel for its work.
    options: dict[str, Any] = {"cpp_wrapper": True}
    if (only_tensors := getattr(torch.compiler, "keep_tensor_guards_unsafe", None)) is not None:
        # Nothing else changes that a graph was made for, and to ask whether it did takes a sixth of a small
        # step. Graphs are found by the code of a function, so each gets a copy of its own.
        steps.__code__ = steps.__code__.replace()
        options["guard_filter_fn"] = only_tensors
    return torch.compile(steps, fullgraph=True, dynamic=False, options=options)


def _penalties(trainee: Trainee) -> tuple[bool, bool]:
    """Whether the graph is to have L1 and L2: each costs time, at any strength."""
    regularization = trainee.recipe.regularization
    return regularization.l1 is not None, regularization.l2 is not None


def _steps(trainee: Trainee, count: int) -> _Steps:
    """``count`` updates as a function of tensors, which changes parameters and memory in place."""
    network, criterion = trainee.network, trainee.criterion
    names = [name for name, _ in network.named_parameters()]
    penalized = {id(weight) for weight in trainee.penalty.weights}
    weights = [name for name, parameter in network.named_parameters() if id(parameter) in penalized]
    update = build_update(trainee.recipe.optimizer)
    has_l1, has_l2 = _penalties(trainee)
    clips = trainee.recipe.regularization.gradient_clipping is not None

    def loss_of(parameters: dict[str, Tensor], x: Tensor, y: Tensor) -> Tensor:
        return criterion(torch.func.functional_call(network, parameters, (x,)), y)

    differentiated = torch.func.grad_and_value(loss_of)

    def steps(
        parameters: list[Tensor],
        memory: list[Memory],
        x: Tensor,
        y: Tensor,
        numbers: Tensor,
    ) -> Tensor:
        now, remembered = dict(zip(names, parameters, strict=True)), list(memory)
        losses = []
        for number in range(count):
            is_made, lr, *corrected, momentum, l1, l2, max_norm = numbers[number].unbind()
            gradients, loss = differentiated(now, x[number], y[number])
            losses.append(loss)
            for name in weights:
                if has_l1:
                    gradients[name] = gradients[name] + l1 * now[name].sign()
                if has_l2:
                    gradients[name] = gradients[name] + 2 * l2 * now[name]
            if clips:
                gradients = clipped(gradients, max_norm)
            of_optimizer = Numbers(lr, momentum, *corrected)
            for place, name in enumerate(names):
                before = now[name], *remembered[place]
                parameter, memory_of_it = update(now[name], gradients[name], remembered[place], of_optimizer)
                after = (parameter, *memory_of_it)
                if count > 1:
                    after = tuple(map(torch.where, [is_made > 0] * len(after), after, before))
                now[name], *rest = after
                remembered[place] = tuple(rest)
        for old, name in zip(parameters, names, strict=True):
            old.copy_(now[name])
        for old_slots, new_slots in zip(memory, remembered, strict=True):
            for old_slot, new_slot in zip(old_slots, new_slots, strict=True):
                old_slot.copy_(new_slot)
        return torch.stack(losses)

    return steps
