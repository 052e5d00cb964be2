"""What a pre-flight comes to in words: each check's numbers, what they mean, and what to try."""

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from tui_trainer.core import advice
from tui_trainer.core.events import Evaluated
from tui_trainer.core.figures import duration, value
from tui_trainer.core.preflight.copies import ENOUGH_STEPS, unregularized
from tui_trainer.core.preflight.measured import DEAD, GRADIENT, INITIAL, OVERFIT, Measured
from tui_trainer.core.preflight.rate_range import HIGHEST, LOWEST, Floats, propose
from tui_trainer.core.recipe import Recipe
from tui_trainer.core.verdicts import Severity

Check: TypeAlias = Literal["initial loss", "one batch", "learning rate"]

AS_EXPECTED = 1.25
"""Up to this many times the expected loss, random first outputs cost no more than they usually do."""
FAR_ABOVE = 2.0
"""From here on they are too large to begin with."""
BELOW = 0.5
"""Nor does chance, of a net that knows nothing, get below this share."""
HARDLY = 0.1
"""A loss that fell by a smaller share did not move."""
STEADY = 0.3
"""A loss that falls at the end at this share of its mean pace, or faster, is still on its way."""
RESTLESS = 0.3
"""A loss that scatters by this share of itself jumps to and fro."""
FEW_STEPS = 200
"""A batch that was not learned in fewer, because they are slow, may still be."""
ALL_DEAD = 0.99
FAINT = 1e-3
"""A gradient that shrank to this share of the first one moves little, and below ``NO_GRADIENT`` nothing."""
NO_GRADIENT = 1e-9
FAR_FROM = 5.0
"""A learning rate so many times the proposed one, or less than its so-manieth part, is worth a word."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found. The texts are safe for a terminal."""

    check: Check
    severity: Severity
    text: str
    """One sentence with the numbers it rests on."""
    advice: str = ""
    """What to try, or what else it means; empty where nothing is wrong."""

    @property
    def told(self) -> str:
        """Both as one line."""
        return f"{self.text}; {self.advice}" if self.advice else self.text


def findings(measured: Measured, recipe: Recipe) -> tuple[Finding, ...]:
    """What the checks that are over have found, in their order."""
    found: list[Finding] = []
    if measured.initial is not None and measured.expected is not None:
        found.append(_initial(measured.initial.metrics[INITIAL], measured.expected.value, measured))
    if measured.overfit_began is not None and measured.overfit_ended is not None:
        found.append(_one_batch(measured, measured.overfit_began, measured.overfit_ended, recipe))
    if measured.phase == "finished":
        found.append(_learning_rate(measured, recipe))
    return tuple(found)


def _initial(loss: float, expected: float, measured: Measured) -> Finding:
    assert measured.expected is not None
    blind = f"{value(expected)} ({measured.expected.label})"
    if not math.isfinite(loss):
        text = f"it is {value(loss)} before anything is learned"
        return Finding("initial loss", "alarm", text, "look for values in the data that are not finite")
    ratio = loss / expected if expected > 0 else math.inf
    if BELOW <= ratio <= AS_EXPECTED:
        text = f"{value(loss)}, about that of a net that knows nothing: {blind}"
        return Finding("initial loss", "good", text)
    if ratio < BELOW:
        text = f"{value(loss)}, below the {blind} of a net that knows nothing"
        return Finding(
            "initial loss",
            "alarm",
            text,
            "look for the target among the inputs, or for a loss averaged wrongly",
        )
    severity: Severity = "alarm" if ratio > FAR_ABOVE else "note"
    text = f"{value(loss)}, {ratio:.1f} times the {blind} of a net that knows nothing"
    return Finding("initial loss", severity, text, "its first outputs are large: try another initialization")


# One batch


def _one_batch(measured: Measured, began: Evaluated, ended: Evaluated, recipe: Recipe) -> Finding:
    recipe = unregularized(recipe)
    losses = np.asarray(measured.overfit.values, np.float64)
    first, last, steps = began.metrics[OVERFIT], ended.metrics[OVERFIT], ended.step
    of = f"{ended.num_samples} samples"
    went = f"from {value(first)} to {value(last)} in {steps:,} steps on {of}"

    def alarm(text: str, cure: str) -> Finding:
        return Finding("one batch", "alarm", text, cure)

    if not math.isfinite(last):
        text = f"the loss of {of} became {value(last)} at step {steps:,}"
        return alarm(text, advice.against_divergence(recipe))
    if measured.is_learned_by_heart:
        return Finding("one batch", "good", f"learned by heart: loss {went}")
    if ended.metrics[DEAD] >= ALL_DEAD or ended.metrics[GRADIENT] <= NO_GRADIENT:
        return alarm(
            f"not learned, {_why_no_gradient(ended)}: loss {went}", _against_no_gradient(recipe, ended)
        )
    if steps < FEW_STEPS:
        text = f"too slow here to tell, {duration(measured.overfit_s)} were enough for few steps: loss {went}"
        return Finding("one batch", "note", text)
    if last > first * (1 + HARDLY):
        return alarm(f"not learned, the loss rose: {went}", advice.against_divergence(recipe))
    before, now = _fifths(losses)
    if before - now > STEADY * (first - now) / 5 > 0:
        limit = "" if steps >= ENOUGH_STEPS else f" ({duration(measured.overfit_s)})"
        text = f"not learned yet, though the loss still falls: {went}{limit}"
        severity: Severity = "note" if now < first / 2 else "alarm"
        return Finding(
            "one batch", severity, text, f"try a learning rate larger than {recipe.optimizer.lr:g}"
        )
    if now > (1 - HARDLY) * first:
        gradient = ended.metrics[GRADIENT] / (began.metrics[GRADIENT] or math.nan)
        faint = f", and the gradient shrank to {value(gradient)} of the first" if gradient < FAINT else ""
        text = f"not learned, the loss hardly moved: {went}{faint}"
        return alarm(text, advice.against_unmoved_batch(recipe))
    scatter = float(np.std(losses[-max(len(losses) // 5, 1) :])) / now
    if scatter > RESTLESS:
        return alarm(
            f"not learned, the loss jumps to and fro: {went}",
            f"try a learning rate smaller than {recipe.optimizer.lr:g}",
        )
    return alarm(f"not learned, the loss stays: {went}", advice.against_plateau(recipe))


def _fifths(losses: Floats) -> tuple[float, float]:
    """Mean of the last fifth but one, and of the last."""
    fifth = max(len(losses) // 5, 1)
    return float(losses[-2 * fifth : -fifth or None].mean()), float(losses[-fifth:].mean())


def _why_no_gradient(ended: Evaluated) -> str:
    if ended.metrics[DEAD] >= ALL_DEAD:
        return "all units of a layer are dead (0 for every sample), so that no gradient gets past it"
    return "no gradient reaches its weights"


def _against_no_gradient(recipe: Recipe, ended: Evaluated) -> str:
    if recipe.architecture.initialization == "zeros" or ended.metrics[DEAD] < ALL_DEAD:
        return advice.against_unmoved_batch(recipe)
    return f"try leaky-relu, whose units cannot die, or a learning rate smaller than {recipe.optimizer.lr:g}"


# The learning rate


def _learning_rate(measured: Measured, recipe: Recipe) -> Finding:
    rates, losses, own = measured.rates, measured.range_losses, recipe.optimizer.lr
    proposal = propose(rates, losses)
    if proposal is None:
        text = f"the loss falls at no rate from {LOWEST:g} to {rates[-1] if len(rates) else HIGHEST:.2g}"
        return Finding(
            "learning rate", "alarm", text, "nothing to propose: look at the checks before this one"
        )
    lowest = f"{proposal.lowest_at:.2g}"
    explodes = measured.explodes_at or math.inf
    ends = f", and it explodes at {explodes:.2g}" if explodes < math.inf else ""
    text = f"try {proposal.rate:g}, a tenth of {lowest}: up to there the loss is lowest{ends}"
    if own >= explodes:
        return Finding("learning rate", "alarm", text, f"the recipe's {own:g} lies beyond")
    if own >= proposal.rate * FAR_FROM or own <= proposal.rate / FAR_FROM:
        side = "above" if own > proposal.rate else "below"
        ratio = max(own / proposal.rate, proposal.rate / own)
        return Finding("learning rate", "note", text, f"the recipe's {own:g} is {ratio:.0f} times {side} it")
    return Finding("learning rate", "good", text, f"the recipe has {own:g}")
