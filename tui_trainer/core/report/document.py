"""What stands in a report of one run, and of several."""

import shlex
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from tui_trainer.core import figures, marked
from tui_trainer.core.comparison import Comparison
from tui_trainer.core.contrast import shown
from tui_trainer.core.events import Evaluated
from tui_trainer.core.repeating import changes_of, why_not_from_the_start
from tui_trainer.core.report import curves, rows
from tui_trainer.core.report.account import Account
from tui_trainer.core.report.blocks import Block, Code, Heading, Matrix, Table, Text
from tui_trainer.core.settings import settings_of
from tui_trainer.core.sharing import command_line
from tui_trainer.core.standings import Standings
from tui_trainer.core.text import plain

_PARTS = ("data", "architecture", "loss", "optimizer", "regularization", "training")
_MOST_CLASSES = 60
_MOST_MATRICES = 12


def of_run(account: Account, now: float) -> Iterator[Block]:
    """One run, from its recipe to the line that repeats it. ``now`` is a Unix time in seconds."""
    yield Heading(account.name, 1)
    yield Text(account.title)
    yield from _about([account], now)
    yield Heading("What came of it")
    yield rows.table([account])
    if account.history.reason:
        yield Text(plain(account.history.reason), "alarm" if account.history.phase == "failed" else "note")
    yield from _scores(account)
    yield from (Text(found.told, found.severity) for found in account.diagnosis)
    yield from (Text(plain(note.text), "note") for note in account.history.notes if account.recipe is None)
    yield from _curves(list(curves.of_run(account)))
    yield from _matrices([(account, "")])
    yield Heading("Recipe" if account.recipe else "Config")
    yield _recipe(account)
    yield from _repeating([account], {})
    yield from _environment([account])


def of_runs(
    accounts: Sequence[Account],
    now: float,
    *,
    title: str = "",
    groups: Mapping[str, Sequence[Account]] | None = None,
    verdict: Sequence[str] = (),
) -> Iterator[Block]:
    """Several runs: what differs, what came of it, and which is better as far as ``verdict`` can tell.

    ``groups`` are the runs of each recipe by its label.
    """
    groups = groups if groups is not None else grouped(accounts)
    yield Heading(title or "Runs compared", 1)
    yield Text(" · ".join(f"{plain(label)} ({len(group)})" for label, group in groups.items()))
    yield from _about(accounts, now)
    if verdict:
        yield Heading("Which is better?")
        yield Text(plain(verdict[0]), "verdict")
        yield from (Text(plain(sentence)) for sentence in verdict[1:])
    yield Heading("What differs, and what came of it")
    yield rows.table(accounts)
    yield from _test_scores(accounts)
    for label, group in groups.items():
        for each in group:
            who = plain(label) if len(group) == 1 else f"{plain(label)}, {plain(each.run.id)}"
            alarms = [found for found in each.diagnosis if found.severity == "alarm"]
            yield from (Text(f"{who}: {found.told}", "alarm") for found in alarms)
    yield from _curves(list(curves.of_runs({plain(label): group for label, group in groups.items()})))
    best = [(_best(group), plain(label)) for label, group in groups.items() if group]
    yield from _matrices(best[:_MOST_MATRICES])
    yield Heading("Recipes")
    for label, group in groups.items():
        if group:
            yield Heading(label, 3)
            yield _recipe(group[0])
    yield from _repeating([group[0] for group in groups.values() if group], groups)
    yield from _environment(accounts)


def grouped(accounts: Sequence[Account]) -> dict[str, list[Account]]:
    """The runs of each recipe, whatever their seed, by what tells it from the others."""
    comparison = as_comparison(accounts)
    if comparison is None:
        return {f"{each.name} {each.run.id}": [each] for each in accounts}
    by_id = {each.run.id: each for each in accounts}
    return {
        entrant.label: [by_id[id_] for id_ in entrant.run_ids.values()] for entrant in comparison.entrants
    }


def as_comparison(accounts: Sequence[Account]) -> Comparison | None:
    """Runs that were not planned together, as if they had been; None where one of them has no recipe."""
    if any(each.recipe is None for each in accounts):
        return None
    return marked.of_runs([each.run for each in accounts])


def verdict(comparison: Comparison | None, now: float) -> list[str]:
    """Which recipe is the best, if that can be told, and then how it stands against each other."""
    if comparison is None or len(comparison.entrants) < 2:
        return []
    standings = Standings(comparison)
    while standings.read_new(max_seconds=1.0):
        pass
    standing = standings.standing(now)
    names = [entrant.label for entrant in comparison.entrants]
    if standing.leader is None:
        return [standing.text]
    leader = names.index(standing.leader)
    others = [at for at in range(len(names)) if at != leader]
    pairs = [standings.verdict(leader, other, now).text for other in others]
    return pairs if len(pairs) == 1 else [standing.text, *pairs]


def _about(accounts: Sequence[Account], now: float) -> Iterator[Block]:
    day = datetime.fromtimestamp(now, UTC)
    yield Text(f"Written by tui-trainer on {day:%Y-%m-%d %H:%M} UTC.", "quiet")
    for each in accounts:
        tags = f"tagged {' '.join(each.labels.tags)}" if each.labels.tags else ""
        said = " · ".join(filter(None, (tags, each.labels.note)))
        if said:
            yield Text(said if len(accounts) == 1 else f"{plain(each.run.id)}: {said}", "note")


def _scores(account: Account) -> Iterator[Block]:
    """A row a split, at the best step: test was measured with those very weights."""
    told, best = account.history, account.best
    at = {
        "train": told.evaluation_at("train", best.step) if best else None,
        "validation": best,
        "test": told.chosen.get("test"),
    }
    found = {split: evaluation for split, evaluation in at.items() if evaluation}
    if not found:
        return
    metrics = [m for m in dict.fromkeys(m for e in found.values() for m in e.metrics) if m != "penalty"]
    yield Heading("Scores with the weights that were selected", 3)
    yield Table(
        ("", *(rows.metric_name(metric) for metric in metrics)),
        tuple((split, *_figures(e, metrics)) for split, e in found.items()),
        frozenset(range(1, len(metrics) + 1)),
    )
    if told.test_reads > 1:
        yield Text(f"The test set was read {told.test_reads} times.", "alarm")


def _test_scores(accounts: Sequence[Account]) -> Iterator[Block]:
    found = [(each, test) for each in accounts if (test := each.history.chosen.get("test"))]
    metrics = [m for m in dict.fromkeys(m for _, e in found for m in e.metrics) if m != "penalty"]
    if found:
        yield Heading("Test scores with the weights that were selected", 3)
        yield Table(
            ("run", *(rows.metric_name(metric) for metric in metrics)),
            tuple((plain(each.run.id), *_figures(test, metrics)) for each, test in found),
            frozenset(range(1, len(metrics) + 1)),
        )


def _figures(evaluation: Evaluated, metrics: Sequence[str]) -> list[str]:
    return [figures.value(evaluation.metrics.get(metric)) for metric in metrics]


def _curves(charts: Sequence[Block]) -> Iterator[Block]:
    if charts:
        yield Heading("Curves")
        yield from charts


def _matrices(chosen: Sequence[tuple[Account, str]]) -> Iterator[Block]:
    """The confusion matrices of validation at the best step."""
    found: list[Block] = []
    for each, label in chosen:
        told = each.history
        at = told.confusion_at("validation", each.best.step if each.best else told.step)
        classes = tuple(told.started.classes) if told.started else ()
        counts = at.confusion if at else None
        if at is None or counts is None or not 0 < len(counts) <= _MOST_CLASSES:
            continue
        if len(classes) != len(counts) or any(len(row) != len(counts) for row in counts):
            continue
        title = f"{label}: validation" if label else "Validation"
        found.append(Matrix(f"{title}, {told.moment(at.step)}", tuple(map(plain, classes)), counts))
    if found:
        yield Heading("Confusion matrices" if len(found) > 1 else "Confusion matrix")
        yield from found


def _recipe(account: Account) -> Table:
    if account.recipe is None:
        told = [(plain(key), plain(shown(value))) for key, value in account.settings.items()]
        return Table(("setting", "value"), tuple(told))
    lines: list[tuple[str, str, str]] = []
    for part in _PARTS:
        kind = getattr(getattr(account.recipe, part), "kind", "")
        lines += [(part, plain(kind), "")] if kind else []
        lines += [
            (plain(setting.path), plain(shown(setting.value)), plain(setting.help("en")))
            for setting in settings_of(account.recipe, part)
        ]
    return Table(("setting", "value", ""), tuple(lines))


def _repeating(accounts: Sequence[Account], groups: Mapping[str, Sequence[Account]]) -> Iterator[Block]:
    lines = [
        command_line(each.recipe, changes_of(each.run, each.history))
        for each in accounts
        if each.recipe is not None
    ]
    if not lines:
        return
    yield Heading("To repeat it")
    yield Code(tuple(lines))
    yield from (Text(why, "note") for each in accounts if (why := why_not_from_the_start(each.run)))
    seeds = {e.recipe.training.seed for group in groups.values() for e in group if e.recipe is not None}
    if len(seeds) > 1:
        said = ", ".join(map(str, sorted(seeds)))
        yield Text(f"Of each recipe the first run; the seeds were {said} (--seed).", "quiet")
    if len(accounts) == 1 and accounts[0].recipe is not None:
        here = f"tui-trainer train --from {shlex.quote(plain(accounts[0].run.id))}"
        yield Text("Where the run is kept, this repeats it with its device and threads too:", "quiet")
        yield Code((here,))


def _environment(accounts: Sequence[Account]) -> Iterator[Block]:
    """What equal bits depend on; what all runs share is said once."""
    keys = dict.fromkeys(key for each in accounts for key in each.environment)
    if not keys:
        return
    yield Heading("Environment")
    shared, own = [], []
    for key in keys:
        values = [each.environment.get(key, "–") for each in accounts]
        if len(set(values)) == 1:
            shared.append((key, values[0]))
        else:
            own.append((key, *values))
    if shared:
        yield Table(("", "value"), tuple(shared))
    if own:
        yield Table(("", *(plain(each.run.id) for each in accounts)), tuple(own))


def _best(group: Sequence[Account]) -> Account:
    """The run of a group that validated best; the first where that is not known."""
    return max(group, key=lambda each: -each.best.metrics.get("loss", 0.0) if each.best else float("-inf"))
