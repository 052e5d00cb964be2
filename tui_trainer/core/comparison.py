"""Comparisons: small records that name runs. Each run is an ordinary one; the record only says what pairs.

``<home>/comparisons/<id>.toml``. It is never the truth about a run: one that was deleted is just not there.
"""

import os
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui_trainer.core import queue, rundir
from tui_trainer.core.rundir import RunDir
from tui_trainer.core.text import plain

if TYPE_CHECKING:
    from tui_trainer.core.recipe import Recipe
    from tui_trainer.core.variation import Variant

SCHEMA = 1
MORE_SEEDS = 5
"""So many seeds one key adds."""
MAX_RUNS = 1000


class ComparisonNotFound(LookupError):
    """No comparison, or several, answer to a selector; the text is one sentence for the user."""


class ComparisonDamaged(ValueError):
    """A record cannot be read; the text is one sentence for the user."""


class TooManyRuns(ValueError):
    """A comparison would have more runs than anybody looks at; the text is one sentence for the user."""


@dataclass(frozen=True)
class Entrant:
    """One variant of a comparison, and its runs."""

    label: str
    differs: Mapping[str, Any]
    """The settings by which it differs from the others, by their keys in the recipe."""
    run_ids: Mapping[int, str]
    """Seed -> the run, whether it still exists or not."""


@dataclass(frozen=True)
class Comparison:
    """The record of a comparison."""

    id: str
    name: str
    entrants: tuple[Entrant, ...]
    seeds: tuple[int, ...]
    """The same for every entrant, in the order they were planned in."""
    rounds: tuple[int, ...] = ()
    """How many seeds were planned at a time: ``(3, 5)`` when five were added after a look at the first three.

    What a verdict may claim depends on it, see ``core.better``.
    """
    budget: str = ""
    """As it was asked for: ``60s``, ``5epochs`` or nothing."""
    seconds_per_run: float | None = None
    """Active training time that each run may take; None: as much as it takes."""
    target: str = ""
    """``accuracy=0.95``, or nothing."""
    root: Path = field(default_factory=rundir.runs_root, compare=False)
    """The folder of its runs."""

    @property
    def linear(self) -> Path:
        """What scikit-learn's linear model scores on the same data, once that is known."""
        return comparisons_root() / f"{self.id}.linear.json"

    def run_of(self, entrant: Entrant, seed: int) -> RunDir | None:
        """The run of an entrant with that seed; None where there is none, or it was deleted."""
        run_id = entrant.run_ids.get(seed)
        return rundir.called(run_id, self.root) if run_id else None

    def runs(self, entrant: Entrant | None = None) -> list[RunDir]:
        """The runs that exist, of one entrant or of all: seed by seed, so that pairs are done early."""
        entrants = self.entrants if entrant is None else (entrant,)
        found = [self.run_of(each, seed) for seed in self.seeds for each in entrants]
        return [run for run in found if run is not None]


def comparisons_root() -> Path:
    """The folder of all comparisons."""
    return rundir.home() / "comparisons"


def create(
    name: str,
    variants: Sequence["Variant"],
    seeds: Sequence[int],
    *,
    budget: str = "",
    target: str = "",
    root: Path | None = None,
) -> Comparison:
    """Make the runs of a comparison, all of them queued, and its record.

    Every variant gets a run for each of ``seeds``. Runs that leave the number of threads open get one each.
    Raises RunHomeError when they cannot be made, TooManyRuns before any is.
    """
    from tui_trainer.core.contrast import differing, settings

    _check_size(len(variants) * len(seeds))
    root = root or rundir.runs_root()
    recipes = [variant.recipe for variant in variants]
    keys, made = differing(recipes), _create_runs(recipes, seeds, root)
    entrants = tuple(
        Entrant(
            variant.label,
            {key: value for key, value in settings(variant.recipe).items() if key in keys},
            run_ids,
        )
        for variant, run_ids in zip(variants, made, strict=True)
    )
    folder = comparisons_root()
    comparison = Comparison(
        id=_new_id(folder, name),
        name=name,
        entrants=entrants,
        seeds=tuple(seeds),
        rounds=(len(seeds),),
        budget=budget,
        target=target,
        root=root,
    )
    save(comparison)
    return comparison


def add_seeds(comparison: Comparison, number: int = MORE_SEEDS) -> tuple[Comparison, list[RunDir]]:
    """The comparison with ``number`` more seeds for every entrant, and their runs, all queued.

    An entrant without a run to take the recipe from gets none. Raises TooManyRuns, and RunHomeError where
    they cannot be made.
    """
    _check_size(len(comparison.entrants) * (len(comparison.seeds) + number))
    first = max(comparison.seeds, default=-1) + 1
    seeds = tuple(range(first, first + number))
    known = {
        place: recipe
        for place, entrant in enumerate(comparison.entrants)
        if (recipe := _recipe_of(comparison, entrant)) is not None
    }
    made = dict(zip(known, _create_runs(list(known.values()), seeds, comparison.root), strict=True))
    entrants = tuple(
        replace(entrant, run_ids={**entrant.run_ids, **made.get(place, {})})
        for place, entrant in enumerate(comparison.entrants)
    )
    more = replace(
        comparison,
        entrants=entrants,
        seeds=(*comparison.seeds, *seeds),
        rounds=(*comparison.rounds, number),
    )
    save(more)
    new = [more.run_of(entrant, seed) for seed in seeds for entrant in entrants]
    return more, [run for run in new if run is not None]


def limit(comparison: Comparison, seconds: float) -> Comparison:
    """The comparison with a limit to the active time of each run. Raises RunHomeError."""
    limited = replace(comparison, seconds_per_run=seconds)
    save(limited)
    return limited


def save(comparison: Comparison) -> None:
    """Write the record, whole. Raises RunHomeError."""
    folder = comparisons_root()
    with rundir.usable(folder):
        for each in (folder.parent, folder):
            each.mkdir(mode=0o700, parents=True, exist_ok=True)
        rundir.write_whole(folder / f"{comparison.id}.toml", _to_toml(comparison))


def load(path: Path, *, root: Path | None = None) -> Comparison:
    """The comparison recorded in a file; what this version does not know of it is passed over.

    Raises ComparisonDamaged.
    """
    try:
        return _from_table(path.stem, tomllib.loads(path.read_text("utf-8")), root or rundir.runs_root())
    except OSError as error:
        raise ComparisonDamaged(f"{plain(path.name)} cannot be read: {error.strerror}") from None
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ComparisonDamaged(f"{plain(path.name)} is no record of a comparison: {error}") from None


def list_comparisons(*, root: Path | None = None) -> list[Comparison]:
    """All comparisons that can be read, newest first. Raises RunHomeError."""
    found = []
    for path in _files():
        try:
            found.append(load(path, root=root))
        except ComparisonDamaged:
            continue
    return found


def find(selector: str, *, root: Path | None = None) -> Comparison:
    """The comparison whose id is ``selector`` or alone begins with it; the newest for ``latest``.

    A selector never becomes part of a path. Raises ComparisonNotFound or ComparisonDamaged.
    """
    files = _files()
    if selector == "latest" and files:
        return load(files[0], root=root)
    fitting = [path for path in files if selector and path.stem.startswith(selector)]
    exact = [path for path in fitting if path.stem == selector]
    if len(exact or fitting) == 1:
        return load((exact or fitting)[0], root=root)
    if not files:
        raise ComparisonNotFound("there are no comparisons yet: tui-trainer compare makes one")
    if not fitting:
        raise ComparisonNotFound(
            f"no comparison begins with '{plain(selector)}'; the newest is {plain(files[0].stem)}"
        )
    some = ", ".join(plain(path.stem) for path in fitting[:3]) + (", …" if len(fitting) > 3 else "")
    raise ComparisonNotFound(
        f"'{plain(selector)}' fits {len(fitting)} comparisons ({some}): type more of the id"
    )


# Runs


def _create_runs(recipes: Sequence["Recipe"], seeds: Sequence[int], root: Path) -> list[dict[int, str]]:
    """Seed -> id of a new queued run, for each of ``recipes``; all or none. Raises RunHomeError."""
    from tui_trainer.core.variation import with_seed

    made: list[RunDir] = []
    ids: list[dict[int, str]] = [{} for _ in recipes]
    try:
        for seed in seeds:
            for place, recipe in enumerate(recipes):
                run = rundir.create(_on_one_thread(with_seed(recipe, seed)), root=root)
                made.append(run)
                with rundir.usable(root):
                    queue.put(run)
                ids[place][seed] = run.id
    except BaseException:
        for run in made:
            rundir.delete(run)
        raise
    return ids


def _on_one_thread(recipe: "Recipe") -> "Recipe":
    """Runs side by side have a core each; one that takes turns gains nothing from more."""
    if recipe.training.threads != "auto":
        return recipe
    return recipe.model_copy(update={"training": recipe.training.model_copy(update={"threads": 1})})


def _recipe_of(comparison: Comparison, entrant: Entrant) -> "Recipe | None":
    for run in comparison.runs(entrant):
        try:
            return run.recipe()
        except (OSError, ValueError):
            continue
    return None


def _check_size(num_runs: int) -> None:
    if num_runs > MAX_RUNS:
        raise TooManyRuns(f"that is {num_runs:,} runs, more than {MAX_RUNS:,}: vary less, or fewer seeds")


# The record


def _files() -> list[Path]:
    folder = comparisons_root()
    with rundir.usable(folder):
        try:
            entries = list(os.scandir(folder))
        except FileNotFoundError:
            return []
        paths = [
            folder / entry.name
            for entry in entries
            if entry.name.endswith(".toml")
            and not entry.name.startswith(".")
            and entry.is_file(follow_symlinks=False)
        ]
    return sorted(paths, key=lambda path: (rundir.created_at_of(path.stem) or 0.0, path.stem), reverse=True)


def _new_id(folder: Path, name: str) -> str:
    for run_id in rundir.new_ids(name):
        if not (folder / f"{run_id}.toml").exists():
            return run_id
    raise AssertionError("ids never run out")


def _to_toml(comparison: Comparison) -> str:
    from tui_trainer.core.validation import toml_key, toml_value

    said: dict[str, Any] = {
        "schema": SCHEMA,
        "name": comparison.name,
        "seeds": comparison.seeds,
        "rounds": comparison.rounds,
        "budget": comparison.budget,
        "target": comparison.target,
    }
    if comparison.seconds_per_run is not None:
        said["seconds_per_run"] = comparison.seconds_per_run
    lines = [f"{key} = {toml_value(value)}" for key, value in said.items()]
    for entrant in comparison.entrants:
        lines += ["", "[[entrants]]", f"label = {toml_value(entrant.label)}", "[entrants.differs]"]
        lines += [f"{toml_key(key)} = {toml_value(value)}" for key, value in entrant.differs.items()]
        lines += ["[entrants.runs]"]
        lines += [f"{seed} = {toml_value(run_id)}" for seed, run_id in entrant.run_ids.items()]
    return "\n".join(lines) + "\n"


def _from_table(comparison_id: str, table: Mapping[str, Any], root: Path) -> Comparison:
    """Raises ValueError, TypeError, KeyError or AttributeError for what is no record."""
    if table["schema"] != SCHEMA:
        raise ValueError(f"another version wrote it (schema {table['schema']})")
    seconds = table.get("seconds_per_run")
    return Comparison(
        id=comparison_id,
        name=str(table.get("name", comparison_id)),
        entrants=tuple(_entrants(table["entrants"])),
        seeds=tuple(map(int, table["seeds"])),
        rounds=tuple(map(int, table.get("rounds", ()))) or (len(table["seeds"]),),
        budget=str(table.get("budget", "")),
        seconds_per_run=None if seconds is None else float(seconds),
        target=str(table.get("target", "")),
        root=root,
    )


def _entrants(tables: Sequence[Mapping[str, Any]]) -> Iterator[Entrant]:
    for table in tables:
        run_ids = {int(seed): str(run_id) for seed, run_id in table.get("runs", {}).items()}
        differs = {key: _frozen(value) for key, value in table.get("differs", {}).items()}
        yield Entrant(str(table["label"]), differs, run_ids)


def _frozen(value: Any) -> Any:
    """As a recipe holds it, which has no lists."""
    return tuple(map(_frozen, value)) if isinstance(value, list) else value
