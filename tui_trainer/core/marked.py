"""Runs that were marked by hand as a comparison: what differs only in its seed is one entrant."""

from collections.abc import Sequence

from tui_trainer.core.comparison import Comparison, Entrant
from tui_trainer.core.contrast import differing, labels, regardless_of_seed, settings
from tui_trainer.core.recipe import Recipe
from tui_trainer.core.rundir import RunDir


class NothingToCompare(ValueError):
    """No two of the runs can be compared; the text is one sentence for the user."""


def of_runs(runs: Sequence[RunDir]) -> Comparison:
    """A comparison of ``runs``, all in one folder, that is nowhere recorded. Raises NothingToCompare."""
    groups: list[tuple[Recipe, dict[int, str]]] = []
    for run in runs:
        try:
            recipe = run.recipe()
        except (OSError, ValueError):
            continue
        _add(groups, recipe, run.id)
    if sum(len(ids) for _, ids in groups) < 2:
        raise NothingToCompare(
            "mark at least two runs whose recipes can be read: loops of one's own have none"
        )
    recipes = [recipe for recipe, _ in groups]
    keys = differing(recipes)
    entrants = tuple(
        Entrant(label, {key: value for key, value in settings(recipe).items() if key in keys}, ids)
        for label, (recipe, ids) in zip(_unique(labels(recipes)), groups, strict=True)
    )
    seeds = tuple(sorted({seed for _, ids in groups for seed in ids}))
    name = " and ".join(dict.fromkeys(recipe.name for recipe in recipes))
    return Comparison("", name, entrants, seeds, (len(seeds),), root=runs[0].path.parent)


def _add(groups: list[tuple[Recipe, dict[int, str]]], recipe: Recipe, run_id: str) -> None:
    """To the group of its recipe; a second run with a seed begins another."""
    common, seed = regardless_of_seed(recipe), recipe.training.seed
    for known, ids in groups:
        if known == common and seed not in ids:
            ids[seed] = run_id
            return
    groups.append((common, {seed: run_id}))


def _unique(told: Sequence[str]) -> list[str]:
    """Labels with a number where several are alike."""
    return [
        f"{label} ({told[:place].count(label) + 1})" if told.count(label) > 1 else label
        for place, label in enumerate(told)
    ]
