"""Toy sets, drawn by numpy from their own seed."""

import numpy as np
from numpy.typing import NDArray

from tui_trainer.core.recipe import Blobs, Moons, Sine

Arrays = tuple[NDArray[np.float64], NDArray[np.float64] | NDArray[np.int64]]
"""Inputs ``(N, F)`` and, for classes, labels ``(N,)``; for regression, targets ``(N, 1)``."""


def draw(data: Moons | Blobs | Sine) -> Arrays:
    """``data.points`` samples, the same ones for the same settings."""
    rng = np.random.default_rng(data.seed)
    match data:
        case Moons():
            return _moons(data, rng)
        case Blobs():
            return _blobs(data, rng)
        case Sine():
            return _sine(data, rng)


def _moons(data: Moons, rng: np.random.Generator) -> Arrays:
    labels = np.arange(data.points) % 2
    angle = rng.uniform(0, np.pi, data.points)
    upper = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    lower = np.stack([1 - np.cos(angle), 0.5 - np.sin(angle)], axis=1)
    points = np.where(labels[:, None] == 0, upper, lower)
    return points + rng.normal(0, data.noise, points.shape), labels


def _blobs(data: Blobs, rng: np.random.Generator) -> Arrays:
    """The centres stand on a circle of radius 4, so that ``noise`` alone says how far the clouds overlap."""
    labels = np.arange(data.points) % data.classes
    angle = 2 * np.pi * (np.arange(data.classes) / data.classes + rng.uniform())
    centres = 4 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return centres[labels] + rng.normal(0, data.noise, (data.points, 2)), labels


def _sine(data: Sine, rng: np.random.Generator) -> Arrays:
    x = rng.uniform(-np.pi, np.pi, (data.points, 1))
    return x, np.sin(x) + rng.normal(0, data.noise, x.shape)
