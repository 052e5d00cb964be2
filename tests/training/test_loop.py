import math

import numpy as np
import pytest
import torch
from torch import nn

from tui_trainer.core import estimate
from tui_trainer.core.architectures import layer_table
from tui_trainer.core.events import Evaluated, Finished, PhaseChanged, RunStarted
from tui_trainer.core.facts import facts
from tui_trainer.core.recipe import (
    L1,
    L2,
    Adam,
    Augmentation,
    BatchNorm,
    BinaryCrossEntropy,
    BundledSet,
    Cosine,
    Dropout,
    EarlyStopping,
    ErrorLoss,
    FullyConnected,
    GradientClipping,
    GradientDescent,
    Momentum,
    Moons,
    Recipe,
    Regularization,
    SingleLayer,
    Training,
)
from tui_trainer.training.architectures import build_network
from tui_trainer.training.data import load
from tui_trainer.training.random_numbers import epoch_order

MOONS = Recipe(
    data=Moons(points=200),
    architecture=FullyConnected(hidden=(8,)),
    loss=BinaryCrossEntropy(),
    optimizer=Adam(lr=0.01),
    training=Training(epochs=3, batch_size=32),
)
DIABETES = Recipe(
    data=BundledSet(kind="diabetes"),
    architecture=SingleLayer(),
    loss=ErrorLoss(),
    optimizer=GradientDescent(lr=0.01),
    training=Training(epochs=4, batch_size=64),
)
ALL_RANDOM = MOONS.model_copy(
    update={"regularization": Regularization(dropout=Dropout(rate=0.4), l1=L1(), l2=L2())}
)


def with_training(recipe: Recipe, **settings) -> Recipe:
    return recipe.model_copy(update={"training": recipe.training.model_copy(update=settings)})


def with_optimizer(recipe: Recipe, optimizer) -> Recipe:
    return recipe.model_copy(update={"optimizer": optimizer})


def scores(trained) -> list[tuple]:
    """All that was measured, without times."""
    return [(e.step, e.split, dict(e.metrics), e.confusion) for e in trained.of(Evaluated)]


# What is computed


def test_the_loop_computes_what_a_plain_loop_does(train):
    (trained,) = train(with_optimizer(MOONS, Momentum(lr=0.1, momentum=0.9)))
    data, training = load(MOONS.data), MOONS.training
    net = build_network(layer_table(MOONS, facts(MOONS.data)), "default", training.seed)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9, fused=True)
    losses = []
    for epoch in range(1, training.epochs + 1):
        order = epoch_order(len(data.train_x), training.seed, epoch)
        for start in range(0, len(order), 32):
            rows = order[start : start + 32]
            optimizer.zero_grad()
            logits = net(data.train_x[rows])[:, 0]
            loss = nn.functional.binary_cross_entropy_with_logits(logits, data.train_y[rows].float())
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
    assert np.array_equal(trained.losses, np.array(losses, np.float32))


def test_equal_recipes_give_equal_bits(train):
    (first,), (second,) = train(ALL_RANDOM), train(ALL_RANDOM)
    assert np.array_equal(first.losses, second.losses)
    assert scores(first) == scores(second)


def test_runs_that_share_a_worker_give_the_bits_they_give_alone(train):
    recipes = [ALL_RANDOM, with_training(DIABETES, threads=2), with_training(ALL_RANDOM, seed=5, epochs=2)]
    together = train(*recipes)
    for recipe, trained in zip(recipes, together, strict=True):
        (alone,) = train(recipe)
        assert np.array_equal(trained.losses, alone.losses)
        assert scores(trained) == scores(alone)


@pytest.mark.parametrize("setting", ["training.seed", "data.split_seed"])
def test_each_seed_matters_by_itself(train, setting):
    other = (
        with_training(MOONS, seed=1)
        if setting == "training.seed"
        else MOONS.model_copy(update={"data": MOONS.data.model_copy(update={"split_seed": 1})})
    )
    trained, changed = train(MOONS, other)
    assert not np.array_equal(trained.losses, changed.losses)


def test_dropout_draws_anew_in_every_step(train):
    """With one batch an epoch and no learning to speak of, only dropout tells the steps apart."""
    recipe = with_training(with_optimizer(ALL_RANDOM, GradientDescent(lr=1e-30)), batch_size="all", epochs=5)
    (trained,) = train(recipe)
    assert len(set(trained.losses.tolist())) == 5


@pytest.mark.parametrize("recipe", [MOONS, DIABETES], ids=["classes", "regression"])
def test_a_step_over_more_than_fits_at_once_is_the_same_step(train, monkeypatch, recipe):
    recipe = with_training(recipe, batch_size="all", epochs=20)
    (whole,) = train(recipe)
    monkeypatch.setattr(estimate, "NUMBERS_AT_ONCE", 900)  # some dozens of samples
    (in_parts,) = train(recipe)
    assert len(whole.losses) == 20
    assert in_parts.losses == pytest.approx(whole.losses, rel=1e-5)


@pytest.mark.parametrize(("batch_size", "steps"), [(32, 5), (140, 1), (1000, 1), ("all", 1), (1, 140)])
def test_the_last_batch_counts_however_small(train, batch_size, steps):
    (trained,) = train(with_training(MOONS, batch_size=batch_size, epochs=1))
    assert len(trained.losses) == steps
    assert trained.of(RunStarted)[0].steps_per_epoch == steps


def test_penalties_make_weights_smaller(train):
    plain = with_optimizer(with_training(DIABETES, epochs=20), GradientDescent(lr=0.05))
    strong = plain.model_copy(update={"regularization": Regularization(l2=L2(strength=1.0))})
    free, shrunk = train(plain, strong)
    assert "penalty" not in free.history.metrics()
    free_train, shrunk_train = (
        trained.history.evaluations["train"][-1].metrics for trained in (free, shrunk)
    )
    assert shrunk_train["loss"] > free_train["loss"]
    assert shrunk_train["penalty"] < 0.2


def test_a_schedule_sets_the_rate_of_every_step(train):
    """Compared with PyTorch's own scheduler in a plain loop."""
    recipe = with_optimizer(MOONS, GradientDescent(lr=0.5, schedule=Cosine()))
    (trained,) = train(recipe)
    data, training = load(recipe.data), recipe.training
    net = build_network(layer_table(recipe, facts(recipe.data)), "default", training.seed)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.5, fused=True)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=5 * training.epochs - 1)
    losses = []
    for epoch in range(1, training.epochs + 1):
        for rows in epoch_order(len(data.train_x), training.seed, epoch).split(32):
            optimizer.zero_grad()
            logits = net(data.train_x[rows])[:, 0]
            loss = nn.functional.binary_cross_entropy_with_logits(logits, data.train_y[rows].float())
            loss.backward()
            optimizer.step()
            schedule.step()
            losses.append(loss.item())
    assert trained.losses == pytest.approx(losses, rel=1e-5)


def test_a_clipped_gradient_makes_no_longer_step_than_the_rate_allows(train):
    clipped = with_optimizer(DIABETES, GradientDescent(lr=0.1)).model_copy(
        update={"regularization": Regularization(gradient_clipping=GradientClipping(max_norm=1e-6))}
    )
    (trained,) = train(with_training(clipped, batch_size="all", epochs=5))
    assert np.ptp(trained.losses) < 1e-5
    (free,) = train(
        with_training(with_optimizer(DIABETES, GradientDescent(lr=0.1)), batch_size="all", epochs=5)
    )
    assert np.ptp(free.losses) > 0.1


def test_augmentation_changes_what_is_trained_on_and_not_what_is_measured(train):
    augmented = MOONS.model_copy(
        update={"regularization": Regularization(augmentation=Augmentation(noise=3.0))}
    )
    plain, noisy = train(
        *(
            with_training(with_optimizer(r, GradientDescent(lr=1e-30)), batch_size="all")
            for r in (MOONS, augmented)
        )
    )
    assert np.ptp(plain.losses) < 1e-5
    assert np.ptp(noisy.losses) > 0.01
    assert scores(plain) == scores(noisy)


@pytest.mark.parametrize(("batch_size", "steps"), [(139, 1), (23, 7), (3, 47)])
def test_with_batch_norm_a_last_sample_joins_the_batch_before(train, batch_size, steps):
    """140 samples: batches of 139 would leave one, those of 23 leave two, those of 3 leave two."""
    normed = MOONS.model_copy(update={"regularization": Regularization(batch_norm=BatchNorm())})
    (trained,) = train(with_training(normed, batch_size=batch_size, epochs=1))
    assert trained.history.phase == "finished"
    assert len(trained.losses) == trained.of(RunStarted)[0].steps_per_epoch == steps


def test_batch_norm_learns_from_batches_and_is_measured_with_its_running_means(train):
    normed = with_training(MOONS, epochs=20).model_copy(
        update={"regularization": Regularization(batch_norm=BatchNorm())}
    )
    (trained,) = train(normed)
    first, last = (trained.of(Evaluated)[index].metrics["loss"] for index in (1, -1))
    assert last < first


# What is measured, and when


def test_a_run_tells_its_story_in_order(train):
    (trained,) = train(with_training(MOONS, epochs=2))
    story = []
    for event in trained.events:
        match event:
            case PhaseChanged():
                story.append((event.phase, event.step))
            case Evaluated():
                story.append((event.split, event.step))
            case RunStarted() | Finished():
                story.append(type(event).__name__)
    best = trained.of(Finished)[0].best_step
    assert story == [
        ("loading", 0),
        "RunStarted",
        *[("evaluating", 0), ("train", 0), ("validation", 0), ("training", 0)],
        *[("evaluating", 5), ("train", 5), ("validation", 5), ("training", 5)],
        *[("evaluating", 10), ("train", 10), ("validation", 10), ("training", 10)],
        *[("evaluating", 10), ("test", best)],
        "Finished",
        ("finished", 10),
    ]


@pytest.mark.parametrize(
    ("every", "steps"), [("epoch", [0, 5, 10, 15]), (4, [0, 4, 8, 12, 15]), (100, [0, 15])]
)
def test_evaluations_come_when_asked_for_and_at_the_end(train, every, steps):
    (trained,) = train(with_training(MOONS, evaluate_every=every))
    for split in ("train", "validation"):
        assert [e.step for e in trained.of(Evaluated) if e.split == split] == steps


def test_confusion_matrices_count_whole_splits_from_step_0(train):
    (trained,) = train(MOONS)
    started = trained.of(RunStarted)[0]
    sizes = {"train": started.num_train, "validation": started.num_validation, "test": started.num_test}
    for event in trained.of(Evaluated):
        assert np.sum(event.confusion) == event.num_samples == sizes[event.split]
        assert np.trace(event.confusion) / event.num_samples == pytest.approx(event.metrics["accuracy"])


def test_of_a_large_training_set_a_part_is_measured(train):
    recipe = MOONS.model_copy(
        update={"data": Moons(points=5000), "training": Training(epochs=1, batch_size=500)}
    )
    (trained,) = train(recipe)
    assert {e.num_samples for e in trained.of(Evaluated) if e.split == "train"} == {2000}


def test_test_is_read_once_with_the_weights_validation_chose(train):
    """A run that ends where the best weights were must test the same as one that went past them."""
    wild = with_optimizer(with_training(MOONS, epochs=12), Adam(lr=0.3))
    (trained,) = train(wild)
    validations = [e for e in trained.of(Evaluated) if e.split == "validation"]
    best = min(validations, key=lambda e: e.metrics["loss"])
    assert 0 < best.step < validations[-1].step, "this recipe no longer shows what it is here for"
    (test,) = (e for e in trained.of(Evaluated) if e.split == "test")
    assert (test.step, test.weights) == (best.step, "best")
    assert trained.of(Finished)[0].best_step == best.step

    (shorter,) = train(with_training(wild, epochs=best.step // 5))
    assert [e.metrics for e in shorter.of(Evaluated) if e.split == "test"] == [test.metrics]


def test_weights_are_selected_by_the_metric_asked_for(train):
    (trained,) = train(with_training(with_optimizer(MOONS, Adam(lr=0.3)), epochs=12, select_by="accuracy"))
    accuracies = [(e.metrics["accuracy"], -e.step) for e in trained.of(Evaluated) if e.split == "validation"]
    assert trained.of(Finished)[0].best_step == -max(accuracies)[1]


def test_early_stopping_waits_as_long_as_asked(train):
    recipe = with_optimizer(with_training(MOONS, epochs=500), Adam(lr=0.3)).model_copy(
        update={"regularization": Regularization(early_stopping=EarlyStopping(patience=3))}
    )
    (trained,) = train(recipe)
    finished = trained.of(Finished)[0]
    assert finished.steps == finished.best_step + 3 * 5 < 2500
    assert finished.epochs == finished.steps / 5
    last = trained.of(PhaseChanged)[-1]
    assert (last.phase, last.reason) == (
        "finished",
        "early stopping: validation loss has not improved in 3 evaluations",
    )


# Losses that are no numbers


def test_a_loss_that_explodes_ends_the_run_and_says_what_to_try(train):
    (trained,) = train(with_optimizer(with_training(DIABETES, epochs=200), GradientDescent(lr=50)))
    last = trained.events[-1]
    assert isinstance(last, PhaseChanged)
    assert last.phase == "failed"
    assert f"at step {last.step} (epoch {math.ceil(last.step / 5)}): try a learning rate smaller than 50" in (
        last.reason
    )
    assert len(trained.losses) == last.step
    assert not math.isfinite(trained.losses[-1])
    assert np.isfinite(trained.losses[:-1]).all()
    assert not trained.of(Finished)


def test_an_evaluation_that_explodes_ends_the_run_too(train):
    recipe = with_training(with_optimizer(DIABETES, GradientDescent(lr=100)), epochs=200, batch_size="all")
    (trained,) = train(recipe)
    assert trained.history.phase == "failed"
    assert trained.history.reason.startswith("train loss became inf at step")
    assert np.isfinite(trained.losses).all()
    validation = trained.history.evaluations["validation"][-1]
    assert validation.step == trained.history.step
    assert validation.metrics["loss"] == math.inf
