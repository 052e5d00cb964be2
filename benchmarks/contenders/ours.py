"""Ours, as a worker trains it: with all that it records, or the loop alone."""

import os
import tempfile
from pathlib import Path
from typing import Any

import torch

from benchmarks.contenders import Gate, Net
from tui_trainer.core import rundir
from tui_trainer.core.events import Phase
from tui_trainer.core.lock import WorkerLock
from tui_trainer.core.recipe import Adam, Data, FullyConnected, Moons, Recipe, TorchvisionSet, Training
from tui_trainer.training import keeping, recording, session
from tui_trainer.training.assembly import assemble
from tui_trainer.training.loop import train as steps_of
from tui_trainer.training.recording import Recorder
from tui_trainer.training.stop_sign import StopSign


def recipe(net: Net, *, is_compiled: bool) -> Recipe:
    """``net`` as a recipe that goes on for longer than anybody measures."""
    data: Data = Moons(points=10_000) if net.name == "tiny" else TorchvisionSet(kind="mnist")
    return Recipe(
        data=data,
        architecture=FullyConnected(hidden=net.sizes[1:-1]),
        optimizer=Adam(lr=net.lr),
        training=Training(
            epochs=100_000,
            batch_size=net.batch_size,
            device="cpu",
            threads=int(os.environ["OMP_NUM_THREADS"]),
            compile=is_compiled,
        ),
    )


def train(net: Net, gate: Gate, variant: str = "") -> None:
    """Train without end: as a worker does, eager or ``compiled``, or by the loop with nothing recorded."""
    chosen = recipe(net, is_compiled=variant == "compiled")
    if variant == "unmonitored":
        torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
        for _ in steps_of(assemble(chosen), _silent(gate)):
            pass
        return
    with tempfile.TemporaryDirectory() as home:
        os.environ["TUI_TRAINER_HOME"] = str(Path(home))
        run = rundir.create(chosen)
        WorkerLock(run.lock).acquire()
        _go_by(gate)
        for _ in session.live(run, StopSign()):
            pass


def _go_by(gate: Gate) -> None:
    """Have what goes by time go by the gate's, and tell the gate of steps and phases."""

    class Told(Recorder):
        def add_step(self, loss: torch.Tensor) -> None:
            super().add_step(loss)
            gate.step()

        def enter(self, phase: Phase, reason: str = "") -> None:
            _before(gate, phase)
            super().enter(phase, reason)
            _after(gate, phase)

    for module in (session, keeping, recording):
        module.perf_counter = gate.now  # type: ignore[attr-defined]
    session.Recorder = Told  # type: ignore[attr-defined]


def _silent(gate: Gate) -> Any:
    """What the loop needs of a recorder, which records nothing."""

    class Silent:
        step = 0

        def add_step(self, _loss: torch.Tensor) -> None:
            self.step += 1
            gate.step()

        def enter(self, phase: Phase) -> None:
            _before(gate, phase)
            _after(gate, phase)

        def evaluated(self, *_: object) -> None:
            pass

    return Silent()


def _before(gate: Gate, phase: Phase) -> None:
    if phase == "evaluating":
        gate.pause()


def _after(gate: Gate, phase: Phase) -> None:
    if phase == "training":
        gate.go_on()
