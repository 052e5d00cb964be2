"""The next step of a training, taken apart: one batch forward, backward, and the update it makes."""

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from tui_trainer.core.events import Event
from tui_trainer.core.inside.samples import Sample


class Numbers(msgspec.Struct, frozen=True, gc=False):
    """An array: all of its numbers where they are few, else its norm alone."""

    shape: Sequence[int]
    norm: float
    """Euclidean; of what there is one of for each sample, the mean of the samples' norms."""
    values: bytes = b""
    """Little-endian float32; empty where only the norm is told."""

    def array(self) -> NDArray[np.float32]:
        """The numbers, of ``shape``. Raises ValueError where only the norm is told."""
        return np.frombuffer(self.values, "<f4").reshape(tuple(self.shape))


class LayerPass(msgspec.Struct, frozen=True, kw_only=True):
    """What went through a layer with weights and what came back: (S, …), its first axis the samples."""

    name: str
    """Its parameters are ``NAME.weight`` and ``NAME.bias``."""
    activation: str
    """Of the recipe's choices; empty where there is none, and h is z."""
    inputs: Numbers
    """What the layer gets: x, or the h of the layer before, less what dropout left out."""
    z: Numbers
    h: Numbers
    dz: Numbers
    """∂l/∂z of each sample's own loss."""
    dh: Numbers
    """∂l/∂h of each sample's own loss."""
    dw: Numbers | None = None
    """∂l/∂W (S, out, in) of each sample's own loss; None where only norms are told."""


class ParameterStep(msgspec.Struct, frozen=True, kw_only=True):
    """One tensor of parameters in a step."""

    name: str
    before: Numbers
    gradient: Numbers
    """Of the batch's mean loss, without penalties."""
    penalty: Numbers | None = None
    """The share of the gradient that penalties add; None where there are none."""
    used: Numbers
    """The gradient that the optimizer gets: with penalties, and clipped."""
    memory_before: Mapping[str, Numbers] = {}
    """What the optimizer remembered: ``v``, ``G``, or ``m`` and ``v``."""
    memory: Mapping[str, Numbers] = {}
    """The same after the step; of Adam ``m^`` and ``v^``, corrected for their start, too."""
    update: Numbers
    """after - before."""
    after: Numbers


class BatchStep(Event, frozen=True, kw_only=True, tag="batch_step"):
    """In pictures.log: the answer to a question about the next batch."""

    step: int
    """The one it would be."""
    batch_size: int
    shape: Sequence[int]
    """Of a sample: (columns,), or (channels, height, width) of an image."""
    samples: Sequence[Sample]
    """The first S of the batch, as the step has them: with augmentation and dropout."""
    targets: Numbers
    """Of these samples (S,), as the loss gets them: class, or standardized value."""
    outputs: Numbers
    """y^ (S, K): what sigmoid or softmax makes of the last z; the last h itself for regression."""
    loss: float
    """The mean of the batch, without penalties."""
    indices: bytes
    """Places in train of the first M samples of the batch, little-endian uint32."""
    actual: bytes
    """Their classes, or targets in original units, little-endian float32."""
    losses: bytes
    """Their losses, little-endian float32."""
    layers: Sequence[LayerPass]
    """From input to output."""
    parameters: Sequence[ParameterStep]
    """All there are, in the network's order."""
    count: int
    """t: how many steps the optimizer has made with this one."""
    lr: float
    """η, by its schedule."""
    gradient_norm: float
    """Of all parameters together, with penalties, before it is clipped."""
    clipped_to: float | None = None
    """What gradient clipping allows; None where there is none."""
