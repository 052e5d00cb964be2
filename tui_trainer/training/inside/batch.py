"""The next step, made by a copy of the training and taken apart."""

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from tui_trainer.core import recipe
from tui_trainer.core.inside.batch import BatchStep, LayerPass, Numbers, ParameterStep
from tui_trainer.core.inside.samples import Sample
from tui_trainer.training.assembly import Trainee
from tui_trainer.training.inside.looking import in_original_units, is_regression, little_endian, told_outputs
from tui_trainer.training.inside.units import Unit, activation_after, units
from tui_trainer.training.loop import batches_of, update
from tui_trainer.training.optimizers import build_optimizer
from tui_trainer.training.pure_steps import slots
from tui_trainer.training.recording import Recorder
from tui_trainer.training.regularization import Penalty

MAX_PARAMETERS = 200
"""A network with more is told of in norms."""
MAX_SAMPLES = 16
"""Of so many samples each number is told."""
MAX_LOSSES = 1024
"""Of so many the loss."""
MAX_VALUES = 4096
"""A sample with more numbers is not told of itself."""
_AT_ONCE = 64


def next_batch(trainee: Trainee, record: Recorder) -> Generator[float, None, BatchStep]:
    """What the step after ``record.step`` does: the very one that the run will make, if it goes on."""
    step = record.step + 1
    epochs_done, done_of_epoch = divmod(record.step, trainee.steps_per_epoch)
    batch = batches_of(trainee, epochs_done + 1)[done_of_epoch]
    copied = _copied(trainee)
    before = {name: value.detach().clone() for name, value in copied.network.named_parameters()}
    remembered = deepcopy(_memory(copied))
    with _drawing_apart(trainee.device), _watched(copied.network) as seen:
        making = update(copied, batch, step)
        while True:
            try:
                next(making)
            except StopIteration as end:
                loss: Tensor = end.value
                break
            yield 0.5
    yield 0.6
    chosen = batch[:MAX_LOSSES]
    outputs, targets = torch.cat(seen.outputs)[:MAX_LOSSES], trainee.data.train_y.index_select(0, chosen)
    losses: list[float] = []
    for start in range(0, len(chosen), _AT_ONCE):
        losses += [
            trainee.criterion(outputs[i : i + 1], targets[i : i + 1]).item()
            for i in range(start, min(start + _AT_ONCE, len(chosen)))
        ]
        yield 0.6 + 0.3 * start / len(chosen)
    actual = targets
    if is_regression(trainee):
        actual = targets[:, 0] * trainee.data.target_std + trainee.data.target_mean
    taken = _Taken(step, copied, seen, before, remembered, len(batch))
    count = min(MAX_SAMPLES, len(seen.inputs))
    clipping = trainee.recipe.regularization.gradient_clipping
    return BatchStep(
        attempt=record.attempt,
        elapsed_s=record.elapsed_s,
        step=step,
        batch_size=len(batch),
        shape=tuple(seen.inputs.shape[1:]),
        samples=_samples(trainee, seen.inputs[:count], outputs, actual, batch, losses),
        targets=_numbers(targets[:count].reshape(-1), tells_all=True),
        outputs=_numbers(_y_hat(trainee, outputs[:count]), tells_all=True),
        loss=loss.item(),
        indices=chosen.cpu().numpy().astype("<u4").tobytes(),
        actual=little_endian(actual).tobytes(),
        losses=little_endian(torch.tensor(losses)).tobytes(),
        layers=[taken.layer(unit, count) for unit in units(copied.network) if "." not in unit.name],
        parameters=[taken.parameter(name) for name in before],
        count=taken.count,
        lr=float(copied.optimizer.param_groups[0]["lr"]),
        gradient_norm=taken.gradient_norm(),
        clipped_to=clipping.max_norm if clipping else None,
    )


def _copied(trainee: Trainee) -> Trainee:
    """All that a step changes, apart from ``trainee``."""
    network = deepcopy(trainee.network).train()
    optimizer = build_optimizer(trainee.recipe.optimizer, network.parameters())
    optimizer.load_state_dict(deepcopy(trainee.optimizer.state_dict()))
    penalty = Penalty(network, trainee.recipe.regularization)
    return replace(trainee, network=network, optimizer=optimizer, penalty=penalty, compiled=None)


@contextmanager
def _drawing_apart(device: torch.device) -> Iterator[None]:
    """Random numbers drawn meanwhile leave no trace."""
    devices = [device.index or 0] if device.type == "cuda" else []
    with torch.random.fork_rng(devices):
        yield


@dataclass
class _Seen:
    """What went through a network in a step, and came back; of a step in parts, the first."""

    given: dict[int, tuple[Tensor, Tensor]] = field(default_factory=dict)
    """Place of a module -> what it got and gave."""
    outputs: list[Tensor] = field(default_factory=list)
    """The network's, of every part."""
    gradients: dict[str, Tensor] = field(default_factory=dict)
    """Of the loss with respect to each parameter."""

    @property
    def inputs(self) -> Tensor:
        return self.given[0][0]


@contextmanager
def _watched(network: nn.Sequential) -> Iterator[_Seen]:
    seen = _Seen()

    def went_through(place: int, _module: nn.Module, given: tuple[Tensor, ...], output: Tensor) -> None:
        if place not in seen.given:
            if output.requires_grad:
                output.retain_grad()
            seen.given[place] = given[0], output
        if place == len(network) - 1:
            seen.outputs.append(output.detach())

    def came_back(name: str, parameter: Tensor) -> None:
        assert parameter.grad is not None
        seen.gradients[name] = parameter.grad.clone()

    hooks = [
        module.register_forward_hook(partial(went_through, place)) for place, module in enumerate(network)
    ]
    hooks += [
        parameter.register_post_accumulate_grad_hook(partial(came_back, name))  # type: ignore[no-untyped-call]
        for name, parameter in network.named_parameters()
    ]
    try:
        yield seen
    finally:
        for hook in hooks:
            hook.remove()


def _memory(trainee: Trainee) -> Mapping[str, Mapping[str, Any]]:
    """What the optimizer remembers of each parameter, by PyTorch's names."""
    return {
        name: trainee.optimizer.state.get(parameter, {})
        for name, parameter in trainee.network.named_parameters()
    }


@dataclass(frozen=True)
class _Taken:
    """A step that ``copied`` has made."""

    step: int
    copied: Trainee
    seen: _Seen
    before: Mapping[str, Tensor]
    remembered: Mapping[str, Mapping[str, Any]]
    batch_size: int

    @property
    def tells_all(self) -> bool:
        """Whether every number is told, and not norms alone."""
        weighty = [module for module in self.copied.network if any(True for _ in module.parameters())]
        return (
            all(isinstance(module, nn.Linear) for module in weighty)
            and sum(value.numel() for value in self.before.values()) <= MAX_PARAMETERS
        )

    @property
    def count(self) -> int:
        """How many steps the optimizer has made."""
        steps = [memory["step"] for memory in _memory(self.copied).values() if "step" in memory]
        return int(steps[0]) if steps else self.step

    def layer(self, unit: Unit, count: int) -> LayerPass:
        """What went through a layer and came back, of the first ``count`` samples."""
        places = {name: place for place, (name, _) in enumerate(self.copied.network.named_children())}
        inputs = self.seen.given[places[unit.name]][0]
        z, h = self.seen.given[places[unit.z]][1], self.seen.given[places[unit.h]][1]
        # The mean over the batch divides each sample's own gradient by its size.
        dz, dh = (torch.zeros_like(of) if of.grad is None else of.grad * self.batch_size for of in (z, h))
        told = partial(_of_each, count=count, tells_all=self.tells_all)
        return LayerPass(
            name=unit.name,
            activation=activation_after(unit),
            inputs=told(inputs),
            z=told(z),
            h=told(h),
            dz=told(dz),
            dh=told(dh),
            dw=told(dz[:count, :, None] * inputs[:count, None, :]) if self.tells_all else None,
        )

    def parameter(self, name: str) -> ParameterStep:
        """What became of one tensor of parameters."""
        parameter = self.copied.network.get_parameter(name)
        assert parameter.grad is not None
        told = partial(_numbers, tells_all=self.tells_all)
        before, after = self.before[name], parameter.detach()
        penalty = self.penalty(name)
        return ParameterStep(
            name=name,
            before=told(before),
            gradient=told(self.seen.gradients[name]),
            penalty=None if penalty is None else told(penalty),
            used=told(parameter.grad),
            memory_before={key: told(value) for key, value in self._held(name, self.remembered).items()},
            memory={
                key: told(value)
                for key, value in {**self._held(name, _memory(self.copied)), **self._corrected(name)}.items()
            },
            update=told(after - before),
            after=told(after),
        )

    def penalty(self, name: str) -> Tensor | None:
        """What L1 and L2 add to a gradient."""
        penalty, before = self.copied.penalty, self.before[name]
        weight = self.copied.network.get_parameter(name)
        if not penalty.is_on or all(weight is not each for each in penalty.weights):
            return None
        return penalty.l1 * before.sign() + 2 * penalty.l2 * before

    def gradient_norm(self) -> float:
        """Of all gradients together, penalties included, before clipping."""
        whole = [
            gradient if (penalty := self.penalty(name)) is None else gradient + penalty
            for name, gradient in self.seen.gradients.items()
        ]
        return float(
            torch.linalg.vector_norm(torch.stack([torch.linalg.vector_norm(each) for each in whole]))
        )

    def _held(self, name: str, memory: Mapping[str, Mapping[str, Any]]) -> dict[str, Tensor]:
        """What the optimizer remembers, by the course's letters; nought where it did not begin yet."""
        config = self.copied.recipe.optimizer
        nothing = torch.zeros_like(self.before[name])
        held = [memory[name].get(slot) for slot in slots(config)]
        return {
            letter: nothing if value is None else value
            for letter, value in zip(letters(config), held, strict=True)
        }

    def _corrected(self, name: str) -> dict[str, Tensor]:
        config = self.copied.recipe.optimizer
        if not isinstance(config, recipe.Adam | recipe.AdamW):
            return {}
        held = self._held(name, _memory(self.copied))
        betas = {"m": config.beta1, "v": config.beta2}
        return {f"{letter}^": held[letter] / (1 - betas[letter] ** self.count) for letter in betas}


def letters(config: recipe.Optimizer) -> Sequence[str]:
    """How the course writes what an optimizer remembers, in the order of its ``slots``."""
    match config:
        case recipe.GradientDescent():
            return ()
        case recipe.Momentum() | recipe.RMSprop():
            return ("v",)
        case recipe.AdaGrad():
            return ("G",)
        case recipe.Adam() | recipe.AdamW():
            return ("m", "v")


def _y_hat(trainee: Trainee, outputs: Tensor) -> Tensor:
    """What the loss makes of outputs (S, K) before it compares them with targets."""
    if is_regression(trainee):
        return outputs
    return outputs.sigmoid() if outputs.shape[1] == 1 else outputs.softmax(dim=1)


def _samples(
    trainee: Trainee,
    inputs: Tensor,
    outputs: Tensor,
    actual: Tensor,
    batch: Tensor,
    losses: Sequence[float],
) -> list[Sample]:
    values = in_original_units(trainee, inputs)
    told = told_outputs(trainee, outputs[: len(inputs)])
    return [
        Sample(
            index=int(batch[i]),
            values=values[i].tobytes() if values[i].size <= MAX_VALUES else b"",
            output=told[i].tobytes(),
            actual=float(actual[i]),
            loss=losses[i],
        )
        for i in range(len(inputs))
    ]


def _numbers(values: Tensor, *, tells_all: bool) -> Numbers:
    array = little_endian(values)
    return Numbers(array.shape, _norm(values.detach()), array.tobytes() if tells_all else b"")


def _of_each(values: Tensor, *, count: int, tells_all: bool) -> Numbers:
    """Of values (N, …), the first axis samples."""
    array = little_endian(values[:count])
    length = float(values.detach().flatten(1).norm(dim=1).mean())
    return Numbers(array.shape, length, array.tobytes() if tells_all else b"")


def _norm(values: Tensor) -> float:
    """Euclidean, over all numbers."""
    return float(torch.linalg.vector_norm(values.float()))
