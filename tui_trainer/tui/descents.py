"""Several optimizers on their way down from one start: what the Descent screen shows."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from tui_trainer.core.descent import Path
from tui_trainer.core.landscapes import DEFAULT, LANDSCAPES, Floats, Landscape
from tui_trainer.core.recipe import (
    AdaGrad,
    Adam,
    AdamW,
    Constant,
    GradientDescent,
    Momentum,
    Optimizer,
    Recipe,
    RMSprop,
)

MOST_STEPS = 10_000
SPEEDS = (10, 30, 100, 300)
"""Steps a second."""
_HORIZONS = (50, 100, 200, 500, 1000, 2000, 5000, MOST_STEPS)
"""The chart of losses is so many steps wide; it grows only when it is full."""
_LEAST_RATE, _GREATEST_RATE = 1e-6, 100.0
_LONGER = 4.0
"""adagrad's steps shrink from the first on: it is given longer ones."""
_NUDGE = 24
"""So many moves of the start lead across the window."""


@dataclass(frozen=True, eq=False)
class Runner:
    """One optimizer with its settings, and its way so far."""

    place: int
    label: str
    optimizer: Optimizer
    path: Path
    is_shown: bool
    is_noisy: bool = False
    """Whether its gradients are those of mini-batches."""
    is_own: bool = False
    """Whether it is the recipe's, with the recipe's settings."""

    @property
    def letter(self) -> str:
        """A, B, …: stands where it is."""
        return chr(ord("A") + self.place)


@dataclass(frozen=True)
class _Entry:
    label: str
    optimizer: Optimizer
    is_shown: bool
    is_noisy: bool = False
    is_own: bool = False


def _own(recipe: Recipe) -> _Entry:
    """The recipe's optimizer, at a constant rate."""
    optimizer = recipe.optimizer.model_copy(update={"schedule": Constant()})
    label: str = optimizer.kind
    if isinstance(optimizer, GradientDescent):
        label = "gd" if recipe.training.batch_size == "all" else "sgd"
    return _Entry(label, optimizer, is_shown=True, is_noisy=label == "sgd", is_own=True)


def _entries(recipe: Recipe, landscape: Landscape) -> tuple[_Entry, ...]:
    """The recipe's optimizer first, then all there are, at rates that suit the landscape."""
    rate, stride = landscape.rate, landscape.stride
    rolling = landscape.rolling or rate
    others = (
        _Entry("gd", GradientDescent(kind="gd", lr=rate), is_shown=True),
        _Entry("momentum", Momentum(lr=rolling), is_shown=True),
        _Entry("adam", Adam(lr=stride), is_shown=True),
        _Entry("nesterov", Momentum(kind="nesterov", lr=rolling), is_shown=False),
        _Entry("adagrad", AdaGrad(lr=_LONGER * stride), is_shown=False),
        _Entry("rmsprop", RMSprop(lr=stride / 2), is_shown=False),
        _Entry("adamw", AdamW(lr=stride), is_shown=False),
        _Entry("sgd", GradientDescent(kind="sgd", lr=rate), is_shown=False, is_noisy=True),
    )
    return (_own(recipe), *others)


class Descents:
    """A landscape, a start, the optimizers and how many steps they have made."""

    def __init__(self, recipe: Recipe) -> None:
        self._recipe = recipe
        self.number = DEFAULT
        self.step = 0
        self.chosen = 1
        self.is_playing = False
        self.speed = SPEEDS[0]
        self._start: Floats
        self.runners: list[Runner]
        self._own_rate: float | None = None
        """What the recipe's rate was changed to."""
        self.go_to(DEFAULT)

    @property
    def landscape(self) -> Landscape:
        """What they go down."""
        return LANDSCAPES[self.number]

    @property
    def start(self) -> tuple[float, ...]:
        """Where all begin."""
        return tuple(self._start.tolist())

    @property
    def shown(self) -> list[Runner]:
        """Those that are drawn; the chosen one last, on top."""
        shown = [runner for runner in self.runners if runner.is_shown]
        return sorted(shown, key=lambda runner: runner.place == self.chosen)

    @property
    def horizon(self) -> int:
        """How many steps the chart of losses is wide."""
        return next(steps for steps in _HORIZONS if steps >= self.step)

    @property
    def is_over(self) -> bool:
        """Whether there is no step to be made by any that is shown."""
        lost = all(runner.path.has_ended and runner.path.num_steps <= self.step for runner in self.shown)
        return lost or self.step >= MOST_STEPS

    # What there is to look at

    def go_to(self, number: int) -> None:
        """Take another landscape, from its own start; who is shown stays."""
        self.number = number % len(LANDSCAPES)
        self._start = np.array(self.landscape.start)
        self.step = 0
        shown = [runner.is_shown for runner in self.runners] if hasattr(self, "runners") else []
        entries = _entries(self._recipe, self.landscape)
        if self._own_rate is not None:
            own = entries[0]
            changed = own.optimizer.model_copy(update={"lr": self._own_rate})
            entries = (replace(own, optimizer=changed), *entries[1:])
        self.runners = [
            Runner(
                place,
                entry.label,
                entry.optimizer,
                self._path(entry.optimizer, is_noisy=entry.is_noisy),
                shown[place] if shown else entry.is_shown,
                entry.is_noisy,
                entry.is_own,
            )
            for place, entry in enumerate(entries)
        ]

    def begin_at(self, start: Sequence[float] | Floats) -> None:
        """Take another start, in the window, for all."""
        low, high = np.array(self.landscape.window).T
        self._start = np.clip(np.array(start, np.float64), low, high)
        self.step = 0
        self.runners = [self._anew(runner) for runner in self.runners]

    def nudge(self, right: int, up: int) -> None:
        """Move the start a little; on a curve there is only left and right."""
        steps = np.array([right, up][: self.landscape.num_parameters])
        self.begin_at(self._start + steps * self.landscape.spans / _NUDGE)

    # Time

    def move(self, steps: int) -> None:
        """Go so many steps on, or back."""
        target = min(max(self.step + steps, 0), MOST_STEPS)
        for runner in self.shown:
            runner.path.extend(target)
        self.step = min(target, max((runner.path.num_steps for runner in self.shown), default=self.step))

    def play(self, seconds: float) -> None:
        """Let time pass; stops where there is nothing more to see."""
        self.move(max(1, round(self.speed * seconds)))
        if self.is_over:
            self.is_playing = False

    def faster(self) -> None:
        """The next speed; after the last the first."""
        self.speed = SPEEDS[(SPEEDS.index(self.speed) + 1) % len(SPEEDS)]

    # The optimizers

    def choose(self, by: int) -> None:
        """Go to the optimizer below or above."""
        self.chosen = min(max(self.chosen + by, 0), len(self.runners) - 1)

    def toggle(self) -> None:
        """Show the chosen one, or hide it."""
        runner = self.runners[self.chosen]
        self.runners[self.chosen] = replace(runner, is_shown=not runner.is_shown)

    def scale_rate(self, direction: int) -> None:
        """Give the chosen one the next larger learning rate (1) or smaller (-1) of 1, 2, 5, 10, …

        Its way begins anew and goes as far as the others.
        """
        runner = self.runners[self.chosen]
        rate = next_rate(runner.optimizer.lr, direction)
        if runner.is_own:
            self._own_rate = rate
        changed = replace(runner, optimizer=runner.optimizer.model_copy(update={"lr": rate}))
        self.runners[self.chosen] = self._anew(changed)

    def _anew(self, runner: Runner) -> Runner:
        return replace(runner, path=self._path(runner.optimizer, is_noisy=runner.is_noisy))

    def _path(self, optimizer: Optimizer, *, is_noisy: bool) -> Path:
        return Path(self.landscape, optimizer, self._start, is_noisy=is_noisy)


def next_rate(rate: float, direction: int) -> float:
    """The next larger (1) or smaller (-1) of 1, 2, 5 times a power of ten, as far as a recipe allows."""
    power = math.floor(math.log10(rate))
    rates = [float(f"{digit}e{exponent}") for exponent in range(power - 1, power + 2) for digit in (1, 2, 5)]
    if direction > 0:
        found = min(each for each in rates if each > rate * (1 + 1e-9))
    else:
        found = max(each for each in rates if each < rate * (1 - 1e-9))
    return min(max(found, _LEAST_RATE), _GREATEST_RATE)
