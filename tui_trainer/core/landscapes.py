"""The course's functions of one and two parameters: where to go down, and what is hard about each."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]

_NOISE = 0.1


@dataclass(frozen=True, eq=False)
class Landscape:
    """A function of d parameters with its gradient, and the part of it that is worth a look."""

    name: str
    formula: str
    lesson: str
    """What to try and what it shows, in a sentence or two."""
    value: Callable[[Floats], Floats]
    """Parameters (..., d) to values (...)."""
    gradient: Callable[[Floats], Floats]
    """Parameters (..., d) to partial derivatives (..., d)."""
    window: tuple[tuple[float, float], ...]
    """From where to where each parameter is shown."""
    start: tuple[float, ...]
    minima: tuple[tuple[float, ...], ...]
    """All places (d,) of the lowest value."""
    rate: float
    """A learning rate for steps that are as long as the gradient is steep."""
    stride: float
    """One for steps that an optimizer brings to a length of its own."""
    rolling: float | None = None
    """One for momentum, where that of gd would make it swing too wildly to look at."""

    @property
    def num_parameters(self) -> int:
        """d: 1 or 2."""
        return len(self.window)

    @property
    def lowest(self) -> float:
        """The value at the minima."""
        return float(self.value(np.array(self.minima[0])))

    @property
    def spans(self) -> Floats:
        """How wide the window is, (d,)."""
        return np.array([high - low for low, high in self.window])

    @property
    def noise(self) -> float:
        """Standard deviation of what mini-batches would add to each partial derivative.

        It is a tenth of the slope at the start, to two digits.
        """
        slope = self.gradient(np.array(self.start))
        return float(f"{_NOISE * math.sqrt(float(np.mean(slope**2))):.1e}")

    def holds(self, theta: Floats) -> bool:
        """Whether parameters (d,) lie in the window."""
        return all(low <= at <= high for at, (low, high) in zip(theta.tolist(), self.window, strict=True))

    def distance(self, theta: Floats) -> float:
        """From parameters (d,) to the nearest place of the lowest value."""
        with np.errstate(over="ignore", invalid="ignore"):
            return float(np.min(np.linalg.norm(np.array(self.minima) - theta, axis=1)))


def _pair(first: Floats, second: Floats) -> Floats:
    return np.stack([first, second], axis=-1)


def _parts(theta: Floats) -> tuple[Floats, Floats]:
    return theta[..., 0], theta[..., 1]


def _quadratic(
    name: str, formula: str, lesson: str, curvatures: tuple[float, ...], **rest: object
) -> Landscape:
    """½ Σ cᵢθᵢ²."""
    weights = np.array(curvatures)
    return Landscape(
        name,
        formula,
        lesson,
        value=lambda theta: np.asarray(0.5 * (weights * theta**2).sum(axis=-1)),
        gradient=lambda theta: np.asarray(weights * theta),
        minima=((0.0,) * len(curvatures),),
        **rest,  # type: ignore[arg-type]
    )


def _two_valleys(theta: Floats) -> Floats:
    x = theta[..., 0]
    return np.asarray(x**4 - 3 * x**2 + x)


def _plateau(theta: Floats) -> Floats:
    x = theta[..., 0]
    return np.asarray(x**4 / 4 - 2 * x**3 / 3)


def _rosenbrock(theta: Floats) -> Floats:
    x, y = _parts(theta)
    return np.asarray((1 - x) ** 2 + 100 * (y - x**2) ** 2)


def _rosenbrock_gradient(theta: Floats) -> Floats:
    x, y = _parts(theta)
    across = 200 * (y - x**2)
    return _pair(-2 * (1 - x) - 2 * x * across, across)


def _himmelblau(theta: Floats) -> Floats:
    x, y = _parts(theta)
    return np.asarray((x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2)


def _himmelblau_gradient(theta: Floats) -> Floats:
    x, y = _parts(theta)
    first, second = x**2 + y - 11, x + y**2 - 7
    return _pair(4 * x * first + 2 * second, 2 * first + 4 * y * second)


def _saddle(theta: Floats) -> Floats:
    x, y = _parts(theta)
    return np.asarray(x**2 - y**2 + y**4 / 2)


def _saddle_gradient(theta: Floats) -> Floats:
    x, y = _parts(theta)
    return _pair(2 * x, -2 * y + 2 * y**3)


LANDSCAPES: tuple[Landscape, ...] = (
    _quadratic(
        "parabola",
        "θ²",
        "The steps of gd shrink as the slope does. η 0.5 arrives at once; above it jumps from side to side, "
        "and from 1 on it climbs out.",
        (2.0,),
        window=((-3.0, 3.0),),
        start=(-2.6,),
        rate=0.1,
        stride=0.2,
    ),
    Landscape(
        "kink",
        "|θ|",
        "The slope is 1 everywhere, so gd steps never shrink: it hops about the minimum by η. adagrad "
        "shortens its steps and comes nearer.",
        value=lambda theta: np.asarray(np.abs(theta[..., 0])),
        gradient=lambda theta: np.asarray(np.sign(theta)),
        window=((-3.0, 3.0),),
        start=(-2.55,),
        minima=((0.0,),),
        rate=0.2,
        stride=0.2,
    ),
    Landscape(
        "two valleys",
        "θ⁴ - 3θ² + θ",
        "A local minimum: gd stays in the valley it comes to first, though the other is deeper. Momentum "
        "rolls on over the hill.",
        value=_two_valleys,
        gradient=lambda theta: np.asarray(4 * theta**3 - 6 * theta + 1),
        window=((-2.1, 2.1),),
        start=(1.9,),
        minima=((-1.3008395659415772,),),
        rate=0.02,
        stride=0.1,
    ),
    Landscape(
        "plateau",
        "θ⁴/4 - 2θ³/3",
        "At 0 the slope is 0, yet it is no minimum: gd comes to rest before it. Momentum rolls across; adam "
        "makes up for small slopes.",
        value=_plateau,
        gradient=lambda theta: np.asarray(theta**3 - 2 * theta**2),
        window=((-1.5, 3.0),),
        start=(-1.3,),
        minima=((2.0,),),
        rate=0.05,
        stride=0.1,
    ),
    _quadratic(
        "bowl",
        "½(x² + y²)",
        "Equally steep all round: -g points to the minimum, and all find it. With a rate above 2, gd climbs "
        "out.",
        (1.0, 1.0),
        window=((-4.0, 4.0), (-3.0, 3.0)),
        start=(-3.2, 2.2),
        rate=0.2,
        stride=0.2,
    ),
    _quadratic(
        "ravine",
        "½(x² + 100y²)",
        "Steep across, flat along: η below 0.02 for the walls is small for the floor, so gd bounces and "
        "creeps. Momentum gathers speed along.",
        (1.0, 100.0),
        window=((-6.0, 3.0), (-1.2, 1.2)),
        start=(-5.0, 0.9),
        rate=0.018,
        stride=0.2,
        rolling=0.005,
    ),
    Landscape(
        "rosenbrock",
        "(1 - x)² + 100(y - x²)²",
        "A ravine with a bend: easy to get into, slow to follow. f rolls faster; watch the distance to the "
        "minimum, not the value alone.",
        value=_rosenbrock,
        gradient=_rosenbrock_gradient,
        window=((-2.0, 2.0), (-0.8, 2.8)),
        start=(-1.4, 1.0),
        minima=((1.0, 1.0),),
        rate=0.001,
        stride=0.1,
    ),
    Landscape(
        "four minima",
        "(x² + y - 11)² + (x + y² - 7)²",
        "Himmelblau's function: equally deep minima. Start, rate and optimizer decide which one is found: "
        "move the start (w a s d, or click).",
        value=_himmelblau,
        gradient=_himmelblau_gradient,
        window=((-5.5, 5.5), (-5.5, 5.5)),
        start=(0.0, -3.0),
        minima=(
            (3.0, 2.0),
            (-2.805118086952745, 3.131312518250573),
            (-3.7793102533777469, -3.2831859912861696),
            (3.5844283403304917, -1.8481265269644035),
        ),
        rate=0.01,
        stride=0.2,
    ),
    Landscape(
        "saddle",
        "x² - y² + ½y⁴",
        "A minimum along x, a maximum along y: near 0 the gradient is almost 0 and gd lingers. From y = 0 "
        "only the noise of sgd leads away.",
        value=_saddle,
        gradient=_saddle_gradient,
        window=((-2.4, 2.4), (-1.6, 1.6)),
        start=(-2.0, 0.002),
        minima=((0.0, 1.0), (0.0, -1.0)),
        rate=0.05,
        stride=0.1,
    ),
)
"""Of one parameter, then of two."""

DEFAULT = 5
"""The ravine: where optimizers differ most."""
