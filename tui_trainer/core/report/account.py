"""All that a table or a report tells of one run."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tui_trainer.core import history, labels, liveness
from tui_trainer.core.contrast import differing, settings
from tui_trainer.core.diagnosis import beside_reason, diagnose
from tui_trainer.core.events import Evaluated
from tui_trainer.core.history import History
from tui_trainer.core.labels import Labels
from tui_trainer.core.metrics import headline_of, own_select_by
from tui_trainer.core.own_record import OwnLoop
from tui_trainer.core.recipe import Recipe
from tui_trainer.core.rundir import RunDir
from tui_trainer.core.text import plain
from tui_trainer.core.titles import title
from tui_trainer.core.verdicts import Diagnosis

_SEED = "training.seed"


@dataclass(frozen=True)
class Account:
    """One run, read whole. Every text is safe for a terminal."""

    run: RunDir
    name: str
    title: str
    state: str
    labels: Labels
    recipe: Recipe | None
    """None for a loop of one's own, or a record that cannot be read."""
    settings: Mapping[str, Any]
    """Dotted key and value, for what differs; of a loop of one's own its config."""
    history: History
    headline: str
    """The metric people ask for first."""
    best: Evaluated | None
    """The validation that ``select_by`` chose."""
    last: Evaluated | None
    diagnosis: tuple[Diagnosis, ...]
    environment: Mapping[str, str]
    """Versions, device and numerics."""

    @property
    def parameters(self) -> int | None:
        """How many weights are trained; None where that is not known."""
        return (self.history.started.parameters or None) if self.history.started else None

    @property
    def epochs(self) -> float | None:
        """How many were trained; None where nobody knows of epochs."""
        return self.history.epoch_of(self.history.step) if self.history.has_epochs else None


def account(run: RunDir, now: float) -> Account:
    """Read a run at ``now`` (Unix time). Raises RunLogError for a log that cannot be read."""
    told = history.load(run)
    own, recipe = _record(run)
    if recipe is not None:
        name, says = recipe.name, " · ".join(title(recipe))
        select_by: str = recipe.training.select_by
        chosen: Mapping[str, Any] = {**settings(recipe), _SEED: recipe.training.seed}
    else:
        name, says = (own.name, own.title) if own else (run.id, "")
        chosen, select_by = dict(own.settings()) if own else {}, own_select_by(told.validated())
    validations = told.evaluations["validation"]
    return Account(
        run=run,
        name=plain(name),
        title=plain(says),
        state=liveness.describe(run, told, now),
        labels=labels.read(run),
        recipe=recipe,
        settings=chosen,
        history=told,
        headline=headline_of(told.started.task if told.started else None, told.metrics()),
        best=told.best(select_by),
        last=validations[-1] if validations else None,
        diagnosis=tuple(beside_reason(diagnose(told, recipe), told)) if recipe else (),
        environment=_environment(run, told),
    )


def differing_keys(accounts: Sequence[Account]) -> tuple[str, ...]:
    """The settings that are worth a column; the seed too, where nothing else tells the runs apart by it."""
    recipes = [each.recipe for each in accounts if each.recipe is not None]
    if len(recipes) == len(accounts):
        seeds = {recipe.training.seed for recipe in recipes}
        return (*differing(recipes), *((_SEED,) if len(seeds) > 1 else ()))
    keys = dict.fromkeys(key for each in accounts for key in each.settings)
    return tuple(key for key in keys if len({repr(each.settings.get(key)) for each in accounts}) > 1)


def _record(run: RunDir) -> tuple[OwnLoop | None, Recipe | None]:
    try:
        own = run.own_loop()
        return own, None if own else run.recipe()
    except (OSError, ValueError):
        return None, None


def _environment(run: RunDir, told: History) -> dict[str, str]:
    try:
        record = tomllib.loads(run.recipe_toml.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        record = {}
    tables = [record.get("versions"), record.get("numerics"), told.started.numerics if told.started else None]
    found: dict[str, str] = {}
    for table in tables:
        if isinstance(table, Mapping):
            found |= {plain(str(key)).replace("_", "-"): plain(str(value)) for key, value in table.items()}
    return found
