"""Why a run ended or waits, in a sentence that is safe for a terminal."""

import errno
from math import ceil

from tui_trainer.core import liveness
from tui_trainer.core.checkpoint_files import CheckpointRefused
from tui_trainer.core.figures import duration
from tui_trainer.core.text import plain
from tui_trainer.training.assembly import RecipeRefused, Trainee
from tui_trainer.training.numerics import DeviceNotAvailable
from tui_trainer.training.recording import NotFinite, TooMuchWaits
from tui_trainer.training.torchvision_sets import DataError

MAX_REASON = 400
"""Characters of an exception's text that are recorded; all of it is in worker.log."""

NO_ROOM = {errno.ENOSPC: liveness.DISK_IS_FULL, errno.EDQUOT: "your share of the disk is used up"}
"""Error number -> what it means."""

EXPECTED = RecipeRefused | DataError | DeviceNotAvailable | CheckpointRefused | TooMuchWaits | NotFinite
"""What says in its own sentence why a run cannot be trained, or not further."""


def in_words(error: OSError) -> str:
    """What the system says, or what it means by that."""
    return NO_ROOM.get(error.errno or 0) or error.strerror or str(error)


def why_failed(error: Exception, trainee: Trainee | None) -> str:
    """What went wrong with ``trainee``, or before there was one."""
    match error:
        case NotFinite() if trainee is not None:
            epoch = ceil(error.step / trainee.steps_per_epoch)
            return (
                f"{error} (epoch {epoch}): try a learning rate smaller than {trainee.recipe.optimizer.lr:g}"
            )
        case _ if isinstance(error, EXPECTED):
            return plain(str(error), limit=MAX_REASON)
        case OSError(errno=number) if number in NO_ROOM:
            return plain(f"{error.filename or 'its folder'}: {in_words(error)}", limit=MAX_REASON)
        case _:
            return plain(f"{type(error).__name__}: {error}", limit=MAX_REASON)


def why_early(trainee: Trainee, limit_s: float | None) -> str:
    """Why ``trainee`` finished before its last step; empty where it did not."""
    if trainee.is_out_of_time:
        return f"budget: it had {duration(limit_s or 0.0)} to train"
    stopping = trainee.recipe.regularization.early_stopping
    if stopping is None or not trainee.has_waited_enough:
        return ""
    return (
        f"early stopping: validation {trainee.recipe.training.select_by} has not improved "
        f"in {stopping.patience} evaluations"
    )
