"""``compare``: several recipes over the same seeds, and whether one is really better."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from tui_trainer.cli.choosing import FLAG_NAMES, PART_NAMES, environment, preset_names, recipe_options
from tui_trainer.cli.output import say, warn
from tui_trainer.cli.selecting import LATEST, comparison_ids
from tui_trainer.core.text import plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tui_trainer.core.comparison import Comparison
    from tui_trainer.core.variation import Axis, Variant

_SEEDS = 3


def _latest_or_id(context: click.Context, parameter: click.Parameter, word: str) -> list[CompletionItem]:
    latest = [CompletionItem(LATEST)] if LATEST.startswith(word) else []
    return [*latest, *comparison_ids(context, parameter, word)]


@click.command(
    epilog="""
    \b
    Examples:
      tui-trainer compare first-steps --vary optimizer=adam,momentum
      tui-trainer compare --data moons --vary optimizer=gd,sgd,adam --vary lr=0.1,0.01 --seeds 5
      tui-trainer compare overfit overfit-cured-l2 overfit-cured-dropout --budget 60s
      tui-trainer compare --every optimizer --target accuracy=0.95
      tui-trainer compare --vary regularization=none,l2,l2+dropout --json
      tui-trainer compare --resume latest --add-seeds 5

    KEY is a part (its values are presets), an option such as lr, or any setting, such as
    architecture.hidden=[8],[64]. Several make a grid; one value sets it for all, as do the options of
    train. Every recipe is trained with the same seeds, on the same split. --budget 60s is for the whole
    comparison: each run may train for an equal share of it; 5epochs is for each run. Ctrl+C stops all
    cleanly; --resume goes on.

    Exit status: 0 done, 1 a run crashed or failed (one whose loss diverges is a result), 2 wrong usage,
    130 interrupted.
    """
)
@click.argument("recipes", nargs=-1, shell_complete=preset_names("recipes"))
@click.option("--vary", metavar="KEY=V1,V2", multiple=True, help="What differs. May be repeated.")
@click.option(
    "--every",
    type=click.Choice(["optimizer", "activation", "regularization"]),
    multiple=True,
    help="Each optimizer at three learning rates, each activation, or with and without each regularization.",
)
@click.option("--seeds", metavar="N", type=click.IntRange(1, 100), help=f"Runs of each (default: {_SEEDS}).")
@click.option("--budget", metavar="60s|5epochs", help="Time for all together, or epochs for each.")
@click.option("--target", metavar="METRIC=VALUE", help="Tell when it was reached: accuracy=0.95.")
@click.option(
    "--resume",
    "resumed",
    metavar="COMPARISON",
    shell_complete=_latest_or_id,
    help="Go on with what has not finished; shows it where all has.",
)
@click.option(
    "--add-seeds", metavar="N", type=click.IntRange(1, 100), help="With --resume: N more runs of each."
)
@recipe_options
@click.option("--download", is_flag=True, help="Fetch a data set that is not on this machine.")
@click.option("--detach", is_flag=True, help="Print the comparison's id and return; it trains by itself.")
@click.option("--json", "as_json", is_flag=True, help="Results as JSON lines on stdout, all else on stderr.")
@click.option("--quiet", is_flag=True, help="Say only what is wrong, and what --json asks for.")
def compare(
    recipes: tuple[str, ...],
    vary: tuple[str, ...],
    every: tuple[str, ...],
    seeds: int | None,
    budget: str | None,
    target: str | None,
    resumed: str | None,
    add_seeds: int | None,
    data_dir: Path | None,
    download: bool,
    detach: bool,
    as_json: bool,
    quiet: bool,
    **options: Any,
) -> int:
    """Train several recipes side by side, and say whether one is really better.

    RECIPE is first-steps where none is named.
    """
    if resumed is not None:
        if recipes or vary or every or seeds or budget or target or any(options.values()):
            raise click.UsageError("--resume goes on with a comparison as it is: only --add-seeds fits it")
        comparison = _found(resumed, add_seeds)
    elif add_seeds is not None:
        raise click.UsageError("--add-seeds needs --resume COMPARISON")
    else:
        comparison = _made(
            recipes, vary, every, seeds, budget or "", target or "", data_dir, download, options
        )
    surroundings = environment(data_dir, download=download)
    from tui_trainer.cli.racing import race, start

    if detach:
        start(comparison, surroundings)
        say(comparison.id)
        return 0
    return race(comparison, surroundings, as_json=as_json, quiet=quiet)


def _found(selector: str, add_seeds: int | None) -> Comparison:
    """The comparison, with what has not finished queued again. Raises UsageError."""
    from tui_trainer.core import comparison as comparisons
    from tui_trainer.tui.racing import queue_again

    try:
        found = comparisons.find(selector)
        queue_again(found)
        return found if add_seeds is None else comparisons.add_seeds(found, add_seeds)[0]
    except (
        comparisons.ComparisonNotFound,
        comparisons.ComparisonDamaged,
        comparisons.TooManyRuns,
    ) as error:
        raise click.UsageError(plain(str(error))) from None


def _made(
    recipes: Sequence[str],
    vary: Sequence[str],
    every: Sequence[str],
    num_seeds: int | None,
    budget: str,
    target: str,
    data_dir: Path | None,
    download: bool,
    options: Mapping[str, Any],
) -> Comparison:
    """A new comparison, its runs queued. Raises UsageError with what is wrong, before anything is made."""
    from tui_trainer.core import comparison as comparisons
    from tui_trainer.core.budget import BadBudget, parse_budget
    from tui_trainer.core.compose import Choices
    from tui_trainer.core.presets import Library
    from tui_trainer.core.standings import BadTarget, parse_target
    from tui_trainer.core.variation import Base, VariationError, parse_axes, seeds_in
    from tui_trainer.core.variation import vary as varied_by
    from tui_trainer.tui import racing

    try:
        parse_target(target)
        epochs = parse_budget(budget).epochs
        asked, axes = seeds_in([*parse_axes(vary), *_fixed(options, epochs)])
        seeds = _seeds(asked, num_seeds)
        names = recipes or (Choices.recipe,)
        varied = varied_by(Library.load(), [Base(Choices(name)) for name in names], axes, every)  # type: ignore[arg-type]
    except BadBudget as error:
        raise click.UsageError(f"--budget {error}") from None
    except (BadTarget, VariationError) as error:
        raise click.UsageError("\n".join(plain(line) for line in str(error).splitlines())) from None
    if len(varied.variants) < 2:
        for note in varied.notes:
            warn(note)
        raise click.UsageError(
            f"only {plain(varied.variants[0].label)} is left: name several recipes, or vary a setting "
            "(--vary optimizer=adam,sgd)"
        )
    _refuse_absent(varied.variants, data_dir, download)
    for note in varied.notes:
        warn(note)
    if seeds is None:
        first = varied.variants[0].recipe.training.seed
        seeds = tuple(range(first, first + (num_seeds or _SEEDS)))
    name = " and ".join(dict.fromkeys(names)) if len(names) <= 3 else f"{len(names)} recipes"
    try:
        return racing.create(name, varied.variants, seeds, budget=budget, target=target)
    except comparisons.TooManyRuns as error:
        raise click.UsageError(str(error)) from None


def _fixed(options: Mapping[str, Any], epochs: int | None) -> list[Axis]:
    """What the options of ``train`` set for all, as axes of one value. Raises VariationError."""
    from tui_trainer.core.variation import Axis, VariationError

    axes = [
        Axis(part, ("+".join(given) if isinstance(given, tuple) else given,))
        for part in PART_NAMES
        if (given := options[part])
    ]
    axes += [Axis(flag, (options[flag],)) for flag in FLAG_NAMES if options[flag] is not None]
    for said in options["settings"]:
        key, equals, value = said.partition("=")
        if not equals or "." not in key:
            raise VariationError(f"--set {said}: must be KEY=VALUE, such as optimizer.lr=0.01")
        axes.append(Axis(key.strip(), (value.strip(),)))
    if epochs is not None:
        if any(axis.path == "training.epochs" for axis in axes):
            raise VariationError("--budget in epochs and --epochs say the same: leave one of them out")
        axes.append(Axis("epochs", (str(epochs),)))
    return axes


def _seeds(asked: tuple[int, ...] | None, number: int | None) -> tuple[int, ...] | None:
    """The seeds that were named, or as many as were asked for from the one named; None: none was.

    Raises VariationError.
    """
    from tui_trainer.core.variation import VariationError

    if asked is None:
        return None
    if len(asked) == 1:
        return tuple(range(asked[0], asked[0] + (number or _SEEDS)))
    if number is not None:
        raise VariationError("--seeds and --vary seed say the same: leave one of them out")
    return asked


def _refuse_absent(variants: Sequence[Variant], data_dir: Path | None, download: bool) -> None:
    """Raises UsageError where data are not on this machine."""
    from tui_trainer.core.datafiles import absence

    folder = data_dir and data_dir.expanduser().absolute()
    missing = dict.fromkeys(absence(variant.recipe.data, folder) for variant in variants)
    if not download and (told := "\n".join(filter(None, missing))):
        raise click.UsageError(told)
