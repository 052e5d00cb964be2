"""Remakes the recorded slices of the loss of ``runs/digits``: ``python tests/data/record_slices.py``.

The run is trained once more, with a checkpoint after each epoch; ``answers/digits`` gets what it answers.
"""

import tempfile
from collections.abc import Generator
from pathlib import Path

import msgspec

from tui_trainer.core import rundir
from tui_trainer.core.checkpoint_files import path_of, saved_steps
from tui_trainer.core.inside.questions import Slice
from tui_trainer.core.inside.surface import LossSlice
from tui_trainer.core.lock import WorkerLock
from tui_trainer.training import checkpoint, keeping
from tui_trainer.training.assembly import assemble
from tui_trainer.training.hosting import host
from tui_trainer.training.inside.surface import loss_slice
from tui_trainer.training.recording import Recorder
from tui_trainer.training.stop_sign import StopSign

DATA = Path(__file__).parent
ANSWERS = DATA / "answers" / "digits"
QUESTIONS = {
    "slice-1-random": Slice(),
    "slice-2-random": Slice(dimensions=2, points=25),
    "slice-2-checkpoints": Slice(dimensions=2, points=25, along="checkpoints", span=1.25),
}
AT = {"slice-2-checkpoints": 6}
"""Which checkpoint is asked, counted from the first; else the last."""


def _result(working: Generator[float, None, LossSlice]) -> LossSlice:
    while True:
        try:
            next(working)
        except StopIteration as end:
            return end.value


def main() -> None:
    """Train, ask, keep."""
    recipe = rundir.RunDir(DATA / "runs" / "digits").recipe()
    keeping.COSTS_BETWEEN = 0
    with tempfile.TemporaryDirectory() as folder:
        run = rundir.create(recipe, root=Path(folder) / "runs")
        lock = WorkerLock(run.lock)
        lock.acquire()
        host([run], StopSign())
        trainee, record = assemble(recipe), Recorder(run, 2)
        steps = saved_steps(run)
        ANSWERS.mkdir(parents=True, exist_ok=True)
        for name, question in QUESTIONS.items():
            record.step = steps[AT.get(name, -1)]
            keeping.restore(checkpoint.read(path_of(run, record.step)), trainee)
            taken = _result(loss_slice(trainee, record, question))
            (ANSWERS / f"{name}.msgpack").write_bytes(msgspec.msgpack.encode(taken))
        record.close()
        lock.release()
    print(f"checkpoints at {steps}")


if __name__ == "__main__":
    main()
