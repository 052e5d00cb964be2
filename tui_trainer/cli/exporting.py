"""A run as a table: a row per step, a column per metric and split."""

from collections.abc import Iterator

from tui_trainer.core.history import History
from tui_trainer.core.text import plain


def table(history: History) -> Iterator[list[str | int]]:
    """The names of the columns, then a row for every step that something was recorded at.

    ``batch_loss`` is the loss of the step itself; a split's columns have values where it was evaluated.
    Values have as many digits as were recorded (32 bits for batches), NaN is ``nan``, unknown is empty.
    """
    columns: dict[str, dict[int, str]] = {}
    for metric, series in history.batch.items():
        columns[f"batch_{metric}"] = dict(zip(series.steps.tolist(), map(str, series.values), strict=True))
    for split, evaluations in history.evaluations.items():
        for evaluation in evaluations:
            for metric, value in evaluation.metrics.items():
                columns.setdefault(f"{split}_{metric}", {})[evaluation.step] = repr(value)
    yield ["step", "epoch", "elapsed_s", *map(plain, columns)]
    steps = sorted({step for column in columns.values() for step in column})
    for step, elapsed_s in zip(steps, history.elapsed_at(steps).tolist(), strict=True):
        values = [column.get(step, "") for column in columns.values()]
        epoch = f"{history.epoch_of(step):.6g}" if history.has_epochs else ""
        yield [step, epoch, f"{elapsed_s:.4f}", *values]
