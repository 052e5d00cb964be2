"""What the checks before training are said to have found."""

import math
from collections.abc import Sequence

import numpy as np
import pytest

from tui_trainer.core.events import AnyEvent, Baseline, Evaluated, PhaseChanged, RunStarted, Steps
from tui_trainer.core.facts import facts
from tui_trainer.core.preflight.copies import overfit_rows, unregularized
from tui_trainer.core.preflight.findings import Finding, findings
from tui_trainer.core.preflight.measured import (
    BLIND,
    DEAD,
    GRADIENT,
    INITIAL,
    OVERFIT,
    RANGE,
    RATE,
    Measured,
)
from tui_trainer.core.preflight.rate_range import num_steps, rate_at
from tui_trainer.core.recipe import Recipe

LN_10 = math.log(10)
SINKS = np.geomspace(LN_10, 0.01, 60)
RESTLESS = 0.7 + 0.6 * np.sin(np.arange(2000.0) ** 1.5)


def told(events: Sequence[AnyEvent], recipe: Recipe | None = None) -> tuple[Finding, ...]:
    measured = Measured()
    for event in events:
        measured.apply(event)
    return findings(measured, recipe or Recipe())


def started(expected: float = LN_10, label: str = "ln 10") -> RunStarted:
    return RunStarted(
        attempt=1,
        elapsed_s=0.0,
        name="checked",
        task="multiclass",
        host="here",
        boot_id="now",
        pid=1,
        started_at=1.8e9,
        baselines={"loss": Baseline(expected, label)},
    )


def found(step: int, **metrics: float) -> Evaluated:
    return Evaluated(attempt=1, elapsed_s=1.0, step=step, split="train", num_samples=32, metrics=metrics)


def one_batch(
    losses: Sequence[float] | np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    *,
    gradient: float = 0.1,
    dead: float = 0.0,
    recipe: Recipe | None = None,
) -> Finding:
    first, last = float(losses[0]), float(losses[-1])
    values = {OVERFIT: np.asarray(losses, "<f4").tobytes()}
    (finding,) = told(
        [
            started(),
            found(0, **{OVERFIT: first, BLIND: LN_10, GRADIENT: 1.0, DEAD: 0.0}),
            Steps(attempt=1, elapsed_s=1.0, first_step=1, metrics=values),
            found(len(losses), **{OVERFIT: last, BLIND: LN_10, GRADIENT: gradient, DEAD: dead}),
        ],
        recipe,
    )
    return finding


def swept(losses: Sequence[float], recipe: Recipe) -> Finding:
    steps = num_steps(32)
    rates = [rate_at(step, steps) for step in range(1, len(losses) + 1)]
    metrics = {RATE: np.array(rates, "<f4").tobytes(), RANGE: np.array(losses, "<f4").tobytes()}
    (finding,) = told(
        [
            started(),
            Steps(attempt=1, elapsed_s=1.0, first_step=1, metrics=metrics),
            PhaseChanged(attempt=1, elapsed_s=2.0, phase="finished"),
        ],
        recipe,
    )
    return finding


@pytest.mark.parametrize(
    ("loss", "severity", "words"),
    [
        (2.31, "good", "2.31, about that of a net that knows nothing: 2.30 (ln 10)"),
        (3.4, "note", "1.5 times"),
        (9.2, "alarm", "4.0 times"),
        (0.9, "alarm", "below the 2.30 (ln 10)"),
        (math.nan, "alarm", "NaN before anything is learned"),
    ],
)
def test_the_initial_loss_is_held_against_that_of_a_blind_guess(
    loss: float, severity: str, words: str
) -> None:
    (finding,) = told([started(), found(0, **{INITIAL: loss})])
    assert finding.severity == severity
    assert words in finding.text
    assert bool(finding.advice) == (severity != "good")


def test_a_batch_that_is_learned_by_heart_is_good_news() -> None:
    finding = one_batch(SINKS)
    assert finding.severity == "good"
    assert finding.told == "learned by heart: loss from 2.30 to 0.01 in 60 steps on 32 samples"


@pytest.mark.parametrize(
    ("losses", "facts_of_it", "words", "cure"),
    [
        ([2.3, 9e9, math.nan], {}, "became NaN at step 3", "smaller than 0.001"),
        (np.linspace(2.3, 2.1, 2000), {}, "still falls", "larger than 0.001"),
        (np.linspace(2.3, 5.0, 500), {}, "rose", "smaller than 0.001"),
        (np.full(2000, 2.3), {"dead": 1.0}, "units of a layer are dead", "leaky-relu"),
        (np.full(2000, 2.3), {"gradient": 0.0}, "no gradient reaches", "try"),
        (np.full(2000, 2.25), {"gradient": 1e-5}, "gradient shrank to", "try"),
        (np.concatenate([SINKS[:20], np.full(2000, 0.6)]), {}, "the loss stays", "a larger net"),
        (
            np.concatenate([SINKS[:5], 0.7 + 0.6 * np.sin(np.arange(2000.0) ** 1.5)]),
            {},
            "jumps to and fro",
            "smaller than 0.001",
        ),
    ],
    ids=["nan", "slow", "rises", "dead", "no-gradient", "vanishing", "too-small", "restless"],
)
def test_a_batch_that_is_not_learned_is_told_with_what_it_means(
    losses: Sequence[float], facts_of_it: dict[str, float], words: str, cure: str
) -> None:
    finding = one_batch(losses, **facts_of_it)  # type: ignore[arg-type]
    assert finding.severity == "alarm"
    assert words in finding.text
    assert cure in finding.advice


def test_a_few_slow_steps_prove_nothing() -> None:
    finding = one_batch(np.linspace(2.3, 2.0, 20))
    assert finding.severity == "note"
    assert "too slow here to tell" in finding.text
    assert one_batch([2.3] * 20, dead=1.0).severity == "alarm", "but a dead layer does"


def test_weights_that_begin_at_zero_are_named() -> None:
    recipe = Recipe.model_validate(
        {"architecture": {"kind": "fully-connected", "hidden": (8,), "initialization": "zeros"}}
    )
    assert "another initialization than zeros" in one_batch([2.3] * 2000, dead=1.0, recipe=recipe).advice


def test_a_net_without_hidden_layers_is_named() -> None:
    recipe = Recipe.model_validate({"architecture": {"kind": "softmax-regression"}})
    assert "hidden layer" in one_batch([2.3] * 2000, gradient=1e-6, recipe=recipe).advice


def falls_and_explodes(rate: float) -> list[float]:
    """Falls from 2.3 to 0.2 between 1e-3 and 1e-2, rises from 0.1 on."""
    steps, losses = num_steps(32), list[float]()
    for step in range(1, steps + 1):
        at = math.log10(rate_at(step, steps) * (0.1 / rate))
        losses.append(2.3 - 2.1 * min(max(at + 3, 0), 1) + 20 * max(at + 1, 0) ** 2)
        if losses[-1] > 12:
            break
    return losses


@pytest.mark.parametrize(
    ("lr", "severity", "words"),
    [
        (0.01, "good", "the recipe has 0.01"),
        (0.0001, "note", "times below it"),
        (0.09, "note", "times above it"),
        (5.0, "alarm", "the recipe's 5 lies beyond"),
    ],
)
def test_the_recipes_own_rate_is_held_against_the_proposed_one(lr: float, severity: str, words: str) -> None:
    finding = swept(falls_and_explodes(0.1), Recipe.model_validate({"optimizer": {"kind": "adam", "lr": lr}}))
    assert finding.severity == severity
    assert words in finding.advice
    assert "try 0.01, a tenth of 0.1" in finding.text
    assert "it explodes at" in finding.text


def test_where_the_loss_falls_nowhere_nothing_is_proposed() -> None:
    finding = swept([2.3] * 500, Recipe())
    assert finding.severity == "alarm"
    assert "the loss falls at no rate" in finding.text


def test_one_batch_is_neither_one_sample_nor_all() -> None:
    def rows(size: int | str) -> int:
        recipe = Recipe.model_validate({"training": {"batch_size": size}})
        return overfit_rows(recipe, facts(recipe.data))

    assert [rows(size) for size in (1, 32, 1000, "all")] == [8, 32, 64, 64]


def test_a_batch_is_learned_without_what_keeps_from_learning_it_by_heart() -> None:
    recipe = Recipe.model_validate(
        {
            "loss": {"kind": "cross-entropy", "label_smoothing": 0.2},
            "optimizer": {"kind": "adamw", "weight_decay": 0.1, "schedule": {"kind": "cosine"}},
            "regularization": {
                "l1": {},
                "l2": {},
                "dropout": {},
                "augmentation": {},
                "early_stopping": {},
                "batch_norm": {},
                "gradient_clipping": {},
            },
        }
    )
    bare = unregularized(recipe).model_dump(exclude_none=True)
    assert set(bare["regularization"]) == {"batch_norm", "gradient_clipping"}
    assert bare["loss"]["label_smoothing"] == bare["optimizer"]["weight_decay"] == 0
    assert bare["optimizer"]["schedule"] == {"kind": "constant"}
