"""Remakes the recorded runs beside this file with a real worker: ``python tests/data/record.py [NAME...]``.

What tells of the machine they were made on is replaced, and what they hold is a few dozen kilobytes.
"""

import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import msgspec

from tui_trainer.core import rundir
from tui_trainer.core.events import RunStarted
from tui_trainer.core.recipe import Recipe
from tui_trainer.core.runlog import LogReader, LogWriter
from tui_trainer.tui import launcher

RUNS = Path(__file__).parent / "runs"

_RECIPES: dict[str, dict[str, Any]] = {
    "digits": {
        "name": "first-steps",
        "architecture": {"kind": "fully-connected", "hidden": (64, 32)},
        "optimizer": {"kind": "adam", "lr": 0.003},
        "regularization": {"l2": {"strength": 1e-4}, "early_stopping": {"patience": 8}},
        "training": {"epochs": 12},
    },
    "diabetes": {
        "name": "regression-fcnn",
        "data": {"kind": "diabetes"},
        "architecture": {"kind": "fully-connected", "hidden": (64, 32)},
        "loss": {"kind": "mse"},
        "training": {"epochs": 8},
    },
    "cancer": {
        "name": "two-classes",
        "data": {"kind": "breast-cancer"},
        "architecture": {"kind": "logistic-regression"},
        "loss": {"kind": "binary-cross-entropy"},
        "training": {"epochs": 6},
    },
    "blobs": {
        "name": "twenty-clouds",
        "data": {"kind": "blobs", "classes": 20, "noise": 2.0, "points": 1000},
        "training": {"epochs": 6},
    },
    "diverged": {
        "name": "too-fast",
        "data": {"kind": "diabetes"},
        "architecture": {"kind": "linear"},
        "loss": {"kind": "mse"},
        "optimizer": {"kind": "momentum", "lr": 10.0},
        "training": {"epochs": 20},
    },
    "vanishing-gradient": {
        "name": "five-layers",
        "architecture": {"kind": "fully-connected", "hidden": (32,) * 5, "activation": "sigmoid"},
        "optimizer": {"kind": "momentum", "lr": 0.05},
        "training": {"epochs": 20, "evaluate_every": 80},
    },
    "dying-relu": {
        "name": "large-steps",
        "architecture": {"kind": "fully-connected", "hidden": (64, 32)},
        "optimizer": {"kind": "momentum", "lr": 0.3},
        "training": {"epochs": 30, "evaluate_every": 120},
    },
    "no-activation": {
        "name": "rings",
        "data": {"kind": "circles"},
        "architecture": {"kind": "fully-connected", "hidden": (64, 32), "activation": "identity"},
        "loss": {"kind": "binary-cross-entropy"},
        "optimizer": {"kind": "adam", "lr": 0.01},
        "training": {"epochs": 40, "evaluate_every": 80},
    },
}


def record(name: str) -> None:
    """Train one recipe in a home of its own, and keep what was recorded."""
    recipe = Recipe.model_validate(_RECIPES[name])
    with tempfile.TemporaryDirectory() as folder:
        run = rundir.create(recipe, root=Path(folder) / "runs")
        launcher.start(run).wait()
        kept = rundir.RunDir(RUNS / name)
        shutil.rmtree(kept.path, ignore_errors=True)
        kept.path.mkdir(parents=True)
        shutil.copy(run.recipe_toml, kept.recipe_toml)
        if run.pictures.exists():
            shutil.copy(run.pictures, kept.pictures)
        kept.worker_log.write_text(run.worker_log.read_text("utf-8").replace(folder, "/home/somebody"))
        events = LogReader(run.events).read_new(max_seconds=60).events
        with LogWriter(kept.events) as log:
            for event in events:
                if isinstance(event, RunStarted):
                    event = msgspec.structs.replace(
                        event, host="elsewhere", boot_id="then", pid=1, started_at=1.8e9
                    )
                log.append(event)
    print(f"{name}: {len(events)} events, {kept.events.stat().st_size:,} bytes")


if __name__ == "__main__":
    for chosen in sys.argv[1:] or _RECIPES:
        record(chosen)
