"""Poke: a sample is spoiled by keys, and what the network makes of it moves while it learns."""

import math
import time
from dataclasses import replace
from typing import ClassVar

import numpy as np
from textual.binding import BindingType

from tui_trainer.core.edits import EditRefused
from tui_trainer.core.events import Split
from tui_trainer.core.facts import DataFacts, facts
from tui_trainer.core.figures import value
from tui_trainer.core.inside.poked import PokedSample
from tui_trainer.core.inside.questions import SomeSamples
from tui_trainer.core.inside.samples import Samples
from tui_trainer.tui import keys
from tui_trainer.tui.inside import poke_page
from tui_trainer.tui.inside.asking import Reply
from tui_trainer.tui.inside.poke_page import Subject
from tui_trainer.tui.inside.screen import InsideScreen, Sight
from tui_trainer.tui.inside.spoiling import STEP, Spoil
from tui_trainer.tui.screens.steering import LineScreen
from tui_trainer.tui.views.page import Page

_FOLLOW_S = 10.0
_RENEW_S = 6.0
"""What is followed is asked for again this often, so that it ends soon after nobody looks."""
_MAX_COURSE = 400
_AROUND = 64
"""Samples drawn around a point of the plane."""


class PokeScreen(InsideScreen):
    """A sample, what is done to it, and what the network makes of it."""

    KEYS: ClassVar[tuple[keys.Key, ...]] = (*keys.POKE, *keys.INSIDE)
    BINDINGS: ClassVar[list[BindingType]] = [*keys.bindings(keys.POKE), *keys.bindings(keys.INSIDE)]
    HOW_TO_READ: ClassVar[str] = (
        "At the left is a sample as the network gets it, with all that you do to it; at the right what "
        "the network makes of it. A solid bar is the probability now; its lighter end was gained by "
        "spoiling the sample, dots were lost. A triangle marks the true class.\n\n"
        "An image can be shifted, covered and made noisy; in the row of a table a number can be "
        "changed, by tenths of its column's deviation or to any value; a point of the plane can be "
        "moved. While the run trains, the answer is worked out anew several times a second: the small "
        "bars below show how the probability of the true class went, each from 0 to 1, of the sample as "
        "it is and as it is spoiled.\n\n"
        "A network that is sure of a digit when most of it is covered has learned something else than "
        "its shape."
    )

    def __init__(self, sight: Sight, spoil: Spoil | None = None) -> None:
        """``spoil``: the sample to begin with, and what is done to it."""
        super().__init__(sight)
        self._asked = self._around = ""
        self._asked_at = 0.0
        self._spoil = spoil or Spoil()
        self._row = 0
        self._course: list[tuple[int, float, float]] = []
        """Step, and the true class's probability (or the prediction): as it is, and spoiled."""

    # Asking

    def begin(self) -> None:
        """Ask for the first sample; on a plane, for some around it."""
        about = self._facts
        if about is not None and self._is_point:
            question = SomeSamples(split="train", indices=tuple(range(min(_AROUND, about.num_train))))
            self._around = self.sight.asking.ask(question)
        self._ask()

    def _ask(self) -> None:
        follow_s = _FOLLOW_S if self.sight.watch.is_live else 0.0
        self._asked = self.sight.asking.ask(self._spoil.question, follow_s=follow_s, instead_of=self._asked)
        self._asked_at = time.monotonic()

    def _look(self) -> None:
        """While the run trains, keep on asking; note how the answer went."""
        super()._look()
        if self.sight.watch.is_live and time.monotonic() - self._asked_at > _RENEW_S:
            self._ask()

    @property
    def _facts(self) -> DataFacts | None:
        recipe = self.sight.watch.recipe
        return None if recipe is None else facts(recipe.data)

    @property
    def _is_point(self) -> bool:
        """Whether a sample is a point of the plane, of some class."""
        about = self._facts
        return about is not None and poke_page.is_point(about)

    @property
    def _reply(self) -> Reply:
        return self.sight.asking.reply(self._asked)

    @property
    def _picture(self) -> PokedSample | None:
        picture = self._reply.picture
        return picture if isinstance(picture, PokedSample) else None

    def seen(self) -> object:
        """The answer, what hinders it, and the samples around it."""
        reply, asking = self._reply, self.sight.asking
        around = bool(self._around) and asking.reply(self._around).picture is not None
        return id(reply.picture), reply.problem, asking.waits_for, around, self.sight.watch.state

    # Drawing

    def draw(self, width: int, height: int) -> Page:
        """The sample and what is made of it."""
        reply, asking, about = self._reply, self.sight.asking, self._facts
        if reply.problem:
            return self.said(reply.problem)
        if about is None:
            return self.said("The recipe of this run cannot be read: nothing tells what its data are.")
        picture = self._picture
        if picture is None:
            return self.said(asking.waits_for or "asking the network…")
        self._note(reply.step, picture)
        around = asking.reply(self._around).picture if self._around else None
        subject = Subject(
            picture=picture,
            about=about,
            spoil=self._spoil,
            row=self._row,
            around=around if isinstance(around, Samples) else None,
            course=self._course,
            glyphs=self.sight.glyphs,
            colour=self.sight.colour,
        )
        lines = poke_page.draw(subject, width, height)
        return Page(lines, self.sight.watch.history.moment(reply.step))

    def _note(self, step: int, picture: PokedSample) -> None:
        """Add to the course of the answer, once a step."""
        if (picture.split, picture.index) != (self._spoil.split, self._spoil.index):
            return  # the answer about the sample before still stands
        shares = []
        for output in (picture.output_before, picture.output):
            told = np.frombuffer(output, "<f4")
            shares.append(float(told[int(picture.actual)] if len(told) > 1 else told[0]))
        now = (step, shares[0], shares[1])
        if self._course and self._course[-1][0] == step:
            self._course[-1] = now
        else:
            self._course = [*self._course[1 - _MAX_COURSE :], now]

    # Keys

    def _become(self, spoil: Spoil) -> None:
        if (spoil.split, spoil.index) != (self._spoil.split, self._spoil.index):
            self._course = []
        self._spoil = spoil
        self._ask()
        self.redraw()

    def _image_shape(self) -> tuple[int, int] | None:
        about = self._facts
        if about is None or not about.is_image:
            return None
        _, height, width = about.input_shape
        return height, width

    def action_move(self, across: int, down: int) -> None:
        """Move the image or what covers it; a point; the cursor over a row's columns, or the value there."""
        shape, picture = self._image_shape(), self._picture
        if shape is not None:
            self._become(self._spoil.shifted(across, down, shape))
        elif picture is not None and self._is_point:
            spoil = self._changed(self._spoil, 0, across) if across else self._spoil
            self._become(self._changed(spoil, 1, -down) if down else spoil)
        elif picture is not None and across:
            self._become(self._changed(self._spoil, self._row, across))
        elif picture is not None:
            self._row = min(max(0, self._row + down), len(picture.values) // 4 - 1)
            self.redraw()

    def _changed(self, spoil: Spoil, column: int, steps: int) -> Spoil:
        """A number of the row moved by tenths of its column's deviation."""
        picture = self._picture
        assert picture is not None
        before = float(np.frombuffer(picture.values, "<f4")[column])
        step = STEP * float(np.frombuffer(picture.deviations, "<f4")[column])
        return spoil.with_column(column, spoil.columns.get(column, before) + steps * step)

    def action_type(self) -> None:
        """Type a value for the column under the cursor."""
        picture, about = self._picture, self._facts
        if picture is None or about is None or self._image_shape() is not None:
            self.notify("A row of a table has values to type; an image is shifted and covered.", markup=False)
            return
        row = self._row
        now = self._spoil.columns.get(row, float(np.frombuffer(picture.values, "<f4")[row]))

        def take(number: float | None) -> None:
            if number is not None:
                self._become(self._spoil.with_column(row, number))

        self.app.push_screen(_ValueScreen(poke_page.column_name(about, row), now), take)

    def action_noise(self, by: int) -> None:
        """More noise, or less."""
        self._become(self._spoil.noisier(by))

    def action_draw_again(self) -> None:
        """The same noise, drawn anew."""
        self._become(replace(self._spoil, seed=self._spoil.seed + 1))

    def action_cover(self) -> None:
        """Cover a part of the image, or no longer."""
        shape = self._image_shape()
        if shape is None:
            self.notify("Only an image can be covered.", markup=False)
        else:
            self._become(self._spoil.with_box(shape))

    def action_box(self, by: int) -> None:
        """Cover more, or less."""
        shape = self._image_shape()
        if shape is not None and self._spoil.box is not None:
            self._become(self._spoil.larger_box(by, shape))

    def action_clean(self) -> None:
        """The sample as it is."""
        self._become(self._spoil.cleaned())

    def action_sample(self, by: int) -> None:
        """The next sample, or the one before, spoiled alike."""
        if (picture := self._picture) is not None:
            self._become(self._spoil.of_sample((self._spoil.index + by) % picture.of))

    def action_split(self) -> None:
        """Samples of another split; test is not read while anything may still be chosen by it."""
        splits: list[Split] = ["validation", "train"]
        if not self.sight.watch.is_live:
            splits.append("test")
        at = splits.index(self._spoil.split) if self._spoil.split in splits else -1
        self._become(Spoil(splits[(at + 1) % len(splits)]))


class _ValueScreen(LineScreen[float]):
    """Asks for a value of a column."""

    def __init__(self, column: str, now: float) -> None:
        super().__init__(f"{column} is {value(now)}", "another value")

    def answer(self, text: str) -> float:
        """The number. Raises EditRefused."""
        try:
            number = float(text)
        except ValueError:
            number = math.nan
        if not math.isfinite(number):
            raise EditRefused(f"a value is a number such as 1.5, not {text!r}")
        return number
