"""What there is to say about a run, most urgent first: troubles, what is going on, how it ended."""

import math
import textwrap
from collections.abc import Iterator

from tui_trainer.core import figures
from tui_trainer.core.diagnosis import beside_reason, diagnose
from tui_trainer.core.edits import change_of
from tui_trainer.core.runlog import newer_in_words
from tui_trainer.core.text import plain
from tui_trainer.core.verdicts import MARKS, Severity
from tui_trainer.tui.plot.spans import Line, Role, Span
from tui_trainer.tui.views.header import name_of
from tui_trainer.tui.views.page import Look
from tui_trainer.tui.watch import Watch

_ROLES: dict[Severity, Role] = {"good": "good", "note": "quiet", "alarm": "warn"}


_CUT = "… "


def facts(watch: Watch, look: Look) -> list[Line]:
    """One line a fact, led by a mark that says what kind it is."""
    urgent, others = _diagnoses(watch, look)
    known = [*_ending(watch), *others, *_origin(watch)]
    return [*_troubles(watch), *_remarks(watch), *_waits(watch), *urgent, *known]


def marks(watch: Watch) -> list[Line]:
    """What happened when, the latest first."""
    history = watch.history
    happened = [(note.step, plain(note.text)) for note in history.notes if watch.own is None]
    happened += [(edit.step, plain(change_of(edit))) for edit in history.edits]
    best = history.best(watch.select_by)
    if best is not None:
        kept = ", weights kept" if watch.own is None else ""
        happened.append((best.step, f"best validation {watch.select_by}{kept}"))
    happened.sort(key=lambda each: each[0], reverse=True)
    return [(Span(history.moment(step), "quiet"), Span(f"  {text}")) for step, text in happened]


def _troubles(watch: Watch) -> Iterator[Line]:
    history = watch.history
    if watch.problem:
        yield _fact("✗", "bad", watch.problem)
    if watch.state == "failed" and not watch.is_replay:
        yield _fact("✗", "bad", plain(history.reason) or "it failed without giving a reason: 4 shows its log")
    if watch.state == "crashed" and watch.own is not None:
        yield _fact("✗", "bad", "its process ended without closing the run: killed, or it never called close")
    elif watch.state == "crashed":
        yield _fact("✗", "bad", "the worker ended without a word: 4 shows what it printed last")
    elif watch.state == "stalled":
        yield _fact("!", "warn", "its process lives but does not get on: 4 shows what it printed last")
    if history.damage:
        lost = sum(skipped.length for skipped in history.damage)
        places = "one place" if len(history.damage) == 1 else f"{len(history.damage)} places"
        yield _fact(
            "!", "warn", f"the log is damaged in {places} ({lost:,} bytes): what they held is missing"
        )
    if history.unknown:
        yield _fact("!", "warn", newer_in_words(history.unknown))


def _remarks(watch: Watch) -> Iterator[Line]:
    """What a loop of one's own could not record, the latest first."""
    if watch.own is not None:
        for note in reversed(watch.history.notes):
            yield _fact("!", "warn", plain(note.text))


def _waits(watch: Watch) -> Iterator[Line]:
    history = watch.history
    if watch.state == "loading" and history.notes:
        yield _fact("…", "quiet", plain(history.notes[-1].text))
    if watch.state not in ("training", "paused") or watch.recipe is None:
        return
    every = watch.recipe.training.evaluate_every
    first = history.steps_per_epoch if every == "epoch" else every
    pace = history.steps_per_second()
    if history.step < first and history.evaluations["validation"] and pace and first / pace > 2:
        wait = figures.duration((first - history.step) / pace)
        yield _fact("…", "quiet", f"first validation after {first:,} updates, in about {wait}")


def _ending(watch: Watch) -> Iterator[Line]:
    history = watch.history
    test = watch.evaluation("test")
    if test is not None and not watch.is_live:
        values = ", ".join(
            f"{name_of(metric)} {figures.value(test.metrics[metric])}"
            for metric in dict.fromkeys((watch.headline, "loss", "rmse"))
            if metric in test.metrics
        )
        samples = f"{test.num_samples:,} samples, " if test.num_samples else ""
        yield _fact("✓", "good", f"test {values} ({samples}weights of {history.moment(test.step)})")
    if watch.state in ("finished", "stopped") and history.reason:
        yield _fact("·", "quiet", plain(history.reason))


def _origin(watch: Watch) -> Iterator[Line]:
    """Which run a fork goes on from."""
    if watch.parent is not None:
        drawn = "which is deleted" if watch.outline is None else "whose curves are dashed"
        yield _fact("·", "quiet", f"{watch.parent}, {drawn}")


def _diagnoses(watch: Watch, look: Look) -> tuple[list[Line], list[Line]]:
    """What is going on, at the cursor where there is one: what asks for something, and the rest."""
    if watch.recipe is None:
        return [], []
    history = watch.history
    found = diagnose(history, watch.recipe, at=math.inf if look.step is None else look.step)
    urgent: list[Line] = []
    others: list[Line] = []
    for each in beside_reason(found, history):
        role: Role = "accent" if each.severity == "note" and each.advice else _ROLES[each.severity]
        line = _fact(MARKS[each.severity], role, each.told)
        (urgent if each.severity == "alarm" or each.advice else others).append(line)
    return urgent, others


def _fact(mark: str, role: Role, text: str) -> Line:
    return (Span(f"{mark} ", role), Span(text))


def fold(line: Line, width: int, most: int | None = None) -> list[Line]:
    """A fact on as many lines as it needs, or ``most``, hanging under its mark.

    What is too long is cut in its middle: what to do about it stands at the end.
    """
    mark, text = line[0], "".join(span.text for span in line[1:])
    room = max(10, width - 2)
    rows = textwrap.wrap(text, room) or [""]
    if most is not None and len(rows) > most:
        kept = (most + 1) // 2
        end = textwrap.wrap(text[::-1], room - len(_CUT))[: most - kept]
        rows = [*rows[:kept], *(row[::-1] for row in reversed(end))]
        rows[kept] = _CUT + rows[kept]
    role = line[-1].role
    return [(mark if i == 0 else Span("  "), Span(row, role)) for i, row in enumerate(rows)]
