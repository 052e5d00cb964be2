"""The activations as functions of numbers, to be drawn; networks use PyTorch's."""

from collections.abc import Callable, Mapping
from math import erf, pi, sqrt
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tui_trainer.core.recipe import Activation

Floats: TypeAlias = NDArray[np.float64]
Function: TypeAlias = Callable[[Floats], Floats]

LEAK = 0.01
"""Slope of a leaky ReLU below zero, PyTorch's default (Maas et al. 2013)."""


class Graph(NamedTuple):
    """A function of z and its derivative, both from (n,) to (n,)."""

    value: Function
    slope: Function


def _sigmoid(z: Floats) -> Floats:
    return 1 / (1 + np.exp(-z))


def _normal_share(z: Floats) -> Floats:
    """Share of the standard normal distribution below z."""
    return np.array([(1 + erf(x / sqrt(2))) / 2 for x in z])


def _normal_density(z: Floats) -> Floats:
    return np.exp(-(z**2) / 2) / sqrt(2 * pi)


GRAPHS: Mapping[Activation, Graph] = MappingProxyType(
    {
        "identity": Graph(lambda z: z, np.ones_like),
        "sigmoid": Graph(_sigmoid, lambda z: _sigmoid(z) * (1 - _sigmoid(z))),
        "tanh": Graph(np.tanh, lambda z: 1 - np.tanh(z) ** 2),
        "relu": Graph(lambda z: np.maximum(0.0, z), lambda z: (z > 0).astype(np.float64)),
        "leaky-relu": Graph(lambda z: np.where(z > 0, z, LEAK * z), lambda z: np.where(z > 0, 1.0, LEAK)),
        "gelu": Graph(lambda z: z * _normal_share(z), lambda z: _normal_share(z) + z * _normal_density(z)),
        "softplus": Graph(lambda z: np.logaddexp(0.0, z), _sigmoid),
    }
)
