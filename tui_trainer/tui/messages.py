"""What screens ask of the app."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

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


class RunOpened(Message):
    """Show ``run``, live or finished."""

    def __init__(self, run: RunDir) -> None:
        super().__init__()
        self.run = run


class CompareRequested(Message):
    """Show ``runs`` side by side."""

    def __init__(self, runs: Sequence[RunDir]) -> None:
        super().__init__()
        self.runs = tuple(runs)


@runtime_checkable
class Compares(Protocol):
    """An app that has a screen for several runs: only there is it offered."""

    def on_compare_requested(self, message: CompareRequested) -> None:
        """Show them."""
