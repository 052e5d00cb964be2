"""The confusion film: the matrix evaluation by evaluation, and the samples behind its cells."""

from collections.abc import Callable, Sequence
from typing import ClassVar, Literal, TypeAlias

import numpy as np
from textual.binding import BindingType

from tui_trainer.core.confusion import accuracy, confused_beside, confusions, most_confused
from tui_trainer.core.events import Evaluated
from tui_trainer.core.inside.probabilities import entropies, in_cell, losses, margins
from tui_trainer.tui import keys
from tui_trainer.tui.ascii import only_ascii
from tui_trainer.tui.inside.gallery import Chosen, Gallery
from tui_trainer.tui.inside.given import Given, GivenAt
from tui_trainer.tui.inside.moments import Moment, TimedScreen
from tui_trainer.tui.inside.screen import Sight
from tui_trainer.tui.plot import matrix
from tui_trainer.tui.plot.matrix import Cells, Counts
from tui_trainer.tui.plot.spans import Line, Span, clip, width_of
from tui_trainer.tui.plot.timeline import timeline
from tui_trainer.tui.views.page import Page
from tui_trainer.tui.watch import counts_of

RankedBy: TypeAlias = Literal["worst", "best", "uncertain", "entropy"]

_MOST = 500
"""So many samples are offered of the worst, the best and the most uncertain."""
_LEAST_ROOM, _MOST_NAMED = 3, 12
"""Where so many rows are left, the most frequent confusions are named, at most so many."""
_LEAST_BARS, _MOST_BARS = 20, 44
"""Cells for how one count went over time."""


class FilmScreen(TimedScreen):
    """A matrix with a cursor, or the samples that were opened."""

    NEEDS_NETWORK: ClassVar[bool] = False
    KEYS: ClassVar[tuple[keys.Key, ...]] = (*keys.FILM, *keys.INSIDE)
    BINDINGS: ClassVar[list[BindingType]] = [*keys.bindings(KEYS)]
    HOW_TO_READ: ClassVar[str] = (
        "The confusion matrix of validation, evaluation by evaluation: a row is the true class, a column "
        "what it was taken for. What is right is on the diagonal; · is none. Recall: how much of a class was "
        "found. Precision: how much of what was taken for a class is of it. The bars above are the accuracy "
        "of each evaluation; the one that is shown is marked.\n\n"
        "Changes: + is more than at the evaluation before, - is less. More on the diagonal is good, more "
        "beside it is bad. A net first learns the classes that are easy to tell apart; what is left in the "
        "end are pairs that look alike.\n\n"
        "Samples: the probabilities are those the network gave after the evaluation that is named, its "
        "softmax or sigmoid; ▸ is the true class. The loss is the cross-entropy, -ln of the probability of "
        "the true class: 0 is perfect. Left and right show how the same samples fared at other evaluations. "
        "The worst have the largest loss: look whether their labels are right. The most uncertain have two "
        "classes about equally likely, or (e) the largest entropy: many classes likely."
    )

    def __init__(self, sight: Sight) -> None:
        super().__init__(sight)
        self._given = GivenAt(sight)
        self._gallery: Gallery | None = None
        self._wanted: Callable[[Given], Chosen] | None = None
        """Chooses samples, as soon as it is known what they were given."""
        self._cursor: tuple[int, int] | None = None
        """True and predicted class."""
        self._order: list[int] | None = None
        """Classes in another order than their own."""
        self._film: list[Evaluated] = []
        self._film_of: tuple[int, int, int] | None = None
        """What list of evaluations the film was taken from."""
        self._accuracies: dict[int, float] = {}
        """Of evaluations that recorded a matrix alone."""
        self._has_changes = False
        self._cells: Cells = "counts"
        self._from = (0, 0)
        """First row and column."""

    def seen(self) -> object:
        """What was evaluated, and what was answered."""
        about_samples = (self._given.seen(), self._gallery.seen() if self._gallery else None)
        return len(self._evaluations()), self.sight.watch.is_regression, about_samples

    # Which evaluation

    def _evaluations(self) -> list[Evaluated]:
        """Those of validation that recorded a matrix, all of one size."""
        validations = self.sight.watch.history.evaluations["validation"]
        known_of = (id(validations), len(validations), id(validations[-1]) if validations else 0)
        if known_of != self._film_of:
            with_matrix = [each for each in validations if each.confusion]
            size = len(with_matrix[-1].confusion or ()) if with_matrix else 0
            self._film = [each for each in with_matrix if len(each.confusion or ()) == size]
            self._film_of = known_of
        return self._film

    def moments(self) -> Sequence[Moment]:
        """The evaluations."""
        return self._evaluations()

    def _shown(self) -> Evaluated | None:
        """The evaluation that is shown."""
        return self.chosen(self._evaluations())

    # Drawing

    def draw(self, width: int, height: int) -> Page:
        """The matrix of an evaluation, or samples."""
        watch, evaluations = self.sight.watch, self._evaluations()
        if watch.is_regression:
            return self.said("This network predicts numbers: there are no classes to be taken for others.")
        if not evaluations:
            if watch.own is not None:
                return self.said(
                    "No confusion matrix was logged: run.confusion(step, matrix, classes) logs one."
                )
            return self.said("No confusion matrix of validation was recorded so far.")
        place = self.place_in(evaluations)
        shown = evaluations[place]
        caption = watch.history.moment(shown.step)
        if self._has_samples:
            return Page(tuple(self._samples(shown, width, height)), caption)
        counts = counts_of(shown)
        if counts is None:
            return self.said("The matrix of this evaluation is damaged.")
        earlier = evaluations[place - 1] if place else None
        before = counts_of(earlier) if earlier else None
        since = watch.history.moment(earlier.step) if earlier else ""
        scores = [self._accuracy(each) for each in evaluations]
        figures = f"accuracy {scores[place]:.3f}"
        head = timeline(scores, place, f"evaluation {place + 1} of {len(evaluations)}", figures, width)
        picture = self._matrix(counts, before if self._has_changes else None, width, height - 2)
        about_cell = self._about_cell(counts, before, since, width)
        over_time = self._cell_over_time(evaluations, place, width - width_of(about_cell))
        lines: list[Line] = [head, *picture, (*about_cell, *over_time)]
        if height - len(lines) >= _LEAST_ROOM:
            lines += self._named(counts, min(_MOST_NAMED, height - len(lines) - 2), width)
        return Page(tuple(lines[:height]), caption)

    def _accuracy(self, evaluation: Evaluated) -> float:
        """As it was recorded, else from the matrix."""
        known = evaluation.metrics.get("accuracy") or self._accuracies.get(evaluation.step)
        if known is None:
            known = self._accuracies[evaluation.step] = accuracy(evaluation.confusion or ())
        return known

    def _matrix(self, counts: Counts, before: Counts | None, width: int, height: int) -> tuple[Line, ...]:
        cursor = self._cell(counts)
        order = self._ordered(len(counts))
        names = self._names(len(counts))
        at = np.ix_(order, order)
        view = matrix.View(
            cells=self._cells,
            row=self._from[0],
            column=self._from[1],
            colour=self.sight.colour,
            cursor=(order.index(cursor[0]), order.index(cursor[1])),
            minus=None if before is None else before[at],
        )
        picture = matrix.draw(counts[at], [names[i] for i in order], view, width, height)
        self._from = picture.row, picture.column
        return picture.lines

    def _ordered(self, number: int) -> list[int]:
        return self._order if self._order and len(self._order) == number else list(range(number))

    def _cell(self, counts: Counts) -> tuple[int, int]:
        """Where the cursor is: at first on the most frequent confusion."""
        if self._cursor is None or max(self._cursor) >= len(counts):
            worst = most_confused(counts)
            self._cursor = (worst.true, worst.predicted) if worst else (0, 0)
        return self._cursor

    def _names(self, number: int) -> list[str]:
        known = self.sight.watch.classes
        return [*known[:number], *map(str, range(len(known), number))]

    def _about_cell(self, counts: Counts, before: Counts | None, since: str, width: int) -> Line:
        true, predicted = self._cell(counts)
        names, count, of = self._names(len(counts)), int(counts[true, predicted]), int(counts[true].sum())
        share = f" ({100 * count / of:.1f} %)" if of else ""
        spans = [Span(_titled(names, true, predicted), "strong"), Span(f": {count:,} of {of:,}{share}")]
        if self._has_changes and before is None:
            spans.append(Span("; nothing was evaluated before", "quiet"))
        elif before is not None:
            change = count - int(before[true, predicted])
            spans.append(Span(f", {change:+,} since {since}" if change else "", "quiet"))
        return clip(tuple(spans), width)

    def _cell_over_time(self, evaluations: list[Evaluated], place: int, room: int) -> Line:
        """The count of the cell at the cursor, evaluation by evaluation, where there is room."""
        if room < _LEAST_BARS or self._cursor is None:
            return ()
        true, predicted = self._cursor
        counts = [each.confusion[true][predicted] for each in evaluations if each.confusion]
        return timeline(counts, place, "  over time", "", min(room, _MOST_BARS))

    def _named(self, counts: Counts, most: int, width: int) -> list[Line]:
        names = self._names(len(counts))
        found = confusions(counts, most)
        if not found:
            return [(), (Span("nothing is confused", "good"),)]
        lines: list[Line] = [(), (Span("most frequent", "quiet"),)]
        for each in found:
            text = f"{each.count:>6,} of {each.of:<6,}  {_titled(names, each.true, each.predicted)}"
            lines.append(clip((Span(text),), width))
        return lines

    def _samples(self, shown: Evaluated, width: int, height: int) -> list[Line]:
        given = self._given.at(shown.step)
        if given is None:
            return [clip((Span(self._given.why_not(), "quiet"),), width)]
        if self._wanted is not None:
            self._gallery, self._wanted = Gallery(self.sight, self._wanted(given)), None
        assert self._gallery is not None
        moment = self.sight.watch.history.moment(given.step)
        when = f"recorded at {moment}" if given.is_recorded else f"asked for at {moment}"
        has_shades = self.sight.colour and not self.app.current_theme.ansi
        ascii_only = only_ascii(self) or self.sight.glyphs == "ascii"
        return self._gallery.draw(given, when, width, height, has_shades=has_shades, ascii_only=ascii_only)

    # Keys

    def action_move(self, rows: int, columns: int) -> None:
        """Move the cursor; among samples, scroll."""
        if self._gallery is not None:
            self._gallery.scroll(rows or columns)
        elif evaluations := self._evaluations():
            counts = np.asarray(evaluations[-1].confusion, np.int64)
            order = self._ordered(len(counts))
            true, predicted = (order.index(each) for each in self._cell(counts))
            row = min(max(0, true + rows), len(counts) - 1)
            column = min(max(0, predicted + columns), len(counts) - 1)
            self._cursor = order[row], order[column]
        self.redraw()

    def action_page(self, by: int) -> None:
        """Go on by what is shown."""
        if self._gallery is not None:
            self._gallery.page(by)
            self.redraw()
        else:
            self.action_move(10 * by, 0)

    def action_changes(self) -> None:
        """What has changed since the evaluation before, or what there is."""
        self._has_changes = not self._has_changes
        self.redraw()

    def action_percent(self) -> None:
        """Counts, or percent of each row."""
        self._cells = "counts" if self._cells == "percent" else "percent"
        self.redraw()

    def action_sort(self) -> None:
        """The most confused classes first, as it is at this evaluation; or their own order."""
        shown = self._shown()
        if shown is None:
            return
        counts = shown.confusion or ()
        self._order = None if self._order else confused_beside(counts).tolist()
        self._from = (0, 0)
        if self._order:
            worst = most_confused(counts)
            self._cursor = (worst.true, worst.predicted) if worst else self._cursor
        self.redraw()

    def action_open(self) -> None:
        """The samples of the cell; with samples, one of them in large."""
        if self._gallery is not None:
            self._gallery.is_large = not self._gallery.is_large
            self.redraw()
        elif (shown := self._shown()) is not None:
            true, predicted = self._cell(np.asarray(shown.confusion))
            title = _titled(self._names(len(shown.confusion or ())), true, predicted)
            self._want(lambda given: Chosen(title, _in_cell(given, true, predicted)))

    def action_ranked(self, by: RankedBy) -> None:
        """The worst, best or most uncertain samples of all."""
        if self._shown() is not None:
            self._want(lambda given: _ranked(given, by))

    def _want(self, choose: Callable[[Given], Chosen]) -> None:
        """Show samples as soon as it is known which."""
        if self.sight.watch.own is not None:
            self.notify(self.OWN_LOOP, severity="warning", markup=False)
            return
        self._close_samples()
        self._wanted = choose
        self.redraw()

    @property
    def _has_samples(self) -> bool:
        """Whether samples take the place of the matrix."""
        return self._gallery is not None or self._wanted is not None

    def _close_samples(self) -> None:
        if self._gallery is not None:
            self._gallery.close()
        self._gallery = self._wanted = None

    def action_back(self) -> None:
        """Back to all cards, to the matrix, to the run."""
        if self._gallery is not None and self._gallery.is_large:
            self._gallery.is_large = False
        elif self._has_samples:
            self._close_samples()
        else:
            super().action_back()
            return
        self.redraw()


def _in_cell(given: Given, true: int, predicted: int) -> list[int]:
    found: list[int] = in_cell(given.probabilities, given.labels, true, predicted).tolist()
    return found


def _ranked(given: Given, by: RankedBy) -> Chosen:
    probabilities, labels = given.probabilities, given.labels
    match by:
        case "worst":
            title, goodness = "the worst: largest loss", -losses(probabilities, labels)
        case "best":
            title, goodness = "the best: least loss", losses(probabilities, labels)
        case "uncertain":
            title, goodness = "the most uncertain: least margin", margins(probabilities)
        case "entropy":
            title, goodness = "the most uncertain: largest entropy", -entropies(probabilities)
    return Chosen(title, np.argsort(goodness, kind="stable")[:_MOST].tolist())


def _titled(names: list[str], true: int, predicted: int) -> str:
    if true == predicted:
        return f"{names[true]}, found"
    return f"{names[true]}, taken for {names[predicted]}"
