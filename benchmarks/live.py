"""Eight runs of MNIST that train together, an epoch of each in turn, for what is measured meanwhile."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from subprocess import Popen

from benchmarks.contenders import data_folder
from tui_trainer.core import comparison as comparisons
from tui_trainer.core.compose import Choices
from tui_trainer.core.history import load
from tui_trainer.core.planning import num_cores
from tui_trainer.core.presets import Library
from tui_trainer.core.variation import Axis, Base, vary
from tui_trainer.tui import launcher

SHOWN = "mean of 2 seeds"
"""What Compare says once it shows them."""


@contextmanager
def eight_live() -> Iterator[list[Popen[bytes]]]:
    """Four learning rates by two seeds in $TUI_TRAINER_HOME, a worker a core, all training until left."""
    os.environ["TUI_TRAINER_DATA"] = str(data_folder())
    axes = [Axis("lr", ("0.01", "0.003", "0.001", "0.0003")), Axis("epochs", ("1000",))]
    varied = vary(Library.load(), [Base(Choices("tp1-mnist"))], axes)
    runs = comparisons.create("tp1-mnist", varied.variants, (0, 1)).runs()
    shares = [runs[place :: num_cores()] for place in range(num_cores())]
    workers = [launcher.start_queue(share, len(share)) for share in shares if share]
    try:
        while any(load(run).step == 0 for run in runs):
            time.sleep(1.0)
        yield workers
    finally:
        for worker in workers:
            worker.terminate()
        for worker in workers:
            worker.wait()
