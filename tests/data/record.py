"""Remakes the recorded runs beside this file with a real worker: ``python tests/data/record.py [NAME...]``.

With ``--answers`` only what they answer to questions about their network. What tells of the machine they were
made on is replaced, and what they hold is a few dozen kilobytes.
"""

import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from subprocess import Popen
from typing import Any

import msgspec
import numpy as np
from msgspec import structs

from tui_trainer.core import rundir
from tui_trainer.core.control import Ask, Stop, send
from tui_trainer.core.events import ENDING, PhaseChanged, RunStarted
from tui_trainer.core.history import load
from tui_trainer.core.inside.pictures import picture_at
from tui_trainer.core.inside.probabilities import ClassProbabilities, losses
from tui_trainer.core.inside.questions import NextBatch, Poked, Question, SomeSamples
from tui_trainer.core.lock import is_locked
from tui_trainer.core.recipe import Recipe
from tui_trainer.core.rundir import RunDir
from tui_trainer.core.runlog import LogReader, LogWriter
from tui_trainer.tui import launcher
from tui_trainer.tui.inside.asking import Asking
from tui_trainer.tui.watch import Watch

RUNS = Path(__file__).parent / "runs"
PREFLIGHTS = Path(__file__).parent / "preflights"
ANSWERS = Path(__file__).parent / "answers"

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
    "net": {
        "name": "two-two-one",
        "data": {"kind": "moons", "points": 200},
        "architecture": {"kind": "fully-connected", "hidden": (2,), "activation": "sigmoid"},
        "loss": {"kind": "binary-cross-entropy"},
        "optimizer": {"kind": "adam", "lr": 0.02},
        "regularization": {"l2": {"strength": 0.01}, "gradient_clipping": {"max_norm": 0.1}},
        "training": {"epochs": 6, "batch_size": 20},
    },
    "diverged": {
        "name": "too-fast",
        "data": {"kind": "diabetes"},
        "architecture": {"kind": "linear"},
        "loss": {"kind": "mse"},
        "optimizer": {"kind": "momentum", "lr": 10.0},
        "training": {"epochs": 20},
    },
    "moons": {
        "name": "moons",
        "data": {"kind": "moons", "points": 400},
        "architecture": {"kind": "fully-connected", "hidden": (8, 4), "activation": "relu"},
        "loss": {"kind": "binary-cross-entropy"},
        "optimizer": {"kind": "adam", "lr": 0.1},
        "training": {"epochs": 10, "batch_size": 100, "probes": "boundary,weights"},
    },
    "circles-straight": {
        "name": "circles",
        "data": {"kind": "circles", "points": 400},
        "architecture": {"kind": "fully-connected", "hidden": (6, 4), "activation": "identity"},
        "loss": {"kind": "binary-cross-entropy"},
        "optimizer": {"kind": "adam", "lr": 0.1},
        "training": {"epochs": 10, "batch_size": 100, "probes": "boundary"},
    },
    "moons-dead": {
        "name": "moons",
        "data": {"kind": "moons", "points": 400},
        "architecture": {"kind": "fully-connected", "hidden": (8, 4), "activation": "relu"},
        "loss": {"kind": "binary-cross-entropy"},
        "optimizer": {"kind": "momentum", "lr": 5.0},
        "training": {"epochs": 10, "batch_size": 100, "probes": "boundary"},
    },
    "circles-vanishing": {
        "name": "circles",
        "data": {"kind": "circles", "points": 400},
        "architecture": {"kind": "fully-connected", "hidden": (4, 4, 4, 4, 4), "activation": "sigmoid"},
        "loss": {"kind": "binary-cross-entropy"},
        "optimizer": {"kind": "momentum", "lr": 0.05},
        "training": {"epochs": 10, "batch_size": 100, "probes": "boundary"},
    },
    "sine": {
        "name": "sine",
        "data": {"kind": "sine", "points": 200},
        "architecture": {"kind": "fully-connected", "hidden": (16, 16), "activation": "tanh"},
        "loss": {"kind": "mse"},
        "optimizer": {"kind": "adam", "lr": 0.01},
        "training": {"epochs": 12, "probes": "boundary"},
    },
    "plane": {
        "name": "plane",
        "data": {"kind": "plane", "points": 200},
        "architecture": {"kind": "linear"},
        "loss": {"kind": "mse"},
        "optimizer": {"kind": "adam", "lr": 0.03},
        "training": {"epochs": 6, "probes": "boundary,weights"},
    },
    "templates": {
        "name": "softmax-regression",
        "data": {"kind": "digits"},
        "architecture": {"kind": "softmax-regression"},
        "optimizer": {"kind": "adam", "lr": 0.01},
        "training": {"epochs": 6, "batch_size": 128, "probes": "weights"},
    },
    "lenet": {
        "name": "lenet",
        "data": {"kind": "digits"},
        "architecture": {"kind": "lenet"},
        "optimizer": {"kind": "adam", "lr": 0.003},
        "training": {"epochs": 2, "probes": "weights"},
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

_POKED = Poked(split="validation", index=3)
_QUESTIONS: dict[str, dict[str, Question]] = {
    "digits": {
        "batch": NextBatch(),
        "poked": structs.replace(_POKED, shift=(1, 0), noise=0.25, box=(3, 2, 2, 3)),
    },
    "diabetes": {"poked": structs.replace(_POKED, columns={2: 0.05})},
    "cancer": {"poked": structs.replace(_POKED, columns={0: 18.0, 3: 900.0})},
    "net": {
        "batch": NextBatch(),
        "poked": structs.replace(_POKED, columns={0: 0.5, 1: 1.0}),
        "samples": SomeSamples(split="train", indices=tuple(range(64))),
    },
}
"""What recordings are asked; the answers are kept in ``answers``, beside the runs."""

_CHECKED: dict[str, dict[str, Any]] = {
    "sound": _RECIPES["digits"],
    "too-slow": {**_RECIPES["digits"], "name": "too-slow", "optimizer": {"kind": "gd", "lr": 0.0003}},
}

ASKED = "asked"
"""Id of what an inspection was asked of runs whose name begins with `film`."""


def answer(name: str, run: RunDir) -> None:
    """Ask the last checkpoint of a run what there is to ask, and keep the answers."""
    watch = Watch(run)
    while watch.more or watch.since is None:
        watch.read_new()
        watch.judge(time.time())
    asking = Asking(watch)
    kept = ANSWERS / name
    kept.mkdir(parents=True, exist_ok=True)
    for kind, question in _QUESTIONS.get(name, {}).items():
        id_ = asking.ask(question)
        while (picture := asking.reply(id_).picture) is None:
            asking.read_new()
            time.sleep(0.02)
        (kept / f"{kind}.msgpack").write_bytes(msgspec.msgpack.encode(picture))
    send(run.inspection, Stop(attempt=1))
    while is_locked(run.inspection):
        time.sleep(0.02)


def record(name: str, *, keeps_run: bool) -> None:
    """Train one recipe in a home of its own, and keep what was recorded; or its answers alone."""
    _record(Recipe.model_validate(_RECIPES[name]), RUNS / name if keeps_run else None, launcher.start, name)


def record_preflight(name: str) -> None:
    """The same for the checks of one."""
    _record(Recipe.model_validate(_CHECKED[name]), PREFLIGHTS / name, launcher.start_preflight)


def _record(
    recipe: Recipe, place: Path | None, start: Callable[[RunDir], Popen[bytes]], asked: str = ""
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        run = rundir.create(recipe, root=Path(folder) / "runs")
        start(run).wait()
        if asked in _QUESTIONS:
            answer(asked, run)
        if place is None:
            return
        kept = RunDir(place)
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
        if place.name.startswith("film"):
            _inspect(run, kept)
    print(f"{place.name}: {len(events)} events, {kept.events.stat().st_size:,} bytes")


def _inspect(run: RunDir, kept: RunDir) -> None:
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
    names = [name for name in sys.argv[1:] if name != "--answers"]
    for chosen in names or [*_RECIPES, *_CHECKED]:
        if chosen in _CHECKED:
            record_preflight(chosen)
        else:
            record(chosen, keeps_run="--answers" not in sys.argv)
