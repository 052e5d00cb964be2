import pytest
import torch
from torch.testing import assert_close

from tui_trainer.core.recipe import Augmentation
from tui_trainer.training.augmentation import augmented

STILL = Augmentation(shift=0.0, rotation=0.0, flip=False, noise=0.0)


def image() -> torch.Tensor:
    return torch.arange(64.0).reshape(1, 1, 8, 8).repeat(40, 1, 1, 1)


def test_nothing_asked_for_changes_nothing():
    assert_close(augmented(image(), STILL, may_flip=True), image())
    table = torch.randn(5, 3)
    assert_close(augmented(table, STILL, may_flip=False), table)


def test_about_half_of_the_images_are_mirrored_and_nothing_else():
    flips = STILL.model_copy(update={"flip": True})
    torch.manual_seed(0)
    changed = augmented(image(), flips, may_flip=True)
    mirrored = [torch.allclose(one, image()[0].flip(-1), atol=1e-4) for one in changed]
    as_before = [torch.allclose(one, image()[0], atol=1e-4) for one in changed]
    assert all(a != b for a, b in zip(mirrored, as_before, strict=True))
    assert 10 < sum(mirrored) < 30
    assert_close(augmented(image(), flips, may_flip=False), image())


def test_each_sample_goes_its_own_way_and_no_further_than_asked():
    dot = torch.zeros(60, 1, 21, 21)
    dot[:, :, 9:12, 9:12] = 1
    torch.manual_seed(0)
    moved = augmented(dot, STILL.model_copy(update={"shift": 0.2}), may_flip=False)
    rows, columns = torch.meshgrid(torch.arange(21.0), torch.arange(21.0), indexing="ij")
    mass = moved.sum((1, 2, 3))
    across = (moved[:, 0] * columns).sum((1, 2)) / mass - 10
    down = (moved[:, 0] * rows).sum((1, 2)) / mass - 10
    for distance in (across, down):
        assert distance.abs().max() <= 0.2 * 21 + 1e-3
        assert distance.abs().max() > 0.15 * 21
        assert distance.min() < 0 < distance.max()
    assert (across - down).abs().max() > 1


def test_a_quarter_turn_is_a_quarter_turn(monkeypatch):
    monkeypatch.setattr(torch, "rand", lambda *size, **more: torch.ones(*size, **more))
    turned = augmented(image()[:1], STILL.model_copy(update={"rotation": 90.0}), may_flip=False)
    quarter = [torch.rot90(image()[:1], times, (2, 3)) for times in (1, 3)]
    assert any(torch.allclose(turned, one, atol=1e-3) for one in quarter)


@pytest.mark.parametrize("noise", [0.1, 2.0])
def test_tables_get_noise_of_the_deviation_asked_for(noise):
    torch.manual_seed(0)
    table = torch.zeros(2000, 4)
    changed = augmented(table, STILL.model_copy(update={"noise": noise}), may_flip=False)
    assert changed.std().item() == pytest.approx(noise, rel=0.05)
    assert table.abs().max() == 0
