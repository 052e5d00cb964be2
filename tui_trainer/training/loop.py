"""The loop: steps, evaluations, the choice of the best weights, the test at the end.

It is a generator that yields wherever it may safely be left alone for a while. Whoever drives it may pause,
slow it down, take turns with other runs, or close it: the network is then as its last whole step left it.
"""

from collections.abc import Generator, Iterator, Sequence
from itertools import count, islice
from math import isfinite
from typing import TYPE_CHECKING, Literal, TypeAlias

import torch
from torch import Tensor

from tui_trainer.core.estimate import TRAIN_SAMPLE
from tui_trainer.core.schedules import factor
from tui_trainer.training.assembly import Trainee
from tui_trainer.training.augmentation import augmented
from tui_trainer.training.random_numbers import derive, epoch_order, seed_layers
from tui_trainer.training.recording import NotFinite, Recorder

if TYPE_CHECKING:
    from tui_trainer.training.compiled import CompiledSteps

SafePoint: TypeAlias = Literal["step", "evaluation", "part"]
"""After a step, after an evaluation, or amid a long one of either."""


def train(trainee: Trainee, record: Recorder) -> Generator[SafePoint, None, None]:
    """Train from where ``record`` stands to the last step, then measure test with the best weights.

    Raises NotFinite when a loss is not.
    """
    if trainee.is_evaluation_due(record.step):
        yield from _evaluate(trainee, record)
    else:
        record.enter("training")
    for batches in _groups(trainee, record):
        if trainee.ends_early:
            break
        if trainee.compiled and trainee.compiled.fits(batches[0]):
            for loss in trainee.compiled.make(batches, record.step + 1).unbind():
                record.add_step(loss)
        else:
            loss = yield from update(trainee, batches[0], record.step + 1)
            record.add_step(loss)
        yield "step"
        if trainee.is_evaluation_due(record.step):
            yield from _evaluate(trainee, record)
    yield from _test(trainee, record)


def _groups(trainee: Trainee, record: Recorder) -> Iterator[Sequence[Tensor]]:
    """The batches of the next steps: one, or as many as a graph makes at once."""
    batches, compiled = _batches(trainee, record.step), trainee.compiled
    for batch in batches:
        if compiled and compiled.fits(batch):
            yield [batch, *islice(batches, _num_together(trainee, compiled, record.step) - 1)]
        else:
            yield [batch]


def _num_together(trainee: Trainee, compiled: "CompiledSteps", step: int) -> int:
    """How many steps after ``step`` the graph makes at once: to its end, or to where something is due."""
    whole_batches = len(trainee.data.train_x) // trainee.batch_size
    most = min(compiled.at_once - compiled.place_of(step + 1), whole_batches - step % trainee.steps_per_epoch)
    is_due = (
        number
        for number in range(1, most)
        if step + number >= trainee.free_until or trainee.is_evaluation_due(step + number)
    )
    return next(is_due, most)


def _batches(trainee: Trainee, done: int) -> Iterator[Tensor]:
    """The samples of each step after ``done``, as indices ``(batch_size,)``; an epoch's last may be fewer."""
    epochs_done, done_of_epoch = divmod(done, trainee.steps_per_epoch)
    for epoch in count(epochs_done + 1):
        if epoch > trainee.recipe.training.epochs:  # epochs may be added until then
            return
        yield from batches_of(trainee, epoch)[done_of_epoch:]
        done_of_epoch = 0


def batches_of(trainee: Trainee, epoch: int) -> tuple[Tensor, ...]:
    """The samples of each step of an epoch, counted from one."""
    order = epoch_order(len(trainee.data.train_x), trainee.recipe.training.seed, epoch).to(trainee.device)
    batches = torch.split(order, trainee.batch_size)
    if trainee.joins_last_sample and len(batches) > 1 and len(batches[-1]) == 1:
        return (*batches[:-2], torch.cat(batches[-2:]))
    return batches


def update(trainee: Trainee, batch: Tensor, step: int) -> Generator[SafePoint, None, Tensor]:
    """One update; returns the mean loss of the batch, without penalties."""
    trainee.optimizer.zero_grad()
    if len(batch) <= trainee.rows_at_once:
        loss = _loss(trainee, batch, step)
        torch.autograd.backward(loss)
    else:
        loss = torch.zeros((), device=trainee.device)
        # Parts of about equal size: a last one of a single sample would be none for batch norm.
        num_parts = -(-len(batch) // trainee.rows_at_once)
        remembered = [buffer.clone() for buffer in trainee.network.buffers()]
        for number, rows in enumerate(torch.tensor_split(batch, num_parts)):
            share = _loss(trainee, rows, step, number) * (len(rows) / len(batch))
            torch.autograd.backward(share)
            loss += share.detach()
            try:
                yield "part"
            except GeneratorExit:  # a step that was left half done has left no trace
                for buffer, value in zip(trainee.network.buffers(), remembered, strict=True):
                    buffer.copy_(value)
                raise
    if trainee.penalty.is_on:
        trainee.penalty.add_gradient()
    if clipping := trainee.recipe.regularization.gradient_clipping:
        torch.nn.utils.clip_grad_norm_(trainee.network.parameters(), clipping.max_norm)
    base, schedule = trainee.recipe.optimizer.lr, trainee.recipe.optimizer.schedule
    trainee.optimizer.param_groups[0]["lr"] = base * factor(schedule, step - 1, trainee.horizon)
    trainee.optimizer.step()
    return loss


def _loss(trainee: Trainee, rows: Tensor, step: int, part: int = 0) -> Tensor:
    if trainee.draws_in_a_step:
        seed_layers(derive(trainee.recipe.training.seed, "step", step, part), trainee.device)
    inputs = trainee.data.train_x.index_select(0, rows)
    if augmentation := trainee.recipe.regularization.augmentation:
        inputs = augmented(inputs, augmentation, may_flip=trainee.facts.may_flip)
    targets = trainee.data.train_y.index_select(0, rows)
    return trainee.criterion(trainee.network(inputs), targets)


def _evaluate(trainee: Trainee, record: Recorder) -> Generator[SafePoint, None, None]:
    """Measure train (a fixed sample of it) and validation, and choose by validation."""
    record.enter("evaluating")
    data = trainee.data
    # The training part lies in a random, stratified order that only the split seed decides: its beginning
    # is a fair sample.
    some_x, some_y = data.train_x[:TRAIN_SAMPLE], data.train_y[:TRAIN_SAMPLE]
    train = yield from trainee.evaluator.measure(some_x, some_y)
    record.evaluated("train", train)
    validation = yield from trainee.evaluator.measure(data.validation_x, data.validation_y)
    record.evaluated("validation", validation)
    for split, measured in (("train", train), ("validation", validation)):
        if not isfinite(measured.metrics["loss"]):
            raise NotFinite(f"{split} loss", measured.metrics["loss"], record.step)
    trainee.selection.consider(record.step, validation.metrics[trainee.recipe.training.select_by])
    trainee.validated = validation
    trainee.network.train()
    record.enter("training")
    yield "evaluation"


def _test(trainee: Trainee, record: Recorder) -> Generator[SafePoint, None, None]:
    """Read the test split, this once, with the weights that validation chose; the last ones come back."""
    record.enter("evaluating")
    last = {name: tensor.clone() for name, tensor in trainee.network.state_dict().items()}
    trainee.selection.restore()
    trainee.holds_best = True
    try:
        measured = yield from trainee.evaluator.measure(trainee.data.test_x, trainee.data.test_y)
    finally:
        trainee.network.load_state_dict(last)
        trainee.holds_best = False
        trainee.network.train()
    record.tested(measured, trainee.selection.best_step)
