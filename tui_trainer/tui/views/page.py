"""What every view of a run's lower half gets and gives."""

from dataclasses import dataclass

from tui_trainer.core.events import Evaluated, Split
from tui_trainer.core.language import Language
from tui_trainer.tui.plot.matrix import Cells
from tui_trainer.tui.plot.raster import GlyphName
from tui_trainer.tui.plot.spans import Line, Span
from tui_trainer.tui.watch import Watch


@dataclass(frozen=True)
class Look:
    """How a view is looked at."""

    split: Split = "validation"
    cells: Cells = "counts"
    step: float | None = None
    """The chart cursor's; None while there is none."""
    top: int | None = None
    """The first row; None for where the view begins by itself."""
    column: int = 0
    colour: bool = True
    glyphs: GlyphName = "braille"
    language: Language = "en"
    """Of explanations."""
    is_wide: bool = False
    """Whether there is room for captions in full."""


@dataclass(frozen=True)
class Page:
    """A drawn view, and how far it can be scrolled."""

    lines: tuple[Line, ...]
    caption: str = ""
    """Of what, and when; stands beside the view's name."""
    top: int = 0
    last_top: int = 0
    last_column: int = 0


def said(*sentences: str) -> Page:
    """A page that only says something."""
    return Page(tuple((Span(sentence, "quiet"),) for sentence in sentences))


def moment(watch: Watch, evaluation: Evaluated, *, long: bool) -> str:
    """Which evaluation this is: ``validation after epoch 7 · 270 samples``."""
    point = watch.history.moment(evaluation.step)
    if evaluation.weights == "best":
        when = f"weights of {point}"
    elif evaluation.step == 0:
        when = "before training"
    else:
        when = f"after {point}" if long else point
    split = evaluation.split
    if split == "train" and long and watch.history.started and watch.own is None:
        whole = watch.history.started.num_train
        split_text = f"train, {evaluation.num_samples:,} of {whole:,} samples"
        return f"{split_text}, {when}"
    if long and evaluation.num_samples:
        return f"{split} {when} · {evaluation.num_samples:,} samples"
    return f"{split}, {when}"


def not_yet(watch: Watch, look: Look) -> Page:
    """Why there is no evaluation to show."""
    if watch.own is not None:
        return said(
            f"No confusion matrix of the {look.split} split was logged{' so far' * watch.is_live}.",
            "run.confusion(step, matrix, classes) logs one of validation.",
        )
    if look.split == "test" and watch.is_live:
        return said("The test split is read once, at the end, with the best weights.")
    if not watch.is_live:
        return said(f"No evaluation of the {look.split} split was recorded.")
    return said("The first evaluation comes before the first update.")
