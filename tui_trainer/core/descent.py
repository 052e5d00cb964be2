"""The course's optimizers as pure functions on a few parameters: every number of a step can be looked at.

They are those that training uses (`tui_trainer.core.recipe.optimizer`), proved equal to PyTorch's in a test,
at a constant learning rate.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

import numpy as np

from tui_trainer.core.landscapes import Floats, Landscape
from tui_trainer.core.recipe import AdaGrad, Adam, AdamW, GradientDescent, Momentum, Optimizer, RMSprop
from tui_trainer.core.series import Series

Slope: TypeAlias = Callable[[int, Floats], Floats]
"""The gradient (d,) that step t = 1, 2, … uses at parameters (d,)."""
Verdict: TypeAlias = Literal["", "outside", "diverged", "arrived", "at rest"]

_FAR = 5.0
"""So many windows away a path has diverged."""
_ARRIVED = 1e-3
"""Nearer to a minimum than this part of the window."""
_FLAT = 1e-4
"""A slope of less than this part of that at the start."""


class Quantity(NamedTuple):
    """One number a parameter that a step works out, and by which formula."""

    symbol: str
    rule: str
    value: Floats
    """(d,)"""


@dataclass(frozen=True, eq=False)
class State:
    """Where an optimizer is after ``step`` steps, and what it remembers."""

    step: int
    theta: Floats
    """The parameters (d,)."""
    memory: tuple[Floats, ...]
    """Velocity, or running sums of gradients; each (d,)."""
    worked: tuple[Quantity, ...] = ()
    """What the last step worked out, in order; the last is what was added to the parameters."""


def begin(optimizer: Optimizer, theta: Floats) -> State:
    """Before the first step: nothing to remember."""
    slots = {GradientDescent: 0, Adam: 2, AdamW: 2}.get(type(optimizer), 1)
    return State(0, np.array(theta, np.float64), tuple(np.zeros(len(theta)) for _ in range(slots)))


def advance(optimizer: Optimizer, state: State, slope: Slope, rule: str = "∇f(θ)") -> State:
    """One step; ``rule`` is how the gradient comes about."""
    step = state.step + 1
    gradient = slope(step, state.theta)
    memory, worked = _worked(optimizer, state, gradient, step)
    theta = state.theta + worked[-1].value
    return State(step, theta, memory, (Quantity("g", rule, gradient), *worked))


def _worked(
    optimizer: Optimizer, state: State, g: Floats, t: int
) -> tuple[tuple[Floats, ...], tuple[Quantity, ...]]:
    """What is remembered after step ``t`` with gradient ``g``, and all that led to the update."""
    lr, memory = optimizer.lr, state.memory
    match optimizer:
        case GradientDescent():
            return (), (Quantity("Δθ", "-ηg", -lr * g),)
        case Momentum(kind=kind, momentum=gamma):
            v = gamma * memory[0] + lr * g
            change = -(gamma * v + lr * g) if kind == "nesterov" else -v
            rule = "-(γv + ηg)" if kind == "nesterov" else "-v"
            return (v,), (Quantity("v", "γv + ηg", v), Quantity("Δθ", rule, change))
        case AdaGrad(epsilon=epsilon):
            s = memory[0] + g**2
            change = -lr * g / (np.sqrt(s) + epsilon)
            return (s,), (Quantity("s", "s + g²", s), Quantity("Δθ", "-ηg/(√s + ε)", change))
        case RMSprop(decay=rho, epsilon=epsilon):
            s = rho * memory[0] + (1 - rho) * g**2
            change = -lr * g / (np.sqrt(s) + epsilon)
            return (s,), (Quantity("s", "ρs + (1-ρ)g²", s), Quantity("Δθ", "-ηg/(√s + ε)", change))
        case Adam() | AdamW():
            return _moments(optimizer, state, g, t)


def _moments(
    optimizer: Adam | AdamW, state: State, g: Floats, t: int
) -> tuple[tuple[Floats, ...], tuple[Quantity, ...]]:
    """Adam, whose decay is apart from the gradient in AdamW."""
    m = optimizer.beta1 * state.memory[0] + (1 - optimizer.beta1) * g
    v = optimizer.beta2 * state.memory[1] + (1 - optimizer.beta2) * g**2
    m_hat, v_hat = m / (1 - optimizer.beta1**t), v / (1 - optimizer.beta2**t)
    change = -optimizer.lr * m_hat / (np.sqrt(v_hat) + optimizer.epsilon)
    rule = "-ηm^/(√v^ + ε)"
    if isinstance(optimizer, AdamW):
        change = change - optimizer.lr * optimizer.weight_decay * state.theta
        rule += " - ηλθ"
    return (m, v), (
        Quantity("m", "β₁m + (1-β₁)g", m),
        Quantity("v", "β₂v + (1-β₂)g²", v),
        Quantity("m^", "m/(1-β₁ᵗ)", m_hat),
        Quantity("v^", "v/(1-β₂ᵗ)", v_hat),
        Quantity("Δθ", rule, change),
    )


def noisy(landscape: Landscape, seed: int = 0) -> Slope:
    """The gradient as mini-batches would give it: normal noise of ``landscape.noise`` on every derivative.

    It is a function of seed and step, so that a path comes out the same each time.
    """

    def slope(step: int, theta: Floats) -> Floats:
        drawn = np.random.default_rng((seed, step)).standard_normal(len(theta))
        return landscape.gradient(theta) + landscape.noise * drawn

    return slope


class Path:
    """The way of one optimizer down a landscape, as far as anybody has looked."""

    def __init__(
        self, landscape: Landscape, optimizer: Optimizer, start: Floats, *, is_noisy: bool = False
    ) -> None:
        self._landscape, self._optimizer = landscape, optimizer
        self._slope: Slope = noisy(landscape) if is_noisy else lambda _, theta: landscape.gradient(theta)
        self._rule = "∇f(θ) + noise" if is_noisy else "∇f(θ)"
        self._steepness = float(np.linalg.norm(landscape.gradient(np.asarray(start, np.float64))))
        self._lowest = landscape.lowest
        reach = _FAR * landscape.spans
        low, high = np.array(landscape.window).T
        self._bounds = list(zip((low - reach).tolist(), (high + reach).tolist(), strict=True))
        self._states = [begin(optimizer, start)]
        self._thetas = np.tile(self._states[0].theta, (64, 1))
        self._heights = Series()
        self._heights.append_point(0, self._above(self._states[0].theta))

    @property
    def num_steps(self) -> int:
        """How many steps are known."""
        return len(self._states) - 1

    @property
    def has_ended(self) -> bool:
        """Whether it has diverged: there is no step after the last one known."""
        return self._is_lost(self._states[-1].theta)

    def extend(self, step: int) -> None:
        """Know all steps up to ``step``, unless it diverges before."""
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            self._extend(step)

    def _extend(self, step: int) -> None:
        while self.num_steps < step and not self.has_ended:
            state = advance(self._optimizer, self._states[-1], self._slope, self._rule)
            if state.step == len(self._thetas):
                self._thetas = np.concatenate([self._thetas, np.empty_like(self._thetas)])
            self._thetas[state.step] = state.theta
            self._states.append(state)
            self._heights.append_point(state.step, self._above(state.theta))

    def at(self, step: int) -> State:
        """The state after ``step`` steps; the last one for a path that ended before."""
        self.extend(step)
        return self._states[min(step, self.num_steps)]

    def value(self, step: int) -> float:
        """The function's value there."""
        with np.errstate(over="ignore", invalid="ignore"):
            return float(self._landscape.value(self.at(step).theta))

    def points(self, step: int) -> Floats:
        """All parameters from the start to ``step``, (n, d)."""
        self.extend(step)
        return self._thetas[: min(step, self.num_steps) + 1]

    def heights(self, step: int) -> Series:
        """How much higher than the lowest place it was, up to ``step``."""
        self.extend(step)
        if step >= self.num_steps:
            return self._heights
        shown = Series()
        shown.append_block(0, self._heights.values[: step + 1])
        return shown

    def verdict(self, step: int) -> Verdict:
        """What has become of it after ``step`` steps."""
        theta = self.at(step).theta
        if self._is_lost(theta):
            return "diverged"
        if not self._landscape.holds(theta):
            return "outside"
        if self._landscape.distance(theta) < _ARRIVED * float(self._landscape.spans.max()):
            return "arrived"
        slope = float(np.linalg.norm(self._landscape.gradient(theta)))
        return "at rest" if step and slope < _FLAT * self._steepness else ""

    def _above(self, theta: Floats) -> float:
        return max(float(self._landscape.value(theta)) - self._lowest, 0.0)

    def _is_lost(self, theta: Floats) -> bool:
        """Whether it is further off than anybody looks, or not finite."""
        bounds = zip(theta.tolist(), self._bounds, strict=True)
        return not all(low <= at <= high for at, (low, high) in bounds)
