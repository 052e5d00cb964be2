"""What validation's samples were given at an evaluation: as it was recorded, else by asking the network."""

from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter

import numpy as np

from tui_trainer.core.inside.pictures import Picture, picture_at
from tui_trainer.core.inside.probabilities import ClassProbabilities, Floats, Ints
from tui_trainer.core.inside.questions import Probabilities
from tui_trainer.core.rundir import RunDir
from tui_trainer.core.runlog import RunLogError
from tui_trainer.tui.inside.screen import Sight

_KIND = "class_probabilities"


@dataclass(frozen=True, eq=False)
class Given:
    """Probabilities (N, C) and true classes (N,) of the first samples of validation."""

    step: int
    probabilities: Floats
    labels: Ints
    of: int
    """How many samples validation has."""
    is_recorded: bool
    """Whether they are of the evaluation itself; else a network was asked, now."""


class GivenAt:
    """What was given at any step, as near as it is known."""

    def __init__(self, sight: Sight) -> None:
        self._sight = sight
        self._asked = ""
        self._answer: tuple[Picture, Given] | None = None

    def at(self, step: int) -> Given | None:
        """What was recorded at ``step``, else last before it, else first after it; else what was answered.

        Asks where nothing was recorded.
        """
        pictured = self._sight.watch.history.pictures.get(_KIND, [])
        if pictured:
            place = bisect_right(pictured, step, key=attrgetter("step"))
            found = pictured[max(0, place - 1)]
            return _recorded(self._sight.watch.run, found.offset, found.step)
        if not self._asked and self._is_due():
            self._asked = self._sight.asking.ask(Probabilities(split="validation"))
        if not self._asked:
            return None
        reply = self._sight.asking.reply(self._asked)
        if not isinstance(reply.picture, ClassProbabilities):
            return None
        if self._answer is None or self._answer[0] is not reply.picture:
            given = _given(reply.picture, reply.step, is_recorded=False)
            self._answer = (reply.picture, given) if given is not None else None
        return self._answer[1] if self._answer else None

    def seen(self) -> object:
        """What another of is another picture."""
        pictured = self._sight.watch.history.pictures.get(_KIND, [])
        return len(pictured) or (self._asked and self._sight.asking.reply(self._asked), self.why_not())

    def _is_due(self) -> bool:
        """Whether it is certain that nothing was recorded: an evaluation is told before its probabilities."""
        watch = self._sight.watch
        return watch.since is not None and (
            not watch.is_live or len(watch.history.evaluations["validation"]) > 1
        )

    def why_not(self) -> str:
        """What is waited for, or why there is nothing."""
        if self._sight.watch.history.pictures.get(_KIND):
            return "The probabilities that were recorded cannot be read."
        if not self._asked:
            return "Nothing was evaluated so far: the first evaluation comes before the first update."
        reply = self._sight.asking.reply(self._asked)
        waits_for = self._sight.asking.waits_for or f"asking the network… {100 * reply.done:.0f} %"
        return reply.problem or waits_for


@lru_cache(maxsize=4)
def _recorded(run: RunDir, offset: int, step: int) -> Given | None:
    try:
        picture = picture_at(run.pictures, offset)
    except RunLogError:
        return None
    return _given(picture, step, is_recorded=True) if isinstance(picture, ClassProbabilities) else None


def _given(picture: ClassProbabilities, step: int, *, is_recorded: bool) -> Given | None:
    """None where the arrays do not fit together: the file is damaged in a way that no checksum shows."""
    try:
        probabilities, labels = picture.given(), picture.labels()
    except ValueError:
        return None
    if len(probabilities) != len(labels) or np.any(labels >= picture.num_classes) or picture.num_classes < 2:
        return None
    return Given(step, probabilities, labels, picture.of, is_recorded)
