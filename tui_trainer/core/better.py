"""Is it really better? A paired t interval over shared seeds, and a sentence that claims no more than it may.

Two runs with the same seed share initial weights (where shapes agree) and the order of samples, so their
difference is less noisy than either. Over n seeds the mean difference has the interval
mean ± t(n-1) · s/√n. A claim is made where it leaves out 0; between equal recipes that is so in 5 % of
comparisons.

What keeps that promise:

- The value of a run is its validation metric with the weights that its recipe selects, and all runs are
  measured on the same split: the claim is about training again with other seeds, on these data.
- Fewer than three seeds never make a claim. How many there are is planned before any is looked at, and no
  claim is made before all have ended: one that stops as soon as it looks good finds a winner in noise.
- Seeds that are added after a look (one of three seeds or more) make another look; the k-th tests at
  5 %/2ᵏ (k ≥ 2). All looks together then claim falsely in less than 7.5 %, the first alone in 5 %.
- Of many variants one is named the best only where its interval against *every* other leaves out 0. To
  compare the leader with all others in this way needs no correction (Gutmann and Maymin 1987; Hung and
  Fithian 2019): to be named by mistake, it has to beat its equals too. Which others fall behind, where none
  is the best, is told by Holm's method over all pairs.
- An accuracy moves in steps of one sample, which hide how much runs vary within a step; so the variance of a
  difference counts as at least that of rounding, 1/6 of a step squared. Without it, three equal differences
  of one sample would be certain. Where seeds change nothing at all in either recipe, each is one run, however
  many seeds: cannot tell.
- A run that diverged is not dropped: the weights it had before are what one would have got. One that was
  stopped, crashed or failed otherwise holds the claim back until it has been resumed; one that was deleted
  leaves its pair out, and the sentence says so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite, sqrt
from statistics import fmean, stdev
from typing import Literal, TypeAlias

from tui_trainer.core.figures import value as figure
from tui_trainer.core.metrics import LOWER_IS_BETTER
from tui_trainer.core.students_t import quantile, two_sided_p

LEAST_SEEDS = 3
RISK = 0.05
"""How often equal recipes are told apart."""

End: TypeAlias = Literal["done", "diverged", "pending", "broken", "absent"]
"""Broken: stopped, crashed or failed for another reason than its loss; absent: deleted."""


@dataclass(frozen=True)
class Outcome:
    """What one run came to."""

    end: End
    value: float | None = None
    """The validation metric with the weights that were selected; None where there is none."""


@dataclass(frozen=True)
class Side:
    """One recipe in a comparison."""

    label: str
    outcomes: Mapping[int, Outcome]
    """By seed."""


@dataclass(frozen=True)
class Terms:
    """What holds for all of a comparison."""

    metric: str
    """``accuracy``, ``r2``, ``loss``: what is compared, and which way it is good."""
    rounds: Sequence[int]
    """How many seeds were planned at a time, see ``Comparison.rounds``."""
    num_validation: int = 0
    """Validation samples; 0 where that is not known."""
    incomparable: str = ""
    """Why values say nothing of one another (other data, another split); empty where they do."""

    @property
    def level(self) -> float:
        """The level of the interval: 0.95, and more after seeds were added to three or more."""
        looks = sum(sum(self.rounds[: place + 1]) >= LEAST_SEEDS for place in range(len(self.rounds)))
        return 1 - (RISK if looks < 2 else RISK / 2**looks)

    @property
    def is_share(self) -> bool:
        """Whether the metric is a share of samples."""
        return self.metric == "accuracy"


@dataclass(frozen=True)
class Difference:
    """A minus B over the seeds that both have, in the units of the metric."""

    mean: float
    low: float
    """Ends of the interval."""
    high: float
    p: float
    """Two-sided."""
    num_pairs: int
    varies: bool
    """Whether seeds change anything; False: each side is one run, over and over."""


@dataclass(frozen=True)
class Verdict:
    """The answer for A and B."""

    better: str | None
    """The label of the one that is better; None: cannot tell."""
    text: str
    """One sentence with its numbers. Labels in it are text from outside: to be sent through ``plain``."""
    difference: Difference | None
    """None below two pairs."""
    level: float


@dataclass(frozen=True)
class Standing:
    """The answer for all."""

    leader: str | None
    """The label with the best mean; None where nothing was measured."""
    is_best: bool
    """Whether it is better than every other, at the risk of 5 % in all."""
    rivals: tuple[str, ...]
    """Those that cannot be told from the leader."""
    text: str


def judge(a: Side, b: Side, terms: Terms, remark: str = "") -> Verdict:
    """Whether A or B is better; ``remark`` (``at these learning rates``) goes with what is said of it."""
    difference = compare(a, b, terms)
    why_not = _why_not(a, b, terms, difference)
    ahead = _ahead(a, b, terms, difference, remark)
    if why_not or difference is None:
        text = f"Cannot tell {a.label} from {b.label}: {why_not}" + (f"; {ahead}" if ahead else "") + "."
        return Verdict(None, text, difference, terms.level)
    if difference.low <= 0 <= difference.high:
        return Verdict(None, f"Cannot tell {a.label} from {b.label}: {ahead}.", difference, terms.level)
    best, other = (a, b) if (difference.mean > 0) is not (terms.metric in LOWER_IS_BETTER) else (b, a)
    text = f"{best.label} beats {other.label} by {_by(difference, terms, remark)}."
    return Verdict(best.label, text + _left_out(a, b), difference, terms.level)


def compare(a: Side, b: Side, terms: Terms) -> Difference | None:
    """The difference over the seeds that both have a value for; None below two."""
    pairs = [
        (x, y)
        for seed, outcome in a.outcomes.items()
        if (x := _known(outcome)) is not None and (y := _known(b.outcomes.get(seed))) is not None
    ]
    if len(pairs) < 2:
        return None
    differences, n = [x - y for x, y in pairs], len(pairs)
    varies = len(set(pairs)) > 1
    variance = stdev(differences) ** 2
    if terms.is_share and terms.num_validation:
        variance = max(variance, (1 / terms.num_validation) ** 2 / 6)
    mean, error = fmean(differences), sqrt(variance / n)
    half = quantile(terms.level, n - 1) * error
    p = two_sided_p(mean / error, n - 1) if error else float(mean == 0)
    return Difference(mean, mean - half, mean + half, p, n, varies)


def standing(sides: Sequence[Side], terms: Terms, remark: str = "") -> Standing:
    """Which of ``sides`` is the best, if that can be told; ``remark`` as in `judge`."""
    means = {place: mean for place, side in enumerate(sides) if (mean := mean_of(side)) is not None}
    if not means:
        return Standing(None, False, (), "Cannot tell: nothing was measured yet.")
    sign = -1 if terms.metric in LOWER_IS_BETTER else 1
    first = max(means, key=lambda place: sign * means[place])
    leader, others = sides[first], [place for place in range(len(sides)) if place != first]
    if not others:
        return Standing(leader.label, False, (), f"There is only {leader.label}: nothing to compare it with.")
    verdicts, told = {place: judge(leader, sides[place], terms) for place in others}, remark and f", {remark}"
    if all(verdict.better == leader.label for verdict in verdicts.values()):
        against = "the other" if len(others) == 1 else f"each of the {len(others)} others"
        text = f"{leader.label} is the best: it beats {against} ({_over(terms, leader)}){told}."
        return Standing(leader.label, True, (), text)
    behind = _behind(sides, terms, first) & {place for place in others if verdicts[place].better is not None}
    near = tuple(sides[place].label for place in others if place not in behind)
    text = f"Cannot tell which is the best: {leader.label} leads, but not surely before {_listed(near)}"
    why = {_why_not(leader, sides[place], terms, verdicts[place].difference) for place in others} - {""}
    return Standing(leader.label, False, near, text + (f" ({min(why)})" if why else "") + f"{told}.")


def mean_of(side: Side) -> float | None:
    """The mean over its seeds; None where there is no value."""
    values = [value for outcome in side.outcomes.values() if (value := _known(outcome)) is not None]
    return fmean(values) if values else None


def amount(difference: float, terms: Terms) -> str:
    """A difference as people say it: ``0.7 points``, ``0.031``."""
    return f"{100 * difference:.2g} points" if terms.is_share else figure(difference)


def _known(outcome: Outcome | None) -> float | None:
    is_known = outcome is not None and outcome.value is not None and isfinite(outcome.value)
    return outcome.value if outcome is not None and is_known else None


def _why_not(a: Side, b: Side, terms: Terms, difference: Difference | None) -> str:
    """Why no claim may be made, whatever the numbers; empty where one may."""
    outcomes = [outcome for side in (a, b) for outcome in side.outcomes.values()]
    pending = sum(outcome.end == "pending" for outcome in outcomes)
    broken = sum(outcome.end == "broken" for outcome in outcomes)
    num_pairs = difference.num_pairs if difference else len(_pairs(a, b))
    if terms.incomparable:
        return terms.incomparable
    if pending:
        return f"{_count(pending, 'run')} of {len(outcomes)} {'has' if pending == 1 else 'have'} not ended"
    if broken:
        was = "was" if broken == 1 else "were"
        cut = f"{_count(broken, 'run')} of {len(outcomes)} {was} cut short"
        return f"{cut}: resume, or delete what is not to count"
    if difference is None or num_pairs < LEAST_SEEDS:
        return (
            f"{_count(num_pairs, 'shared seed')}, and fewer than {LEAST_SEEDS} cannot tell chance from merit"
        )
    if not difference.varies:
        return "seeds change nothing here, so that all of them are one run each"
    return ""


def _pairs(a: Side, b: Side) -> set[int]:
    return {
        seed
        for seed in a.outcomes.keys() & b.outcomes.keys()
        if _known(a.outcomes[seed]) is not None and _known(b.outcomes[seed]) is not None
    }


def _ahead(a: Side, b: Side, terms: Terms, difference: Difference | None, remark: str) -> str:
    """Who leads, and by how much; empty where that says nothing."""
    if terms.incomparable:
        return ""
    if difference is None:
        seeds = _pairs(a, b)
        if not seeds:
            return ""
        (seed,) = seeds
        mean = (_known(a.outcomes[seed]) or 0.0) - (_known(b.outcomes[seed]) or 0.0)
    else:
        mean = difference.mean
    if mean == 0:
        return f"both have the same validation {_metric(terms)} on average"
    leader = a if (mean > 0) is not (terms.metric in LOWER_IS_BETTER) else b
    by = _by(difference, terms, remark) if difference else f"{amount(abs(mean), terms)}"
    return f"{leader.label} leads by {by}" + _left_out(a, b).rstrip(".")


def _by(difference: Difference, terms: Terms, remark: str) -> str:
    """``0.7 points of validation accuracy (95 % interval 0.2 to 1.2, 5 seeds), 2 of 270 samples``."""
    sign = 1 if difference.mean > 0 else -1
    low, high = sorted((sign * difference.low, sign * difference.high))
    scale = 100 if terms.is_share else 1
    ends = f"{scale * low:.2g} to {scale * high:.2g}"
    level = f"{100 * terms.level:.4g} % interval {ends}, {_count(difference.num_pairs, 'seed')}"
    text = f"{amount(abs(difference.mean), terms)} of validation {_metric(terms)} ({level})"
    if terms.is_share and terms.num_validation:
        text += (
            f", {_samples(abs(difference.mean) * terms.num_validation)} of {terms.num_validation:,} samples"
        )
    return f"{text}, {remark}" if remark else text


def _samples(number: float) -> str:
    return f"{number:.1f}" if number < 9.95 and abs(number - round(number)) >= 0.05 else f"{number:.0f}"


def _left_out(a: Side, b: Side) -> str:
    """What else the reader should know of the seeds; empty, or a sentence after a space."""
    told = []
    for side in (a, b):
        diverged = sum(outcome.end == "diverged" for outcome in side.outcomes.values())
        if diverged:
            told.append(
                f"{_count(diverged, 'run')} of {side.label} diverged and "
                f"count{'s' if diverged == 1 else ''} as the best before"
            )
    absent = sum(outcome.end == "absent" for side in (a, b) for outcome in side.outcomes.values())
    if absent:
        told.append(f"{_count(absent, 'run')} deleted, so that no pair has {'it' if absent == 1 else 'them'}")
    return f" ({'; '.join(told)})." if told else ""


def _behind(sides: Sequence[Side], terms: Terms, first: int) -> set[int]:
    """Those surely behind the leader by Holm's method over all pairs."""
    pairs = [(x, y) for x in range(len(sides)) for y in range(x)]
    tested = sorted(
        (difference.p, x, y)
        for x, y in pairs
        if (difference := compare(sides[x], sides[y], terms)) is not None
        and not _why_not(sides[x], sides[y], terms, difference)
    )
    behind: set[int] = set()
    for rank, (p, x, y) in enumerate(tested):
        if p > (1 - terms.level) / (len(pairs) - rank):
            break
        if first in (x, y):
            behind.add(y if x == first else x)
    return behind


def _over(terms: Terms, leader: Side) -> str:
    return f"{100 * terms.level:.4g} % over {_count(len(leader.outcomes), 'seed')}"


def _metric(terms: Terms) -> str:
    return {"r2": "R²"}.get(terms.metric, terms.metric)


def _listed(labels: Sequence[str]) -> str:
    some = labels if len(labels) <= 4 else (*labels[:3], f"{len(labels) - 3} more")
    return " and ".join(filter(None, (", ".join(some[:-1]), some[-1])))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" + ("" if number == 1 else "s")
