"""What a teaching recipe says one will see, as data: measures of a run, bounds on them, whether they hold.

Nothing heavy is imported: presets are listed with their symptoms, and measured only where there is a run.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from tui_trainer.core.verdicts import Kind

if TYPE_CHECKING:
    from tui_trainer.core.events import Split
    from tui_trainer.core.history import History
    from tui_trainer.core.recipe import Recipe


@dataclass(frozen=True, slots=True)
class Measure:
    """One number of a run: ``phrase`` says it with its bound in place of ``{}``."""

    description: str
    phrase: str
    of: "Callable[[History], float]"
    """NaN where the run has nothing to measure, so that no bound holds."""
    is_flag: bool = False
    """Whether it is only ever 0 or 1."""


@dataclass(frozen=True, slots=True)
class Bound:
    """What a measure comes to: at least, at most, or both."""

    measure: str
    """A key of ``MEASURES``."""
    at_least: float = -math.inf
    at_most: float = math.inf

    @property
    def text(self) -> str:
        """``train accuracy ≥ 0.99``."""
        if MEASURES[self.measure].is_flag:
            bound = "yes" if self.at_least > 0 else "no"
        elif self.at_least == self.at_most:
            bound = f"= {self.at_most:g}"
        elif -math.inf < self.at_least and self.at_most < math.inf:
            bound = f"from {self.at_least:g} to {self.at_most:g}"
        else:
            bound = f"≤ {self.at_most:g}" if self.at_most < math.inf else f"≥ {self.at_least:g}"
        return MEASURES[self.measure].phrase.format(bound)

    def holds(self, value: float) -> bool:
        """Whether ``value`` is within; NaN never is."""
        return self.at_least <= value <= self.at_most


@dataclass(frozen=True, slots=True)
class Shown:
    """One thing a recipe says, and what a run came to."""

    text: str
    holds: bool
    value: float | None = None
    """The measure's value; None for a diagnosis."""


@dataclass(frozen=True, slots=True)
class Symptom:
    """All that a recipe says one will see."""

    bounds: tuple[Bound, ...] = ()
    diagnosis: Kind | None = None
    """What ``diagnose`` must say among other things."""

    @property
    def text(self) -> str:
        """``overfitting, validation loss ≥ 1.3 × its minimum, train accuracy ≥ 0.99``."""
        return ", ".join([*filter(None, [self.diagnosis]), *(bound.text for bound in self.bounds)])

    def shown(self, history: "History", recipe: "Recipe") -> tuple[Shown, ...]:
        """For each thing that is said, whether a run shows it, and its value."""
        from tui_trainer.core.diagnosis import diagnose

        found = []
        if self.diagnosis is not None:
            kinds = {diagnosis.kind for diagnosis in diagnose(history, recipe)}
            found.append(Shown(self.diagnosis, self.diagnosis in kinds))
        for bound in self.bounds:
            value = MEASURES[bound.measure].of(history)
            found.append(Shown(bound.text, bound.holds(value), value))
        return tuple(found)


def non_finite(history: "History") -> float:
    """1 if the run ended on a loss that is NaN or infinite, else 0."""
    return float(any(not math.isfinite(value) for value in _last_losses(history)))


def _last_losses(history: "History") -> "list[float]":
    curves = [history.curves.get((split, "loss")) for split in ("train", "validation")]
    series = [each for each in (history.batch_loss, *curves) if each is not None and len(each)]
    return [float(each.values[-1]) for each in series]


def _last(history: "History", split: "Split", metric: str) -> float:
    """The last value of a metric; a loss that is not a number is as high as can be."""
    series = history.curves.get((split, metric))
    if series is None or not len(series):
        return math.nan
    if metric == "loss" and non_finite(history):
        return math.inf
    return float(series.values[-1])


def _start(history: "History") -> float:
    series = history.curves.get(("train", "loss"))
    return float(series.values[0]) if series is not None and len(series) else math.nan


def _rise(history: "History") -> float:
    series = history.curves.get(("validation", "loss"))
    told = series.values.tolist() if series is not None else []
    lowest = min(filter(math.isfinite, told), default=math.nan)
    return _ratio(_last(history, "validation", "loss"), lowest)


def _ratio(value: float, of: float) -> float:
    return value / of if of > 0 else math.nan


def _gradient_share(history: "History") -> float:
    from tui_trainer.core.inside.layers import per_weight

    gradients = per_weight(history.layers[-1]).tolist() if history.layers else [math.nan]
    return _ratio(gradients[0], gradients[-1])


def _dead_units(history: "History") -> float:
    shares = history.layers[-1].dead[:-1] if history.layers else ()
    return max((share for share in shares if not math.isnan(share)), default=math.nan)


def _best_epoch(history: "History") -> float:
    best = history.best("loss")
    return history.epoch_of(best.step) if best else math.nan


MEASURES: Mapping[str, Measure] = MappingProxyType(
    {
        "train_accuracy": Measure(
            "The last accuracy on train.",
            "train accuracy {}",
            lambda history: _last(history, "train", "accuracy"),
        ),
        "validation_accuracy": Measure(
            "The last accuracy on validation.",
            "validation accuracy {}",
            lambda history: _last(history, "validation", "accuracy"),
        ),
        "accuracy_gap": Measure(
            "How far the last accuracy on train is above that on validation.",
            "accuracy gap from train to validation {}",
            lambda history: _last(history, "train", "accuracy") - _last(history, "validation", "accuracy"),
        ),
        "train_r2": Measure(
            "The last R² on train.", "train R² {}", lambda history: _last(history, "train", "r2")
        ),
        "validation_r2": Measure(
            "The last R² on validation.",
            "validation R² {}",
            lambda history: _last(history, "validation", "r2"),
        ),
        "train_loss": Measure(
            "The last loss on train; infinite where the run ended on a loss that is not finite.",
            "train loss {}",
            lambda history: _last(history, "train", "loss"),
        ),
        "validation_loss": Measure(
            "The last loss on validation; infinite where the run ended on a loss that is not finite.",
            "validation loss {}",
            lambda history: _last(history, "validation", "loss"),
        ),
        "validation_loss_rise": Measure(
            "The last loss on validation as a multiple of its minimum.",
            "validation loss {} × its minimum",
            _rise,
        ),
        "loss_fall": Measure(
            "The last loss on train as a multiple of its loss before training: what is left of it.",
            "train loss {} × its start",
            lambda history: _ratio(_last(history, "train", "loss"), _start(history)),
        ),
        "non_finite": Measure(
            "1 if the run ended on a loss that is NaN or infinite, else 0.",
            "ends on a loss that is NaN or infinite: {}",
            non_finite,
            is_flag=True,
        ),
        "epochs": Measure(
            "How many epochs were trained.",
            "epochs {}",
            lambda history: history.epoch_of(history.step),
        ),
        "gradient_share": Measure(
            "The last gradient of a weight of the first layer as a multiple of one of the last layer, both "
            "as root mean square.",
            "gradient of the first layer {} × the last layer's",
            _gradient_share,
        ),
        "dead_units": Measure(
            "The share of units that give 0 for every sample, in the hidden layer of ReLUs that has most.",
            "dead units of a layer {}",
            _dead_units,
        ),
        "best_epoch": Measure("The epoch of the lowest loss on validation.", "best epoch {}", _best_epoch),
    }
)
"""All that a recipe's ``[symptom]`` may bound, by the key it is bounded with."""
