"""Histories made of losses alone: what a diagnosis or a symptom is asked about."""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from tui_trainer.core.events import Baseline, Evaluated, PhaseChanged, RunStarted, Split, Steps, Task
from tui_trainer.core.history import History

Matrix = Sequence[Sequence[int]]

BASELINES: dict[Task, Mapping[str, Baseline]] = {
    "binary": {"loss": Baseline(math.log(2), "ln 2"), "accuracy": Baseline(0.5, "chance")},
    "multiclass": {"loss": Baseline(math.log(10), "ln 10"), "accuracy": Baseline(0.1, "chance")},
    "regression": {"loss": Baseline(1.0, "mean predictor"), "r2": Baseline(0.0, "mean predictor")},
}


def told(
    train: Sequence[float],
    validation: Sequence[float],
    *,
    headline: tuple[Sequence[float], Sequence[float]] | None = None,
    confusion: Matrix | None = None,
    batches: Sequence[float] = (),
    task: Task = "multiclass",
    ended: bool = False,
    reason: str = "",
    steps_per_epoch: int = 40,
    epochs: int = 100,
    classes: Sequence[str] = tuple("0123456789"),
    num_samples: int = 1000,
    baselines: Mapping[str, Baseline] | None = None,
) -> History:
    """A run with these losses, one an epoch from before training on; ``headline``: accuracy or R² of both."""
    history = History()
    history.apply(
        RunStarted(
            attempt=1,
            elapsed_s=0.0,
            name="told",
            task=task,
            host="here",
            boot_id="b",
            pid=1,
            started_at=0.0,
            classes=() if task == "regression" else classes,
            steps_per_epoch=steps_per_epoch,
            planned_steps=epochs * steps_per_epoch,
            baselines=BASELINES[task] if baselines is None else baselines,
        )
    )
    splits: tuple[tuple[Split, Sequence[float]], ...] = (("train", train), ("validation", validation))
    for place, (split, losses) in enumerate(splits):
        for epoch, loss in enumerate(losses):
            metrics = {"loss": loss}
            if headline:
                metrics["r2" if task == "regression" else "accuracy"] = headline[place][epoch]
            history.apply(
                Evaluated(
                    attempt=1,
                    elapsed_s=float(epoch),
                    step=epoch * steps_per_epoch,
                    split=split,
                    num_samples=num_samples,
                    metrics=metrics,
                    confusion=confusion,
                )
            )
    if batches:
        data = np.asarray(batches, "<f4").tobytes()
        history.apply(Steps(attempt=1, elapsed_s=1.0, first_step=1, metrics={"loss": data}))
    if ended or reason:
        phase = "failed" if reason else "finished"
        history.apply(PhaseChanged(attempt=1, elapsed_s=9.0, phase=phase, step=history.step, reason=reason))
    return history


def decay(start: float, end: float, count: int, rate: float = 0.5) -> list[float]:
    """Losses that fall from ``start`` towards ``end``."""
    return [end + (start - end) * math.exp(-rate * epoch) for epoch in range(count)]


def jittery(losses: Sequence[float], share: float = 0.05, seed: int = 0) -> list[float]:
    """The same, each off by some percent, as they are when measured on few samples."""
    noise = np.random.default_rng(seed).normal(1, share, len(losses))
    return [float(loss * factor) for loss, factor in zip(losses, noise, strict=True)]
