"""How often bulky pictures are recorded."""

from tui_trainer.training.assembly import Trainee
from tui_trainer.training.recording import Recorder

SPACING = 40
"""Between two of them lies at least this part of the time so far; a long run has a few hundred."""


class Seldom:
    """Says at which of a probe's looks there is a bulky picture: first, last, and ever fewer between."""

    def __init__(self) -> None:
        self._due_at_s = 0.0

    def is_due(self, trainee: Trainee, record: Recorder) -> bool:
        """Whether there is one after this step; then it counts as made."""
        is_edge = record.step == 0 or record.step >= trainee.planned_steps or trainee.ends_early
        if not is_edge and record.elapsed_s < self._due_at_s:
            return False
        self._due_at_s = record.elapsed_s * (1 + 1 / SPACING)
        return True
