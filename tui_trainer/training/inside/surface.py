"""The loss around a network's weights, along one direction or two (Li et al. 2018)."""

import math
from collections.abc import Generator, Sequence
from time import perf_counter

import numpy as np
import torch
from torch import Tensor
from torch.func import functional_call

from tui_trainer.core.inside.questions import Slice
from tui_trainer.core.inside.surface import LossSlice, places
from tui_trainer.training.assembly import Trainee
from tui_trainer.training.inside.directions import Trace, Weights, across, moved, random_direction, trace
from tui_trainer.training.inside.looking import CannotAnswer, still
from tui_trainer.training.recording import Recorder

MAX_SAMPLES = 1_000
MAX_POINTS = 101
BUDGET_S = 5.0
"""A slice takes about so long at most: of a large network fewer samples and places are looked at."""
FEWEST_SAMPLES, FEWEST_POINTS = 10, 5
_PASS = 50e6
"""Multiplications and additions of one pass: some 10 to 20 ms on one core."""
_LARGE = 500_000
"""To move a tensor of so many weights takes a millisecond or more."""
_TRACED = 0.05
"""This share of the work is reading checkpoints."""


def loss_slice(trainee: Trainee, record: Recorder, question: Slice) -> Generator[float, None, LossSlice]:
    """Measure the loss on a grid around the weights, which stay as they are. Raises CannotAnswer."""
    _check(question)
    weights = moved(trainee.network)
    if not all(each.isfinite().all() for each in weights.values()):
        raise CannotAnswer("weights of this network are not finite: there is no loss around them")
    past = Trace((), ())
    if question.along == "checkpoints" or question.dimensions == 2:
        reading = trace(record.run.subject, weights, record.step)
        try:
            while True:
                next(reading)
                yield 0.0
        except StopIteration as end:
            past = end.value
    directions = _directions(question, weights, past)
    yield _TRACED
    meter = _Meter(trainee, weights, directions)
    num_samples, points = meter.afford(question)
    at = places(question.span, points)
    grid = np.stack(np.meshgrid(*[at] * question.dimensions), axis=-1).reshape(-1, question.dimensions)
    losses = np.empty(len(grid), "<f4")
    for number, place in enumerate(grid.tolist()):
        measuring = meter.measure(place, num_samples)
        try:
            while True:
                done = next(measuring)
                yield _TRACED + (1 - _TRACED) * (number + done) / len(grid)
        except StopIteration as end:
            losses[number] = end.value
    return LossSlice(
        attempt=record.attempt,
        elapsed_s=record.elapsed_s,
        step=record.step,
        dimensions=question.dimensions,
        along=question.along,
        span=question.span,
        seed=question.seed,
        points=points,
        num_samples=num_samples,
        losses=losses.tobytes(),
        path=past.seen_along(directions) if question.dimensions == 2 else (),
    )


def _check(question: Slice) -> None:
    if question.dimensions not in (1, 2):
        raise CannotAnswer(f"a slice has 1 or 2 dimensions, not {question.dimensions}")
    if not (3 <= question.points <= MAX_POINTS and question.points % 2):
        raise CannotAnswer(f"a slice has an odd number of points from 3 to {MAX_POINTS} a side")
    if not 0 < question.span < math.inf:
        raise CannotAnswer(f"the span of a slice is a number above 0, not {question.span}")


def _directions(question: Slice, weights: Weights, past: Trace) -> list[Weights]:
    if not any(bool(each.any()) for each in weights.values()):
        raise CannotAnswer("all weights are 0: a direction in the scale of the filters leads nowhere")
    drawn = [random_direction(weights, question.seed, number) for number in range(question.dimensions)]
    if question.along == "random":
        return drawn
    found = past.main_directions(question.dimensions)
    if not found:
        raise CannotAnswer("no other checkpoint gives a direction to go along: random ones need none")
    return found if len(found) == question.dimensions else [found[0], across(found[0], drawn[1])]


class _Meter:
    """Measures the loss of a network whose weights are elsewhere."""

    def __init__(self, trainee: Trainee, weights: Weights, directions: Sequence[Weights]) -> None:
        self._trainee = trainee
        self._weights, self._directions = weights, directions
        mult_adds = sum(layer.mult_adds for layer in trainee.table)
        self._rows = int(min(max(_PASS // max(mult_adds, 1), 1), trainee.rows_at_once, MAX_SAMPLES))

    def afford(self, question: Slice) -> tuple[int, int]:
        """How many samples, and places a side, fit the budget; found out by a few passes."""
        rows = min(self._rows, len(self._trainee.data.train_x))
        seconds = []
        for _ in range(3):
            began = perf_counter()
            for _ in self.measure([0.0] * question.dimensions, rows):
                pass
            seconds.append(perf_counter() - began)
        num_samples = min(MAX_SAMPLES, len(self._trainee.data.train_x))
        return affordable(min(seconds) / rows, num_samples, question)

    def measure(self, place: Sequence[float], num_samples: int) -> Generator[float, None, float]:
        """The mean loss of the first samples at a place, yielding the share done after each pass."""
        trainee = self._trainee
        there: dict[str, Tensor] = {}
        for name, each in self._weights.items():
            with torch.inference_mode():
                there[name] = each.clone()
                for length, direction in zip(place, self._directions, strict=True):
                    there[name].add_(direction[name], alpha=length)
            if each.numel() >= _LARGE:
                yield 0.0
        outputs: list[Tensor] = []
        for start in range(0, num_samples, self._rows):
            end = min(start + self._rows, num_samples)
            with still(trainee.network), torch.inference_mode():
                outputs.append(functional_call(trainee.network, there, (trainee.data.train_x[start:end],)))
            yield end / num_samples
        with torch.inference_mode():
            return trainee.criterion(torch.cat(outputs), trainee.data.train_y[:num_samples]).item()


def affordable(sample_s: float, num_samples: int, question: Slice) -> tuple[int, int]:
    """Samples and places a side for about `BUDGET_S` at most, if a sample takes ``sample_s``.

    Both shrink, samples faster: a coarse grid hides more than a noisy loss.
    """
    most, points = num_samples, question.points
    while sample_s * num_samples * points**question.dimensions > BUDGET_S:
        has_samples, has_points = num_samples >= 2 * FEWEST_SAMPLES, points > FEWEST_POINTS
        if has_samples and (num_samples / most >= (points / question.points) ** 3 or not has_points):
            num_samples //= 2
        elif has_points:
            points -= 2
        else:
            break
    return num_samples, points
