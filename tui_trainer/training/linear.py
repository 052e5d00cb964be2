"""What scikit-learn's linear models score on the data of a run: ``python -m … RUN_DIR RESULT_FILE``.

They are the line that deep learning has to get past. Where scikit-learn is not installed nothing is written.
"""

import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tui_trainer.core.facts import facts
from tui_trainer.core.rundir import RunDir, write_whole
from tui_trainer.training.data import LoadedData, load
from tui_trainer.training.priority import MANY, give_way

MOST_SAMPLES = 10_000
"""More would take minutes, and hardly make a linear model better."""
MOST_ITERATIONS = 300


def main(arguments: Sequence[str]) -> int:
    """Fit, measure validation and write the result; returns the exit code."""
    run, result = RunDir(Path(arguments[0])), Path(arguments[1])
    try:
        import sklearn  # type: ignore[import-untyped]  # noqa: F401
    except ImportError:
        return 0
    give_way(MANY)
    recipe = run.recipe()
    data, began = load(recipe.data), time.perf_counter()
    is_regression = facts(recipe.data).task == "regression"
    metrics = _linear_regression(data) if is_regression else _logistic_regression(data)
    name, used = "linear regression" if is_regression else "logistic regression", len(data.train_x)
    label = name if used <= MOST_SAMPLES else f"{name}, {MOST_SAMPLES:,} samples"
    told = {"label": label, "metrics": metrics, "seconds": time.perf_counter() - began}
    write_whole(result, json.dumps(told))
    return 0


def _inputs(samples: Any) -> Any:
    """(N, F) numbers."""
    return samples.flatten(1).numpy()


def _logistic_regression(data: LoadedData) -> dict[str, float]:
    from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

    model = LogisticRegression(max_iter=MOST_ITERATIONS)
    model.fit(_inputs(data.train_x[:MOST_SAMPLES]), data.train_y[:MOST_SAMPLES].numpy())
    return {"accuracy": float(model.score(_inputs(data.validation_x), data.validation_y.numpy()))}


def _linear_regression(data: LoadedData) -> dict[str, float]:
    from sklearn.linear_model import LinearRegression

    model = LinearRegression()
    model.fit(_inputs(data.train_x[:MOST_SAMPLES]), data.train_y[:MOST_SAMPLES].flatten().numpy())
    actual = data.validation_y.flatten().numpy()
    errors = (model.predict(_inputs(data.validation_x)) - actual) * float(data.target_std)
    return {
        "r2": float(model.score(_inputs(data.validation_x), actual)),
        "mae": float(abs(errors).mean()),
        "rmse": float((errors**2).mean() ** 0.5),
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
