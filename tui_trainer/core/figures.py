"""Numbers as people read them."""

import math
from collections.abc import Sequence

_BARS = "▁▂▃▄▅▆▇█"


def duration(seconds: float) -> str:
    """A length of time in at most two units: ``0.8 s``, ``2 min 05 s``, ``1 h 20 min``, ``3 d 4 h``."""
    if not math.isfinite(seconds):
        return "–"
    seconds = max(0.0, seconds)
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    minutes = whole // 60
    if minutes < 24 * 60:
        return f"{minutes // 60} h {minutes % 60:02} min"
    hours = minutes // 60
    return f"{hours // 24} d {hours % 24} h"


def age(seconds: float) -> str:
    """How long ago, in one unit: ``now``, ``5 min``, ``3 h``, ``12 d``."""
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= length:
            return f"{seconds // length:.0f} {unit}"
    return "now"


def value(number: float | None) -> str:
    """A metric in about three digits: ``0.956``, ``0.0312``, ``54.2``, ``2,901``; ``–`` if unknown."""
    if number is None:
        return "–"
    if not math.isfinite(number):
        return "NaN" if math.isnan(number) else "∞" if number > 0 else "-∞"
    size = abs(number)
    if size >= 1e6 or 0 < size < 1e-4:
        return f"{number:.1e}"
    if size >= 999.5:
        return f"{number:,.0f}"
    if size >= 99.95:
        return f"{number:.0f}"
    if size >= 9.995:
        return f"{number:.1f}"
    if size >= 1.9995:
        return f"{number:.2f}"
    return f"{number:.3f}" if size >= 0.09995 or size == 0 else f"{number:.3g}"


def epoch(number: float | None) -> str:
    """How many epochs: ``7`` or ``24,980``, others to the hundredth: ``0.47``; ``–`` if unknown."""
    if number is None:
        return "–"
    text = f"{number:,.2f}" if number >= 0.095 else f"{number:.2g}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def size(num_bytes: int) -> str:
    """Bytes as disks are sold: ``820 B``, ``41 kB``, ``12.3 MB``, ``1.2 GB``."""
    for unit, length in (("GB", 1e9), ("MB", 1e6)):
        if num_bytes >= 0.9995 * length:
            return f"{num_bytes / length:.1f} {unit}"
    return f"{num_bytes / 1000:.0f} kB" if num_bytes >= 1000 else f"{num_bytes} B"


def rate(per_second: float) -> str:
    """Updates a second: ``0.42``, ``38``, ``1,610``."""
    if not math.isfinite(per_second):
        return "–"
    return f"{per_second:.2f}" if per_second < 1 else f"{per_second:,.0f}"


def sparkline(values: Sequence[float]) -> str:
    """Values as bars between their smallest and largest; × where one is not finite."""
    finite = [value for value in values if math.isfinite(value)]
    low, span = (min(finite), max(finite) - min(finite)) if finite else (0.0, 0.0)
    top = len(_BARS) - 1
    return "".join(
        _BARS[round(top * (value - low) / span) if 0 < span < math.inf else top // 2]
        if math.isfinite(value)
        else "×"
        for value in values
    )
