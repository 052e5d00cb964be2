"""What a run came to: as an object for programs, as lines for people."""

from typing import Any, TypeAlias

from tui_trainer.cli.output import columns
from tui_trainer.core.events import Evaluated
from tui_trainer.core.figures import duration, epoch, rate, value
from tui_trainer.core.history import History
from tui_trainer.core.recipe import Recipe
from tui_trainer.core.rundir import RunDir

Result: TypeAlias = dict[str, Any]

_MAIN_METRICS = ("loss", "accuracy", "r2")
_SPLITS = ("train", "validation", "test")


def measured(evaluation: Evaluated | None) -> dict[str, Any] | None:
    """The metrics of a split by name, with its confusion matrix where there is one."""
    if evaluation is None:
        return None
    told: dict[str, Any] = dict(evaluation.metrics)
    if evaluation.confusion is not None:
        told["confusion"] = evaluation.confusion
    return told


def scores(evaluation: Evaluated) -> str:
    """The metrics one looks at first: ``loss 0.412 accuracy 0.880``."""
    metrics = evaluation.metrics
    return " ".join(f"{name} {value(metrics[name])}" for name in _MAIN_METRICS if name in metrics)


def result_of(run: RunDir, recipe: Recipe, history: History, *, state: str) -> Result:
    """What ``run`` came to; train and validation as they were at the best step, as test was measured then.

    A value that is not known (no test after a stop, no pace of a run that failed) is None.
    """
    finished, started = history.finished, history.started
    best = history.best(recipe.training.select_by)
    best_step = best.step if best else None
    pace = finished.steps / finished.training_s if finished and finished.training_s > 0 else None
    epochs = finished.epochs if finished else int(history.epoch_of(history.step))
    return {
        "event": "finished",
        "run": run.id,
        "status": state,
        "reason": history.reason if history.ended else "",
        "epochs": epochs,
        "steps": history.step,
        "best_epoch": None if best_step is None else epoch_at(history, best_step),
        "best_step": best_step,
        "parameters": started.parameters if started else None,
        "seconds": history.elapsed_s,
        "steps_per_second": pace,
        "train": measured(history.evaluation_at("train", best_step) if best_step is not None else None),
        "validation": measured(best),
        "test": measured(history.chosen.get("test")),
        "test_reads": history.test_reads,
    }


def epoch_at(history: History, step: int) -> int | float:
    """The epoch after ``step``: a whole number where it is one."""
    after = history.epoch_of(step)
    return int(after) if after.is_integer() else after


def result_lines(result: Result) -> list[str]:
    """The same in a few lines, safe for a terminal."""
    pace = result["steps_per_second"]
    facts = [
        f"{result['status']} after {_count(result['epochs'], 'epoch')}, {_count(result['steps'], 'step')}",
        f"{duration(result['seconds'])}" + (f" at {rate(pace)} steps/s" if pace else ""),
    ]
    if result["parameters"] is not None:
        facts.append(f"{result['parameters']:,} parameters")
    if result["best_epoch"] is not None:
        facts.append(f"best at epoch {epoch(result['best_epoch'])}")
    if result["test_reads"] > 1:
        facts.append(f"test read {result['test_reads']} times")
    return [" · ".join(facts), *score_table(result), f"run {result['run']}"]


def score_table(result: Result) -> list[str]:
    """A row per split, a column per metric."""
    splits = [split for split in _SPLITS if result[split]]
    metrics = list(
        dict.fromkeys(
            name for split in splits for name in result[split] if name not in ("confusion", "penalty")
        )
    )
    rows = [["", *(name.replace("_", " ") for name in metrics)]]
    rows += [[split, *(value(result[split].get(name)) for name in metrics)] for split in splits]
    return columns(rows, numbers=range(1, len(metrics) + 1)) if splits else []


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" + ("s" if number != 1 else "")
