"""Checkpoints while a run trains: begun, waited for, and spoken of where they cannot be written."""

from tui_trainer.core.rundir import RunDir
from tui_trainer.core.text import plain
from tui_trainer.training.assembly import Trainee
from tui_trainer.training.keeping import Keeper
from tui_trainer.training.reasons import MAX_REASON, in_words
from tui_trainer.training.recording import Recorder


class Saving:
    """A checkpoint that cannot be written stops no training: it is said once, and tried again in time."""

    def __init__(self, run: RunDir, record: Recorder) -> None:
        self._record = record
        self._keeper = Keeper(run)
        self.problem = ""
        """Why the last one was not saved; empty where it was."""

    def begin(self, trainee: Trainee) -> None:
        """Training begins here: what is known now need not be saved."""
        self._keeper.begin(trainee.recipe.training.checkpoint_every_s)

    def save_if_due(self, trainee: Trainee) -> None:
        """See to the one that was written, and begin another where it is worth its cost."""
        if self._keeper.has_news:
            self.settle()
        if self._keeper.is_due(at_epoch_end=self._record.step % trainee.steps_per_epoch == 0):
            self.save(trainee)

    def save(self, trainee: Trainee, *, waits: bool = False) -> int | None:
        """Begin one, or make it where this ``waits``; the error number where it cannot be written."""
        self.settle()
        try:
            self._keeper.save(trainee, self._record)
        except OSError as error:
            return self._could_not_save(error)
        return self.settle() if waits else None

    def settle(self) -> int | None:
        """Wait for the one that is being written; the error number where it could not be."""
        try:
            if self._keeper.settle():
                self.problem = ""
        except OSError as error:
            return self._could_not_save(error)
        return None

    def _could_not_save(self, error: OSError) -> int | None:
        why = in_words(error)
        if why != self.problem:  # once is enough
            self._record.note(plain(f"no checkpoint was saved: {why}", limit=MAX_REASON))
        self.problem = why
        return error.errno
