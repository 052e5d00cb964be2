"""Toy sets as a few lines of numpy that draw the very samples of ``training.toy``."""

from tui_trainer.core.recipe import Blobs, Circles, Moons, Plane, Sine, Spirals, ToySet, Xor


def toy(data: ToySet) -> list[str]:
    """Lines that leave inputs in ``x`` and labels or targets in ``y``."""
    return [f"rng = np.random.default_rng({data.seed})", *_drawn(data, data.points)]


def _drawn(data: ToySet, points: int) -> list[str]:
    noise = f"rng.normal(0, {data.noise!r}, x.shape)"
    match data:
        case Moons():
            return [
                f"y = np.arange({points}) % 2  # 0 the upper moon, 1 the lower",
                f"angle = rng.uniform(0, np.pi, {points})",
                "upper = np.stack([np.cos(angle), np.sin(angle)], axis=1)",
                "lower = np.stack([1 - np.cos(angle), 0.5 - np.sin(angle)], axis=1)",
                "x = np.where(y[:, None] == 0, upper, lower)",
                f"x = x + {noise}",
            ]
        case Circles():
            return [
                f"y = np.arange({points}) % 2  # 0 the ring, 1 the disc",
                f"angle = rng.uniform(0, 2 * np.pi, {points})",
                f"radius = np.where(y == 0, 1.0, 0.6 * np.sqrt(rng.uniform(size={points})))",
                "x = radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)",
                f"x = x + {noise}",
            ]
        case Spirals():
            return [
                f"y = np.arange({points}) % 2  # two arms",
                f"along = np.sqrt(rng.uniform(0.02, 1, {points}))  # even along an arm",
                f"angle = 2 * np.pi * {data.turns!r} * along + np.pi * y",
                "x = np.stack([np.cos(angle), np.sin(angle)], axis=1)",
                f"x = 2 * along[:, None] * x + {noise}",
            ]
        case Xor():
            return [
                f"corner = np.arange({points}) % 4",
                "x = np.stack([2 * (corner // 2) - 1, 2 * (corner % 2) - 1], axis=1)",
                "y = (x[:, 0] != x[:, 1]).astype(int)  # 1 where the signs differ",
                f"x = x + {noise}",
            ]
        case Blobs():
            return [
                f"y = np.arange({points}) % {data.classes}",
                f"angle = 2 * np.pi * (np.arange({data.classes}) / {data.classes} + rng.uniform())",
                "centres = 4 * np.stack([np.cos(angle), np.sin(angle)], axis=1)",
                "x = centres[y]",
                f"x = x + {noise}",
            ]
        case Sine():
            return [
                f"x = rng.uniform(-np.pi, np.pi, ({points}, 1))",
                f"y = np.sin(x) + {noise}",
            ]
        case Plane():
            return [
                f"x = rng.uniform(-1, 1, ({points}, 2))",
                "y = x @ np.array([[2.0], [-1.0]]) + 0.5",
                f"y = y + {noise.replace('x', 'y')}",
            ]
