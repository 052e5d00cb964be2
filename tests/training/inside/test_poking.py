"""A spoiled sample is what was asked for, and the network is asked about that very one."""

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from tests.training.inside.asked import ByHand, end_of
from tui_trainer.core.inside.poked import PokedSample
from tui_trainer.core.inside.questions import Poked
from tui_trainer.core.recipe import BundledSet, Dropout, ErrorLoss, FullyConnected, Recipe, Regularization
from tui_trainer.training.inside.looking import CannotAnswer
from tui_trainer.training.inside.poking import poked

DIGITS = Recipe(
    data=BundledSet(kind="digits"),
    architecture=FullyConnected(hidden=(16,)),
    regularization=Regularization(dropout=Dropout()),
)
DIABETES = Recipe(
    data=BundledSet(kind="diabetes"), architecture=FullyConnected(hidden=(4,)), loss=ErrorLoss()
)


def poke(held: ByHand, **how: object) -> PokedSample:
    return end_of(poked(held.trainee, held.record, Poked(split="validation", index=3, **how)))


def image(values: bytes) -> NDArray[np.float32]:
    return np.frombuffer(values, "<f4").reshape(8, 8)


def probabilities(held: ByHand, values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Of an image in original units, by the network as it is used after training."""
    data, network = held.trainee.data, held.trainee.network
    network.eval()
    x = (torch.from_numpy(values.copy())[None, None] - data.input_mean) / data.input_std
    with torch.no_grad():
        told: NDArray[np.float32] = network(x).softmax(dim=1)[0].numpy()
    network.train()
    return told


def test_what_is_not_spoiled_stays_as_it_is() -> None:
    told = poke(ByHand(DIGITS))
    assert (told.values, told.output_before, told.loss_before) == (told.spoiled, told.output, told.loss)
    assert told.of == 270


def test_an_image_is_shifted_then_covered() -> None:
    held = ByHand(DIGITS)
    told = poke(held, shift=(2, -1), box=(3, 0, 2, 5))
    before, expected = image(told.values), np.zeros((8, 8), np.float32)
    expected[:7, 2:] = before[1:, :6]
    expected[0:5, 3:5] = 0
    np.testing.assert_allclose(image(told.spoiled), expected, atol=1e-5)
    np.testing.assert_allclose(np.frombuffer(told.output, "<f4"), probabilities(held, expected), atol=1e-5)
    np.testing.assert_allclose(
        np.frombuffer(told.output_before, "<f4"), probabilities(held, before), atol=1e-5
    )
    assert told.loss == pytest.approx(-np.log(np.frombuffer(told.output, "<f4")[int(told.actual)]), rel=1e-4)


def test_covered_wholly_or_shifted_away_all_images_are_one() -> None:
    held = ByHand(DIGITS)
    ends = [poke(held, box=(0, 0, 8, 8), noise=2.0), poke(held, shift=(8, 0)), poke(held, shift=(0, -30))]
    for told in ends:
        np.testing.assert_allclose(image(told.spoiled), 0, atol=1e-6)
        assert told.output == ends[0].output


def test_noise_is_drawn_by_its_seed_and_is_as_strong_as_asked_for() -> None:
    held = ByHand(DIGITS)
    state = torch.get_rng_state()
    first, again, other = (poke(held, noise=0.5, noise_seed=seed) for seed in (1, 1, 2))
    assert torch.equal(state, torch.get_rng_state())
    assert first.spoiled == again.spoiled != other.spoiled
    noise = image(first.spoiled) - image(first.values)
    (deviation,) = np.frombuffer(first.deviations, "<f4")
    assert noise.std() == pytest.approx(0.5 * deviation, rel=0.3)


def test_a_column_takes_the_value_that_is_asked_for() -> None:
    held = ByHand(DIABETES)
    told = poke(held, columns={2: 0.1})
    values, spoiled = np.frombuffer(told.values, "<f4"), np.frombuffer(told.spoiled, "<f4")
    assert spoiled[2] == pytest.approx(0.1, rel=1e-4)
    assert np.array_equal(np.delete(values, 2), np.delete(spoiled, 2))
    data = held.trainee.data
    target = data.validation_y[3, 0] * data.target_std + data.target_mean
    assert told.actual == pytest.approx(float(target))
    error = (np.frombuffer(told.output, "<f4")[0] - told.actual) / data.target_std
    assert told.loss == pytest.approx(float(error**2), rel=1e-3)


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ({"columns": {10: 1.0}}, "there is no column 10"),
        ({"shift": (1, 0)}, "only images can be shifted or covered"),
        ({"box": (0, 0, 1, 1)}, "only images can be shifted or covered"),
    ],
)
def test_what_cannot_be_done_is_said(how: dict[str, object], why: str) -> None:
    with pytest.raises(CannotAnswer, match=why):
        poke(ByHand(DIABETES), **how)
