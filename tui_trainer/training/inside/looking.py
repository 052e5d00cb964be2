"""What all looks into a network share: it is left as it was, and told of in the units of its data."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from tui_trainer.core.events import Split
from tui_trainer.training.assembly import Trainee

Values: TypeAlias = NDArray[np.float32]
"""Little-endian, whatever the machine."""


class CannotAnswer(Exception):
    """A question has no answer for this network; the text is one sentence for the user."""


@contextmanager
def still(network: nn.Module) -> Iterator[None]:
    """Have ``network`` in eval mode: nothing in it is drawn at random or remembers what goes through."""
    was_training = network.training
    network.eval()
    try:
        yield
    finally:
        network.train(was_training)


def is_regression(trainee: Trainee) -> bool:
    """Whether numbers are predicted, not classes."""
    return trainee.facts.task == "regression"


def of_split(trainee: Trainee, split: Split) -> tuple[Tensor, Tensor]:
    """Inputs and targets of a split, as the network gets them."""
    data = trainee.data
    return {
        "train": (data.train_x, data.train_y),
        "validation": (data.validation_x, data.validation_y),
        "test": (data.test_x, data.test_y),
    }[split]


def told_outputs(trainee: Trainee, outputs: Tensor) -> Values:
    """Probabilities (N, C) of the classes, or predictions (N, 1) in original units."""
    if is_regression(trainee):
        told = outputs * trainee.data.target_std + trainee.data.target_mean
    elif outputs.shape[1] == 1:
        told = torch.cat([torch.sigmoid(-outputs), torch.sigmoid(outputs)], dim=1)
    else:
        told = torch.softmax(outputs, dim=1)
    return little_endian(told)


def in_original_units(trainee: Trainee, inputs: Tensor) -> Values:
    """Inputs (N, …) as the data have them."""
    data = trainee.data
    return little_endian(inputs * data.input_std.to(inputs.device) + data.input_mean.to(inputs.device))


def as_network_input(trainee: Trainee, values: Tensor) -> Tensor:
    """The inverse: samples (N, …) in the units of the data, as the network gets them."""
    data = trainee.data
    return ((values - data.input_mean) / data.input_std).float().to(trainee.device)


def little_endian(values: Tensor) -> Values:
    """As arrays in pictures.log are."""
    array: Values = values.detach().cpu().numpy().astype("<f4")
    return array
