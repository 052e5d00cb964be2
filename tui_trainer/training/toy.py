"""Toy sets, drawn by numpy from their own seed."""

import numpy as np
from numpy.typing import NDArray

from tui_trainer.core.recipe import Blobs, Circles, Moons, Plane, Sine, Spirals, ToySet, Xor

Arrays = tuple[NDArray[np.float64], NDArray[np.float64] | NDArray[np.int64]]
"""Inputs ``(N, F)`` and, for classes, labels ``(N,)``; for regression, targets ``(N, 1)``."""


def draw(data: ToySet) -> Arrays:
    """``data.points`` samples, the same ones for the same settings."""
    rng = np.random.default_rng(data.seed)
    match data:
        case Moons():
            return _moons(data, rng)
        case Circles():
            return _circles(data, rng)
        case Spirals():
            return _spirals(data, rng)
        case Xor():
            return _xor(data, rng)
        case Blobs():
            return _blobs(data, rng)
        case Sine():
            return _sine(data, rng)
        case Plane():
            return _plane(data, rng)


def _moons(data: Moons, rng: np.random.Generator) -> Arrays:
    labels = np.arange(data.points) % 2
    angle = rng.uniform(0, np.pi, data.points)
    upper = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    lower = np.stack([1 - np.cos(angle), 0.5 - np.sin(angle)], axis=1)
    points = np.where(labels[:, None] == 0, upper, lower)
    return points + rng.normal(0, data.noise, points.shape), labels


def _circles(data: Circles, rng: np.random.Generator) -> Arrays:
    """A ring of radius 1 (class 0) around a disc of radius 0.6, which is evenly filled."""
    labels = np.arange(data.points) % 2
    angle = rng.uniform(0, 2 * np.pi, data.points)
    radius = np.where(labels == 0, 1.0, 0.6 * np.sqrt(rng.uniform(size=data.points)))
    points = radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return points + rng.normal(0, data.noise, points.shape), labels


def _spirals(data: Spirals, rng: np.random.Generator) -> Arrays:
    """Archimedes' spirals; the points are spread evenly along an arm, not by its angle."""
    labels = np.arange(data.points) % 2
    along = np.sqrt(rng.uniform(0.02, 1, data.points))
    angle = 2 * np.pi * data.turns * along + np.pi * labels
    points = 2 * along[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return points + rng.normal(0, data.noise, points.shape), labels


def _xor(data: Xor, rng: np.random.Generator) -> Arrays:
    """Centres at (±1, ±1); class 1 where the signs differ."""
    corner = np.arange(data.points) % 4
    signs = np.stack([2 * (corner // 2) - 1, 2 * (corner % 2) - 1], axis=1).astype(np.float64)
    labels = (signs[:, 0] != signs[:, 1]).astype(np.int64)
    return signs + rng.normal(0, data.noise, signs.shape), labels


def _blobs(data: Blobs, rng: np.random.Generator) -> Arrays:
    """The centres stand on a circle of radius 4, so that ``noise`` alone says how far the clouds overlap."""
    labels = np.arange(data.points) % data.classes
    angle = 2 * np.pi * (np.arange(data.classes) / data.classes + rng.uniform())
    centres = 4 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return centres[labels] + rng.normal(0, data.noise, (data.points, 2)), labels


def _sine(data: Sine, rng: np.random.Generator) -> Arrays:
    x = rng.uniform(-np.pi, np.pi, (data.points, 1))
    return x, np.sin(x) + rng.normal(0, data.noise, x.shape)


def _plane(data: Plane, rng: np.random.Generator) -> Arrays:
    """Y = 2 x1 - x2 + 0.5 over the square from -1 to 1."""
    x = rng.uniform(-1, 1, (data.points, 2))
    target = x @ np.array([[2.0], [-1.0]]) + 0.5
    return x, target + rng.normal(0, data.noise, target.shape)
