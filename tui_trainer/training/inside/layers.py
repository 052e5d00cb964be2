"""How the layers do: norms of gradients, weights and updates, units that no longer answer, histograms."""

from collections.abc import Sequence
from math import gcd, isfinite, nan

import torch
from torch import Tensor
from torch.linalg import vector_norm

from tui_trainer.core.events import LayersMeasured
from tui_trainer.core.inside.layers import NUM_BINS, Histogram, LayerHistograms
from tui_trainer.core.recipe import Activation
from tui_trainer.training.assembly import Trainee
from tui_trainer.training.inside.units import Unit, pass_through, units
from tui_trainer.training.recording import Recorder

NUM_SAMPLES, FEWEST_SAMPLES = 256, 16
"""Of train, always the same: so many, and fewer of what would cost more than ``MOST_MULT_ADDS``."""
MOST_MULT_ADDS = 4_000_000_000
FLAT = 0.05
"""A sigmoid or tanh is saturated where its slope is below this part of the steepest."""
MOST_COUNTED = 2**14
"""A histogram counts at most so many numbers, spread evenly over all."""


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
        found, num_samples = units(trainee.network), num_samples_for(trainee)
        x, y = trainee.data.train_x[:num_samples], trainee.data.train_y[:num_samples]
        passed = pass_through(trainee, found, x, y)
        weights = [unit.module.weight.detach() for unit in found]
        updates = [now - then for now, then in zip(weights, self._before, strict=False)]
        self._before = []
        weight_norms, update_norms = _norms(weights), _norms(updates) or [nan] * len(found)
        ratios = zip(update_norms, weight_norms, strict=True)
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
        record.say(
            LayersMeasured(
                attempt=record.attempt,
                elapsed_s=record.elapsed_s,
                step=record.step,
                layers=[unit.name for unit in found],
                gradient_norms=_norms(passed.gradients),
                signal_norms=_norms(passed.signals),
                weight_norms=weight_norms,
                update_ratios=[update / norm if norm else nan for update, norm in ratios],
                saturated=_of_kinds(found, passed.activations, ("sigmoid", "tanh")),
                dead=_of_kinds(found, passed.activations, ("relu",)),
                histograms=offset,
                sizes=[weight.numel() for weight in weights],
                widths=[z[0].numel() for z in passed.inputs],
                activations=[unit.activation for unit in found],
                num_samples=len(x),
            )
        )


def num_samples_for(trainee: Trainee) -> int:
    """How many samples may go through the network at once, and are worth their time."""
    affordable = MOST_MULT_ADDS // max(1, sum(layer.mult_adds for layer in trainee.table))
    return min(max(affordable, FEWEST_SAMPLES), NUM_SAMPLES, trainee.rows_at_once, len(trainee.data.train_x))


def saturated(activation: Activation, h: Tensor) -> Tensor:
    """Share of a sigmoid's or tanh's outputs where the slope is below `FLAT` of the steepest."""
    slope = 4 * h * (1 - h) if activation == "sigmoid" else 1 - h**2
    return (slope < FLAT).float().mean()


def dead(h: Tensor) -> Tensor:
    """Share of a ReLU's units (features or channels) that are 0 for all samples (N, …)."""
    by_unit = h.flatten(2).amax(dim=(0, 2)) if h.dim() > 2 else h.amax(dim=0)
    return (by_unit <= 0).float().mean()


def histogram(values: Tensor) -> Histogram:
    """Of the finite ones among at most about `MOST_COUNTED` numbers, from the least to the greatest."""
    counted = thinned(values).cpu()
    low, high = (float(edge) for edge in torch.aminmax(counted))
    if not (isfinite(low) and isfinite(high)):
        counted = counted[counted.isfinite()]
        if not len(counted):
            return Histogram(0.0, 0.0, bytes(4 * NUM_BINS))
        low, high = (float(edge) for edge in torch.aminmax(counted))
    # In double precision no range is too wide or too narrow; bincount takes a third of the time of histc.
    bins_a_unit = NUM_BINS / (high - low) if high > low else 0.0
    bins = ((counted.double() - low) * bins_a_unit).int().clamp_(max=NUM_BINS - 1)
    counts = torch.bincount(bins if high > low else bins + NUM_BINS // 2, minlength=NUM_BINS)
    return Histogram(low, high, counts.numpy().astype("<u4").tobytes())


def thinned(values: Tensor) -> Tensor:
    """Every k-th number, so that about `MOST_COUNTED` are left; k shares no factor with rows or columns."""
    flat = values.flatten()
    every = -(-len(flat) // MOST_COUNTED)
    while gcd(every, len(flat)) > 1:
        every += 1
    return flat[::every]


def _norms(tensors: Sequence[Tensor]) -> list[float]:
    """Euclidean, of each; they leave the device together, since each wait for it costs."""
    norms: list[float] = torch.stack([vector_norm(each) for each in tensors]).tolist() if tensors else []
    return norms


def _of_kinds(found: Sequence[Unit], hs: Sequence[Tensor], kinds: Sequence[Activation]) -> list[float]:
    """The share of saturated outputs, or of dead units where ``kinds`` are ReLUs; NaN for other kinds."""
    chosen = [place for place, unit in enumerate(found) if unit.activation in kinds]
    shares = [nan] * len(found)
    if chosen:
        measured = [
            dead(hs[place])
            if found[place].activation == "relu"
            else saturated(found[place].activation, hs[place])
            for place in chosen
        ]
        for place, share in zip(chosen, torch.stack(measured).tolist(), strict=True):
            shares[place] = share
    return shares
