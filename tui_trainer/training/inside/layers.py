"""How the layers do: norms of gradients, weights and updates, units that no longer answer, histograms."""

from collections.abc import Sequence
from math import nan
from typing import NamedTuple

import torch
from torch import Tensor, nn

from tui_trainer.core.events import LayersMeasured
from tui_trainer.core.inside.layers import NUM_BINS, Histogram, LayerHistograms
from tui_trainer.training.assembly import Trainee
from tui_trainer.training.inside.looking import still
from tui_trainer.training.recording import Recorder

NUM_SAMPLES = 256
"""Of train, always the same."""
FLAT = 0.05
"""A sigmoid or tanh is saturated where its slope is below this part of the steepest."""


ACTIVATIONS = (nn.Identity, nn.Sigmoid, nn.Tanh, nn.ReLU, nn.LeakyReLU, nn.GELU, nn.Softplus)


class LayersProbe:
    """Looks at all layers with weights, by one gradient over a fixed sample of train."""

    name = "layers"

    def __init__(self) -> None:
        self._before: list[Tensor] = []

    def suits(self, trainee: Trainee) -> bool:
        """There are such layers in nearly any network."""
        return bool(units(trainee.network))

    def prepare(self, trainee: Trainee) -> None:
        """Remember the weights: the next update is to be measured."""
        self._before = [unit.module.weight.detach().clone() for unit in units(trainee.network)]

    def look(self, trainee: Trainee, record: Recorder) -> None:
        """Measure, and record it."""
        found = units(trainee.network)
        x, y = trainee.data.train_x[:NUM_SAMPLES], trainee.data.train_y[:NUM_SAMPLES]
        passed = pass_through(trainee, found, x, y)
        weights = [unit.module.weight.detach() for unit in found]
        norms = [norm(weight) for weight in weights]
        ratios = [nan] * len(found)
        if self._before:
            steps = zip(weights, self._before, norms, strict=True)
            ratios = [norm(now - then) / length if length else nan for now, then, length in steps]
            self._before = []
        offset = record.put(
            LayerHistograms(
                attempt=record.attempt,
                elapsed_s=record.elapsed_s,
                weights=[histogram(weight) for weight in weights],
                gradients=[histogram(gradient) for gradient in passed.gradients],
                inputs=[histogram(z) for z in passed.inputs],
                activations=[histogram(h) for h in passed.activations],
            )
        )
        modules = [None if unit.activation is None else trainee.network[unit.activation] for unit in found]
        record.say(
            LayersMeasured(
                attempt=record.attempt,
                elapsed_s=record.elapsed_s,
                step=record.step,
                layers=[unit.name for unit in found],
                gradient_norms=[norm(gradient) for gradient in passed.gradients],
                signal_norms=[norm(signal) for signal in passed.signals],
                weight_norms=norms,
                update_ratios=ratios,
                saturated=[saturated(*each) for each in zip(modules, passed.activations, strict=True)],
                dead=[dead(*each) for each in zip(modules, passed.activations, strict=True)],
                histograms=offset,
            )
        )


class Unit(NamedTuple):
    """A layer with weights, and where what goes into and comes out of its activation lies."""

    name: str
    module: nn.Linear | nn.Conv2d
    before: int
    """Place of the module of the network that gives z, what goes into the activation."""
    activation: int | None
    """Place of the activation, which gives h; None where there is none, and h is z."""


def units(network: nn.Sequential) -> list[Unit]:
    """Every layer with weights of its own, from input to output."""
    found: list[Unit] = []
    for place, (name, module) in enumerate(network.named_children()):
        if isinstance(module, nn.Linear | nn.Conv2d):
            found.append(Unit(name, module, place, None))
        elif found and found[-1].activation is None:
            if isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d) and found[-1].before == place - 1:
                found[-1] = found[-1]._replace(before=place)
            elif isinstance(module, ACTIVATIONS) and found[-1].before == place - 1:
                found[-1] = found[-1]._replace(activation=place)
    return found


def activation_of(trainee: Trainee, unit: Unit) -> str:
    """The activation after a layer by its name in recipes; empty where there is none."""
    if unit.activation is None:
        return ""
    name = list(trainee.network.named_children())[unit.activation][0]
    return next((layer.activation for layer in trainee.table if layer.name == name), "")


class Passed(NamedTuple):
    """What went through each unit, and what came back, for samples (N, …)."""

    gradients: Sequence[Tensor]
    """∂l/∂W of the mean loss."""
    signals: Sequence[Tensor]
    """∂l/∂z of the mean loss."""
    inputs: Sequence[Tensor]
    """z."""
    activations: Sequence[Tensor]
    """h."""


def pass_through(trainee: Trainee, found: Sequence[Unit], x: Tensor, y: Tensor) -> Passed:
    """Send samples through in eval mode, and the gradient of their loss back; no ``grad`` is touched."""
    given: list[Tensor] = []
    with still(trainee.network), torch.enable_grad():
        for module in trainee.network:
            x = module(x)
            given.append(x)
        loss = trainee.criterion(x, y)
        inputs = [given[unit.before] for unit in found]
        sought = [*(unit.module.weight for unit in found), *inputs]
        gradients = torch.autograd.grad(loss, sought)
    after = [given[unit.before if unit.activation is None else unit.activation] for unit in found]
    return Passed(
        gradients[: len(found)],
        gradients[len(found) :],
        [z.detach() for z in inputs],
        [h.detach() for h in after],
    )


def norm(values: Tensor) -> float:
    """Euclidean, over all numbers."""
    return float(torch.linalg.vector_norm(values.float()))


def saturated(activation: nn.Module | None, h: Tensor) -> float:
    """Share of outputs where a sigmoid's or tanh's slope is below `FLAT` of the steepest; NaN for others."""
    if isinstance(activation, nn.Sigmoid):
        slope = 4 * h * (1 - h)
    elif isinstance(activation, nn.Tanh):
        slope = 1 - h**2
    else:
        return nan
    return float((slope < FLAT).float().mean())


def dead(activation: nn.Module | None, h: Tensor) -> float:
    """Share of a ReLU's units (features or channels) that are 0 for all samples (N, …); NaN for others."""
    if not isinstance(activation, nn.ReLU):
        return nan
    by_unit = h.flatten(2).amax(dim=(0, 2)) if h.dim() > 2 else h.amax(dim=0)
    return float((by_unit <= 0).float().mean())


def histogram(values: Tensor) -> Histogram:
    """Of all finite numbers, from the least to the greatest."""
    finite = values.flatten().float()
    finite = finite[finite.isfinite()]
    if not len(finite):
        return Histogram(0.0, 0.0, bytes(4 * NUM_BINS))
    low, high = (float(edge) for edge in torch.aminmax(finite))
    counts = torch.histc(finite.cpu(), NUM_BINS, low, high) if high > low else torch.zeros(NUM_BINS)
    if high <= low:
        counts[NUM_BINS // 2] = len(finite)
    return Histogram(low, high, counts.numpy().astype("<u4").tobytes())
