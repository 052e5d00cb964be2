"""Samples as the network sees them."""

from collections.abc import Generator

import torch

from tui_trainer.core.inside.questions import SomeSamples
from tui_trainer.core.inside.samples import Sample, Samples
from tui_trainer.training.assembly import Trainee
from tui_trainer.training.inside.looking import (
    CannotAnswer,
    in_original_units,
    is_regression,
    of_split,
    still,
    told_outputs,
)
from tui_trainer.training.recording import Recorder

MAX_SAMPLES = 64


def some_samples(
    trainee: Trainee, record: Recorder, question: SomeSamples
) -> Generator[float, None, Samples]:
    """The samples at ``question.indices`` of a split, at most `MAX_SAMPLES`. Raises CannotAnswer."""
    inputs, targets = of_split(trainee, question.split)
    indices = list(question.indices[:MAX_SAMPLES])
    if not all(0 <= index < len(inputs) for index in indices):
        raise CannotAnswer(f"{question.split} has {len(inputs):,} samples, counted from 0")
    chosen = torch.tensor(indices, dtype=torch.long, device=trainee.device)
    x, y = inputs.index_select(0, chosen), targets.index_select(0, chosen)
    with still(trainee.network), torch.inference_mode():
        outputs = trainee.network(x)
        losses = [trainee.criterion(outputs[i : i + 1], y[i : i + 1]).item() for i in range(len(x))]
    yield 0.9
    actual = y[:, 0] * trainee.data.target_std + trainee.data.target_mean if is_regression(trainee) else y
    told = zip(
        indices,
        in_original_units(trainee, x),
        told_outputs(trainee, outputs),
        actual.tolist(),
        losses,
        strict=True,
    )
    return Samples(
        attempt=record.attempt,
        elapsed_s=record.elapsed_s,
        split=question.split,
        shape=tuple(x.shape[1:]),
        samples=[
            Sample(index, values.tobytes(), output.tobytes(), float(target), loss)
            for index, values, output, target, loss in told
        ],
    )
