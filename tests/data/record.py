"""Remakes the recorded runs beside this file with a real worker: ``python tests/data/record.py [NAME...]``.

What tells of the machine they were made on is replaced, and what they hold is a few dozen kilobytes.
"""

import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from subprocess import Popen
from typing import Any

import msgspec

from tui_trainer.core import rundir
from tui_trainer.core.events import RunStarted
from tui_trainer.core.recipe import Recipe
from tui_trainer.core.rundir import RunDir
from tui_trainer.core.runlog import LogReader, LogWriter
from tui_trainer.tui import launcher

RUNS = Path(__file__).parent / "runs"
PREFLIGHTS = Path(__file__).parent / "preflights"

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
}


_CHECKED: dict[str, dict[str, Any]] = {
    "sound": _RECIPES["digits"],
    "too-slow": {**_RECIPES["digits"], "name": "too-slow", "optimizer": {"kind": "gd", "lr": 0.0003}},
}


def record(name: str) -> None:
    """Train one recipe in a home of its own, and keep what was recorded."""
    _record(Recipe.model_validate(_RECIPES[name]), RUNS / name, launcher.start)


def record_preflight(name: str) -> None:
    """The same for the checks of one."""
    _record(Recipe.model_validate(_CHECKED[name]), PREFLIGHTS / name, launcher.start_preflight)


def _record(recipe: Recipe, place: Path, start: Callable[[RunDir], Popen[bytes]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        run = rundir.create(recipe, root=Path(folder) / "runs")
        start(run).wait()
        kept = rundir.RunDir(place)
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
    print(f"{place.name}: {len(events)} events, {kept.events.stat().st_size:,} bytes")


if __name__ == "__main__":
    for chosen in sys.argv[1:] or [*_RECIPES, *_CHECKED]:
        record(chosen) if chosen in _RECIPES else record_preflight(chosen)
