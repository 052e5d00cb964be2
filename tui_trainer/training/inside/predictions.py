"""What validation's samples were taken for at each evaluation, kept for viewers."""

from collections.abc import Generator

import numpy as np
import torch
from torch import Tensor

from tui_trainer.core.events import Split
from tui_trainer.core.inside.probabilities import ClassProbabilities
from tui_trainer.core.inside.questions import Probabilities
from tui_trainer.training.assembly import Trainee
from tui_trainer.training.inside.looking import (
    CannotAnswer,
    is_regression,
    of_split,
    still,
    told_outputs,
)
from tui_trainer.training.recording import Recorder

MAX_SAMPLES = 10_000
MAX_VALUES = 2_000_000
"""Of one evaluation at most so many samples and probabilities are kept: 8 MB."""
BUDGET = 64 * 2**20
"""Bytes of a run's pictures.log for all of them."""
FREE = BUDGET // 2
"""Up to here every evaluation is kept; what comes later is spread over the steps, ever thinner."""
ROWS_AT_ONCE = 256
"""Samples between two words with whoever else waits."""
FOLDS = 4
"""The rest of the budget would do for e⁴ = 55 times as many steps as the first half did."""


class Validations:
    """Keeps them all while there is room, then now and then; the best and the last always."""

    name = "predictions"

    @staticmethod
    def suits(trainee: Trainee) -> bool:
        """Classes are predicted."""
        return not is_regression(trainee)

    def __init__(self, record: Recorder) -> None:
        self._record = record
        # Whatever an earlier attempt recorded counts in full.
        self._used = record.run.pictures.stat().st_size if record.run.pictures.exists() else 0
        self._kept_step = -1
        self._best: tuple[int, ClassProbabilities] | None = None
        """The best evaluation, while it is not recorded."""

    @torch.inference_mode()
    def keep(self, trainee: Trainee, outputs: Tensor) -> None:
        """Take note of the evaluation after this step; ``outputs`` (N, K) are validation's logits."""
        step, is_best = self._record.step, trainee.selection.best_step == self._record.step
        is_last = step >= trainee.planned_steps or trainee.ends_early
        if is_best:
            self._best = None
        if not (is_last or is_best or self._is_due(step, _size(outputs))):
            return
        labels = trainee.data.validation_y
        picture = _picture(trainee, self._record, "validation", outputs, labels, len(labels))
        if is_last and self._best is not None:
            self._write(*self._best)
            self._best = None
        if is_last or self._is_due(step, _size(outputs)):
            self._write(step, picture)
        else:
            self._best = (step, picture)

    def _is_due(self, step: int, size: int) -> bool:
        if self._used + size <= FREE:
            return True
        if self._used + 3 * size > BUDGET:  # room is left for the best and the last
            return False
        return step - self._kept_step >= step * FOLDS * size / (BUDGET - FREE)

    def _write(self, step: int, picture: ClassProbabilities) -> None:
        self._record.pictured(picture, step=step)
        self._used += len(picture.probabilities) + len(picture.actual)
        self._kept_step = max(self._kept_step, step)


def probabilities(
    trainee: Trainee, record: Recorder, question: Probabilities
) -> Generator[float, None, ClassProbabilities]:
    """What the first samples of a split are given by the weights as they are. Raises CannotAnswer."""
    if is_regression(trainee):
        raise CannotAnswer("numbers are predicted: there are no classes, and no probabilities")
    inputs, labels = of_split(trainee, question.split)
    kept = min(len(inputs), MAX_SAMPLES, max(1, MAX_VALUES // len(trainee.facts.classes)))
    outputs: list[Tensor] = []
    for rows in torch.split(inputs[:kept], min(trainee.evaluator.rows_at_once, ROWS_AT_ONCE)):
        with still(trainee.network), torch.inference_mode():
            outputs.append(trainee.network(rows))
        yield sum(map(len, outputs)) / kept
    with torch.inference_mode():
        return _picture(trainee, record, question.split, torch.cat(outputs), labels, len(inputs))


def _num_kept(outputs: Tensor) -> int:
    return min(len(outputs), MAX_SAMPLES, max(1, MAX_VALUES // max(2, outputs.shape[1])))


def _size(outputs: Tensor) -> int:
    return _num_kept(outputs) * 4 * (max(2, outputs.shape[1]) + 1)


def _picture(
    trainee: Trainee, record: Recorder, split: Split, outputs: Tensor, labels: Tensor, of: int
) -> ClassProbabilities:
    kept = _num_kept(outputs)
    told = told_outputs(trainee, outputs[:kept])
    actual = labels[:kept].cpu().numpy().astype(np.dtype("<u4"))
    return ClassProbabilities(
        attempt=record.attempt,
        elapsed_s=record.elapsed_s,
        split=split,
        of=of,
        num_classes=told.shape[1],
        probabilities=told.tobytes(),
        actual=actual.tobytes(),
    )
