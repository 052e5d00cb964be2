"""What a worker says, as tagged msgpack maps. Fields are only ever added, with defaults.

``step`` counts optimizer updates: step 0 is before the first, and the loss of update k belongs to step k.
"""

from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias

import msgspec

Split: TypeAlias = Literal["train", "validation", "test"]
Task: TypeAlias = Literal["regression", "binary", "multiclass"]
Phase: TypeAlias = Literal["loading", "training", "evaluating", "paused", "finished", "stopped", "failed"]

EPOCHS = "training.epochs"
"""The setting that moves the end of a run."""
ENDED: frozenset[Phase] = frozenset({"finished", "stopped", "failed"})


# gc=False: events hold no cycles, and a log may hold hundreds of thousands, which the collector would walk
# again and again while they are read.
class Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="event", omit_defaults=True, gc=False):
    """Common to all: which start of the worker said it, and after how much active training time."""

    attempt: int
    elapsed_s: float


class Baseline(msgspec.Struct, frozen=True):
    """The trivial answer's value of a metric, and its name on a chart (``ln 10``, ``majority class``)."""

    value: float
    label: str


class RunStarted(Event, frozen=True, kw_only=True, tag="run_started"):
    """Facts that hold for all of an attempt: said once, when its data are loaded."""

    name: str
    task: Task
    host: str
    boot_id: str
    pid: int
    started_at: float
    """Unix time, seconds."""
    classes: Sequence[str] = ()
    """Class names, in the order of the confusion matrix; empty for regression."""
    target: str = ""
    """What is predicted and its unit, for regression."""
    input_shape: Sequence[int] = ()
    num_train: int = 0
    num_validation: int = 0
    num_test: int = 0
    parameters: int = 0
    steps_per_epoch: int = 1
    planned_steps: int = 1
    baselines: Mapping[str, Baseline] = {}
    """Metric name -> trivial answer."""
    numerics: Mapping[str, str | int | float | bool] = {}
    """Device, threads, optimizer implementation, versions, hash of the data: equal ones, equal bits (CPU)."""


class PhaseChanged(Event, frozen=True, kw_only=True, tag="phase_changed"):
    """What the worker does from here on; ``reason`` is one sentence where a person would ask why."""

    phase: Phase
    step: int = 0
    reason: str = ""


class Steps(Event, frozen=True, kw_only=True, tag="steps"):
    """Every step since the last of these: metric name -> little-endian float32, a value a step."""

    first_step: int
    metrics: Mapping[str, bytes]


class Evaluated(Event, frozen=True, kw_only=True, tag="evaluated"):
    """One split, measured in eval mode without augmentation; ``train`` comes before ``validation``."""

    step: int
    split: Split
    num_samples: int
    metrics: Mapping[str, float]
    """``loss``; ``accuracy``, ``roc_auc`` or ``r2``, ``mae``, ``rmse`` (original units); ``penalty``."""
    confusion: tuple[tuple[int, ...], ...] | None = None
    """(C, C) counts: rows are the true class, columns the predicted one."""
    predictions: int | None = None
    """Regression: where in pictures.log the ``Predictions`` of this evaluation begin."""
    weights: Literal["last", "best"] = "last"


class Predictions(Event, frozen=True, kw_only=True, tag="predictions"):
    """In pictures.log: actual and predicted targets, original units, little-endian float32, equal length."""

    actual: bytes
    predicted: bytes


class Finished(Event, frozen=True, kw_only=True, tag="finished"):
    """Said once before the phase that ends an attempt well: what it came to."""

    epochs: int
    steps: int
    best_step: int
    training_s: float
    """Seconds spent in the training phase, evaluations and pauses not counted."""


class Heartbeat(Event, frozen=True, kw_only=True, tag="heartbeat"):
    """Sent when nothing else has been for a while: alive, at this step."""

    step: int = 0


class Note(Event, frozen=True, kw_only=True, tag="note"):
    """A remark for the person at the screen: a request that was done, a fallback that was taken."""

    step: int
    text: str


class Edited(Event, frozen=True, kw_only=True, tag="edited"):
    """A setting of the recipe has another value from the update after ``step`` on."""

    step: int
    setting: str
    """Its key in the recipe, ``optimizer.lr``."""
    value: float
    before: float | None = None
    """None where its part was off."""


class Resumed(Event, frozen=True, kw_only=True, tag="resumed"):
    """The run goes on from a checkpoint: everything after ``at_step`` is cut from every series."""

    at_step: int


AnyEvent: TypeAlias = (
    RunStarted
    | PhaseChanged
    | Steps
    | Evaluated
    | Predictions
    | Finished
    | Heartbeat
    | Note
    | Edited
    | Resumed
)
