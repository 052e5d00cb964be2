"""What a worker says, as tagged msgpack maps. Fields are only ever added, with defaults.

``step`` counts optimizer updates: step 0 is before the first, and the loss of update k belongs to step k.
"""

import struct
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, TypeAlias

import msgspec

Split: TypeAlias = Literal["train", "validation", "test"]
Task: TypeAlias = Literal["regression", "binary", "multiclass", "any"]
"""``any``: a loop of one's own, of which nobody knows more than the metrics it logs."""
Phase: TypeAlias = Literal[
    "loading", "training", "evaluating", "paused", "stopping", "finished", "stopped", "failed"
]

EPOCHS = "training.epochs"
"""The setting that moves the end of a run."""
ENDED: frozenset[Phase] = frozenset({"finished", "stopped", "failed"})
ENDING: frozenset[Phase] = ENDED | {"stopping"}
"""From here on there are no more steps."""


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
    """0 where nobody knows of epochs."""
    planned_steps: int = 1
    """0 where nobody knows the end."""
    baselines: Mapping[str, Baseline] = {}
    """Metric name -> trivial answer."""
    numerics: Mapping[str, str | int | float | bool] = {}
    """Device, threads, optimizer implementation, versions, hash of the data: equal ones, equal bits (CPU)."""


class PhaseChanged(Event, frozen=True, kw_only=True, tag="phase_changed"):
    """What the worker does from here on; ``reason`` is one sentence where a person would ask why."""

    phase: Phase
    step: int = 0
    reason: str = ""
    has_diverged: bool = False
    """It failed because a loss was no number any more, which is a result; logs of old never say so."""


class Steps(Event, frozen=True, kw_only=True, tag="steps"):
    """Every step since the last of these: metric name -> little-endian float32, a value a step."""

    first_step: int
    metrics: Mapping[str, bytes]
    split: Split | None = None
    """The split they were measured over, at every one of these steps; None: they are the steps' own."""


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


def evaluations_in(steps: Steps) -> Iterator[Evaluated]:
    """What a block that was measured over a split says, an evaluation a step; nothing for any other block."""
    if steps.split is None:
        return
    columns = {
        metric: struct.unpack_from(f"<{len(values) // 4}f", values)
        for metric, values in steps.metrics.items()
    }
    for place in range(max(map(len, columns.values()), default=0)):
        yield Evaluated(
            attempt=steps.attempt,
            elapsed_s=steps.elapsed_s,
            step=steps.first_step + place,
            split=steps.split,
            num_samples=0,
            metrics={metric: column[place] for metric, column in columns.items() if place < len(column)},
            weights="best" if steps.split == "test" else "last",
        )


class Predictions(Event, frozen=True, kw_only=True, tag="predictions"):
    """In pictures.log: actual and predicted targets, original units, little-endian float32, equal length."""

    actual: bytes
    predicted: bytes


class LayersMeasured(Event, frozen=True, kw_only=True, tag="layers_measured"):
    """How the layers with weights do after ``step``, input to output, on samples of train in eval mode."""

    step: int
    layers: Sequence[str]
    """Their names."""
    gradient_norms: Sequence[float]
    """Euclidean norm of the gradient of the loss with respect to the weights."""
    signal_norms: Sequence[float]
    """The same with respect to what goes into the layers' activations, for all of the samples."""
    weight_norms: Sequence[float]
    update_ratios: Sequence[float]
    """Norm of the last update of the weights over their norm; NaN before the first."""
    saturated: Sequence[float]
    """Share of a sigmoid's or tanh's outputs where its slope is below 5 % of the steepest; NaN for others."""
    dead: Sequence[float]
    """Share of a ReLU's units that are 0 for all of the samples; NaN for others."""
    histograms: int | None = None
    """Where in pictures.log the ``LayerHistograms`` of this moment begin."""
    sizes: Sequence[int] = ()
    """How many weights each has."""
    widths: Sequence[int] = ()
    """How many numbers go into each activation for one sample."""
    activations: Sequence[str] = ()
    """The activation behind each, as a recipe names it; ``identity`` where there is none."""
    num_samples: int = 1
    """How many samples were looked at."""


class Pictured(Event, frozen=True, kw_only=True, tag="pictured"):
    """There is a picture of the network after ``step``."""

    step: int
    kind: str
    """The tag of the picture."""
    offset: int
    """Where in pictures.log it begins."""


class Answered(Event, frozen=True, kw_only=True, tag="answered"):
    """What became of a question that a viewer asked."""

    request: str
    """Its id."""
    step: int
    """Of the weights that were asked."""
    done: float = 1.0
    """How much of it is worked out; below 1 there is more to come."""
    offset: int | None = None
    """Where in pictures.log the answer begins, when there is one."""
    problem: str = ""
    """Why there is none."""


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


class FactsTold(Event, frozen=True, kw_only=True, tag="facts_told"):
    """What a loop of one's own lets know only on its way; it takes the place of what RunStarted said."""

    classes: Sequence[str] = ()
    steps_per_epoch: int = 0

    def told_to(self, started: RunStarted) -> RunStarted:
        """``started`` as it would have been, had this been known then."""
        return msgspec.structs.replace(
            started,
            classes=self.classes or started.classes,
            steps_per_epoch=self.steps_per_epoch or started.steps_per_epoch,
        )


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
    | FactsTold
    | LayersMeasured
    | Pictured
    | Answered
    | Resumed
)
