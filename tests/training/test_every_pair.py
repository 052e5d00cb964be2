"""All that the rules accept can be built and trained: data with architectures, the rest in pairs."""

from itertools import product

import pytest
import torch

from tests.core.test_rules import ACCEPTED
from tests.recipes import loss_of, optimizer_of
from tui_trainer.core.facts import DataFacts, facts
from tui_trainer.core.recipe import (
    Architecture,
    Blobs,
    Constant,
    Cosine,
    Data,
    FullyConnected,
    Moons,
    OneCycle,
    Recipe,
    Regularization,
    Sine,
    StepDecay,
    Warmup,
)
from tui_trainer.core.rules import check
from tui_trainer.training import assembly
from tui_trainer.training.assembly import Trainee, assemble
from tui_trainer.training.data import LoadedData
from tui_trainer.training.loop import update

PAIRS = list({(data, architecture): loss for data, architecture, loss in ACCEPTED}.items())
NUM_SAMPLES = 6


def a_few(about: DataFacts) -> LoadedData:
    """Samples of the right shapes: what the sets hold is tested elsewhere."""
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(NUM_SAMPLES, *about.input_shape, generator=generator)
    labels = torch.arange(NUM_SAMPLES) % max(1, len(about.classes))
    y = labels if about.classes else torch.randn(NUM_SAMPLES, 1, generator=generator)
    zero, one = torch.zeros(()), torch.ones(())
    return LoadedData(x, y, x, y, x, y, about.classes, zero, one, 0.0, 1.0, "")


def step(trainee: Trainee, number: int) -> float:
    rows = torch.arange(NUM_SAMPLES)
    generator = update(trainee, rows, number)
    while True:
        try:
            next(generator)
        except StopIteration as end:
            return float(end.value)


@pytest.mark.parametrize(
    ("pair", "loss"), PAIRS, ids=lambda it: it if isinstance(it, str) else f"{it[0].kind}-{it[1].kind}"
)
def test_data_and_architecture(
    pair: tuple[Data, Architecture], loss: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, architecture = pair
    monkeypatch.setattr(assembly, "load", lambda data, **_: a_few(facts(data)))
    trainee = assemble(Recipe(data=data, architecture=architecture, loss=loss_of(loss)))
    before = [parameter.clone() for parameter in trainee.network.parameters()]
    for number in range(1, 2 if architecture.kind in ("resnet18", "vgg16") else 3):
        assert torch.tensor(step(trainee, number)).isfinite()
    after = list(trainee.network.parameters())
    assert all(parameter.isfinite().all() for parameter in after)
    assert not all(torch.equal(old, new) for old, new in zip(before, after, strict=True))


OPTIMIZERS = ["gd", "sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw"]
SCHEDULES = [Constant(), StepDecay(), Cosine(), OneCycle(), Warmup()]
SLOTS = [name for name in Regularization.model_fields if name != "early_stopping"]


LOSSES = {
    "sine": ["mse", "mae", "huber"],
    "moons": ["mse", "cross-entropy", "binary-cross-entropy", "focal"],
    "blobs": ["mse", "cross-entropy", "focal"],
}


@pytest.mark.parametrize("data", [Sine(points=20), Moons(points=20), Blobs(points=30)], ids=lambda d: d.kind)
def test_losses_optimizers_and_regularizations_in_every_pair(data: Data) -> None:
    """Each optimizer meets each regularization; losses and schedules go round so that they meet all too."""
    losses = LOSSES[data.kind]
    for (i, optimizer), (j, slot) in product(enumerate(OPTIMIZERS), enumerate(SLOTS)):
        recipe = Recipe(
            data=data,
            architecture=FullyConnected(hidden=(2,)),
            loss=loss_of(losses[(i + j) % len(losses)]),
            optimizer=optimizer_of(optimizer, schedule=SCHEDULES[(i + j) % len(SCHEDULES)]),
            regularization=Regularization.model_validate({slot: {}, "early_stopping": {}}),
        )
        assert not [finding for finding in check(recipe, facts(data)) if finding.severity == "refused"]
        trainee = assemble(recipe)
        for number in (1, 2):
            assert torch.tensor(step(trainee, number)).isfinite(), (recipe.loss.kind, optimizer, slot)


def test_no_other_loss_would_do() -> None:
    for data in (Sine(), Moons(), Blobs()):
        for loss in ("mse", "mae", "huber", "cross-entropy", "binary-cross-entropy", "focal"):
            found = check(Recipe(data=data, loss=loss_of(loss)), facts(data))
            is_refused = any(finding.severity == "refused" for finding in found)
            assert is_refused == (loss not in LOSSES[data.kind])
