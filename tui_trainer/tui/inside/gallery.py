"""Samples of validation, looked at one by one: what they are is asked for, page by page."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tui_trainer.core.facts import facts
from tui_trainer.core.inside.probabilities import losses
from tui_trainer.core.inside.questions import SomeSamples
from tui_trainer.core.inside.samples import Samples
from tui_trainer.tui.inside.asking import Reply
from tui_trainer.tui.inside.given import Given
from tui_trainer.tui.inside.screen import Sight
from tui_trainer.tui.plot import card
from tui_trainer.tui.plot.spans import Line, Span, clip, spread
from tui_trainer.tui.views.facts import fold


@dataclass(frozen=True)
class Chosen:
    """Some samples, and what they have in common."""

    title: str
    indices: Sequence[int]
    """Their places in validation."""


class Gallery:
    """Cards of the chosen samples, as many as there is room for."""

    def __init__(self, sight: Sight, chosen: Chosen) -> None:
        self._sight = sight
        self.chosen = chosen
        self.is_large = False
        """Whether one sample has all the room."""
        self._first = 0
        self._shown = 1
        self._across = 1
        self._asked = ""
        self._wanted: tuple[int, ...] = ()
        self._values: dict[int, NDArray[np.float32]] = {}
        self._range = (0.0, 1.0)
        about = facts(sight.watch.recipe.data) if sight.watch.recipe else None
        self._shape: tuple[int, ...] = about.input_shape if about else ()
        self._columns = about.features if about else ()

    def close(self) -> None:
        """Nothing that was asked is wanted any more."""
        if self._asked:
            self._sight.asking.forget(self._asked)

    def seen(self) -> object:
        """What another of is another picture."""
        reply = self._reply()
        return reply.problem, id(reply.picture), self._sight.asking.waits_for

    def scroll(self, rows: int) -> None:
        """Go on by rows of cards; by one where there is one."""
        by = rows * (1 if self.is_large else self._across)
        self._first = min(max(0, self._first + by), max(0, len(self.chosen.indices) - 1))
        if not self.is_large:
            self._first -= self._first % self._across

    def page(self, by: int) -> None:
        """Go on by as many as are shown."""
        self.scroll(by * max(1, self._shown // self._across))

    # Drawing

    def draw(
        self, given: Given, moment: str, width: int, height: int, *, has_shades: bool, ascii_only: bool
    ) -> list[Line]:
        """A head and the cards; images in shades of colour, or in characters."""
        problem = fold((Span(self._reply().problem, "warn"),), width) if self._reply().problem else []
        room = height - 1 - len(problem)
        num_classes = given.probabilities.shape[1]
        columns, rows = card.size(self._shape, num_classes, width, room, large=self.is_large)
        self._across = max(1, width // columns)
        self._shown = self._across * max(1, room // rows)
        if not self.chosen.indices:
            return [self._head(0, moment, width), (Span("No sample is there.", "quiet"),)]
        indices = self.chosen.indices[self._first : self._first + self._shown]
        self._have(indices)
        cards = [self._card(given, index, has_shades, ascii_only) for index in indices]
        lines: list[Line] = [self._head(len(indices), moment, width), *problem]
        for start in range(0, len(cards), self._across):
            drawn = [card.draw(each, columns, rows) for each in cards[start : start + self._across]]
            lines += [tuple(span for line in beside for span in line) for beside in zip(*drawn, strict=True)]
        return lines[:height]

    def _head(self, shown: int, moment: str, width: int) -> Line:
        of = len(self.chosen.indices)
        first = self._first + min(1, of)
        place = f"{first:,} to {self._first + shown:,}" if shown > 1 else f"{first:,}"
        return spread(
            (Span(self.chosen.title, "strong"), Span(f"  {place} of {of:,}", "quiet")),
            clip((Span(self._waits_for() or f"probabilities {moment}", "quiet"),), width // 2),
            width,
        )

    def _card(self, given: Given, index: int, has_shades: bool, ascii_only: bool) -> card.Card:
        probabilities, label = given.probabilities[index], int(given.labels[index])
        loss = losses(given.probabilities[index : index + 1], given.labels[index : index + 1])[0]
        low, high = self._range
        return card.Card(
            title=f"loss {loss:.2f}  sample {index}",
            names=self._sight.watch.classes,
            probabilities=probabilities,
            true=label,
            values=self._values.get(index),
            columns=self._columns,
            low=low,
            high=high,
            colour=has_shades,
            ascii_only=ascii_only,
        )

    # Asking

    def _have(self, indices: Sequence[int]) -> None:
        """Take what was answered, and ask for what is missing of a page."""
        self._take()
        missing = tuple(index for index in indices if index not in self._values)
        if missing and missing != self._wanted:
            self.close()
            self._wanted = missing
            self._asked = self._sight.asking.ask(SomeSamples(split="validation", indices=missing))
            self._take()

    def _reply(self) -> Reply:
        return self._sight.asking.reply(self._asked) if self._asked else Reply()

    def _waits_for(self) -> str:
        """What has to be done before all that is shown is known; empty where nothing."""
        shown = self.chosen.indices[self._first : self._first + self._shown]
        if self._reply().problem or all(index in self._values for index in shown):
            return ""
        return self._sight.asking.waits_for or "asking for the samples…"

    def _take(self) -> None:
        picture = self._reply().picture
        if not isinstance(picture, Samples):
            return
        self._shape = tuple(picture.shape)
        for sample in picture.samples:
            values = np.frombuffer(sample.values, "<f4")
            if sample.index not in self._values and values.size == np.prod(self._shape):
                self._values[sample.index] = values.reshape(self._shape)
                low, high = self._range
                self._range = min(low, float(values.min())), max(high, float(values.max()))
