"""One class against the rest: ROC, precision and recall, and a threshold to move."""

import time
from collections.abc import Sequence
from itertools import zip_longest
from math import nan
from typing import ClassVar

import numpy as np
from textual.binding import BindingType

from tui_trainer.core.inside.ranking import Ranking, rank, score_of_class
from tui_trainer.tui import keys
from tui_trainer.tui.inside.given import Given, GivenAt
from tui_trainer.tui.inside.moments import Moment, TimedScreen
from tui_trainer.tui.inside.screen import Sight
from tui_trainer.tui.plot.spans import Line, Role, Span, clip, crop, left, right
from tui_trainer.tui.plot.table import Column, table
from tui_trainer.tui.plot.timeline import timeline
from tui_trainer.tui.plot.unit_square import Square, draw
from tui_trainer.tui.views.page import Page

_RANKING_S = 0.004
"""So long classes are ranked before a picture is drawn; the others have their turn at the next."""
_BELOW = 6
"""Rows below the curves."""
_TALLEST = 26
_GAP = 2
_TABLE = 42
"""Cells of the list of all classes, where there is room beside the curves."""
_LEAST_WIDTH_FOR_TABLE = 130


class _Rankings:
    """Every class against the rest, for what was given at one evaluation."""

    def __init__(self, given: Given) -> None:
        self.given = given
        self._done: dict[int, Ranking] = {}

    def of(self, chosen: int) -> Ranking:
        if chosen not in self._done:
            scores = score_of_class(self.given.probabilities, chosen)
            self._done[chosen] = rank(self.given.labels == chosen, scores)
        return self._done[chosen]

    @property
    def num_done(self) -> int:
        return len(self._done)

    def all(self) -> dict[int, Ranking] | None:
        """All of them; None while more are to be ranked."""
        until = time.perf_counter() + _RANKING_S
        for chosen in range(self.given.probabilities.shape[1]):
            if time.perf_counter() > until and chosen not in self._done:
                return None
            self.of(chosen)
        return self._done


class PerClassScreen(TimedScreen):
    """Two curves with a point each, and what the threshold decides."""

    KEYS: ClassVar[tuple[keys.Key, ...]] = (*keys.PERCLASS, *keys.INSIDE)
    BINDINGS: ClassVar[list[BindingType]] = [*keys.bindings(KEYS)]
    HOW_TO_READ: ClassVar[str] = (
        "One class against the rest, by the probability that the network gives it: whatever has at least the "
        "threshold is taken for the class. A low threshold finds all of the class (recall) and takes much "
        "else for it (false positive rate); a high one is precise and misses many.\n\n"
        "ROC: each threshold is a point, recall against false positive rate. The upper left corner is "
        "perfect; the dashed diagonal is chance. The area (ROC AUC) is the probability that a sample of the "
        "class ranks above one of the rest: 1 is perfect, 0.5 chance. It says nothing about how good the "
        "threshold is.\n\n"
        "Precision and recall: the upper right corner is perfect; the dashed line is the share of the class, "
        "the precision of whoever takes everything for it. Average precision is the area under the steps. "
        "Where the class is rare this picture tells more than ROC.\n\n"
        "Specificity is how much of the rest is not taken for the class. F1 is the harmonic mean of "
        "precision and recall. Macro averages are means over classes, each counting the same."
    )

    def __init__(self, sight: Sight) -> None:
        super().__init__(sight)
        self._given = GivenAt(sight)
        self._chosen: int | None = None
        self._threshold = 0.5
        self._rankings: _Rankings | None = None

    def moments(self) -> Sequence[Moment]:
        """The evaluations that were recorded sample by sample."""
        return self.sight.watch.history.pictures.get("class_probabilities", [])

    def seen(self) -> object:
        """What was recorded or answered, and how many classes are ranked."""
        watch, done = self.sight.watch, self._rankings.num_done if self._rankings else 0
        return len(watch.history.evaluations["validation"]), watch.is_regression, self._given.seen(), done

    # Drawing

    def draw(self, width: int, height: int) -> Page:
        """The curves of the chosen class, and what its threshold decides."""
        watch, moments = self.sight.watch, self.moments()
        if watch.is_regression:
            return self.said("This network predicts numbers: there are no classes to rank samples for.")
        place = self.place_in(moments)
        given = self._given.at(moments[place].step if moments else watch.history.step)
        if given is None:
            return self.said(self._given.why_not())
        if self._rankings is None or self._rankings.given is not given:
            self._rankings = _Rankings(given)
        rankings, chosen = self._rankings, self._class(given)
        caption = watch.history.moment(given.step)
        beside = _TABLE if width >= _LEAST_WIDTH_FOR_TABLE and given.probabilities.shape[1] > 2 else 0
        ranking = rankings.of(chosen)
        room = width - beside - (_GAP if beside else 0)
        squares = min(_TALLEST, height - 1 - _BELOW)
        lines = [self._head(place, moments, given, width)]
        if ranking.has_both:
            lines += self._curves(ranking, room, squares)
        else:
            lines += self._one_missing(ranking, given, room)
        lines += self._decided(ranking, given, room)
        if beside:
            listed = self._listed(rankings, beside, height - 1)
            pairs = zip_longest(lines[1:], listed, fillvalue=())
            lines[1:] = [(*crop(line, room + _GAP), *row) for line, row in pairs]
        return Page(tuple(lines[:height]), caption)

    def _head(self, place: int, moments: Sequence[Moment], given: Given, width: int) -> Line:
        if not given.is_recorded:
            text = "No probabilities were recorded: the network was asked. training.probes records them."
            return clip((Span(text, "quiet"),), width)
        accuracies = []
        for moment in moments:
            evaluation = self.sight.watch.history.evaluation_at("validation", moment.step)
            accuracies.append(evaluation.metrics.get("accuracy", nan) if evaluation else nan)
        value = f"accuracy {accuracies[place]:.3f}"
        return timeline(accuracies, place, f"evaluation {place + 1} of {len(moments)}", value, width)

    def _curves(self, ranking: Ranking, width: int, height: int) -> list[Line]:
        out, share = ranking.at(self._threshold), ranking.positives / (ranking.positives + ranking.negatives)
        recalls, precisions = ranking.precision_recall()
        roc = Square(
            f"ROC, area {ranking.roc_auc():.4f}",
            "false positive rate",
            *ranking.roc(),
            chance=(0.0, 1.0),
            point=(out.false_positive_rate, out.recall),
        )
        steps = Square(
            f"precision, average {ranking.average_precision():.4f}",
            "recall",
            np.repeat(recalls, 2)[:-1],
            np.repeat(precisions, 2)[1:],
            chance=(share, share),
            point=(out.recall, out.precision),
        )
        each = min((width - _GAP) // 2, 3 * height)
        drawn = [draw(square, each, height, self.sight.glyphs) for square in (roc, steps)]
        return [(*first, Span(" " * _GAP), *second) for first, second in zip(*drawn, strict=True)]

    def _one_missing(self, ranking: Ranking, given: Given, width: int) -> list[Line]:
        of, name = len(given.labels), self._class_name(self._class(given))
        if ranking.positives:
            text = f"All {of:,} samples are of {name}: without others there is nothing to rank it against."
        else:
            text = f"None of the {of:,} samples is of {name}: there is nothing to be found, and no curve."
        return [(), clip((Span(text, "warn"),), width), ()]

    def _decided(self, ranking: Ranking, given: Given, width: int) -> list[Line]:
        out, name = ranking.at(self._threshold), self._class_name(self._class(given))
        rest = self._class_name(1 - self._class(given)) if given.probabilities.shape[1] == 2 else "the rest"
        label = min(20, max(len(name), len(rest), 9))
        head = right("true \\ predicted", label + 8)
        of = f" of the first {len(given.labels):,}" if len(given.labels) < given.of else ""
        scores = (
            ("precision", out.precision),
            ("recall", out.recall),
            ("F1", out.f1),
            ("specificity", out.specificity),
        )
        told: list[Span] = []
        for what, value in scores:
            told += [Span(f"{what} ", "quiet"), Span(f"{_score(value)}   ")]
        lines: list[Line] = [
            (
                Span("threshold ", "quiet"),
                Span(_written(self._threshold), "strong"),
                Span(f"   {name} against {rest}: {ranking.positives:,} of ", "text"),
                Span(f"{ranking.positives + ranking.negatives:,}{of}", "text"),
            ),
            (Span(head, "quiet"), Span(right(name, label + 2)), Span(right(rest, label + 2))),
            self._row(name, (out.hits, out.misses), label, 0),
            self._row(rest, (out.false_alarms, out.rejections), label, 1),
            tuple(told),
            self._averages(),
        ]
        return [clip(line, width) for line in lines]

    def _row(self, name: str, counts: tuple[int, int], label: int, hit: int) -> Line:
        total = max(1, sum(counts))
        spans = [Span(right(name, label + 8))]
        for at, count in enumerate(counts):
            text = right(f"{count:,}", label + 2)
            share = count / total
            is_hit = at == hit
            level = round(5 * (share if is_hit else min(1.0, 4 * share) ** 0.5)) / 5
            spans.append(Span(text, "hit" if is_hit else "miss", level) if count else Span(text, "quiet"))
        return tuple(spans)

    def _averages(self) -> Line:
        assert self._rankings is not None
        number = self._rankings.given.probabilities.shape[1]
        if number == 2:
            return ()
        everything = self._rankings.all()
        if everything is None:
            return (Span(f"ranking {number} classes… {self._rankings.num_done}", "quiet"),)
        known = [each for each in everything.values() if each.has_both]
        if not known:
            return ()
        areas = np.mean([each.roc_auc() for each in known])
        precisions = np.mean([each.average_precision() for each in known])
        return (
            Span(f"macro average of {len(known)} classes: ", "quiet"),
            Span(f"ROC AUC {areas:.4f}   average precision {precisions:.4f}"),
        )

    def _listed(self, rankings: _Rankings, width: int, height: int) -> Sequence[Line]:
        everything = rankings.all()
        if everything is None:
            return ()
        chosen = self._class(rankings.given)
        first = min(max(0, chosen - (height - 1) // 2), max(0, len(everything) - height + 1))
        rows: list[list[str | Span]] = []
        for each in range(first, min(len(everything), first + height - 1)):
            ranking = everything[each]
            role: Role = "accent" if each == chosen else "text"
            cells = (_score(ranking.roc_auc()), _score(ranking.average_precision()), f"{ranking.positives:,}")
            rows.append([Span(left(self._class_name(each), 14), role), *cells])
        columns = [Column("class", "left", 14), *map(Column, ("ROC AUC", "avg prec", "samples"))]
        return table(columns, rows, width)

    def _class(self, given: Given) -> int:
        """To begin with of two classes the second, as in the metric ROC AUC; of more the first."""
        number = given.probabilities.shape[1]
        if self._chosen is None or self._chosen >= number:
            self._chosen = 1 if number == 2 else 0
        return self._chosen

    def _class_name(self, chosen: int) -> str:
        names = self.sight.watch.classes
        return names[chosen] if chosen < len(names) else str(chosen)

    # Keys

    def action_threshold(self, by: float) -> None:
        """A higher threshold, or a lower one."""
        self._threshold = min(1.0, max(0.0, round((self._threshold + by) * 100) / 100))
        self.redraw()

    def action_to_score(self, by: int) -> None:
        """To the next sample's score above or below: the next point of the curves."""
        if self._rankings is not None:
            ranking = self._rankings.of(self._class(self._rankings.given))
            self._threshold = ranking.next_threshold(self._threshold, by)
            self.redraw()

    def action_half(self) -> None:
        """Back to one half."""
        self._threshold = 0.5
        self.redraw()

    def action_class(self, by: int) -> None:
        """Another class."""
        if self._rankings is not None:
            given = self._rankings.given
            self._chosen = (self._class(given) + by) % given.probabilities.shape[1]
            self.redraw()


def _score(value: float) -> str:
    return "–" if np.isnan(value) else f"{value:.3f}"


def _written(threshold: float) -> str:
    """With as many digits as tell it from 0 and 1."""
    if 0 < threshold < 0.001:
        return f"{threshold:.1e}"
    return f"1 - {1 - threshold:.1e}" if 0.999 < threshold < 1 else f"{threshold:.3f}"
