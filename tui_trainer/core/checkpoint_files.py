"""Where the checkpoints of a run lie: one file a step; imports no PyTorch, so that viewers can look too."""

import re
from pathlib import Path

from tui_trainer.core.rundir import RunDir

_NAME = re.compile(r"step-(\d{9,})\.ckpt")


def path_of(run: RunDir, step: int) -> Path:
    """The file of the checkpoint at ``step``."""
    return run.checkpoints / f"step-{step:09d}.ckpt"


def saved_steps(run: RunDir) -> list[int]:
    """The steps that have a checkpoint, in order; none where there is no folder."""
    try:
        names = [path.name for path in run.checkpoints.iterdir()]
    except OSError:
        return []
    return sorted(int(found[1]) for name in names if (found := _NAME.fullmatch(name)))
