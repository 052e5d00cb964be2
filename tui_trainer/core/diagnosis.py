"""What is going on in a run, in words and numbers: pure functions over its history.

What cannot be told yet is not told: a wrong alarm is worse than a late one.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from tui_trainer.core import advice
from tui_trainer.core.confusion import most_confused
from tui_trainer.core.course import WINDOW, Course, Floats, falls, level, scatter, smoothed
from tui_trainer.core.edits import in_force
from tui_trainer.core.events import Baseline, Split
from tui_trainer.core.figures import value
from tui_trainer.core.history import History
from tui_trainer.core.inside.troubles import first_not_finite, troubles
from tui_trainer.core.recipe import Recipe
from tui_trainer.core.symptoms import non_finite
from tui_trainer.core.text import plain
from tui_trainer.core.verdicts import Diagnosis, Kind, Severity

__all__ = ["Diagnosis", "Kind", "Severity", "beside_reason", "diagnose"]

LEAST_UPDATES = 100
"""Before so many updates most networks have learned nothing yet: being at chance is no news."""
RISE_NOTED = 1.1
"""Validation loss 10 % above its minimum, medians of five compared, is more than a wandering minimum."""
RISE_ALARMING = 1.3
"""At 30 % above its minimum the course calls it overfitting."""
WELL_FITTED = 0.1
"""A tenth of it left on train: there is little more to fit."""
RISE_OF_TRIVIAL = 0.01
"""A rise below 1 % of the trivial answer's loss comes from a handful of samples, however large the ratio."""
RISE_OF_SCATTER = 1.5
"""Nor does it count within one and a half times the scatter: a minimum is the luckiest of many places."""
STILL_FALLING = 0.9
"""Train that lost a tenth since validation was best still fits its own samples better and better."""
FAR_BELOW = 0.5
"""Train at half of validation's loss fits what validation does not share."""
POOR = 0.25
"""A quarter of the trivial answer's loss left on train: much of the data is not fitted."""
UNFINISHED = 0.5
"""Half of it left when training ends while the loss falls: the end came too early."""
CLOSE_BY = 1.3
"""Validation at up to 1.3 times train's loss: what fails is the fit, not the generalization."""
LEARNED = 0.9
"""Validation that lost a tenth of its loss before training has learned something."""
DIVERGED = 2.0
"""Train at twice its loss before training, for a whole window, did not just overshoot once."""
DIVERGED_AT_ONCE = 10.0
"""At ten times there is no need to wait."""
TRIVIAL_R2 = 0.05
"""An R² up to 0.05 is within what chance gives on the smallest sets."""

_METRIC_NAMES = {"accuracy": "accuracy", "r2": "R²"}
_RECENT = 7  # evaluations that "fell in 6 of the last 7" looks at


def diagnose(history: History, recipe: Recipe, *, at: float = math.inf) -> tuple[Diagnosis, ...]:
    """What was going on after step ``at`` (by default the last), most urgent first; empty before the first.

    Of ``recipe``, with what was changed in it by then, it takes what there is to try.
    """
    recipe = in_force(recipe, (edit for edit in history.edits if edit.step <= at))
    course = Course.of(history, at)
    if diverged := _diverged(course, recipe):
        lost = first_not_finite(history.layers, at)
        return (diverged, lost) if lost else (diverged,)
    if not len(course) or not course.step:
        return ()
    thin = course.thinned()
    stuck = tuple(_stuck(course, thin, recipe))
    layers = _layers(course, thin, recipe, is_stuck=bool(stuck))
    alarms = [found for found in layers if found.severity == "alarm"]
    notes = [found for found in layers if found.severity != "alarm"]
    if stuck:  # the reason comes before what comes of it, and knows better what to try
        return (*alarms, *(replace(found, advice="") if alarms else found for found in stuck), *notes)
    return (*alarms, *_fit(course, thin, recipe), *notes, *_confusion(course))


def beside_reason(found: Iterable[Diagnosis], history: History) -> tuple[Diagnosis, ...]:
    """``found`` without what the reason of a failed run says already: that a loss was not finite."""
    is_said = history.phase == "failed" and bool(history.reason) and bool(non_finite(history))
    return tuple(each for each in found if not (is_said and each.kind == "diverged"))


def _diverged(course: Course, recipe: Recipe) -> Diagnosis | None:
    cure = advice.against_divergence(recipe)
    if odd := course.lost_at():
        name, number, step = odd
        epoch = math.ceil(course.history.epoch_of(step))
        text = f"diverged: the {name} became {value(number)} at step {step:,} (epoch {epoch:,})"
        return Diagnosis("diverged", "alarm", text, cure)
    if not len(course):
        return None
    start = max(float(course.train[0]), course.trivial_loss)
    if start <= 0:  # a loss of somebody's own, without a natural zero
        return None
    before, now, batches = float(course.train[0]), float(course.train[-1]), course.batch_loss()
    is_high = len(course) > WINDOW and course.train[-WINDOW:].min() > DIVERGED * start
    if is_high or now > DIVERGED_AT_ONCE * start:
        text = f"diverged: train loss is {value(now)}, from {value(before)} before training"
        return Diagnosis("diverged", "alarm", text, cure)
    if batches > DIVERGED_AT_ONCE * start:
        text = f"diverged: the last batches have loss {value(batches)}, from {value(before)} before training"
        return Diagnosis("diverged", "alarm", text, cure)
    return None


def _layers(course: Course, thin: Course, recipe: Recipe, *, is_stuck: bool) -> tuple[Diagnosis, ...]:
    """What the layers tell, once there was time to learn something."""
    if course.step < LEAST_UPDATES and not course.ended:
        return ()
    is_slow = is_stuck or (course.ended and level(thin.train) >= UNFINISHED * course.trivial_loss)
    return tuple(troubles(course.history.layers, recipe, course.step, is_stuck=is_stuck, is_slow=is_slow))


def _stuck(course: Course, thin: Course, recipe: Recipe) -> Iterator[Diagnosis]:
    """No better than the trivial answer, and no longer on the way to be."""
    if len(thin) < 2 or not (course.ended or (len(thin) > WINDOW and course.step >= LEAST_UPDATES)):
        return
    if falls(thin.train):
        return
    answered = _only_answer(course)
    cure = advice.against_chance(recipe, level(thin.train) / course.trivial_loss)
    started = course.history.started
    baseline = started.baselines.get(course.headline) if started else None
    if baseline is not None and _is_trivial(course, thin, baseline):
        name = _METRIC_NAMES[course.headline]
        train, validation = (
            value(float(of[-1])) for of in (course.train_headline, course.validation_headline)
        )
        trivial = f"{plain(baseline.label)} {value(baseline.value)}"
        text = f"chance level: {name} {train} on train, {validation} on validation; {trivial}"
        yield Diagnosis("chance", "alarm", text, cure)
        cure = ""
    if answered:
        yield Diagnosis("one-class", "alarm", answered, cure)


def _is_trivial(course: Course, thin: Course, baseline: Baseline) -> bool:
    """Whether neither split was better than the trivial answer in the whole window."""
    splits: tuple[tuple[Split, Floats], ...] = (
        ("train", thin.train_headline),
        ("validation", thin.validation_headline),
    )
    for split, values in splits:
        evaluation = course.evaluation(split)
        num_samples = evaluation.num_samples if evaluation else 0
        margin = TRIVIAL_R2
        if course.headline == "accuracy" and num_samples:  # two standard errors of a share
            margin = 2 * math.sqrt(baseline.value * (1 - baseline.value) / num_samples)
        window = values[1:][-WINDOW:]
        if not (window <= baseline.value + margin).all():
            return False
    return True


def _only_answer(course: Course) -> str:
    """That all samples are taken for one class, where they are and were in the whole window."""
    last = course.history.evaluations_until("validation", course.step, WINDOW)
    seen = [evaluation for evaluation in last if evaluation.step > 0]
    matrices = [np.asarray(e.confusion, np.int64) for e in seen if _is_square(e.confusion)]
    if not matrices or any((matrix.sum(axis=0) > 0).sum() != 1 for matrix in matrices):
        return ""
    if (matrices[-1].sum(axis=1) > 0).sum() < 2:
        return ""
    name = _class_name(course, int(matrices[-1].sum(axis=0).argmax()))
    return f"all one class: each of the {int(matrices[-1].sum()):,} validation samples is taken for {name}"


def _fit(course: Course, thin: Course, recipe: Recipe) -> Iterator[Diagnosis]:
    """How train and validation stand to each other, and where they go."""
    is_early = len(thin) < WINDOW + 3 or (course.step < LEAST_UPDATES and not course.ended)
    if overfitting := _overfitting(course, thin, recipe):
        yield overfitting
    elif course.ended and level(thin.train) >= UNFINISHED * course.trivial_loss and falls(thin.train):
        yield _unfinished(course, recipe)
    elif falls(thin.validation) and (not is_early or _has_learned(course)):
        yield _learned(course) if course.ended else _learning(course)
    elif is_early:
        updates = f"{course.step:,} update{'s' * (course.step != 1)}"
        yield Diagnosis("too-early", "note", f"too early to tell after {updates}")
    else:
        yield from _standstill(course, thin, recipe)


def _overfitting(course: Course, thin: Course, recipe: Recipe) -> Diagnosis | None:
    if len(thin) < WINDOW + 3:
        return None
    validation, train = smoothed(thin.validation), smoothed(thin.train)
    best = int(validation.argmin())
    rise = validation[-1] / validation[best] if validation[best] > 0 else 1.0
    least = max(RISE_OF_TRIVIAL * course.trivial_loss, RISE_OF_SCATTER * scatter(thin.validation[best:]))
    is_rise = rise >= RISE_NOTED and validation[-1] - validation[best] >= least
    is_train = train[-1] <= STILL_FALLING * train[best] or train[-1] <= FAR_BELOW * validation[-1]
    if not (is_rise and is_train and len(validation) - 1 - best >= 3):
        return None
    lowest = int(thin.validation[: best + WINDOW].argmin())
    has_early_stopping = recipe.regularization.early_stopping is not None
    text = (
        f"overfitting since epoch {thin.epoch(lowest)}: validation loss up from "
        f"{value(float(thin.validation[lowest]))} to about {value(float(validation[-1]))}, "
        f"train at {value(float(course.train[-1]))}"
    )
    if has_early_stopping:
        return Diagnosis("overfitting", "note", f"{text}; early stopping keeps the best weights")
    severity: Severity = "alarm" if rise >= RISE_ALARMING else "note"
    return Diagnosis("overfitting", severity, text, advice.against_overfitting(recipe))


def _learning(course: Course) -> Diagnosis:
    last = course.validation[-_RECENT - 1 :]
    fell, of = int((np.diff(last) < 0).sum()), len(last) - 1
    now = value(float(course.validation[-1]))
    often = f"in {fell} of the last {of} evaluations" if of > 1 else "at the first evaluation"
    return Diagnosis("learning", "good", f"learning: validation loss fell {often}, to {now}")


def _learned(course: Course) -> Diagnosis:
    start, lowest = value(float(course.validation[0])), value(float(course.validation.min()))
    return Diagnosis("learning", "good", f"it learned: validation loss fell from {start} to {lowest}")


def _has_learned(course: Course) -> bool:
    return bool(course.validation.min() <= LEARNED * course.validation[0])


def _lowest(course: Course) -> str:
    best = int(course.validation.argmin())
    return f"{value(float(course.validation[best]))} at epoch {course.epoch(best)}"


def _unfinished(course: Course, recipe: Recipe) -> Diagnosis:
    now, trivial = value(float(course.train[-1])), value(course.trivial_loss)
    text = f"underfitting: ended while train loss still fell, at {now} (trivial answer: {trivial})"
    return Diagnosis("underfitting", "note", text, advice.against_underfitting(recipe, still_falling=True))


def _standstill(course: Course, thin: Course, recipe: Recipe) -> Iterator[Diagnosis]:
    """Validation no longer gets better, and has not got worse either."""
    train, validation = level(thin.train), level(thin.validation)
    train_falls, share = falls(thin.train), train / course.trivial_loss
    is_poor = share >= POOR and validation <= CLOSE_BY * train
    if is_poor and not (train_falls or _stopped_early(course, recipe)):
        text = (
            f"underfitting, or noisy data: train loss stays at {value(train)} "
            f"(trivial answer: {value(course.trivial_loss)}), validation {value(validation)}"
        )
        cure = advice.against_underfitting(recipe, still_falling=False)
        yield Diagnosis("underfitting", "note", text, cure)
        return
    if course.ended and _has_learned(course):
        yield _learned(course)
        if share < WELL_FITTED or _stopped_early(course, recipe):
            return
    since = f"validation loss is no better than {_lowest(course)}"
    if train_falls:
        now = value(float(course.train[-1]))
        yield Diagnosis("plateau", "note", f"plateau: {since}, while train falls on to {now}")
    elif share < WELL_FITTED:
        yield Diagnosis("plateau", "good", f"learned: {since}, and train is down to {value(train)}")
    else:
        text = f"plateau: {since}, and train stays at {value(train)}"
        yield Diagnosis("plateau", "note", text, advice.against_plateau(recipe))


def _stopped_early(course: Course, recipe: Recipe) -> bool:
    return recipe.regularization.early_stopping is not None and course.step < course.history.planned_steps


def _confusion(course: Course) -> Iterator[Diagnosis]:
    evaluation = course.evaluation("validation")
    if evaluation is None or not evaluation.step or not _is_square(evaluation.confusion):
        return
    assert evaluation.confusion is not None
    found = most_confused(evaluation.confusion)
    if found is not None and found.count > 1:
        true, predicted = _class_name(course, found.true), _class_name(course, found.predicted)
        share = f"{found.count:,} of {found.of:,}"
        text = f"most frequent confusion: {true} taken for {predicted}, {share} on validation"
        yield Diagnosis("confusion", "note", text)


def _is_square(rows: Sequence[Sequence[int]] | None) -> bool:
    """Whether a recorded matrix is one, whatever wrote it."""
    return rows is not None and len(rows) > 0 and all(len(row) == len(rows) for row in rows)


def _class_name(course: Course, index: int) -> str:
    names = course.history.started.classes if course.history.started else ()
    return plain(names[index], limit=40) if index < len(names) else str(index)
