"""What screens ask of the app."""

from textual.message import Message

from tui_trainer.core.estimate import Plan
from tui_trainer.core.recipe import Recipe
from tui_trainer.core.rundir import RunDir


class TrainRequested(Message):
    """Train ``recipe`` and watch it."""

    def __init__(self, recipe: Recipe, plan: Plan, *, download: bool = False) -> None:
        super().__init__()
        self.recipe = recipe
        self.plan = plan
        self.download = download
        """Fetch the data set first if it is not on this machine."""


class WorkerRequested(Message):
    """Start a worker for ``run``, which has none, and watch it."""

    def __init__(self, run: RunDir) -> None:
        super().__init__()
        self.run = run


class RunOpened(Message):
    """Show ``run``, live or finished."""

    def __init__(self, run: RunDir) -> None:
        super().__init__()
        self.run = run
