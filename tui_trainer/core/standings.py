"""What the runs of a comparison came to: rows of a table, and the sides of a verdict, live or finished."""

import json
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from tui_trainer.core import liveness
from tui_trainer.core.better import End, Outcome, Side, Standing, Terms, Verdict, judge, standing
from tui_trainer.core.brief import Fold
from tui_trainer.core.comparison import Comparison, Entrant
from tui_trainer.core.contrast import settings
from tui_trainer.core.events import AnyEvent
from tui_trainer.core.liveness import ENDS, Ear, State
from tui_trainer.core.metrics import LOWER_IS_BETTER
from tui_trainer.core.rundir import RunDir
from tui_trainer.core.runlog import LogReader, RunLogError
from tui_trainer.core.scores import Score, Scores
from tui_trainer.core.text import plain

if TYPE_CHECKING:
    from tui_trainer.core.recipe import Recipe

RowState: TypeAlias = State | Literal["deleted"]

TARGETS = ("accuracy", "r2", "loss")


class Target(NamedTuple):
    """A value of a validation metric to be reached."""

    metric: str
    value: float

    def is_reached(self, score: Score) -> bool:
        """Whether ``score`` is as good."""
        if self.metric in LOWER_IS_BETTER:
            return score.loss <= self.value
        return score.headline >= self.value


class BadTarget(ValueError):
    """A target cannot be read; the text is one sentence for the user."""


def parse_target(text: str) -> Target | None:
    """The target that ``accuracy=0.95`` means; None for an empty text. Raises BadTarget."""
    if not text:
        return None
    metric, _, number = text.replace(" ", "").partition("=")
    try:
        value = float(number)
    except ValueError:
        value = math.nan
    if metric not in TARGETS or not math.isfinite(value):
        raise BadTarget(f"{plain(text)}: a target is METRIC=VALUE with one of {', '.join(TARGETS)}")
    return Target(metric, value)


@dataclass(frozen=True)
class Row:
    """One run of a comparison."""

    entrant: Entrant
    seed: int
    run: RunDir | None
    """None when it was deleted, or never made."""
    state: RowState
    reason: str
    """Why it is in that state, safe for a terminal."""
    has_diverged: bool
    """Whether it ended because a loss was no number any more."""
    best: Score | None
    """The evaluation that the recipe's ``select_by`` chooses."""
    last: Score | None
    to_target: Score | None
    """The first evaluation that reached the target; None where none did, or there is none."""
    seconds: float
    """Active training time, without the turns of other runs."""
    parameters: int
    step: int
    epoch: float | None
    planned_steps: int
    """0 before it began."""
    scores: Scores
    """Validations by step, for curves and sparklines."""

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come of it by itself."""
        return self.state == "deleted" or self.state in ENDS

    @property
    def share_done(self) -> float:
        """How much of it is done, 0 to 1."""
        if self.is_over:
            return 1.0
        return min(1.0, self.step / self.planned_steps) if self.planned_steps else 0.0


@dataclass(frozen=True)
class Trivial:
    """An answer without deep learning, measured on validation."""

    label: str
    """``majority class``, ``logistic regression``."""
    metrics: Mapping[str, float]


class Standings:
    """A comparison as it stands. Each log is read once, and again only where it grew."""

    def __init__(
        self, comparison: Comparison, *, hear: Callable[[RunDir, AnyEvent, Fold], None] | None = None
    ) -> None:
        """``hear`` is told every event that is read, and what all that were read by then come to."""
        self.comparison = comparison
        self._hear = hear
        self._target = _target_of(comparison)
        self._known: dict[Path, _Known] = {}
        self._settings: dict[str, Mapping[str, object]] = {}
        self._linear: Trivial | None = None

    def update(self, comparison: Comparison) -> None:
        """Go on with the record as it is now: after seeds were added, or runs deleted."""
        self.comparison = comparison

    def read_new(self, *, max_seconds: float = 0.05) -> bool:
        """Read what is new in the logs; True when time was up before all was read."""
        deadline = time.monotonic() + max_seconds
        for run in self.comparison.runs():
            known = self._known.get(run.path) or self._known.setdefault(run.path, _Known(run, self._target))
            for event in known.read_new(max(0.001, deadline - time.monotonic())):
                if self._hear is not None:
                    self._hear(run, event, known.fold)
        return any(known.more for known in self._known.values())

    def rows(self, now: float) -> list[Row]:
        """A row a run, entrant by entrant, at ``now`` (Unix time)."""
        comparison = self.comparison
        return [self._row(entrant, seed, now) for entrant in comparison.entrants for seed in comparison.seeds]

    @property
    def headline(self) -> str:
        """The metric people ask for first here: ``accuracy`` or ``r2``."""
        return next((known.fold.headline for known in self._begun()), "accuracy")

    @property
    def trivial(self) -> tuple[Trivial, ...]:
        """What needs no network at all, and what scikit-learn's linear models score, as far as known."""
        told = next((known.fold.started.baselines for known in self._begun() if known.fold.started), {})
        found = []
        if told:
            label = (told.get(self.headline) or next(iter(told.values()))).label
            found.append(Trivial(label, {metric: baseline.value for metric, baseline in told.items()}))
        if self._linear is None and self.comparison.linear.exists():
            self._linear = _linear(self.comparison.linear)
        return (*found, self._linear) if self._linear else tuple(found)

    def terms(self, metric: str = "") -> Terms:
        """What is compared, by default the headline, and what a claim has to heed."""
        metric = metric or self.headline
        sizes = [known.fold.started.num_validation for known in self._begun() if known.fold.started]
        return Terms(
            metric=metric,
            rounds=self.comparison.rounds,
            num_validation=sizes[0] if sizes else 0,
            incomparable=self._incomparable(metric),
        )

    def sides(self, now: float, metric: str = "") -> list[Side]:
        """The entrants as sides of a verdict, in order."""
        metric, rows = metric or self.headline, self.rows(now)
        return [
            Side(
                entrant.label,
                {row.seed: _outcome(row, metric) for row in rows if row.entrant is entrant},
            )
            for entrant in self.comparison.entrants
        ]

    def verdict(self, a: int, b: int, now: float, metric: str = "") -> Verdict:
        """Whether the entrant at ``a`` or that at ``b`` is better."""
        sides = self.sides(now, metric)
        return judge(sides[a], sides[b], self.terms(metric), self.remark(a, b))

    def standing(self, now: float, metric: str = "") -> Standing:
        """Which entrant is the best, if that can be told."""
        places = range(len(self.comparison.entrants))
        return standing(self.sides(now, metric), self.terms(metric), self.remark(*places))

    def remark(self, *places: int) -> str:
        """``at these learning rates``, where only one was tried with an optimizer of these entrants."""
        tables = [self._settings_of(entrant) for entrant in self.comparison.entrants]
        tried: dict[object, set[object]] = {}
        for table in tables:
            tried.setdefault(table.get("optimizer.kind"), set()).add(table.get("optimizer.lr"))
        kinds = [tables[place].get("optimizer.kind") for place in places]
        if None in kinds or all(len(tried[kind]) > 1 for kind in kinds):
            return ""
        rates = {tables[place].get("optimizer.lr") for place in places}
        return "at this learning rate" if len(rates) == 1 else "at these learning rates"

    def _begun(self) -> Iterator["_Known"]:
        return (known for known in self._known.values() if known.fold.started is not None)

    def _row(self, entrant: Entrant, seed: int, now: float) -> Row:
        run = self.comparison.run_of(entrant, seed)
        known = self._known.get(run.path) if run else None
        if run is None or known is None:
            unknown: RowState = "deleted" if run is None else "queued"
            return Row(entrant, seed, run, unknown, "", False, None, None, None, 0.0, 0, 0, None, 0, Scores())
        fold, target, state = known.fold, self._target, known.state(now)
        return Row(
            entrant=entrant,
            seed=seed,
            run=run,
            state=state,
            reason=known.error or plain(fold.reason),
            has_diverged=state == "failed" and fold.has_diverged,
            best=fold.best,
            last=fold.scores[-1] if fold.scores else None,
            to_target=next(filter(target.is_reached, fold.scores), None) if target else None,
            seconds=fold.elapsed_s,
            parameters=fold.started.parameters if fold.started else 0,
            step=fold.step,
            epoch=fold.epoch,
            planned_steps=fold.started.planned_steps if fold.started else 0,
            scores=fold.scores,
        )

    def _settings_of(self, entrant: Entrant) -> Mapping[str, object]:
        """All settings of an entrant, from a recipe that it recorded; none where all were deleted."""
        if entrant.label not in self._settings:
            recipes = (_recipe(run) for run in self.comparison.runs(entrant))
            found = next((recipe for recipe in recipes if recipe is not None), None)
            self._settings[entrant.label] = settings(found) if found is not None else {}
        return self._settings[entrant.label]

    def _incomparable(self, metric: str) -> str:
        tables = [table for each in self.comparison.entrants if (table := self._settings_of(each))]
        if _differ(tables, "data.", but="data.train_fraction"):
            return "they are measured on other data, or another split of them"
        if metric == "loss" and _differ(tables, "loss."):
            return "they are trained by different losses, which cannot be compared"
        return ""


class _Known:
    """One run, as far as it was read."""

    def __init__(self, run: RunDir, target: Target | None) -> None:
        self.run = run
        self.more = True
        self.error = ""
        self.fold = Fold()
        if target is not None:
            self.fold.scores.milestone = target.is_reached
        recipe = _recipe(run)
        if recipe is not None:
            self.fold.select_by = recipe.training.select_by
        self._reader = LogReader(run.events)
        self._ear = Ear(run)

    def read_new(self, max_seconds: float) -> Sequence[AnyEvent]:
        """Read on, for about so long; the events, which were taken in."""
        try:
            batch = self._reader.read_new(max_seconds=max_seconds)
        except RunLogError as error:
            self.more, self.error = False, plain(str(error))
            return ()
        self.more = batch.more
        for event in batch.events:
            self.fold.apply(event)
        return batch.events

    def state(self, now: float) -> State:
        """Its state; while there is more to read, what it said last, since its end may be still to come."""
        if self.error:
            return "unknown"
        if self.more:
            return self.fold.phase or "loading"
        try:
            return liveness.state_of(self.run, self.fold, now, self._ear)
        except OSError:  # deleted meanwhile
            return "unknown"


def _recipe(run: RunDir) -> "Recipe | None":
    try:
        return run.recipe()
    except (OSError, ValueError):
        return None


def _linear(path: Path) -> Trivial | None:
    try:
        told = json.loads(path.read_text("utf-8"))
        metrics = {str(metric): float(value) for metric, value in told["metrics"].items()}
        return Trivial(plain(told["label"]), metrics)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def _target_of(comparison: Comparison) -> Target | None:
    try:
        return parse_target(comparison.target)
    except BadTarget:  # another version may know more
        return None


def _outcome(row: Row, metric: str) -> Outcome:
    value = None
    if row.best is not None:
        value = row.best.loss if metric == "loss" else row.best.headline
    return Outcome(_end(row), value)


def _end(row: Row) -> End:
    match row.state:
        case "deleted":
            return "absent"
        case "finished":
            return "done"
        case "failed" if row.has_diverged:
            return "diverged"
        case "failed" | "stopped" | "crashed" | "unknown":
            return "broken"
        case _:
            return "pending"


def _differ(tables: Sequence[Mapping[str, object]], prefix: str, but: str = "") -> bool:
    """Whether settings below a part differ."""
    parts = [
        {key: value for key, value in table.items() if key.startswith(prefix) and key != but}
        for table in tables
    ]
    return any(part != parts[0] for part in parts[1:])
