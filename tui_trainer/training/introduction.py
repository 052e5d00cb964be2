"""What an attempt says first: the facts that hold for all of it."""

import os
import time
from collections.abc import Mapping

from tui_trainer.core import liveness
from tui_trainer.core.architectures import num_outputs
from tui_trainer.core.events import RunStarted
from tui_trainer.core.layers import num_parameters
from tui_trainer.training.assembly import Trainee
from tui_trainer.training.baselines import baselines
from tui_trainer.training.recording import Recorder


def introduction(
    trainee: Trainee, record: Recorder, computed_with: Mapping[str, str | int | float | bool]
) -> RunStarted:
    """The event that introduces ``trainee``, and what it is ``computed_with`` (see ``numerics.describe``)."""
    recipe, facts, data = trainee.recipe, trainee.facts, trainee.data
    return RunStarted(
        attempt=record.attempt,
        elapsed_s=record.elapsed_s,
        name=recipe.name,
        task=facts.task,
        host=liveness.host(),
        boot_id=liveness.boot_id(),
        pid=os.getpid(),
        started_at=time.time(),
        classes=data.classes,
        target=facts.target,
        input_shape=facts.input_shape,
        num_train=len(data.train_x),
        num_validation=len(data.validation_x),
        num_test=len(data.test_x),
        parameters=num_parameters(trainee.table),
        steps_per_epoch=trainee.steps_per_epoch,
        planned_steps=trainee.planned_steps,
        baselines=baselines(data, facts.task, recipe.loss, num_outputs(recipe, facts), trainee.criterion),
        numerics=computed_with,
    )
