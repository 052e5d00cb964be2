"""Remakes the recorded runs beside this file with a real worker: ``python tests/data/record.py [NAME...]``.

What tells of the machine they were made on is replaced, and what they hold is a few dozen kilobytes.
"""

import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from tui_trainer.core import rundir
from tui_trainer.core.control import Ask, Stop, send
from tui_trainer.core.events import ENDING, PhaseChanged, RunStarted
from tui_trainer.core.history import load
from tui_trainer.core.inside.pictures import picture_at
from tui_trainer.core.inside.probabilities import ClassProbabilities, losses
from tui_trainer.core.inside.questions import SomeSamples
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
    "film-digits": {
        "name": "film",
        "architecture": {"kind": "fully-connected", "hidden": (16,)},
        "training": {"epochs": 4, "probes": "predictions"},
    },
    "film-cancer": {
        "name": "film of two classes",
        "data": {"kind": "breast-cancer"},
        "architecture": {"kind": "logistic-regression"},
        "loss": {"kind": "binary-cross-entropy"},
        "training": {"epochs": 4, "probes": "predictions"},
    },
    "film-iris": {
        "name": "film of flowers",
        "data": {"kind": "iris"},
        "training": {"epochs": 5, "probes": "predictions"},
    },
}

ASKED = "asked"
"""Id of what an inspection was asked of runs whose name begins with `film`."""


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
        if name.startswith("film"):
            _inspect(run, kept)
    print(f"{name}: {len(events)} events, {kept.events.stat().st_size:,} bytes")


def _inspect(run: rundir.RunDir, kept: rundir.RunDir) -> None:
    """Ask for the samples that fared worst, and keep what was said as if nobody had ended it yet."""
    offset = load(run).pictures["class_probabilities"][-1].offset
    given = picture_at(run.pictures, offset)
    assert isinstance(given, ClassProbabilities)
    worst = np.argsort(-losses(given.given(), given.labels()))[:32].tolist()
    worker = launcher.start_inspection(run)
    send(run.inspection, Ask(attempt=1, id=ASKED, question=SomeSamples(split="validation", indices=worst)))
    while ASKED not in load(run.inspection).answers:
        time.sleep(0.1)
    send(run.inspection, Stop(attempt=1))
    worker.wait()
    kept.inspection.path.mkdir()
    shutil.copy(run.inspection.pictures, kept.inspection.pictures)
    with LogWriter(kept.inspection.events) as log:
        for event in LogReader(run.inspection.events).read_new(max_seconds=60).events:
            if not (isinstance(event, PhaseChanged) and event.phase in ENDING):
                log.append(event)


if __name__ == "__main__":
    for chosen in sys.argv[1:] or _RECIPES:
        record(chosen)
