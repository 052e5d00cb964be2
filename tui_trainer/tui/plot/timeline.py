"""The evaluations of a run in one row: how each did, which is shown."""

from collections.abc import Sequence

from tui_trainer.core import figures
from tui_trainer.tui.plot.spans import Line, Span, clip


def timeline(scores: Sequence[float], place: int, name: str, value: str, width: int) -> Line:
    """Bars of ``scores``, the one at ``place`` marked; of several in one cell the last, or the marked one."""
    texts = (Span(f"{name}  ", "text"), Span(f"  {value}"))
    room = width - sum(len(each.text) for each in texts)
    if room < 4:
        return clip(texts, width)
    number = min(room, len(scores))
    edges = [len(scores) * (cell + 1) // number - 1 for cell in range(number)]
    cell = next(at for at, edge in enumerate(edges) if edge >= place)
    edges[cell] = place
    bars = figures.sparkline([scores[edge] for edge in edges])
    parts = Span(bars[:cell], "quiet"), Span(bars[cell], "accent"), Span(bars[cell + 1 :], "quiet")
    return (texts[0], *(part for part in parts if part.text), texts[1])
