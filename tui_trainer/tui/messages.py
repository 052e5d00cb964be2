"""What screens ask of the app."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from textual.message import Message

from tui_trainer.core.control import Request
from tui_trainer.core.estimate import Plan
from tui_trainer.core.recipe import Recipe
from tui_trainer.core.rundir import RunDir

if TYPE_CHECKING:
    from tui_trainer.core.comparison import Comparison
    from tui_trainer.core.variation import Variant
    from tui_trainer.tui.watch import Watch


class TrainRequested(Message):
    """Train ``recipe`` and watch it."""

    def __init__(self, recipe: Recipe, plan: Plan, *, download: bool = False) -> None:
        super().__init__()
        self.recipe = recipe
        self.plan = plan
        self.download = download
        """Fetch the data set first if it is not on this machine."""


class DescentRequested(Message):
    """Show how optimizers go down simple functions, that of ``recipe`` among them."""

    def __init__(self, recipe: Recipe) -> None:
        super().__init__()
        self.recipe = recipe


class PreflightRequested(Message):
    """Check ``recipe`` before it is trained; ``take`` hears of a learning rate to take over, or None."""

    def __init__(self, recipe: Recipe, take: Callable[[float | None], Awaitable[None]]) -> None:
        super().__init__()
        self.recipe = recipe
        self.take = take


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


class ResumeRequested(Message):
    """Let the run that ``watch`` follows go on with a new worker."""

    def __init__(self, watch: "Watch", requests: Sequence[Request] = ()) -> None:
        super().__init__()
        self.watch = watch
        self.requests = requests
        """What that worker is asked from the beginning."""


class CompareRequested(Message):
    """Show ``runs`` side by side."""

    def __init__(self, runs: Sequence[RunDir]) -> None:
        super().__init__()
        self.runs = tuple(runs)


class RaceRequested(Message):
    """Train ``variants`` with each of ``seeds``, and compare them; a budget or target as it was typed."""

    def __init__(
        self,
        name: str,
        variants: "Sequence[Variant]",
        seeds: Sequence[int],
        *,
        budget: str = "",
        target: str = "",
    ) -> None:
        super().__init__()
        self.budget = budget
        self.target = target
        self.name = name
        self.variants = tuple(variants)
        self.seeds = tuple(seeds)


class RaceContinued(Message):
    """Start workers for what of ``comparison`` is queued."""

    def __init__(self, comparison: "Comparison") -> None:
        super().__init__()
        self.comparison = comparison
